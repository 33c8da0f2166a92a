"""Webhook endpoints from the command line: created, listed, paused, resumed, archived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa

from kraty_console.backend.admin_cli.admin_session import AdminSession, Declined, NoSuch
from kraty_console.backend.admin_cli.games import Game
from kraty_console.backend.rules.context import Actor, Context, RuleResult, Tenant
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage.tables import WebhookEndpointRecord, games, webhook_endpoints
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks import endpoint_url, endpoints
from kraty_console.backend.webhooks.endpoint_secrets import new_secret
from kraty_console.contract.secret import Secret
from kraty_console.contract.webhooks import EventName

Verb = Literal["pause", "unpause", "archive"]
_RULES: Final[dict[Verb, Callable[[Transaction, Context, str], Awaitable[RuleResult]]]] = {
    "pause": endpoints.pause,
    "unpause": endpoints.unpause,
    "archive": endpoints.archive,
}


def _way_out(url: str) -> str:
    """What to do if a target is refused because it is private or not https."""
    try:
        endpoint_url.parse_url(url, to_private=True)
    except endpoint_url.BadTarget:
        return ""
    return "; for development --to-private takes it"


async def create(
    admin: AdminSession, game: Game, url: str, events: Sequence[str], environment: str, *, to_private: bool
) -> tuple[str, Secret]:
    """Create an endpoint of a game, for the named events or all. Returns its id and its secret, which is shown only
    here."""
    try:
        endpoint_url.parse_url(url, to_private=to_private)
    except endpoint_url.BadTarget as fault:
        raise Declined(f"the url {fault}{_way_out(url)}") from None
    if unknown := [name for name in events if name not in set(EventName)]:
        raise Declined(f"there is no event {unknown[0]!r}; there are {', '.join(EventName)}")
    secret = new_secret(admin.random_bytes)
    names = list(dict.fromkeys(events)) or None
    try:
        answer = await endpoints.create(admin.tx, _context(admin, game.tenant, environment), url, names, secret)
    except RuleError as refusal:
        raise Declined(refusal.message) from None
    return str(answer.data["endpoint"]["id"]), secret


class _EndpointOfGame(WebhookEndpointRecord):
    """An endpoint with its game's slug."""

    slug: str


async def listed(tx: Transaction, game: Game | None) -> list[dict[str, Any]]:
    """Endpoints without their secrets, newest first; optionally of one game."""
    query = sa.select(webhook_endpoints, games.c.slug).join(
        games,
        sa.and_(games.c.studio_id == webhook_endpoints.c.studio_id, games.c.game_id == webhook_endpoints.c.game_id),
    )
    if game is not None:
        query = query.where(
            webhook_endpoints.c.studio_id == game.tenant.studio_id, webhook_endpoints.c.game_id == game.tenant.game_id
        )
    rows = await tx.records(_EndpointOfGame, query.order_by(webhook_endpoints.c.endpoint_id.desc()))
    return [{**endpoints.serialize_endpoint(row), "game": row.slug} for row in rows]


async def change(admin: AdminSession, endpoint_id: str, verb: Verb) -> str:
    """Pause, resume or archive an endpoint; returns its url."""
    row = None
    if is_id(endpoint_id):
        query = sa.select(webhook_endpoints).where(webhook_endpoints.c.endpoint_id == endpoint_id)
        row = await admin.tx.record(WebhookEndpointRecord, query)
    if row is None:
        raise NoSuch(f"there is no webhook endpoint {endpoint_id}")
    context = _context(admin, Tenant(row.studio_id, row.game_id), row.environment)
    try:
        await _RULES[verb](admin.tx, context, endpoint_id)
    except RuleError as refusal:
        raise Declined(refusal.message) from None
    return row.url


def _context(admin: AdminSession, tenant: Tenant, environment: str) -> Context:
    return Context(
        tenant=tenant,
        environment=environment,
        actor=Actor("engine", None, admin.operator),
        request_id=admin.new_id(),
        now_ms=admin.now_ms,
        new_id=admin.new_id,
    )

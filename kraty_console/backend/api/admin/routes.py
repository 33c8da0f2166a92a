"""The routes of `/admin/v1` (decisions: The admin surface)."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.api.admin import (
    attempts,
    audit_log,
    bans,
    catalog,
    grants,
    health,
    players,
    session,
    timeline,
    wallet,
)
from kraty_console.backend.api.admin.webhook_routes import ROUTES as WEBHOOKS
from kraty_console.backend.api.openapi.surfaces import document_route
from kraty_console.backend.api.routing import NOTHING, SIGNED_IN, Access, Handler, Route
from kraty_console.contract import actions
from kraty_console.contract.audit import AuditPage, AuditRow
from kraty_console.contract.catalog import Catalog
from kraty_console.contract.players import SearchResult, Snapshot
from kraty_console.contract.session import Health, Me, Permission
from kraty_console.contract.timeline import TimelinePage

_ADMIN: Final = "/admin/v1"
_LOG: Final = f"{_ADMIN}/studios/{{studioId}}/audit-log"
_GAME: Final = f"{_ADMIN}/studios/{{studioId}}/games/{{gameId}}"
_PLAYER: Final = f"{_GAME}/players/{{externalPlayerId}}"

_THE_PLAYER: Final = ("player", "externalPlayerId")
_THE_ATTEMPT: Final = ("attempt", "attemptId")
_THE_GRANT: Final = ("grant", "grantId")
_THE_BALANCE: Final = ("wallet", "economyKey")
_THE_ROW: Final = ("audit", "auditId")

_FORCE_COMPLETE: Final = f"{_GAME}/attempts/{{attemptId}}/force-complete"
_RETRY_ROLL: Final = f"{_GAME}/attempts/{{attemptId}}/retry-reward-roll"
_FORCE_CLAIM: Final = f"{_GAME}/grants/{{grantId}}/force-claim"
_CREDIT: Final = f"{_PLAYER}/wallet/{{economyKey}}/credit"

_MAY: Final = Permission

_WHERE: Final = ("environment",)
_FILTERS: Final = ("gameId", "player", "actor", "action", "ticket", "outcome", "from", "to", "cursor", "limit")


def _change(
    path: str,
    permission: str,
    handler: Handler,
    body: type[BaseModel],
    reply: type[BaseModel],
    target: tuple[str, str] | None = None,
    named: str | None = None,
    *,
    status: tuple[int, ...] = (200,),
) -> Route:
    return Route(
        "POST",
        path,
        Access.GAME,
        permission,
        handler,
        target,
        named,
        body=body,
        query=_WHERE,
        status=status,
        reply=reply,
    )


ROUTES: Final[tuple[Route, ...]] = (
    document_route("admin"),
    Route("GET", f"{_ADMIN}/health", Access.ANYONE, NOTHING, health.health, reply=Health, bare=True, unlimited=True),
    Route("GET", f"{_ADMIN}/me", Access.SESSION, SIGNED_IN, session.me, reply=Me),
    Route("DELETE", f"{_ADMIN}/session", Access.SESSION, SIGNED_IN, session.end_session, status=(204,)),
    Route("GET", _LOG, Access.STUDIO, _MAY.AUDIT_READ, audit_log.page, query=_FILTERS, reply=AuditPage),
    Route("GET", f"{_LOG}/{{auditId}}", Access.STUDIO, _MAY.AUDIT_READ, audit_log.row, _THE_ROW, reply=AuditRow),
    Route("GET", f"{_GAME}/catalog", Access.GAME, _MAY.PLAYER_READ, catalog.catalog, reply=Catalog, tagged=True),
    Route(
        "GET",
        f"{_GAME}/players",
        Access.GAME,
        _MAY.PLAYER_READ,
        players.search,
        query=("query", "environment", "limit"),
        reply=SearchResult,
    ),
    Route(
        "GET",
        _PLAYER,
        Access.GAME,
        _MAY.PLAYER_READ,
        players.snapshot,
        _THE_PLAYER,
        query=("environment", "limit"),
        reply=Snapshot,
        tagged=True,
    ),
    Route(
        "GET",
        f"{_PLAYER}/timeline",
        Access.GAME,
        _MAY.PLAYER_READ,
        timeline.page,
        _THE_PLAYER,
        query=("kinds", "environment", "cursor", "limit"),
        reply=TimelinePage,
    ),
    _change(
        _FORCE_COMPLETE,
        _MAY.FORCE_COMPLETE,
        attempts.force_complete,
        actions.ForceComplete,
        actions.ForceCompleted,
        _THE_ATTEMPT,
    ),
    _change(
        _RETRY_ROLL,
        _MAY.RETRY_REWARD_ROLL,
        attempts.retry_reward_roll,
        actions.RetryRewardRoll,
        actions.RewardRolled,
        _THE_ATTEMPT,
    ),
    _change(
        f"{_GAME}/grants",
        _MAY.MANUAL_GRANT,
        grants.create,
        actions.ManualGrant,
        actions.GrantCreated,
        status=(201, 200),
    ),
    _change(_FORCE_CLAIM, _MAY.FORCE_CLAIM, grants.force_claim, actions.ForceClaim, actions.ForceClaimed, _THE_GRANT),
    _change(_CREDIT, _MAY.WALLET_CREDIT, wallet.credit, actions.WalletCredit, actions.Credited, _THE_BALANCE),
    _change(f"{_PLAYER}/ban", _MAY.PLAYER_BAN, bans.ban, actions.BanPlayer, actions.Banned, _THE_PLAYER),
    _change(
        f"{_PLAYER}/unban",
        _MAY.PLAYER_BAN,
        bans.unban,
        actions.UnbanPlayer,
        actions.Unbanned,
        _THE_PLAYER,
        "player.unban",
    ),
    *WEBHOOKS,
)

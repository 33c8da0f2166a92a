"""The routes of `/admin/v1` (decisions: The admin surface)."""

from __future__ import annotations

from typing import Final

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
from kraty_console.backend.api.routing import NOTHING, SIGNED_IN, Access, Route
from kraty_console.contract.session import Permission
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

ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", f"{_ADMIN}/health", Access.ANYONE, NOTHING, health.health),
    Route("GET", f"{_ADMIN}/me", Access.SESSION, SIGNED_IN, session.me),
    Route("DELETE", f"{_ADMIN}/session", Access.SESSION, SIGNED_IN, session.end_session),
    Route("GET", _LOG, Access.STUDIO, _MAY.AUDIT_READ, audit_log.page),
    Route("GET", f"{_LOG}/{{auditId}}", Access.STUDIO, _MAY.AUDIT_READ, audit_log.row, _THE_ROW),
    Route("GET", f"{_GAME}/catalog", Access.GAME, _MAY.PLAYER_READ, catalog.catalog),
    Route("GET", f"{_GAME}/players", Access.GAME, _MAY.PLAYER_READ, players.search),
    Route("GET", _PLAYER, Access.GAME, _MAY.PLAYER_READ, players.snapshot, _THE_PLAYER),
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
    Route("POST", _FORCE_COMPLETE, Access.GAME, _MAY.FORCE_COMPLETE, attempts.force_complete, _THE_ATTEMPT),
    Route("POST", _RETRY_ROLL, Access.GAME, _MAY.RETRY_REWARD_ROLL, attempts.retry_reward_roll, _THE_ATTEMPT),
    Route("POST", f"{_GAME}/grants", Access.GAME, _MAY.MANUAL_GRANT, grants.create),
    Route("POST", _FORCE_CLAIM, Access.GAME, _MAY.FORCE_CLAIM, grants.force_claim, _THE_GRANT),
    Route("POST", _CREDIT, Access.GAME, _MAY.WALLET_CREDIT, wallet.credit, _THE_BALANCE),
    Route("POST", f"{_PLAYER}/ban", Access.GAME, _MAY.PLAYER_BAN, bans.ban, _THE_PLAYER),
    Route("POST", f"{_PLAYER}/unban", Access.GAME, _MAY.PLAYER_BAN, bans.unban, _THE_PLAYER, "player.unban"),
    *WEBHOOKS,
)

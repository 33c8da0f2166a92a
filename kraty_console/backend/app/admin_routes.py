"""The routes of `/admin/v1` (decisions: The admin surface)."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.app import health, session
from kraty_console.backend.app.openapi.surfaces import document_route
from kraty_console.backend.audit import handlers as audit_log
from kraty_console.backend.catalog import handlers as catalog
from kraty_console.backend.economy import admin_handlers as wallet
from kraty_console.backend.events import admin_handlers as attempts
from kraty_console.backend.grants import admin_handlers as grants
from kraty_console.backend.http.routing import NOTHING, SIGNED_IN, Handler, Route, RouteAccess, place_of
from kraty_console.backend.lookup import handlers as players
from kraty_console.backend.lookup import timeline_handlers as timeline
from kraty_console.backend.players import admin_handlers as bans
from kraty_console.backend.webhooks.routes import ROUTES as WEBHOOKS
from kraty_console.contract import actions
from kraty_console.contract.audit import AuditPage, AuditRow
from kraty_console.contract.catalog import Catalog
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import SearchResult, Snapshot
from kraty_console.contract.session import Health, Me, Permission
from kraty_console.contract.timeline import TimelinePage

_THE_PLAYER: Final = ("player", "externalPlayerId")
_THE_ATTEMPT: Final = ("attempt", "attemptId")
_THE_GRANT: Final = ("grant", "grantId")
_THE_BALANCE: Final = ("wallet", "economyKey")
_THE_ROW: Final = ("audit", "auditId")

_MAY: Final = Permission

_WHERE: Final = ("environment",)
_FILTERS: Final = ("gameId", "player", "actor", "action", "ticket", "outcome", "from", "to", "cursor", "limit")


def _change(
    place: Operation,
    permission: str,
    handler: Handler,
    body: type[BaseModel],
    reply: type[BaseModel],
    target: tuple[str, str] | None = None,
    named: str | None = None,
    *,
    status: tuple[int, ...] = (200,),
    operation: str,
) -> Route:
    return Route(
        *place_of(place),
        RouteAccess.GAME,
        permission,
        handler,
        target,
        named,
        body=body,
        query=_WHERE,
        status=status,
        reply=reply,
        operation=operation,
    )


ROUTES: Final[tuple[Route, ...]] = (
    document_route("admin"),
    Route(
        *place_of(Operation.HEALTH),
        RouteAccess.ANYONE,
        NOTHING,
        health.health,
        reply=Health,
        bare=True,
        unlimited=True,
        operation="health.health",
    ),
    Route(*place_of(Operation.ME), RouteAccess.SESSION, SIGNED_IN, session.me, reply=Me, operation="session.me"),
    Route(
        *place_of(Operation.END_SESSION),
        RouteAccess.SESSION,
        SIGNED_IN,
        session.end_session,
        status=(204,),
        operation="session.end_session",
    ),
    Route(
        *place_of(Operation.AUDIT_LOG),
        RouteAccess.STUDIO,
        _MAY.AUDIT_READ,
        audit_log.page,
        query=_FILTERS,
        reply=AuditPage,
        operation="audit_log.page",
    ),
    Route(
        *place_of(Operation.AUDIT_ROW),
        RouteAccess.STUDIO,
        _MAY.AUDIT_READ,
        audit_log.row,
        _THE_ROW,
        reply=AuditRow,
        operation="audit_log.row",
    ),
    Route(
        *place_of(Operation.CATALOG),
        RouteAccess.GAME,
        _MAY.PLAYER_READ,
        catalog.catalog,
        reply=Catalog,
        tagged=True,
        operation="catalog.catalog",
    ),
    Route(
        *place_of(Operation.SEARCH),
        RouteAccess.GAME,
        _MAY.PLAYER_READ,
        players.search,
        query=("query", "environment", "limit"),
        reply=SearchResult,
        operation="players.search",
    ),
    Route(
        *place_of(Operation.PLAYER),
        RouteAccess.GAME,
        _MAY.PLAYER_READ,
        players.snapshot,
        _THE_PLAYER,
        query=("environment", "limit"),
        reply=Snapshot,
        tagged=True,
        operation="players.snapshot",
    ),
    Route(
        *place_of(Operation.TIMELINE),
        RouteAccess.GAME,
        _MAY.PLAYER_READ,
        timeline.page,
        _THE_PLAYER,
        query=("kinds", "environment", "cursor", "limit"),
        reply=TimelinePage,
        operation="timeline.page",
    ),
    _change(
        Operation.FORCE_COMPLETE,
        _MAY.FORCE_COMPLETE,
        attempts.force_complete,
        actions.ForceComplete,
        actions.ForceCompleted,
        _THE_ATTEMPT,
        operation="attempts.force_complete",
    ),
    _change(
        Operation.RETRY_ROLL,
        _MAY.RETRY_REWARD_ROLL,
        attempts.retry_reward_roll,
        actions.RetryRewardRoll,
        actions.RewardRolled,
        _THE_ATTEMPT,
        operation="attempts.retry_reward_roll",
    ),
    _change(
        Operation.MANUAL_GRANT,
        _MAY.MANUAL_GRANT,
        grants.create,
        actions.ManualGrant,
        actions.GrantCreated,
        status=(201, 200),
        operation="grants.create",
    ),
    _change(
        Operation.FORCE_CLAIM,
        _MAY.FORCE_CLAIM,
        grants.force_claim,
        actions.ForceClaim,
        actions.ForceClaimed,
        _THE_GRANT,
        operation="grants.force_claim",
    ),
    _change(
        Operation.CREDIT,
        _MAY.WALLET_CREDIT,
        wallet.credit,
        actions.WalletCredit,
        actions.Credited,
        _THE_BALANCE,
        operation="wallet.credit",
    ),
    _change(
        Operation.BAN, _MAY.PLAYER_BAN, bans.ban, actions.BanPlayer, actions.Banned, _THE_PLAYER, operation="bans.ban"
    ),
    _change(
        Operation.UNBAN,
        _MAY.PLAYER_BAN,
        bans.unban,
        actions.UnbanPlayer,
        actions.Unbanned,
        _THE_PLAYER,
        "player.unban",
        operation="bans.unban",
    ),
    *WEBHOOKS,
)

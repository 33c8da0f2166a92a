"""Dispatch a matched request: authenticate, charge the rate limit, authorise, call the handler, send the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from kraty_console.backend.audit.denials import record_denial
from kraty_console.backend.auth.player_secrets import PLAYER_SECRET, find_secret_holder, player_exists
from kraty_console.backend.auth.roles import GameRole, roles_of
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.authentication import (
    NOBODY,
    Caller,
    authenticate_in_game,
    authenticate_key,
    authenticate_member,
    key_in_headers,
    session_token,
)
from kraty_console.backend.http.call import Call, Services
from kraty_console.backend.http.envelope import reply_response
from kraty_console.backend.http.paths import OWN_ID, decode_segment
from kraty_console.backend.http.rate_limit_gate import CALL_COST, CallCost
from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.backend.observability.call_events import CALLER
from kraty_console.backend.rules.context import LIVE, Surface, Tenant
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage.queries import Reader
from kraty_console.contract.session import ROLE_PERMISSIONS

STUDIO: Final = "studioId"
GAME: Final = "gameId"
PLAYER: Final = "externalPlayerId"


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A caller with their rights; `refusal` is set if these do not suffice."""

    caller: Caller
    tenant: Tenant | None = None
    roles: tuple[GameRole, ...] = ()
    refusal: RuleError | None = None


class PathEndpoint:
    """The endpoint of one path, for all its methods."""

    def __init__(self, path: str, routes: Mapping[str, Route], services: Services) -> None:
        self.path = path
        self._routes = routes
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; refusals are raised, and answered by the error middleware."""
        request = Request(scope, receive)
        cost: CallCost = scope[CALL_COST]
        route = self._routes["GET" if request.method == "HEAD" else request.method]
        if route.stream:
            cost.waive()
        call = Call(
            services=self._services,
            request=request,
            request_id=scope[OWN_ID],
            address=cost.address,
            now_ms=self._services.now_ms(),
            caller=NOBODY,
            surface=_surface(route.path),
            repeatable=route.repeatable,
        )
        if route.access is not RouteAccess.ANYONE:
            admitted = await self._admit(call, route, cost)
            call = replace(call, caller=admitted.caller, tenant=admitted.tenant, roles=list(admitted.roles))
            if admitted.refusal is not None:
                cost.refused()
                await self._record(call, route)
                raise admitted.refusal
        reply = await route.handler(call)
        await reply_response(reply, request.headers.get("if-none-match"))(scope, receive, send)

    async def _admit(self, call: Call, route: Route, cost: CallCost) -> _Admitted:
        headers = call.request.headers
        with_key = route.access in (RouteAccess.KEY, RouteAccess.PLAYER)
        if with_key:
            credential = key_in_headers(headers)
        else:
            credential = session_token(call.request.method, headers, self._services.own_origins)
        with cost.trying(credential, *_who_plays(call, route)):
            reader, role = self._services.db, None
            kept = self._services.credentials if route.method == "GET" and not route.stream else None
            if with_key:
                caller = await authenticate_key(reader, credential, kept)
            elif route.access is RouteAccess.GAME and (tenant := _game(call)) is not None:
                caller, role = await authenticate_in_game(reader, credential, call.now_ms, tenant, kept)
            else:
                caller = await authenticate_member(reader, credential, call.now_ms, kept)
            cost.known()
            call.request.scope[CALLER] = caller.seen
            if route.access is RouteAccess.GAME:
                admitted = _in_game(_game(call), role, caller, route)
            else:
                admitted = await self._rights(reader, call, caller, route, cost)
            cost.take(admitted.caller)
            return admitted

    async def _rights(self, reader: Reader, call: Call, caller: Caller, route: Route, cost: CallCost) -> _Admitted:
        match route.access:
            case RouteAccess.KEY:
                return _with_key(caller, route)
            case RouteAccess.PLAYER:
                return await _as_player(reader, call, caller, route, cost)
            case RouteAccess.STUDIO:
                return await _in_studio(reader, call, caller, route)
            case _:
                return _Admitted(caller)

    async def _record(self, call: Call, route: Route) -> None:
        """Write the audit row of a refused attempt."""
        tried = call.tenant or Tenant(_id(call, STUDIO) or "", _id(call, GAME) or "")
        try:
            environment = call.environment
        except RuleError:
            environment = LIVE
        target = (route.target[0], _loggable_segment(call, route.target[1])) if route.target else None
        await record_denial(
            self._services,
            replace(call, tenant=tried).context(environment=environment),
            call.caller,
            f"{route.method} {route.path}",
            route.action,
            target=target,
            external_player_id=_loggable_segment(call, PLAYER) if PLAYER in call.request.path_params else None,
        )


def _who_plays(call: Call, route: Route) -> tuple[str, ...]:
    """What distinguishes the players of a game, who share its key: their secret, else the address."""
    if route.access is not RouteAccess.PLAYER:
        return (call.address,)
    return (call.address, call.request.path_params.get(PLAYER, ""), call.request.headers.get(PLAYER_SECRET, ""))


def _surface(path: str) -> Surface:
    """The surface of a path."""
    if path.startswith("/sdk/"):
        return "sdk"
    return "server" if path.startswith("/server/") else "admin"


def _with_key(caller: Caller, route: Route) -> _Admitted:
    key = caller.the_key
    allowed = key.permission_set == route.permission
    refusal = None if allowed else api_errors.wrong_key(key.permission_set, route.permission)
    return _Admitted(caller, Tenant(key.studio_id, key.game_id), refusal=refusal)


async def _as_player(reader: Reader, call: Call, caller: Caller, route: Route, cost: CallCost) -> _Admitted:
    """Check the key of the game and the secret of the player in the path; the refusal says which is wrong."""
    admitted = _with_key(caller, route)
    if admitted.refusal is None:
        key, given = caller.the_key, call.request.headers.get(PLAYER_SECRET)
        name = decode_segment(call.request.path_params[PLAYER], PLAYER)
        holder = await find_secret_holder(reader, key, name, given)
        if holder is None:
            if route.strangers and not await player_exists(reader, key, name):
                return admitted
            cost.take(caller)
            cost.refused()
            raise api_errors.bad_player_secret(given is None)
        return replace(admitted, caller=replace(caller, player=holder))
    return admitted


def _game(call: Call) -> Tenant | None:
    """The game in the path; None when a segment can be no id."""
    studio_id, game_id = _id(call, STUDIO), _id(call, GAME)
    return None if studio_id is None or game_id is None else Tenant(studio_id, game_id)


def _in_game(tenant: Tenant | None, role: str | None, caller: Caller, route: Route) -> _Admitted:
    refusal = None
    if role is None:
        refusal = api_errors.nothing_at_path()
    elif route.permission not in ROLE_PERMISSIONS.get(role, frozenset()):
        refusal = api_errors.forbidden(route.permission, role)
    return _Admitted(caller, tenant, refusal=refusal)


async def _in_studio(reader: Reader, call: Call, caller: Caller, route: Route) -> _Admitted:
    """Check the member's rights in the studio, or in the game that `?gameId=` names."""
    studio_id = _id(call, STUDIO)
    roles = await roles_of(reader, caller.the_session.member_id, studio_id) if studio_id else []
    tenant = None
    if studio_id and (game_id := call.query(GAME)) is not None:
        tenant = Tenant(studio_id, game_id if is_id(game_id) else "")
        roles = [role for role in roles if role.game_id == tenant.game_id]
    if not roles:
        return _Admitted(caller, tenant, refusal=api_errors.nothing_at_path())
    allowed = tuple(role for role in roles if route.permission in role.permissions)
    refusal = None if allowed else api_errors.forbidden(route.permission, roles[0].role)
    return _Admitted(caller, tenant, allowed, refusal)


def _id(call: Call, name: str) -> str | None:
    """A path segment if it can be an internal id, else None."""
    text = call.request.path_params.get(name, "")
    return text if is_id(text) else None


def _loggable_segment(call: Call, name: str) -> str:
    """A path segment for the audit log: decoded, or raw if it is not valid text."""
    segment = call.request.path_params[name]
    try:
        return decode_segment(segment, name)
    except RuleError:
        return str(segment)[:512]

"""Who may do what: every route of the table, tried by everybody (backend/README.md#who-may-do-what)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.routing import NOTHING, SIGNED_IN, Route, RouteAccess
from kraty_console.contract.session import GAME_ADMIN, ROLE_PERMISSIONS, Permission
from tests.harness.contract import acquaintances, collectables, open_events, webhooks
from tests.harness.contract.troubled_game import NEIGHBOUR, OUTSIDER, ROLES, TroubledGame
from tests.harness.each import for_each

PERMISSIONS = ROLE_PERMISSIONS[GAME_ADMIN]
BODIES = {
    "attempt.force_complete": {"reason": "crashed"},
    "grant.retry_reward_roll": {},
    "grant.manual_create": {
        "externalPlayerId": "alice",
        "entries": [{"type": "currency", "currencyKey": "gold", "amount": 1}],
        "reason": "make-good",
    },
    "grant.manual_force_claim": {"reason": "ack lost"},
    "grant.revoke": {"reason": "granted twice"},
    "wallet.credit": {"amount": 1, "reason": "goodwill"},
    "wallet.debit": {"amount": 1},
    "grant.create": {"entries": [{"type": "currency", "currencyKey": "gold", "amount": 1}]},
    "player.ban": {"reason": "cheating"},
    "player.unban": {"reason": "by mistake"},
    "player.note": {"text": "asked for a screenshot"},
    "audit.correct": {"ticket": "T-2", "reason": "typed one digit too many"},
    **open_events.BODIES,
    **collectables.BODIES,
    **acquaintances.BODIES,
    **webhooks.BODIES,
    "player.merge": {},
    "player.delete": {},
}


def _credited(world: TroubledGame) -> str:
    """The audit row of a change."""
    body = {"amount": 1, "reason": "goodwill", "idempotencyKey": "key-to-correct"}
    return str(world.post(f"{world.player('alice')}/wallet/gold/credit", body).data["audit"]["id"])


NOT_THERE = "0198c0de-0000-7000-8000-000000000000"
SCENES: dict[str, Callable[[TroubledGame], Mapping[str, str]]] = {
    **open_events.SCENES,
    **collectables.SCENES,
    **acquaintances.SCENES,
    **webhooks.SCENES,
    "audit.correct": lambda world: {"auditId": _credited(world)},
}
"""What has to be there, by action, before a call succeeds; the answer is what fills its path."""


def _id(route: Route) -> str:
    return f"{route.method} {route.path}"


every_route = pytest.mark.parametrize("route", ROUTES, ids=_id)
game_routes = pytest.mark.parametrize("route", [each for each in ROUTES if each.access is RouteAccess.GAME], ids=_id)
member_routes = pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.access in (RouteAccess.GAME, RouteAccess.STUDIO)], ids=_id
)
key_routes = pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.access in (RouteAccess.KEY, RouteAccess.PLAYER)], ids=_id
)
player_routes = pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.access is RouteAccess.PLAYER], ids=_id
)


QUERIES = {"players": {"query": "alice"}, "search": {"q": "ali"}, "resolve": {"q": "ali"}}
"""What has to be asked for, by the last word of the path."""


def segments(route: Route, world: TroubledGame, **other: str) -> Mapping[str, str]:
    """What fills the path of the route: things that are there."""
    attempt = "unrolled" if "retry" in route.path else "stuck"
    filled = {
        "studioId": world.tenant.studio_id,
        "gameId": world.tenant.game_id,
        "externalPlayerId": "alice",
        "attemptId": world.attempts[attempt],
        "grantId": world.grants["pending"],
        "economyKey": "gold",
        "toExternalPlayerId": "alicia",
        **other,
    }
    return {name: filled.get(name, NOT_THERE) for name in re.findall(r"\{(\w+)\}", route.path)}


def target(route: Route, world: TroubledGame, **other: str) -> str:
    """The path of the route, on things that are there."""
    path = route.path.format_map(segments(route, world, **other))
    asked = QUERIES.get(path.rpartition("/")[2])
    return f"{path}?{urlencode(asked)}" if asked else path


def body(route: Route) -> dict[str, object] | None:
    """A request that the route would take."""
    if route.method not in ("POST", "PUT", "PATCH"):
        return None
    return {**BODIES[route.action], "idempotencyKey": "key-0000-0001"}


def secret(route: Route, world: TroubledGame) -> dict[str, str]:
    """The secret of the player in the path, where the route asks for it."""
    return {"X-Player-Secret": world.secret("alice")} if route.access is RouteAccess.PLAYER else {}


@for_each("route", ROUTES)
def test_a_route_declares_the_permission_it_needs(route: Route) -> None:
    wanted = {
        RouteAccess.ANYONE: {NOTHING},
        RouteAccess.SESSION: {SIGNED_IN},
        RouteAccess.STUDIO: PERMISSIONS,
        RouteAccess.GAME: PERMISSIONS,
        RouteAccess.KEY: {"server_integration", "client_sdk"},
        RouteAccess.PLAYER: {"client_sdk"},
    }
    assert route.permission in wanted[route.access]
    surfaces = {"server_integration": "/server/v1/", "client_sdk": "/sdk/v1/"}
    assert route.access is RouteAccess.ANYONE or route.path.startswith(surfaces.get(route.permission, "/admin/v1/"))
    if route.path.startswith("/admin/"):
        assert ("{gameId}" in route.path) == (route.access is RouteAccess.GAME)
    if route.access is RouteAccess.PLAYER:
        assert "{externalPlayerId}" in route.path
    assert route.target is None or f"{{{route.target[1]}}}" in route.path


def test_no_two_routes_are_the_same_and_none_hides_another() -> None:
    shapes = [(route.method, re.sub(r"\{\w+\}", "*", route.path)) for route in ROUTES]
    assert len(set(shapes)) == len(shapes)


@every_route
def test_every_route_needs_a_credential(still: TroubledGame, route: Route) -> None:
    if route.access is RouteAccess.ANYONE:
        assert still.backend.call(route.method, target(route, still)).status == 200
        return
    before = still.backend.counts()
    for headers, code in (
        ({}, "unauthenticated"),
        ({"Cookie": "other=1"}, "unauthenticated"),
        ({"Authorization": "Bearer kst_nothing"}, "session_invalid"),
        ({"Authorization": "Basic YTpi"}, "session_invalid"),
        ({"Authorization": "Bearer "}, "session_invalid"),
        ({"Authorization": "Bearer " + "x" * 5000}, "session_invalid"),
    ):
        answer = still.backend.call(route.method, target(route, still), body=body(route), headers=headers)
        assert (answer.status, answer.error["code"]) == (401, code), headers
        assert answer.headers["www-authenticate"] == "Bearer"
    assert still.backend.counts() == before


@every_route
def test_the_credential_of_one_surface_is_nothing_on_the_other(still: TroubledGame, route: Route) -> None:
    if route.access is RouteAccess.ANYONE:
        return
    wrong = still.sessions["GAME_ADMIN"]
    if route.access not in (RouteAccess.KEY, RouteAccess.PLAYER):
        wrong = still.keys["server_integration"]
    answer = still.backend.call(route.method, target(route, still), body=body(route), token=wrong)
    assert (answer.status, answer.error["code"]) == (401, "session_invalid")


@game_routes
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_may_and_no_more(
    request: pytest.FixtureRequest, still: TroubledGame, route: Route, role: str
) -> None:
    if route.permission in ROLE_PERMISSIONS[role]:
        world: TroubledGame = request.getfixturevalue("world")
        if route.permission == Permission.RETRY_REWARD_ROLL:
            world.mend_table()
        path = target(route, world, **SCENES.get(route.action, _nothing)(world))
        answer = world.call(route.method, path, body(route), role=role)
        assert answer.status in (200, 201), answer.raw
        return
    before = still.backend.counts()
    answer = still.call(route.method, target(route, still), body(route), role=role)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert answer.error["details"]["permission"] == route.permission
    _only_an_audit_row(still, before)
    [row] = _denied(still)
    assert (row["action"], row["actor"]["id"], row["gameId"]) == (
        route.action,
        still.members[role],
        still.tenant.game_id,
    )
    assert row["requestId"] == answer.headers["x-request-id"]
    if route.target:
        assert row["target"]["kind"] == route.target[0]
    if "{externalPlayerId}" in route.path:
        assert row["player"]["externalPlayerId"] == "alice"
        assert row["player"]["id"], "it is among the rows of the player"


@member_routes
@pytest.mark.parametrize("stranger", [OUTSIDER, NEIGHBOUR])
def test_a_game_of_others_is_not_there(still: TroubledGame, route: Route, stranger: str) -> None:
    """A studio's neighbour sees the studio's log, and in it only what concerns its own game or none.

    An outsider's attempts are counted, and not written into any log.
    """
    before, outsiders = still.backend.counts(), still.backend.refused["outsider"]
    path = target(route, still)
    if route.access is RouteAccess.STUDIO and stranger == NEIGHBOUR:
        path += "?gameId=" + still.tenant.game_id
    answer = still.call(route.method, path, body(route), role=stranger)
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    if stranger == OUTSIDER:
        assert still.backend.counts() == before
        assert still.backend.refused["outsider"] == outsiders + 1
    else:
        _only_an_audit_row(still, before)
        [row] = _denied(still)
        assert (row["action"], row["actor"]["id"]) == (route.action, still.members[stranger])
    absent = still.call(route.method, target(route, still, gameId=NOT_THERE), body(route), role=stranger)
    if route.access is RouteAccess.GAME:
        assert absent.error["message"] == answer.error["message"]


@member_routes
def test_guessed_games_are_404_and_logged_once_for_the_member_s_studio(still: TroubledGame, route: Route) -> None:
    """Of studios no trace is left at all: whether there is one of that name is not to be learned from a log either."""
    for where, rows in (("studioId", 0), ("gameId", 1)):
        before = still.backend.counts()
        names = (NOT_THERE, "no-id-at-all", "..%2F..")
        for name in names:
            path = target(route, still, **{where: name})
            if where not in route.path:
                path += f"?{where}={name}"
            answer = still.call(route.method, path, body(route))
            assert (answer.status, answer.error["code"]) == (404, "not_found")
        counts = {name: before[name] + rows for name in ("audit", "denials")}
        assert still.backend.counts() == {**before, **counts}
    [row] = _denied(still)
    assert (row["actor"]["id"], row["gameId"], row["action"]) == (still.members["GAME_ADMIN"], None, route.action)
    assert row["metadata"]["count"] == len(names)


@key_routes
def test_a_key_of_the_other_kind_is_forbidden_and_the_attempt_is_kept(still: TroubledGame, route: Route) -> None:
    key = still.keys["client_sdk" if route.permission == "server_integration" else "server_integration"]
    headers = secret(route, still)
    before = still.backend.counts()
    answer = still.backend.call(route.method, target(route, still), body=body(route), token=key, headers=headers)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert answer.error["details"]["permission"] == route.permission
    _only_an_audit_row(still, before)
    [row] = _denied(still)
    assert (row["action"], row["actor"]["label"]) == (route.action, f"api_key:{key[:8]}")


@key_routes
def test_a_key_with_the_right_permission_set_is_accepted(world: TroubledGame, route: Route) -> None:
    world.hold("alice", "gold", 10)
    headers = secret(route, world)
    path = target(route, world, **SCENES.get(route.action, _nothing)(world))
    method = "HEAD" if route.stream else route.method
    answer = world.backend.call(method, path, body=body(route), token=world.keys[route.permission], headers=headers)
    assert answer.status == route.status[0], answer.raw


@player_routes
def test_routes_of_one_player_need_the_player_s_secret(still: TroubledGame, route: Route) -> None:
    right, others, path = still.secret("alice"), still.secret("alicia"), target(route, still)
    ghost = target(route, still, externalPlayerId="ghost")
    before = still.backend.counts()
    for key, where, given in (
        ("client_sdk", path, None),
        ("client_sdk", path, ""),
        ("client_sdk", path, right[:-1] + ("A" if right[-1] != "A" else "B")),
        ("client_sdk", path, "x" * 5000),
        ("client_sdk", path, others),
        ("client_sdk", ghost, right),
        ("other_client", path, right),
    ):
        answer = still.backend.call(
            route.method,
            where,
            body=body(route),
            token=still.keys[key],
            headers={} if given is None else {"X-Player-Secret": given},
        )
        if route.strangers and (where == ghost or key == "other_client"):
            assert (answer.status, answer.data) == (200, []), (key, where, given)
            continue
        assert (answer.status, answer.error["code"]) == (401, "player_secret_invalid"), (key, where, given)
    assert still.backend.counts() == before


def _nothing(_world: TroubledGame) -> Mapping[str, str]:
    return {}


def test_an_expired_or_revoked_session_is_refused(world: TroubledGame) -> None:
    admin = world.sessions["GAME_ADMIN"]
    assert world.call("DELETE", "/admin/v1/session").status == 204
    dead = world.get("/admin/v1/me")
    assert (dead.status, dead.error["code"]) == (401, "session_invalid")
    assert world.call("DELETE", "/admin/v1/session").status == 401
    [row] = world.audit_rows_as("GAME_VIEWER", action="session.revoke")
    assert (row["outcome"], row["target"]["kind"], row["actor"]["id"]) == ("ok", "session", world.members["GAME_ADMIN"])
    assert admin not in str(row)
    assert world.get("/admin/v1/me", role="GAME_VIEWER").status == 200
    world.backend.clock.ms += 25 * 3_600_000
    assert world.get("/admin/v1/me", role="GAME_VIEWER").error["code"] == "session_invalid"


@pytest.mark.parametrize("change", ["revoked", "wrong secret"])
def test_a_key_that_is_revoked_or_half_right_is_dead(world: TroubledGame, change: str) -> None:
    key = world.keys["server_integration"]
    if change == "revoked":
        world.revoke_keys()
    else:
        key = key[:-1] + ("A" if key[-1] != "A" else "B")
    answer = world.backend.call("GET", "/server/v1/ping", token=key)
    assert (answer.status, answer.error["code"]) == (401, "session_invalid")


def test_the_cookie_is_a_credential_too_and_the_header_wins(still: TroubledGame) -> None:
    cookie = f"theme=dark; kraty_session={still.sessions['GAME_VIEWER']}"
    answer = still.backend.call("GET", "/admin/v1/me", headers={"Cookie": cookie})
    assert answer.data["member"]["id"] == still.members["GAME_VIEWER"]
    both = still.backend.call("GET", "/admin/v1/me", token=still.sessions["GAME_ADMIN"], headers={"Cookie": cookie})
    assert both.data["member"]["id"] == still.members["GAME_ADMIN"]
    bad = still.backend.call("GET", "/admin/v1/me", token="kst_bad", headers={"Cookie": cookie})
    assert bad.status == 401
    lower = still.backend.call(
        "GET", "/admin/v1/me", headers={"Authorization": f"bearer {still.sessions['GAME_VIEWER']}"}
    )
    assert lower.status == 200
    key = f"kraty_session={still.keys['server_integration']}"
    assert still.backend.call("GET", "/server/v1/ping", headers={"Cookie": key}).error["code"] == "unauthenticated"


def test_credentials_are_stored_as_hashes_only(still: TroubledGame) -> None:
    still.secret("alice")
    stored = still.stored_credentials()
    for credential in (*still.sessions.values(), *still.keys.values(), still.secret("alice")):
        assert credential not in stored
        assert credential.rpartition(".")[2] not in stored


def test_first_attempts_at_once_are_one_row(world: TroubledGame) -> None:
    before = world.backend.counts()["audit"]
    with ThreadPoolExecutor(8) as threads:
        calls = [
            threads.submit(world.post, f"{world.player('alice')}/ban", {"reason": "no"}, role="GAME_VIEWER")
            for _ in range(8)
        ]
        assert [call.result().status for call in calls] == [403] * 8
    assert world.backend.counts()["audit"] == before + 1
    [row] = world.audit_rows(outcome="denied")
    assert row["metadata"]["count"] == 8


def _denied(world: TroubledGame, most: int = 1) -> list[Any]:
    """The newest rows of attempts that were refused."""
    return list(world.get(f"{world.log}?outcome=denied&limit={most}").data["rows"])


def _only_an_audit_row(world: TroubledGame, before: dict[str, int]) -> None:
    assert world.backend.counts() == {**before, "audit": before["audit"] + 1, "denials": before["denials"] + 1}

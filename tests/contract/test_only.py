"""A reduced Kraty (`backend serve --only`): what is left of the admin surface, and what its answers hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from kraty_console import __version__
from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.http.routing import RouteAccess
from kraty_console.client.admin import KratyClient
from kraty_console.client.capabilities import Support
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.operations import OPERATIONS, PLAYER_LISTS, PUBLISHED, Operation, PlayerListName
from kraty_console.contract.session import GAME_DEBUGGER, GAME_VIEWER
from tests.contract import test_matrix as matrix
from tests.harness.compat import published_shapes
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import reading
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

SEVERAL = "search, player,force_complete,audit_log"
"""A Kraty with other routes than the published ones."""


@pytest.fixture(scope="module")
def published_backend(database_url: str) -> Iterator[Backend]:
    with Backend(database_url, Rate(0), only="published").running() as running:
        yield running


@pytest.fixture(scope="module")
def several_backend(database_url: str) -> Iterator[Backend]:
    with Backend(database_url, Rate(0), only=SEVERAL).running() as running:
        yield running


@pytest.fixture
def published(published_backend: Backend) -> TroubledGame:
    """A game on a backend that has what every Kraty has."""
    return make_troubled_game(published_backend)


@pytest.fixture
def several(several_backend: Backend) -> TroubledGame:
    """A game on a backend that has some operations, with complete answers."""
    return make_troubled_game(several_backend)


def fields(words: str) -> set[str]:
    """The names in words such as `id:s name:s`."""
    return {word.partition(":")[0] for word in words.split()}


def each_has(found: list[Mapping[str, Any]], words: str) -> None:
    """There are some, and each has exactly the fields of the words."""
    assert found
    for each in found:
        assert set(each) == fields(words)


def settled(world: TroubledGame) -> None:
    """Alice has something of every kind: a lobby, a balance, an item, a ban, attempts and grants of her own."""
    open_events.arena(world, "ring", capacity=3)
    pushed = {"key": "m-1", "externalPlayerIds": ["alice"], "idempotencyKey": "key-0000-0001"}
    assert world.serve("POST", f"/games/{world.tenant.game_id}/events/ring/lobbies", pushed).status == 201
    ack = world.serve("POST", f"/players/alice/grants/{world.grants['pending']}/ack", {})
    assert ack.status == 200
    assert set(ack.data) == fields(published_shapes.GRANT)
    assert world.serve("POST", "/players/alice/ban", {"reason": "cheating"}).status == 200


@pytest.mark.parametrize(
    ("text", "operations", "published_fields"),
    [
        ("published", set(PUBLISHED), True),
        ("published,search", {*PUBLISHED, Operation.SEARCH}, True),
        ("search,published,health", {*PUBLISHED, Operation.SEARCH}, True),
        (",".join(PUBLISHED), set(PUBLISHED), False),
        (SEVERAL, {Operation.SEARCH, Operation.PLAYER, Operation.FORCE_COMPLETE, Operation.AUDIT_LOG}, False),
    ],
)
def test_a_list_says_which_operations_there_are(text: str, operations: set[Operation], published_fields: bool) -> None:
    found = Reduction.parse(text)
    assert set(found.operations) == operations
    assert len(found.operations) == len(operations)
    assert found.published_fields is published_fields


def test_other_routes_of_the_admin_surface_are_404(published: TroubledGame, several: TroubledGame) -> None:
    for world, only in ((published, "published"), (several, SEVERAL)):
        left = [OPERATIONS[operation][:2] for operation in Reduction.parse(only).operations]
        admin = [route for route in ROUTES if route.path.startswith("/admin/")]
        gone = [route for route in admin if (route.method, route.path) not in left]
        assert len(gone) == len(admin) - len(left)
        before = world.backend.counts()
        nothing = world.get("/admin/v1/nothing").error
        for route in gone:
            answer = world.call(route.method, matrix.target(route, world), matrix.body(route))
            assert answer.status == 404, route.path
            assert (answer.error["code"], answer.error["message"]) == (nothing["code"], nothing["message"])
        assert world.backend.counts() == before


def test_another_method_on_a_path_that_is_left_is_405(published: TroubledGame) -> None:
    answer = published.get(f"{published.game}/grants")
    assert (answer.status, answer.error["code"], answer.headers["allow"]) == (405, "method_not_allowed", "POST")


def test_the_other_surfaces_keep_all_routes(published: TroubledGame) -> None:
    for route in ROUTES:
        if route.path.startswith("/admin/"):
            continue
        answer = published.backend.call(route.method, matrix.target(route, published), body=matrix.body(route))
        assert answer.status == (200 if route.access is RouteAccess.ANYONE else 401), route.path


def test_the_published_look_up_has_only_published_fields(published: TroubledGame) -> None:
    settled(published)
    found = published.get(published.player("alice")).data
    assert set(found) == {"player", "attempts", "grants", "lobbies", "summary"}
    assert set(found["player"]) == {"id", "externalPlayerId", "firstSeenAt", "lastSeenAt", "lastContextSnapshot"}
    assert found["player"]["lastContextSnapshot"] == {"country": "PT", "level": 7}
    each_has(found["attempts"], published_shapes.ATTEMPT)
    assert found["attempts"][0]["metrics"] == {"laps": 3}
    each_has(found["grants"], published_shapes.GRANT)
    assert any(grant["contents"].get("entries") for grant in found["grants"])
    each_has(found["lobbies"], published_shapes.LOBBY)
    assert set(found["summary"]) == fields(published_shapes.SUMMARY)


def test_the_published_server_look_up_has_both_shapes(published: TroubledGame) -> None:
    settled(published)
    found = published.serve("GET", "/players/alice").data
    assert set(found) == {
        *("player", "attempts", "grants", "lobbies", "summary", "inventory", "wallet", "recentGrants"),
    }
    assert set(found["player"]) == fields(str(published_shapes.SNAPSHOT["player"]))
    for name, words in (
        ("attempts", published_shapes.ATTEMPT),
        ("grants", published_shapes.GRANT),
        ("recentGrants", published_shapes.GRANT),
        ("lobbies", published_shapes.LOBBY),
        ("inventory", published_shapes.ITEM_HELD),
        ("wallet", published_shapes.BALANCE),
    ):
        each_has(found[name], words)
    assert found["grants"] == found["recentGrants"]


def test_the_published_set_allows_a_force_claim(published: TroubledGame) -> None:
    stuck = published.grants["pending"]
    path = f"{published.game}/grants/{stuck}/force-claim"
    asked = {"reason": "ack lost", "idempotencyKey": "key-0000-0001"}
    answer = published.post(path, asked)
    assert answer.status == 200
    assert set(answer.data) == fields(published_shapes.GRANT)
    assert (answer.data["id"], answer.data["status"]) == (stuck, "claimed")
    again = published.post(path, asked)
    assert (again.status, again.data, again.headers["idempotent-replayed"]) == (200, answer.data, "true")
    found = published.get(published.player("alice")).data
    assert next(grant for grant in found["grants"] if grant["id"] == stuck) == answer.data
    held = published.serve("GET", "/players/alice").data
    assert {each["itemKey"]: each["quantity"] for each in held["inventory"]} == {"sword": 1}


def test_the_published_set_allows_a_manual_grant(published: TroubledGame) -> None:
    entries = [{"type": "currency", "currencyKey": "gold", "amount": 5}]
    asked = {"externalPlayerId": "alicia", "entries": entries, "reason": "make-good", "idempotencyKey": "key-0000-0001"}
    made = published.post(f"{published.game}/grants", asked)
    assert made.status == 201
    assert set(made.data) == fields(published_shapes.GRANT)
    assert (made.data["contents"], made.data["sourceKind"]) == ({"entries": entries}, "admin")
    again = published.post(f"{published.game}/grants", asked)
    assert (again.status, again.data) == (200, made.data)
    assert published.get(published.player("alicia")).data["grants"] == [made.data]
    given = published.serve("POST", "/players/alicia/grants", {"entries": entries, "idempotencyKey": "key-0000-0002"})
    assert given.status == 201
    assert set(given.data) == fields(published_shapes.GRANT)


def test_the_rules_are_the_same(published: TroubledGame) -> None:
    path = f"{published.game}/grants/{published.grants['pending']}/force-claim"
    asked = {"reason": "ack lost", "idempotencyKey": "key-0000-0001"}
    assert published.post(path, asked, role=GAME_VIEWER).error["code"] == "forbidden"
    assert published.post(path, {"reason": "ack lost"}).error["code"] == "validation_failed"
    before = published.backend.counts()
    assert published.post(path, asked, role=GAME_DEBUGGER).status == 200
    after = published.backend.counts()
    assert after["audit"] == before["audit"] + 1
    assert published.get(published.player("nobody")).error["code"] == "not_found"


def test_a_look_up_is_still_tagged_by_what_it_answers(published: TroubledGame) -> None:
    first = published.get(published.player("alicia"))
    again = published.get(published.player("alicia"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.raw) == (304, b"")
    assert published.serve("POST", "/players/alicia/ban", {"reason": "cheating"}).status == 200
    hidden = published.get(published.player("alicia"), headers={"If-None-Match": first.headers["etag"]})
    assert hidden.status == 304, "nothing that is published has changed"


def test_the_published_health_has_two_fields(published_backend: Backend) -> None:
    answer = published_backend.call("GET", "/admin/v1/health")
    assert (answer.status, answer.json) == (200, {"ok": True, "version": __version__})


def test_a_list_of_operations_without_published_keeps_answers_complete(
    several: TroubledGame, world: TroubledGame
) -> None:
    found = several.get(several.player("alice")).data
    assert set(found) == set(world.get(world.player("alice")).data)
    assert set(found["player"]) == set(world.get(world.player("alice")).data["player"])
    assert [hit["externalPlayerId"] for hit in several.get(f"{several.game}/players?query=alice").data["players"]]
    done = several.post(
        f"{several.game}/attempts/{several.attempts['stuck']}/force-complete",
        {"reason": "crashed", "idempotencyKey": "key-0000-0001"},
    )
    assert set(done.data) >= {"attempt", "audit"}
    assert several.audit_rows(action="attempt.force_complete")


def test_any_list_takes_the_features_from_health(database_url: str) -> None:
    with Backend(database_url, Rate(0), only="health").running() as backend:
        assert set(backend.call("GET", "/admin/v1/health").json) == {"ok", "version", "database", "worker"}


def _list(name: PlayerListName, client: KratyClient) -> Awaitable[object]:
    return client.player_list(name, "alice")


READS: dict[Operation, Callable[[KratyClient], Awaitable[object]]] = {
    Operation.NOTES: lambda client: client.notes("alice"),
    Operation.FAULTS: lambda client: client.faults(),
    Operation.RESOLVE: lambda client: client.resolve("alice"),
    **{operation: partial(_list, name) for name, operation in PLAYER_LISTS.items()},
}
"""Reads that another Kraty may lack."""


@pytest.mark.parametrize("operation", READS)
async def test_the_client_learns_that_a_read_is_missing(published: TroubledGame, operation: Operation) -> None:
    async with reading(published) as client:
        with pytest.raises(OperationMissing):
            await READS[operation](client)
        assert client.capabilities.of(operation) is Support.MISSING

"""What a member sees: themselves, players found, a player whole, the catalog."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console import __version__
from kraty_console.backend.app.routes import ADMIN
from kraty_console.backend.auth.kept_credentials import KEPT_SECONDS
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.rules import set_aside
from kraty_console.backend.storage import probe
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import api_keys, game_roles, sessions
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.catalog import Catalog
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation
from kraty_console.contract.players import SearchResult, Snapshot
from kraty_console.contract.session import GAME_DEBUGGER, ROLE_PERMISSIONS, Health, Me
from tests.harness.backend.query_plans import counted_trips, recorded
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Backend, segment
from tests.harness.contract.troubled_game import NEIGHBOUR, ROLES, TroubledGame


def test_health_asks_for_nothing_and_has_no_envelope(still: TroubledGame) -> None:
    answer = still.backend.call("GET", "/admin/v1/health")
    assert answer.status == 200
    health = exactly(Health, answer.json)
    assert (health.ok, health.version) == (True, __version__)


def test_health_names_every_operation_that_is_served(still: TroubledGame) -> None:
    features = still.backend.call("GET", "/admin/v1/health").json["features"]
    assert features == ["idempotency-keys", *sorted(f"operation:{name}" for name in ADMIN_OPERATIONS)]


@pytest.mark.parametrize("operation", ADMIN_OPERATIONS)
def test_every_operation_has_exactly_one_route(operation: Operation) -> None:
    method, path = OPERATIONS[operation][:2]
    assert [(route.method, route.path) for route in ADMIN].count((method, path)) == 1


def test_health_counts_the_rows_a_job_has_set_aside(world: TroubledGame, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(tx: Transaction) -> None:
        row_id = world.backend.new_id()
        for _ in range(set_aside.AFTER):
            await set_aside.note_failure(
                tx, world.context(), "expire_grants", row_id, ValueError("what a player wrote")
            )

    monkeypatch.setattr(probe, "FRESH_SECONDS", 0.0)
    before = exactly(Health, world.backend.call("GET", "/admin/v1/health").json).worker
    world.backend.run(fail)
    after = exactly(Health, world.backend.call("GET", "/admin/v1/health").json).worker
    assert before is not None
    assert after is not None
    assert after.set_aside == {**before.set_aside, "expire_grants": before.set_aside.get("expire_grants", 0) + 1}


@pytest.mark.parametrize("role", ROLES)
def test_me_returns_the_member_and_each_game_with_its_permissions(still: TroubledGame, role: str) -> None:
    me = exactly(Me, still.get("/admin/v1/me", role=role).data)
    assert me.member.id == still.members[role]
    [studio] = me.studios
    [game] = studio.games
    assert (studio.id, game.id, game.role) == (still.tenant.studio_id, still.tenant.game_id, role)
    assert set(game.permissions) == ROLE_PERMISSIONS[role]


def test_a_member_of_several_games_sees_each(world: TroubledGame) -> None:
    world.join(NEIGHBOUR, world.tenant, GAME_DEBUGGER)
    [studio] = exactly(Me, world.get("/admin/v1/me", role=NEIGHBOUR).data).studios
    assert [(game.id, game.role) for game in studio.games] == [
        (world.tenant.game_id, "GAME_DEBUGGER"),
        (world.sibling.game_id, "GAME_ADMIN"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("alice", [("alice", "external_id")]),
        ("ALICE@STRASSE.EXAMPLE", [("alice", "email")]),
        ("  alice@straße.example ", [("alice", "email")]),
        ("al", [("alice", "prefix"), ("alicia", "prefix")]),
        ("alic", [("alice", "prefix"), ("alicia", "prefix")]),
        ("a", []),
        ("Alice", [("alice", "name")]),
        ("nobody", []),
        ("%", []),
        ("a_", []),
    ],
)
def test_search_ranks_exact_id_then_e_mail_then_prefix(
    still: TroubledGame, query: str, found: list[tuple[str, str]]
) -> None:
    answer = still.get(f"{still.game}/players?query={segment(query)}")
    hits = exactly(SearchResult, answer.data).players
    assert [(hit.external_player_id, hit.match) for hit in hits] == found
    assert all(hit.merged_from is None for hit in hits)


def test_a_search_hit_has_email_name_and_last_seen(still: TroubledGame) -> None:
    [hit] = exactly(SearchResult, still.get(f"{still.game}/players?query=alice").data).players
    assert (hit.email, hit.display_name) == ("Alice@Straße.example", "Alice")
    assert hit.last_seen_at is not None


def test_one_player_is_one_hit_and_the_best_match_wins(world: TroubledGame) -> None:
    world.register("al", email="al")
    hits = world.get(f"{world.game}/players?query=al").data["players"]
    assert [(hit["externalPlayerId"], hit["match"]) for hit in hits] == [
        ("al", "external_id"),
        ("alice", "prefix"),
        ("alicia", "prefix"),
    ]
    limited = world.get(f"{world.game}/players?query=al&limit=2").data["players"]
    assert [hit["externalPlayerId"] for hit in limited] == ["al", "alice"]


def test_the_old_id_of_a_merged_guest_finds_the_player_it_became(world: TroubledGame) -> None:
    world.alias("guest_7", "alice")
    [hit] = exactly(SearchResult, world.get(f"{world.game}/players?query=guest_7").data).players
    assert (hit.external_player_id, hit.match, hit.merged_from) == ("alice", "merged", "guest_7")
    world.register("guest_7")
    [hit] = exactly(SearchResult, world.get(f"{world.game}/players?query=guest_7").data).players
    assert (hit.external_player_id, hit.match, hit.merged_from) == ("guest_7", "external_id", None)


def test_a_search_sees_one_environment(still: TroubledGame) -> None:
    assert still.get(f"{still.game}/players?query=alice&environment=test").data == {"players": []}
    assert still.get(f"{still.game}/players?query=alice&environment=live").data["players"]


def test_the_last_prefix_there_is_still_has_an_end(world: TroubledGame) -> None:
    name = "\U0010ffff\U0010ffff"
    world.register(name + "x")
    hits = world.get(f"{world.game}/players?query={segment(name)}").data["players"]
    assert [hit["externalPlayerId"] for hit in hits] == [name + "x"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "query"),
        ("query=", "query"),
        ("query=ab&query=cd", "query"),
        ("query=%ff%fe", "query"),
        ("query=a%00b", "query"),
        ("query=ab&limit=0", "limit"),
        ("query=" + "x" * 2000, "query"),
        ("&".join(f"p{number}=1" for number in range(60)), "query"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_by_field(still: TroubledGame, query: str, field: str) -> None:
    answer = still.get(f"{still.game}/players?{query}")
    assert (answer.status, answer.error["code"], answer.fields) == (400, "validation_failed", [field])


def test_the_snapshot_is_complete(still: TroubledGame) -> None:
    answer = still.get(still.player("alice"))
    snapshot = exactly(Snapshot, answer.data)
    player = snapshot.player
    assert (player.external_player_id, player.email) == ("alice", "Alice@Straße.example")
    assert (player.studio_id, player.game_id, player.environment) == (
        still.tenant.studio_id,
        still.tenant.game_id,
        "live",
    )
    assert player.last_context_snapshot == {"country": "PT", "level": 7}
    by_id = {attempt.id: attempt for attempt in snapshot.attempts}
    assert {name: by_id[attempt_id].status for name, attempt_id in still.attempts.items()} == {
        "stuck": "in_progress",
        "late": "expired",
        "done": "completed",
        "unrolled": "completed",
        "hopeless": "completed",
    }
    assert by_id[still.attempts["done"]].grant_ids
    assert {grant.id for grant in snapshot.grants} >= set(still.grants.values())
    assert answer.data["recentGrants"] == answer.data["grants"]
    assert set(answer.data) >= {"walletLedger", "itemLedger", "audit"}
    assert snapshot.summary.attempt_count == 5
    assert snapshot.summary.attempts_expired == 1


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_the_limit_caps_every_list(still: TroubledGame, limit: int) -> None:
    data = still.get(f"{still.player('alice')}?limit={limit}").data
    assert len(data["attempts"]) == min(limit, 5)
    assert all(len(rows) <= limit for rows in data.values() if isinstance(rows, list))
    assert data["summary"]["attemptCount"] == 5


@pytest.mark.parametrize("limit", ["", "0", "201", "-1", "1.0", "x", "1e1", "٣", "0x1", " 1", "9" * 400])
def test_any_other_limit_is_refused(still: TroubledGame, limit: str) -> None:
    answer = still.get(f"{still.player('alice')}?limit={segment(limit)}")
    assert (answer.status, answer.error["code"], answer.fields) == (400, "validation_failed", ["limit"])


def test_a_player_who_is_not_there_is_404(still: TroubledGame) -> None:
    answer = still.get(still.player("ghost"))
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert answer.error["message"] == "Player 'ghost' not found"
    assert still.get(still.player("alice") + "?environment=test").status == 404


def test_an_unchanged_player_is_304_until_something_changes(world: TroubledGame) -> None:
    first = world.get(world.player("alice"))
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for header in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = world.get(world.player("alice"), headers={"If-None-Match": header})
        assert (again.status, again.raw, again.headers["etag"]) == (304, b"", tag)
    assert world.get(world.player("alice"), headers={"If-None-Match": 'W/"other"'}).status == 200
    world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "ban-1234"})
    changed = world.get(world.player("alice"), headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def test_the_catalog_lists_what_can_be_granted(still: TroubledGame) -> None:
    catalog = exactly(Catalog, still.get(f"{still.game}/catalog").data)
    assert [currency.key for currency in catalog.currencies] == ["gold"]
    assert [(item.key, item.item_type_key) for item in catalog.items] == [("box", "crate"), ("sword", "item")]
    assert [(bundle.key, len(bundle.entries)) for bundle in catalog.bundles] == [("prize", 2)]


MOST_TRIPS = 4


@pytest.mark.parametrize("path", ["/players/{player}", "/players?query={player}", "/resolve?q={player}"])
def test_a_read_of_a_player_makes_few_trips_to_the_database(still: TroubledGame, path: str) -> None:
    database = still.backend.db
    with recorded(database) as sent, counted_trips(database) as trips:
        assert still.get(still.game + path.format(player="alice")).status == 200
    assert sent, "statements are seen wherever they are sent"
    assert trips() <= MOST_TRIPS


def test_a_look_up_within_a_second_of_another_is_one_trip(still: TroubledGame) -> None:
    still.get(still.player("alice"))
    with counted_trips(still.backend.db) as trips:
        assert still.get(still.player("alice")).status == 200
    assert trips() == 1
    still.backend.clock.seconds += KEPT_SECONDS
    with counted_trips(still.backend.db) as trips:
        assert still.get(still.player("alice")).status == 200
    assert trips() == 2


class _Elsewhere:
    """Another process on the database of a backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._database = Database.open(backend.database_url)

    def run(self, statement: sa.Update | sa.Delete) -> None:
        async def change() -> None:
            async with self._database.transaction() as tx:
                assert (await tx.execute(statement)).rowcount

        self._wait(change())

    def close(self) -> None:
        self._wait(self._database.close())

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._backend.loop).result(60)


@pytest.fixture
def elsewhere(world: TroubledGame) -> Iterator[_Elsewhere]:
    process = _Elsewhere(world.backend)
    yield process
    process.close()


def test_credentials_revoked_by_another_process_read_for_a_second_at_most(
    world: TroubledGame, elsewhere: _Elsewhere
) -> None:
    def statuses() -> tuple[int, int, int, int]:
        session, role = (world.get(world.player("alice"), role=role).status for role in ("GAME_ADMIN", "GAME_VIEWER"))
        return session, role, world.get("/admin/v1/me").status, world.serve("GET", "/players/alice").status

    clock, tenant = world.backend.clock, world.tenant
    assert statuses() == (200, 200, 200, 200)
    elsewhere.run(sa.update(sessions).where(sessions.c.member_id == world.members["GAME_ADMIN"]).values(revoked_at=1))
    elsewhere.run(sa.delete(game_roles).where(game_roles.c.member_id == world.members["GAME_VIEWER"]))
    elsewhere.run(sa.update(api_keys).where(api_keys.c.game_id == tenant.game_id).values(revoked_at=1))
    clock.seconds += KEPT_SECONDS - 0.01
    assert statuses() == (200, 200, 200, 200)
    clock.seconds += 0.01
    assert statuses() == (401, 404, 401, 401)


def test_credentials_revoked_by_another_process_change_nothing_from_the_next_call(
    world: TroubledGame, elsewhere: _Elsewhere
) -> None:
    def ban(role: str) -> int:
        body = {"reason": "cheated", "idempotencyKey": f"key-of-{role}"}
        assert world.get(world.player("alice"), role=role).status == 200, "the look-up is kept"
        return world.post(f"{world.player('alice')}/ban", body, role=role).status

    admin, debugger = world.members["GAME_ADMIN"], world.members["GAME_DEBUGGER"]
    for role in ("GAME_ADMIN", "GAME_DEBUGGER"):
        assert world.get(world.player("alice"), role=role).status == 200
    assert world.serve("GET", "/players/alice").status == 200
    elsewhere.run(sa.update(sessions).where(sessions.c.member_id == admin).values(revoked_at=1))
    elsewhere.run(sa.delete(game_roles).where(game_roles.c.member_id == debugger))
    elsewhere.run(sa.update(api_keys).where(api_keys.c.game_id == world.tenant.game_id).values(revoked_at=1))
    assert (ban("GAME_ADMIN"), ban("GAME_DEBUGGER")) == (401, 404)
    assert (
        world.serve("POST", "/players/alice/ban", {"reason": "cheated", "idempotencyKey": "key-of-key"}).status == 401
    )


def test_signing_out_ends_a_session_in_every_process(world: TroubledGame) -> None:
    with Backend(world.backend.database_url, Rate(0), name="second").running() as second:

        def statuses() -> list[int]:
            token = world.sessions["GAME_ADMIN"]
            return [each.call("GET", world.player("alice"), token=token).status for each in (world.backend, second)]

        assert statuses() == [200, 200]
        assert world.call("DELETE", "/admin/v1/session").status == 204
        assert statuses()[0] == 401, "the process that was told looks the session up again"
        second.clock.seconds += KEPT_SECONDS
        assert statuses() == [401, 401]


def test_a_new_role_counts_from_the_next_call(world: TroubledGame) -> None:
    sibling = f"/admin/v1/studios/{world.sibling.studio_id}/games/{world.sibling.game_id}/players/alice"
    assert world.get(sibling).error["code"] == "not_found"
    world.join("GAME_ADMIN", world.sibling, "GAME_VIEWER")
    found = world.get(f"{sibling.rpartition('/')[0]}?query=alice")
    assert found.status == 200

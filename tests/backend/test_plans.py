"""Every statement of each hot call uses an index, in tables large enough for the planner to choose."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.lifecycle import redaction as forgetting
from kraty_console.backend.lookup import faults
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.runtime.jobs import JobNeeds, jobs
from kraty_console.backend.runtime.scheduler import Job
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.contract.fault_kinds import FaultKind
from tests.bench.crowd import PENDING, STUCK, UNROLLED, Crowd, crowd_of, load, load_veteran
from tests.harness.backend import hot_calls, support_calls
from tests.harness.backend.query_plans import recorded, steps_of, walks
from tests.harness.contract.served_backend import Answered, Backend
from tests.harness.contract.troubled_game import NEIGHBOUR, TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles

PLAYERS = 2_500
VETERAN = 2_000
"""Rows of each kind of one player, whose calls must cost the same as others'."""
MOST = 450
"""Rows of one table that one statement may read: twice the longest page, and what follows from one row each."""

T = TypeVar("T")


@dataclass(frozen=True)
class Full:
    """A world with a crowd in it."""

    world: TroubledGame
    crowd: Crowd

    def player(self, number: int, more: str = "") -> str:
        """The path of a player."""
        return self.world.player(self.crowd.external_id(number)) + more

    def play(self, number: int, method: str, what: str, body: object = None) -> Answered:
        """A call by a player's game."""
        who = self.crowd.external_id(number)
        return self.world.play(method, f"/players/{who}/{what}", body, who=who)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the backend's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.world.backend.loop).result(60)


@pytest.fixture(scope="module", params=KINDS)
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    def filled(url: str) -> Iterator[Full]:
        with Backend(url, Rate(0)).running() as backend:
            world = make_troubled_game(backend)
            world.mend_table()
            crowd = backend.run(lambda tx: crowd_of(tx, world.tenant, PLAYERS, backend.clock.ms))
            backend.run(lambda tx: load(tx, crowd, 0, PLAYERS))
            backend.run(lambda tx: load_veteran(tx, crowd, VETERAN))
            hot_calls.fill_board(world, crowd)
            support_calls.fill_notes(world, crowd)
            support_calls.fill_seats(world, crowd)
            found = Full(world, crowd)
            found.wait(backend.db.analyze())
            yield found

    if request.param == "sqlite":
        yield from filled(SqliteFiles(tmp_path_factory.mktemp("plans")).fresh())
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        yield from filled(server.fresh())


def _change(path: Callable[[Full], str], **body: object) -> Callable[[Full], Answered]:
    return lambda full: full.world.post(path(full), {"reason": "why", "idempotencyKey": f"plan-{path(full)}", **body})


def _page_after_a_page(full: Full, path: str) -> Answered:
    first = full.world.get(path)
    assert first.data["nextCursor"], "one page holds it all"
    return full.world.get(f"{path}&cursor={first.data['nextCursor']}")


CALLS: dict[str, Callable[[Full], Answered]] = {
    "look-up": lambda full: full.world.get(full.player(1200)),
    "look-up by a key": lambda full: full.world.serve("GET", f"/players/{full.crowd.external_id(1200)}?limit=200"),
    "look-up of a veteran": lambda full: full.world.get(full.player(PLAYERS, "?limit=200")),
    "timeline of a veteran": lambda full: _page_after_a_page(full, full.player(PLAYERS, "/timeline?limit=100")),
    "log of a veteran": lambda full: _page_after_a_page(
        full, f"{full.world.log}?player={full.crowd.external_id(PLAYERS)}&limit=100"
    ),
    "search by id": lambda full: full.world.get(f"{full.world.game}/players?query={full.crowd.external_id(77)}"),
    "search by e-mail": lambda full: full.world.get(f"{full.world.game}/players?query={full.crowd.email(78)}"),
    "search by prefix": lambda full: full.world.get(f"{full.world.game}/players?query=player_00"),
    "search by a name": lambda full: full.world.get(f"{full.world.game}/players?query=Bunny"),
    "search for nobody": lambda full: full.world.get(f"{full.world.game}/players?query=zz"),
    "timeline": lambda full: _page_after_a_page(full, full.player(1300, "/timeline?limit=3")),
    "timeline of bans": lambda full: full.world.get(full.player(20, "/timeline?kinds=ban")),
    "log": lambda full: _page_after_a_page(full, f"{full.world.log}?limit=50"),
    "log of a game": lambda full: full.world.get(f"{full.world.log}?gameId={full.crowd.game_id}"),
    "log of a player": lambda full: full.world.get(f"{full.world.log}?player={full.crowd.external_id(1300)}"),
    "log of an id": lambda full: full.world.get(f"{full.world.log}?player={full.crowd.attempt_id(1300, 0)}"),
    "log of an actor": lambda full: _page_after_a_page(full, f"{full.world.log}?actor=m7&limit=5"),
    "log of somebody": lambda full: full.world.get(f"{full.world.log}?actor=nobody@studio.example"),
    "log of an action": lambda full: _page_after_a_page(full, f"{full.world.log}?action=player.ban&limit=5"),
    "log of a ticket": lambda full: full.world.get(f"{full.world.log}?ticket=T-40"),
    "log of what was denied": lambda full: full.world.get(f"{full.world.log}?outcome=denied"),
    "log of what was done": lambda full: _page_after_a_page(full, f"{full.world.log}?outcome=ok&limit=5"),
    "log of a quiet game": lambda full: full.world.get(full.world.log, role=NEIGHBOUR),
    "log of a quiet game's ticket": lambda full: full.world.get(f"{full.world.log}?ticket=T-40", role=NEIGHBOUR),
    "log of a ticket and an actor": lambda full: full.world.get(f"{full.world.log}?ticket=T-40&actor=m7"),
    "log of a ticket and an action": lambda full: full.world.get(f"{full.world.log}?ticket=T-40&action=player.ban"),
    "log of a player and an actor": lambda full: full.world.get(
        f"{full.world.log}?player={full.crowd.external_id(1300)}&actor=m7&action=wallet.credit&outcome=ok"
    ),
    "log of some days": lambda full: full.world.get(
        f"{full.world.log}?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
    ),
    "force-complete": _change(
        lambda full: f"{full.world.game}/attempts/{full.crowd.attempt_id(300, STUCK)}/force-complete", finalScore=5
    ),
    "retry roll": _change(
        lambda full: f"{full.world.game}/attempts/{full.crowd.attempt_id(301, UNROLLED)}/retry-reward-roll"
    ),
    "manual grant": lambda full: full.world.post(
        f"{full.world.game}/grants",
        {
            "externalPlayerId": full.crowd.external_id(302),
            "entries": [{"type": "currency", "currencyKey": "gold", "amount": 1}],
            "reason": "why",
            "idempotencyKey": "plan-grant",
        },
    ),
    "force-claim": _change(lambda full: f"{full.world.game}/grants/{full.crowd.grant_id(303, PENDING[0])}/force-claim"),
    "credit": _change(lambda full: full.player(304, "/wallet/gold/credit"), amount=5),
    "ban": _change(lambda full: full.player(305, "/ban")),
    "merge": lambda full: full.world.serve(
        "POST", f"/players/{full.crowd.external_id(306)}/merge-into/{full.crowd.external_id(307)}", {}
    ),
    "export": lambda full: full.world.serve("GET", f"/players/{full.crowd.external_id(308)}/export"),
    "registration": lambda full: full.world.backend.call(
        "POST",
        f"/sdk/v1/players/{full.crowd.external_id(310)}/register",
        token=full.world.keys["client_sdk"],
        body={"idempotencyKey": "plan"},
    ),
    "search by name": lambda full: full.play(311, "GET", "friends/search?q=pla"),
    "friends": lambda full: full.play(312, "GET", "friends?progression=gold"),
    "suggestions": lambda full: full.play(312, "GET", "friends/suggestions"),
    "heartbeat": lambda full: full.play(312, "POST", "presence"),
    "friend request": lambda full: full.play(
        312, "POST", "friends/requests", {"externalPlayerId": full.crowd.external_id(313)}
    ),
    "gifts": lambda full: full.play(312, "GET", "friends/gifts?status=pending"),
    "migration": lambda full: full.world.serve(
        "POST",
        "/migrate/wallet",
        {
            "rows": [
                {
                    "externalPlayerId": full.crowd.external_id(number),
                    "economyKey": "gold",
                    "amount": 1,
                    "idempotencyKey": f"plan-{number}",
                }
                for number in range(400, 440)
            ]
        },
    ),
    "erasure": lambda full: full.world.serve("POST", f"/players/{full.crowd.external_id(309)}/delete", {}),
    **hot_calls.CALLS,
    **support_calls.CALLS,
}


@pytest.mark.parametrize("name", [name for name in CALLS if name != "erasure"])
def test_no_call_scans_a_table(full: Full, name: str) -> None:
    database = full.world.backend.db
    with recorded(database) as sent:
        answer = CALLS[name](full)
    assert answer.status in (200, 201), answer.raw
    assert full.wait(walks(database, sent, MOST)) == []


def test_several_texts_are_looked_up_in_indexes(full: Full) -> None:
    database = full.world.backend.db
    with recorded(database) as sent:
        answer = support_calls.resolve_all(full)
    assert [each["q"] for each in answer.data["matches"]] == [0, 1, 4, 5, 5], answer.raw
    assert full.wait(walks(database, sent, MOST, as_if_large=True)) == []


def test_faults_are_counted_in_their_indexes_up_to_a_limit(full: Full, monkeypatch: pytest.MonkeyPatch) -> None:
    database, most = full.world.backend.db, MOST // 2
    monkeypatch.setattr(faults, "COUNTED", most * len(FaultKind))
    with recorded(database) as sent:
        answer = full.world.get(f"{full.world.game}/faults?limit=1")
    told = {each["kind"]: (each["count"], each["counted"]) for each in answer.data["counts"]}
    assert told["roll_failed"] == (most, "at_least")
    assert told["grant_pending"][1] == told["stuck"][1] == "at_least"
    assert told["grant_expired"] == (0, "exact")
    assert full.wait(walks(database, sent, MOST)) == []
    if not database.postgresql:
        steps = [step for each in sent if "candidates" in each.text for step in full.wait(steps_of(database, each))]
        found = [
            step for step in steps if re.match(r"SEARCH (attempts|grants) USING INDEX ix_\w+ \(.*environment=\?", step)
        ]
        assert len(found) >= len(FaultKind), "each kind by its own index"


def test_an_erasure_scans_only_tables_that_may_mention_a_player(full: Full) -> None:
    database = full.world.backend.db
    with recorded(database) as sent:
        assert CALLS["erasure"](full).data["status"] == "erased"
    walked = [table.name for table in forgetting.SHARED]
    elsewhere = [each for each in sent if not any(f"FROM {name}" in each.text for name in walked)]
    assert len(elsewhere) < len(sent)
    assert full.wait(walks(database, elsewhere, MOST)) == []


def test_no_job_walks_through_a_table(full: Full) -> None:
    backend = full.world.backend
    every: list[Job] = jobs(JobNeeds(backend.db, lambda: backend.clock.ms, backend.new_id))
    with recorded(backend.db) as sent:
        for job in every:
            full.wait(job.run())
    assert full.wait(walks(backend.db, sent, MOST)) == []


def test_the_seats_of_a_lobby_are_found_by_the_lobby(full: Full) -> None:
    """SQLite also reports a search if it reads all seats of the game for each lobby."""
    backend = full.world.backend
    sweeper = Sweeper(backend.db, lambda: backend.clock.ms, backend.new_id)
    with recorded(backend.db) as sent:
        full.wait(sweeps.end_lobbies(sweeper))
    due = [each for each in sent if "FROM lobby_members" in each.text and "FROM attempts" in each.text]
    assert due, "the sweep asks whose lobbies are played out"
    assert full.wait(walks(backend.db, due, MOST)) == []
    if not backend.db.postgresql:
        steps = [step for each in due for step in full.wait(steps_of(backend.db, each))]
        seats = [step for step in steps if re.match(r"SEARCH lobby_members\b", step)]
        assert seats
        assert [step for step in seats if "lobby_id=?" not in step] == []

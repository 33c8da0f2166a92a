"""Who has which fault (contract/README.md#faults)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.lookup import faults
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.client.paging import pages
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.faults import FaultPage
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import reading
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import NOW, segment
from tests.harness.contract.troubled_game import HOUR, TroubledGame
from tests.harness.each import for_each

Told = list[tuple[str, str, str, str | None]]
"""Kind, player, target and event of each row."""


def _page(world: TroubledGame, query: str = "") -> FaultPage:
    return exactly(FaultPage, world.get(f"{world.game}/faults?{query}").data)


def _told(world: TroubledGame, query: str = "") -> Told:
    page = _page(world, query)
    assert page.next_cursor is None
    return [(row.kind, row.external_player_id, row.target.id, row.event_key) for row in page.rows]


def _counts(page: FaultPage) -> dict[str, int]:
    assert page.counts is not None
    assert {each.counted for each in page.counts} == {"exact"}
    return {each.kind: each.count for each in page.counts if each.count}


def _everything(world: TroubledGame) -> Told:
    """What is wrong in the game from the start; its windows are over, and nobody has swept."""
    rewards = world.get(f"{world.player('alice')}/grants").data["rows"]
    by_event = next(row["id"] for row in rewards if row["attemptId"] == world.attempts["done"])
    return [
        ("roll_failed", "alice", world.attempts["unrolled"], "race"),
        ("window_over", "alice", world.attempts["stuck"], "race"),
        *sorted(
            [
                ("grant_pending", "alice", by_event, "race"),
                ("grant_pending", "alice", world.grants["pending"], None),
            ],
            key=lambda each: each[2],
            reverse=True,
        ),
        ("never_finished", "alice", world.attempts["late"], "race"),
    ]


def test_each_fault_is_told_with_its_player_row_and_event(still: TroubledGame) -> None:
    everything, page = _everything(still), _page(still)
    assert _told(still) == everything
    assert [row.target.kind for row in page.rows] == ["attempt", "attempt", "grant", "grant", "attempt"]
    ends = datetime.fromtimestamp((NOW - HOUR) / 1000, UTC)
    assert [row.since for row in page.rows] == [ends - timedelta(hours=1), ends, *[ends - timedelta(hours=1)] * 2, ends]
    assert page.counts is not None
    assert [each.kind for each in page.counts] == list(FaultKind)
    assert _counts(page) == {"roll_failed": 1, "window_over": 1, "grant_pending": 2, "never_finished": 1}
    pending = next(each for each in page.counts if each.kind == "grant_pending")
    assert {event.event_key: event.count for event in pending.events} == {"race": 1, None: 1}


@for_each(
    ("query", "kinds"),
    [
        ("kind=roll_failed", ["roll_failed"]),
        ("kind=not_rolled", []),
        ("eventKey=race", ["roll_failed", "window_over", "grant_pending", "never_finished"]),
        ("eventKey=training", []),
        ("kind=grant_pending&eventKey=race", ["grant_pending"]),
        (f"since={segment('2100-01-01T00:00:00Z')}", []),
        ("environment=test", []),
    ],
)
def test_faults_can_be_filtered(still: TroubledGame, query: str, kinds: list[str]) -> None:
    assert [kind for kind, *_ in _told(still, query)] == kinds
    assert list(_counts(_page(still, query))) == kinds


def test_since_is_the_beginning_of_the_fault(still: TroubledGame) -> None:
    everything = _everything(still)
    for at, kinds in ((NOW - 2 * HOUR, everything), (NOW - 2 * HOUR + 1, [everything[1], everything[-1]])):
        moment = datetime.fromtimestamp(at / 1000, UTC).isoformat()
        assert _told(still, f"since={segment(moment)}") == kinds


@for_each(
    ("query", "field"),
    [
        ("kind=nothing", "kind"),
        ("eventKey=nothing", "eventKey"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("cursor=x", "cursor"),
        ("cursor=MTIz", "cursor"),
        ("kind=stuck&cursor=CURSOR", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ],
)
def test_an_unusable_value_is_refused_by_field(still: TroubledGame, query: str, field: str) -> None:
    cursor = _page(still, "limit=1").next_cursor
    answer = still.get(f"{still.game}/faults?{query.replace('CURSOR', str(cursor))}")
    assert (answer.status, answer.fields) == (400, [field])
    if field == "kind":
        assert all(kind in str(answer.error) for kind in FaultKind), "it names what is allowed"


async def test_the_client_reads_all_pages_and_the_counts_once(still: TroubledGame) -> None:
    async with reading(still) as client:

        async def ask(cursor: str | None) -> FaultPage:
            return await client.faults(cursor=cursor, limit=2)

        found = [page async for page in pages(ask)]
        assert [row.target.id for page in found for row in page.rows] == [each[2] for each in _everything(still)]
        assert [page.counts is None for page in found] == [False, True, True]
        since = datetime.fromtimestamp((NOW - 2 * HOUR) / 1000, UTC)
        one = await client.faults(kind=FaultKind.GRANT_PENDING, event_key="race", since=since)
        assert [row.event_key for row in one.rows] == ["race"]


def test_what_is_looked_at_is_bounded_and_said(still: TroubledGame, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at two candidates, and there are two of `grant_pending` besides the crate."""
    everything = _everything(still)
    monkeypatch.setattr(faults, "CHUNK", 2)
    monkeypatch.setattr(faults, "LOOKED_AT", 2)
    monkeypatch.setattr(faults, "COUNTED", 2)
    page = _page(still, "kind=grant_pending")
    assert page.counts is not None
    [count] = page.counts
    assert count.counted == "at_least"
    assert 1 <= count.count <= 2
    rows, asked = list(page.rows), 1
    while page.next_cursor is not None:
        page = _page(still, f"kind=grant_pending&cursor={page.next_cursor}")
        rows, asked = [*rows, *page.rows], asked + 1
    assert asked > 1
    assert [row.target.id for row in rows] == [each[2] for each in everything if each[0] == "grant_pending"]


def _change_event(world: TroubledGame, key: str, **changes: Any) -> None:
    """Another definition of an event that stays open."""

    async def work(tx: Transaction) -> None:
        event = await catalog.event_by_key(tx, world.context(), key)
        tx.change(event, **changes)

    world.backend.run(work)


def test_an_attempt_whose_target_is_met_has_one_fault(world: TroubledGame) -> None:
    attempt_id = _open_attempt(world)
    assert _of(world, attempt_id) == []
    _change_event(world, "rally", metrics=[{"key": "laps", "target": 1}])
    assert _of(world, attempt_id) == [], "the finish may be on its way"
    assert _of(world, attempt_id, 0.2) == ["target_met"]
    assert _of(world, attempt_id, 50) == ["target_met"], "and not stuck, although idle for days"
    assert _of(world, attempt_id, 100) == ["target_met"]
    _change_event(world, "rally", metrics=[{"key": "laps"}])
    assert [_of(world, attempt_id, hours) for hours in (0.2, 50, 100)] == [[], ["stuck"], ["window_over"]]


def _open_attempt(world: TroubledGame) -> str:
    """An attempt with one lap of three, in an event that is open for four days."""
    open_events.define(world, "rally", window=(-HOUR, 96 * HOUR))
    attempt_id = open_events.begin(world, "rally")
    body = {"mode": "set", "metrics": {"laps": 1}, "idempotencyKey": "lap-0000-0001"}
    assert (
        world.play("POST", f"/players/alice/events/rally/attempts/{attempt_id}/progress", body, who="alice").status
        == 200
    )
    return attempt_id


def _of(world: TroubledGame, row_id: str, hours: float = 0) -> list[str]:
    """The faults of a row so many hours later, when no session would be valid any more."""

    async def work(tx: Transaction) -> list[str]:
        now_ms = world.backend.clock.ms + round(hours * HOUR)
        reader = faults.FaultReader(tx, world.tenant, "live", faults.FaultFilters(), now_ms)
        await reader.prepare()
        rows, _ = await reader.page(None, 200)
        return [row["kind"] for row in rows if row["target"]["id"] == row_id]

    return world.backend.run(work)


def test_rewards_by_rank_are_not_missing_before_the_close(world: TroubledGame) -> None:
    tiers = [{"fromRank": 1, "toRank": 3, "bundle": {"entries": [open_events.GOLD]}}]
    attempt_id = _open_attempt(world)
    _change_event(world, "rally", reward_policy={"type": "rank_scaled", "tiers": tiers})
    done = {"reason": "crashed", "idempotencyKey": "done-0000-0001"}
    assert world.post(f"{world.game}/attempts/{attempt_id}/force-complete", done).status == 200
    assert _of(world, attempt_id) == []
    assert _of(world, attempt_id, 97) == ["not_rolled"]
    _change_event(world, "rally", reward_policy={"type": "none"})
    assert _of(world, attempt_id, 97) == []


def test_a_milestones_grant_is_of_its_event(world: TroubledGame) -> None:
    milestone = {"key": "one", "metricKey": "laps", "threshold": 1, "entries": [open_events.GOLD]}
    open_events.define(world, "rally", milestone_rewards=[milestone])
    attempt_id = open_events.begin(world, "rally")
    body = {"mode": "set", "metrics": {"laps": 1}, "idempotencyKey": "lap-0000-0001"}
    path = f"/players/alice/events/rally/attempts/{attempt_id}/progress"
    [fired] = world.play("POST", path, body, who="alice").data["milestonesFired"]
    world.backend.clock.ms += 11 * 60_000
    [grant] = fired["grants"]
    assert _told(world, "kind=grant_pending&eventKey=rally") == [("grant_pending", "alice", grant["id"], "rally")]


def test_a_merge_takes_faults_along_and_who_was_erased_has_none(world: TroubledGame) -> None:
    everything = _everything(world)
    assert world.serve("POST", "/players/alice/merge-into/alicia", {}).status == 200
    assert _told(world) == [(kind, "alicia", *rest) for kind, _, *rest in everything]
    assert world.serve("POST", "/players/alicia/delete", {}).status == 200
    assert _told(world) == []
    assert _counts(_page(world)) == {}

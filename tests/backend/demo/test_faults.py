"""What a backend tells of everybody's faults is what the diagnosis says of each player's look-up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.lookup import snapshot as snapshots
from kraty_console.backend.lookup.faults import FaultFilters, FaultPosition, FaultReader
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import players
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.faults import FaultRow
from kraty_console.contract.players import Snapshot
from kraty_console.domain.fault_report import player_report
from kraty_console.domain.problems import KIND_OF
from tests.backend.demo.conftest import NOW, Loaded

DAY = 24 * 3_600_000
MOMENTS = (NOW, NOW + 2 * DAY, NOW + 40 * DAY)
"""Nobody sweeps: later, windows are over, and grants past their expiry."""

Told = tuple[str, str, str, datetime | None]
"""Kind, player, row and since when."""


async def _told(database: Database, loaded: Loaded, now_ms: int) -> tuple[list[FaultRow], list[Any]]:
    """All faults, and the counts."""
    async with database.read() as tx:
        reader = FaultReader(tx, loaded.tenant, "live", FaultFilters(), now_ms)
        await reader.prepare()
        rows: list[FaultRow] = []
        page, cursor = await reader.page(None, 200)
        rows += map(FaultRow.model_validate, page)
        while cursor is not None:
            page, cursor = await reader.page(FaultPosition.decoded(cursor), 200)
            rows += map(FaultRow.model_validate, page)
        return rows, await reader.counts()


async def _looked_up(database: Database, loaded: Loaded) -> list[Snapshot]:
    async with database.read() as tx:
        everybody = (
            await tx.execute(sa.select(players.c.external_player_id).where(players.c.deleted_at.is_(None)))
        ).all()
    if database.postgresql:  # of which SQLite has looked at everybody
        everybody = everybody[::3]
    found = [await snapshots.build(database, loaded.tenant, "live", row[0], limit=200) for row in everybody]
    return [Snapshot.model_validate(each) for each in found if each is not None]


def _diagnosed(snapshot: Snapshot, now: datetime) -> set[Told]:
    player = snapshot.player.external_player_id
    return {
        (KIND_OF[fault.code], player, fault.row_id, fault.since)
        for fault in player_report(snapshot, now).faults
        if fault.code in KIND_OF
    }


async def test_faults_and_the_diagnosis_of_everybody_agree(database: Database, loaded: Loaded) -> None:
    everybody = await _looked_up(database, loaded)
    events = {attempt.id: attempt.event_key for each in everybody for attempt in each.attempts}
    shown = {row.id for each in everybody for row in (*each.attempts, *each.grants)}
    seen: set[str] = set()
    for now_ms in MOMENTS:
        rows, counts = await _told(database, loaded, now_ms)
        assert {each["kind"]: each["count"] for each in counts} == {
            kind: sum(row.kind == kind for row in rows) for kind in FaultKind
        }
        by_event = {(each["kind"], event["eventKey"]): event["count"] for each in counts for event in each["events"]}
        assert by_event == Counter((row.kind, row.event_key) for row in rows)
        assert {each["counted"] for each in counts} == {"exact"}
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        diagnosed = {told for each in everybody for told in _diagnosed(each, now)}
        told = [(row.kind, row.external_player_id, row.target.id, row.since) for row in rows]
        assert len(set(told)) == len(told)
        assert {each for each in told if each[2] in shown} == diagnosed
        wrong = {row.target.id: row.event_key for row in rows if row.target.id in events}
        assert wrong == {target: events[target] for target in wrong}
        seen |= {kind for kind, *_ in diagnosed}
    assert seen == set(FaultKind) - {FaultKind.TARGET_MET}


@pytest.mark.parametrize("limit", [7])
async def test_pages_of_any_size_are_the_same_rows(database: Database, loaded: Loaded, limit: int) -> None:
    whole, _ = await _told(database, loaded, NOW)
    async with database.read() as tx:
        reader = FaultReader(tx, loaded.tenant, "live", FaultFilters(kind=FaultKind.GRANT_EXPIRED), NOW)
        await reader.prepare()
        rows: list[dict[str, Any]] = []
        page, cursor = await reader.page(None, limit)
        while cursor is not None:
            rows += page
            assert len(page) == limit
            page, cursor = await reader.page(FaultPosition.decoded(cursor), limit)
    assert [row.raw() for row in whole if row.kind == FaultKind.GRANT_EXPIRED] == [*rows, *page]

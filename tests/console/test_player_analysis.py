"""The console analyses each snapshot once, however many views show it."""

from __future__ import annotations

from datetime import datetime

import pytest

from kraty_console.contract.players import Attempt, Snapshot
from kraty_console.domain import diagnosis
from kraty_console.domain.action_hints import ActionHints
from kraty_console.domain.grant_links import Links
from kraty_console.domain.problems import Diagnosis
from tests.harness.console.driver import at
from tests.harness.console.stage import DemoStage


async def test_a_player_is_analysed_once_while_the_cursor_moves(
    backend: DemoStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed: list[Snapshot] = []
    diagnosed: list[str] = []
    build, attempt_faults = Links.__init__, diagnosis.attempt_faults

    def counted_build(self: Links, snapshot: Snapshot) -> None:
        indexed.append(snapshot)
        build(self, snapshot)

    def counted_faults(
        attempt: Attempt, snapshot: Snapshot, now: datetime, links: Links, how: ActionHints
    ) -> tuple[Diagnosis, ...]:
        diagnosed.append(attempt.id)
        return attempt_faults(attempt, snapshot, now, links, how)

    monkeypatch.setattr(Links, "__init__", counted_build)
    monkeypatch.setattr(diagnosis, "attempt_faults", counted_faults)
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("j", "2", "k", "1", "enter")
        assert len(indexed) == 1
        assert sorted(diagnosed) == sorted({*diagnosed})

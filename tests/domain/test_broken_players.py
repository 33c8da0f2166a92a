"""Broken players of every kind: the faults, the one next step, and what not to do."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import pytest

from kraty_console.domain import cautions, player_analysis
from kraty_console.domain.cautions import CautionRule
from kraty_console.domain.fault_report import PlayerReport, player_report
from kraty_console.domain.next_step import next_steps
from kraty_console.present.fault_report import report_text
from tests.harness.domain.broken_histories import HISTORIES
from tests.harness.domain.broken_pairs import BANNED, PAIRS
from tests.harness.domain.broken_players import BrokenPlayer
from tests.harness.domain.broken_rows import PARTIAL, SINGLE
from tests.harness.domain.snapshots import NOW
from tests.harness.each import for_each

PLAYERS: Final = (*SINGLE, *PARTIAL, *PAIRS, *BANNED, *HISTORIES)
_KEY: Final = re.compile(r"\b[A-Z] (?:lifts|delivers|opens)\b|\([A-Z]\)|\bwith [A-Z0-9]\b|\bm shows\b|\bpress\b")
"""How texts name a key of the console."""


def report_of(case: BrokenPlayer) -> PlayerReport:
    """What `diagnose` finds."""
    return player_report(case.snapshot(), NOW, ticket=case.ticket, catalog=case.catalog)


def rules_of(report: PlayerReport) -> set[CautionRule]:
    """The rules of what not to do, those that hold an action back among them."""
    return {each.rule for fault in report.faults for each in (*fault.stopping, *fault.cautions)}


@for_each("case", PLAYERS)
def test_broken_players(case: BrokenPlayer) -> None:
    report = report_of(case)
    assert tuple((each.code, each.row_id) for each in report.faults) == case.faults
    first = report.faults[0].action
    assert (first.id if first is not None else None) == case.action
    assert rules_of(report) == case.rules
    offered = {each.action.id for each in report.faults if each.action is not None}
    assert not offered & set(case.never)
    assert report.is_wrong
    text = report_text(report, case.snapshot(), NOW)
    for words in case.says:
        assert words in f"{text} {report.step.text}"
    assert not _KEY.search(text)
    assert not _KEY.search(report.step.text)
    assert "Nothing is wrong" not in text


@for_each("case", PLAYERS)
def test_the_console_gives_the_same_step(case: BrokenPlayer) -> None:
    seen = case.snapshot()
    steps = next_steps(seen, NOW, ticket=case.ticket, catalog=case.catalog)
    report = report_of(case)
    assert [(each.diagnosis.code, each.row.row_id) for each in steps.troubles] == list(case.faults)
    other = steps.for_player().other
    if seen.player.merged_into is not None:
        assert other is None, "every change is refused there"
        return
    first = report.faults[0]
    assert other is not None
    assert (other.pane, other.row_id) == (first.pane, first.row_id)
    scope = {"attempts": "attempt", "grants": "grant", "lobbies": "lobby"}[first.pane]
    step = steps.for_row(scope, first.row_id)  # type: ignore[arg-type]
    assert step.action_id == case.action
    assert step.avoid == tuple(each.words for each in first.cautions)
    assert "kraty-console" not in step.text


def test_there_are_enough_of_each_kind() -> None:
    assert len(PLAYERS) >= 80
    assert len({case.name for case in PLAYERS}) == len(PLAYERS)
    assert sum(len(case.faults) > 1 for case in PLAYERS) >= 10
    counts = Counter(rule for case in PLAYERS for rule in case.rules)
    assert all(counts[rule] >= 2 for rule in CautionRule), counts


@pytest.mark.parametrize("rule", CautionRule)
def test_without_a_rule_its_players_are_told_something_else(rule: CautionRule, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(found: tuple[cautions.Caution, ...]) -> tuple[cautions.Caution, ...]:
        return tuple(each for each in found if each.rule is not rule)

    ours = [case for case in PLAYERS if rule in case.rules]
    before = [report_text(report_of(case), case.snapshot(), NOW) for case in ours]
    for name in ("attempt_cautions", "grant_cautions"):
        made = getattr(cautions, name)
        monkeypatch.setattr(player_analysis, name, lambda *args, made=made: without(made(*args)))
    after = [report_text(report_of(case), case.snapshot(), NOW) for case in ours]
    assert all(one != other for one, other in zip(before, after, strict=True))

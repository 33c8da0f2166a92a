"""The analysis of a snapshot is computed once and shared while its statements about time are valid."""

from __future__ import annotations

from datetime import timedelta

from kraty_console.domain.grant_links import links_of
from kraty_console.domain.next_step import next_steps
from kraty_console.domain.player_analysis import VALID_FOR, analysis_of
from tests.harness.domain.snapshots import NOW, attempt, snapshot


def test_next_steps_are_computed_once_while_valid() -> None:
    seen = snapshot()
    first = next_steps(seen, NOW)
    assert next_steps(seen, NOW + VALID_FOR / 2) is first
    for later in (VALID_FOR, timedelta(hours=1), timedelta(seconds=-1)):
        again = next_steps(seen, NOW + later)
        assert again is not first
        first = again


def test_next_steps_depend_on_what_the_backend_offers() -> None:
    seen = snapshot()
    assert next_steps(seen, NOW).for_player().words.endswith("credit the wallet with C.")
    assert next_steps(seen, NOW, can_credit=False).for_player().words.endswith("with M.")


def test_each_snapshot_has_its_own_analysis_and_links() -> None:
    first, second = snapshot(), snapshot()
    analysis, links = analysis_of(first), links_of(first)
    assert (analysis_of(first), links_of(first)) == (analysis, links)
    assert analysis_of(second) is not analysis
    assert links_of(second) is not links
    assert analysis_of(second).links is links_of(second)


def test_two_snapshots_keep_their_results_side_by_side() -> None:
    shown, arriving, third = snapshot(), snapshot(), snapshot()
    analyses = analysis_of(shown), analysis_of(arriving)
    assert (analysis_of(shown), analysis_of(arriving)) == analyses
    assert analysis_of(third) not in analyses
    assert analysis_of(arriving) is analyses[1]
    assert analysis_of(shown) is not analyses[0]


def test_the_diagnoses_of_a_row_are_computed_once_while_valid() -> None:
    seen = snapshot(attempts=[attempt()])
    analysis = analysis_of(seen)
    faults = analysis.attempt_faults(seen.attempts[0], NOW)
    assert analysis.attempt_faults(seen.attempts[0], NOW + VALID_FOR / 2) is faults
    assert analysis.attempt_faults(seen.attempts[0], NOW + VALID_FOR) is not faults

"""One analysis of a snapshot serves all views while its statements about time hold."""

from __future__ import annotations

from datetime import timedelta

from kraty_console.client.fetched import Fetched
from kraty_console.console.player_analysis import VALID_FOR, PlayerAnalysis
from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.contract.players import Snapshot
from tests.harness.console.driver import at
from tests.harness.console.stage import NOW, DemoStage

SNAPSHOT = Snapshot.model_validate({"player": {"externalPlayerId": "alice_42"}})


def test_the_next_steps_are_made_once_while_they_hold() -> None:
    analysis = PlayerAnalysis(SNAPSHOT)
    first = analysis.next_steps(NOW, can_credit=True, can_merge=False)
    assert analysis.next_steps(NOW + VALID_FOR / 2, can_credit=True, can_merge=False) is first
    for later in (VALID_FOR, timedelta(hours=1), timedelta(seconds=-1)):
        again = analysis.next_steps(NOW + later, can_credit=True, can_merge=False)
        assert again is not first
        first = again


def test_what_the_backend_turns_out_to_lack_changes_them() -> None:
    analysis = PlayerAnalysis(SNAPSHOT)
    first = analysis.next_steps(NOW, can_credit=True, can_merge=False)
    assert first.for_player().words.endswith("credit the wallet with C.")
    assert analysis.next_steps(NOW, can_credit=False, can_merge=False).for_player().words.endswith("with M.")


def test_every_answer_has_an_analysis_of_its_own() -> None:
    state = PlayerState().loading("alice_42", NOW).arrived(Fetched(SNAPSHOT, None, 1.0, None), NOW)
    assert state.analysis is not None
    assert state.loading("alice_42", NOW).analysis is state.analysis
    assert state.arrived(None, NOW).analysis is state.analysis
    assert state.arrived(Fetched(SNAPSHOT, None, 1.0, None), NOW).analysis is not state.analysis
    assert state.loading("bob_7", NOW).analysis is None
    assert (state.status, PlayerState().analysis) == (LoadStatus.READY, None)


async def test_opening_a_player_and_moving_the_cursor_makes_one_analysis(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        analysis = hand.app.bottom.state.analysis
        assert analysis is not None
        steps = analysis.next_steps(NOW, can_credit=True, can_merge=False)
        await hand.press("j", "2", "k", "1")
        assert hand.app.bottom.state.analysis is analysis
        assert analysis.next_steps(NOW, can_credit=True, can_merge=False) is steps

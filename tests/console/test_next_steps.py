"""`.` on each ticket of the demo world: the dialog that mends it, filled in, or the words to answer with."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.domain.fields import Value
from tests.harness.console.driver import SIZE, SMALL, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


@dataclass(frozen=True)
class Step:
    """What `.` leads to for a player as soon as they are opened."""

    player: str
    action: str
    """The dialog's action; empty where there is only something to say."""
    pane: str
    words: tuple[str, ...]
    """Seen before `.` is pressed, or said by it."""
    values: dict[str, Value] = field(default_factory=dict)


STEPS = (
    Step("alice_42", "attempt.retry_roll", "attempts", ("roll failed", "Retry the")),
    Step("bob_7", "grant.force_claim", "grants", ("pending",)),
    Step("carol_ng", "attempt.force_complete", "attempts", ("stuck for",), {"then_roll": True, "final_score": "740"}),
    Step(
        "dave.k", "attempt.force_complete", "attempts", ("never finished",), {"then_roll": True, "final_score": "1310"}
    ),
    Step("erin", "grant.force_claim", "grants", ("pending",)),
    Step("frank", "", "grants", ("The player is banned",)),
    Step("grace_hopper", "", "attempts", ("Nothing is wrong",)),
    Step("ivy", "grant.force_claim", "grants", ("expired",)),
)


@pytest.mark.parametrize("step", STEPS, ids=[each.player for each in STEPS])
async def test_the_next_step_of_a_ticket(backend: DemoStage, wire: FaultyTransport, step: Step) -> None:
    async with at(backend.app(player=step.player)) as driver:
        await driver.looks_at(step.player)
        await driver.press("full_stop")
        if not step.action:
            assert driver.app.screen is driver.app.bottom
            for words in step.words:
                assert words in driver.text
        else:
            await driver.opened(ActionDialog)
            dialog = driver.app.screen
            assert isinstance(dialog, ActionDialog)
            assert dialog.form.action_id == step.action
            assert dialog.form.external_player_id == step.player
            shown = dialog.query_one(FormBody).values
            assert {name: shown[name] for name in step.values} == step.values
            await driver.press("escape")
            await driver.closed()
            assert driver.app.bottom.pane == step.pane
            for words in step.words:
                assert words in driver.text
    assert not wire.changes


async def test_the_next_step_of_a_healthy_row_goes_to_the_faulty_row(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        screen = driver.app.bottom
        troubled = screen.table.row
        assert troubled is not None
        await driver.press("G")
        assert screen.table.row is not troubled
        assert "This row is fine." in driver.text
        assert "daily_race (2h ago)" in driver.text
        assert "press .  go there" in driver.text
        await driver.press("2", "full_stop")
        assert driver.app.screen is screen, "no dialog for a row that nobody looks at"
        assert (screen.pane, screen.table.row and screen.table.row.id) == ("attempts", troubled.id)
        assert "now at daily_race (2h ago); . again opens retry roll" in driver.text
        await driver.press("full_stop")
        await driver.opened(ActionDialog)
        assert isinstance(driver.app.screen, ActionDialog)
        assert driver.app.screen.form.target_id == troubled.id
    assert not wire.changes


@pytest.mark.parametrize(
    ("player", "size"), [*((each.player, SMALL) for each in STEPS), ("alice_42", SIZE), ("carol_ng", SIZE)]
)
async def test_the_advice_is_shown_in_full_on_every_row(backend: DemoStage, size: tuple[int, int], player: str) -> None:
    async with at(backend.app(player=player), size=size) as driver:
        await driver.looks_at(player)
        screen = driver.app.bottom
        heights = set()
        for row in range(len(screen.table.rows)):
            await driver.press("g" if row == 0 else "j")
            assert screen.step is not None
            shown = [
                driver.text.splitlines()[y] for y in range(screen.next_step.region.y, screen.next_step.region.bottom)
            ]
            told = " ".join(line[: screen.next_step.region.width].strip() for line in shown)
            assert "…" not in told, (row, shown)
            heights.add(screen.next_step.region.height)
        assert len(heights) <= 1, "nothing jumps while the cursor moves"

"""The lists: palette, keys, recent players; and the menu they are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kraty_console.console.dialogs.keys import KeysDialog, key_rows
from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.pick import PickDialog, narrowed
from kraty_console.console.dialogs.recent import RecentDialog
from kraty_console.contract.permissions import ROLE_PERMISSIONS
from kraty_console.domain.action_choice import actions, fits
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import REGISTRY
from kraty_console.domain.keymap import key_label
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, typed, until
from tests.harness.console.idle import wait_until_idle


def context(role: str = "GAME_DEBUGGER", **more: Any) -> ActionContext:
    return ActionContext(
        snapshot=dialog_forms.SNAPSHOT,
        row_scope="attempt",
        row_id=dialog_forms.FAILED,
        role=role,
        permissions=ROLE_PERMISSIONS[role],
        **more,
    )


def text_of(app: Host) -> str:
    return "\n".join(dialog_forms.screen_lines(app))


async def test_the_palette_narrows_and_answers_the_action() -> None:
    async with running(Host(lambda: PaletteDialog(context()))) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "retry")
        assert dialog.menu.current.id == "attempt.retry_roll"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == ["attempt.retry_roll"]


async def test_the_palette_explains_a_disabled_action_and_does_not_choose_it() -> None:
    async with running(Host(lambda: PaletteDialog(context()))) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "manual")
        assert dialog.menu.current.id == "player.grant"
        assert "off: needs grant.manual_create (GAME_ADMIN); you are GAME_DEBUGGER" in text_of(pilot.app)
        await pilot.press("enter")
        assert pilot.app.screen is dialog
        await typed(pilot, "zzzz")
        assert dialog.menu.current is None
        assert "nothing is called that" in text_of(pilot.app)


def test_a_key_finds_its_action() -> None:
    dialog = PaletteDialog(context())
    assert dialog.narrow("R")[0].id == "attempt.retry_roll"
    assert dialog.narrow("y")[0].id == "copy.audit_link"
    session = {spec.id for spec in REGISTRY if not spec.key_only and not spec.inbox_only}
    assert {row.id for row in dialog.narrow("")} == session - {"palette.open"}


def test_server_key_actions_are_offered_only_with_a_server_key() -> None:
    keyed = PaletteDialog(replace(context("GAME_ADMIN"), uses_key=True))
    assert {"wallet.debit", "player.merge"} <= {row.id for row in keyed.rows}
    assert not {"wallet.debit", "player.merge"} & {row.id for row in PaletteDialog(context()).rows}


def test_a_read_only_profile_is_offered_no_change() -> None:
    dialog = PaletteDialog(context("GAME_ADMIN", read_only=True))
    changing = {spec.id for spec in REGISTRY if spec.is_write}
    assert not changing & {row.id for row in dialog.rows}
    assert not changing & {row.id for row in key_rows(context("GAME_ADMIN", read_only=True))}


def test_the_keys_are_those_of_the_registry_or_of_the_keymap() -> None:
    rows = key_rows(context("GAME_ADMIN"))
    shown = " ".join(row.right for row in rows).split()
    for spec in actions(context("GAME_ADMIN")):
        if fits(spec, context("GAME_ADMIN")):
            assert all(key_label(key) in shown for key in spec.keys), spec.id
    assert [row.left for row in rows if row.right == "F"] == [
        spec.help for spec in REGISTRY if spec.id == "attempt.force_complete"
    ]
    remapped = key_rows(context("GAME_ADMIN"), {"ticket.set": ("x",)})
    assert any(row.id == "ticket.set" and row.right == "x" for row in remapped)


async def test_the_keys_say_why_one_is_off_and_do_what_is_on() -> None:
    async with running(Host(lambda: KeysDialog(context()))) as pilot:
        dialog = await opened(pilot)
        assert dialog.menu.current.id == "attempt.retry_roll"  # what can be done comes first
        assert "off:" not in text_of(pilot.app)
        await pilot.press("j", "j")
        assert dialog.menu.current.id == "attempt.force_complete"
        assert "off: this attempt is already complete" in text_of(pilot.app)
        await pilot.press("enter")
        assert pilot.app.screen is dialog
        await pilot.press("k", "k", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == ["attempt.retry_roll"]


def test_the_palette_lists_enabled_actions_first_and_trivial_ones_last() -> None:
    for rows in (PaletteDialog(context()).rows, PaletteDialog(ActionContext(row_scope="player", row_id="p")).rows):
        on = [row.id for row in rows if not row.off]
        assert [row.id for row in rows][: len(on)] == on
        assert on.index("row.down") > on.index("help.open")


def test_a_read_only_help_starts_with_the_reading_keys() -> None:
    headings = [row.left for row in key_rows(context("GAME_VIEWER")) if row.heading]
    assert headings == ["LOOKS", "CHANGES SOMETHING, ALWAYS THROUGH A DIALOG"]
    assert [row.left for row in key_rows(context("GAME_ADMIN")) if row.heading] == headings[::-1]


def test_no_two_rows_of_the_palette_say_the_same() -> None:
    rows = PaletteDialog(replace(context("GAME_ADMIN"), uses_key=True)).rows
    words = [row.left[18:].strip() for row in rows]
    assert len(set(words)) == len(words)


async def test_recent_players_are_answered_by_their_real_id() -> None:
    players = [("alice_42", "2 min ago"), ("evil\x1b[31m", "1h ago"), ("bob_7", "3h ago")]
    async with running(Host(lambda: RecentDialog(players))) as pilot:
        await opened(pilot)
        assert "evil␛[31m" in text_of(pilot.app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == ["evil\x1b[31m"]


async def test_no_recent_players_say_how_to_get_some() -> None:
    async with running(Host(lambda: RecentDialog([]))) as pilot:
        await opened(pilot)
        assert "search with /" in text_of(pilot.app)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == [None]


async def test_a_long_list_scrolls_with_its_cursor() -> None:
    rows = [MenuRow(f"r{number}", f"row {number}") for number in range(200)]
    async with running(Host(lambda: PickDialog("Many", rows, empty="none", current="r150"))) as pilot:
        dialog = await opened(pilot)
        assert dialog.menu.current.id == "r150"
        assert "▸ row 150" in text_of(pilot.app)
        await pilot.press("pagedown")
        await wait_until_idle(pilot.app)
        assert f"▸ {dialog.menu.current.left}" in text_of(pilot.app)
        dialog.menu.action_last()
        await wait_until_idle(pilot.app)
        assert "▸ row 199" in text_of(pilot.app)
        dialog.menu.action_first()
        await wait_until_idle(pilot.app)
        assert "▸ row 0" in text_of(pilot.app)


@pytest.mark.parametrize("typed", ["1840", "1 840", "1,840", "1\u2009840", "GOLD 1,8"])
def test_narrowing_finds_numbers_however_their_groups_are_typed(typed: str) -> None:
    rows = [MenuRow("a", "gold 1\u202f840"), MenuRow("b", "gold 2\u202f500")]
    assert [row.id for row in narrowed(rows, typed)] == ["a"]


def test_narrowing_keeps_the_order_of_equals_and_drops_headings() -> None:
    rows = [MenuRow("", "HEAD", heading=True), MenuRow("a", "gold one"), MenuRow("b", "gold two"), MenuRow("c", "x")]
    assert [row.id for row in narrowed(rows, "gold")] == ["a", "b"]
    assert narrowed(rows, "") == rows

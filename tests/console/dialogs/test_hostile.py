"""What strangers wrote, in every place a dialog shows: nothing steers, nothing is read as markup, nothing breaks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual.content import Content

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.draft import Draft
from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.lines import masked, refusal
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.phases import DialogUse
from kraty_console.console.dialogs.recent import RecentDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.contract.audit import AuditLink
from kraty_console.contract.catalog import Catalog, CatalogCurrency
from kraty_console.contract.characters import first_unsafe
from kraty_console.contract.errors import Refused
from kraty_console.contract.permissions import ROLE_PERMISSIONS
from kraty_console.contract.players import Attempt, Identity, Player, Snapshot, WalletHolding
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.fields import EffectContext, FormContext
from kraty_console.domain.forms import form_for
from tests.data import load_hostile
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, typed, until
from tests.harness.console.idle import wait_until_idle

STRINGS = [entry.value for entry in load_hostile() if entry.raw is None and entry.value]
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def assert_calm(app: Host, what: str) -> None:
    for line in dialog_forms.screen_lines(app):
        for character in line:
            category = unicodedata.category(character)
            assert category not in ("Cc", "Cs", "Zl", "Zp"), (what, line)
            assert character not in BIDI, (what, line)
            assert category != "Cf" or character == "\u200d", (what, line)


def world_of(text: str) -> EffectContext:
    snapshot = Snapshot(
        player=Player(external_player_id=text, id="p1", display_identity=Identity(name=text)),
        attempts=[Attempt(id=dialog_forms.STUCK, event_key=text, status=text, score=3, grant_ids=[])],
        wallet=[WalletHolding(economy_key=text, balance=5)],
    )
    return EffectContext(
        snapshot, dialog_forms.NOW, Catalog(currencies=[CatalogCurrency(key=text), CatalogCurrency(key="gold")])
    )


def dialog_of(action_id: str, text: str, lines: Sequence[str] = ()) -> ActionDialog:
    seen = world_of(text)

    async def never(*_: Any) -> Any:
        return dialog_forms.refused(Refused(text, code=text, status=409, request_id=text))

    asked = FormContext(seen.snapshot, seen.now, dialog_forms.STUCK, text, {}, seen.catalog, 1)
    if action_id == "wallet.credit":
        asked = replace(asked, row_id=text)
    form = form_for(action_id, asked)
    short = tuple(line[:200] for line in lines)
    use = DialogUse(
        replace(form, subject_lines=(*form.subject_lines, *short), title=text, confirm_label=text, running=text),
        Draft(lambda: "kc_1", {"reason": text}),
        "live",
        submit=never,
        resolve=never,
        see=lambda: seen,
        reasons=(text,),
        role=text,
    )
    return ActionDialog(use)


async def test_every_string_in_the_dialogs_of_changes() -> None:
    todo: list[tuple[str, list[str]]] = []

    def make() -> ActionDialog:
        action_id, batch = todo[0]
        return dialog_of(action_id, batch[0], batch)

    async with running(Host(make), size=(100, 70)) as pilot:
        for number, start in enumerate(range(0, len(STRINGS), 24)):
            action_id = ("attempt.force_complete", "wallet.credit", "player.ban", "player.grant")[number % 4]
            todo[:] = [(action_id, STRINGS[start : start + 24])]
            pilot.app.action_open_dialog()
            await until(pilot, lambda: getattr(pilot.app.screen, "open", False))
            await wait_until_idle(pilot.app)
            assert_calm(pilot.app, todo[0][1][0])
            pilot.app.screen.dismiss(None)
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_a_hostile_refusal() -> None:
    text = "\x1b]52;c;aGk=\x07[/nope][red]a\u202eb\nc"
    async with running(Host(lambda: dialog_of("wallet.credit", text))) as pilot:
        dialog = await opened(pilot)
        dialog._start(None)
        await until(pilot, lambda: "409" in "\n".join(dialog_forms.screen_lines(pilot.app)))
        assert_calm(pilot.app, text)


async def test_every_string_as_a_recent_player_comes_back_as_it_is() -> None:
    async with running(Host(lambda: RecentDialog([(text, text) for text in STRINGS]))) as pilot:
        dialog = await opened(pilot)
        for _ in range(0, len(STRINGS), 10):
            assert_calm(pilot.app, "recent")
            dialog.menu.move(10)
            await wait_until_idle(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == [STRINGS[-1]]


async def test_every_string_in_the_journal() -> None:
    entries = [
        replace(
            dialog_forms.entry(str(number)),
            player=text,
            ticket=text,
            member=text,
            error=text,
            path=text,
            body=text,
            request_id=text,
            profile=text,
            audit=AuditLink(id=text, url=text),
        )
        for number, text in enumerate(STRINGS)
    ]
    async with running(Host(lambda: JournalDialog(entries, now=dialog_forms.NOW)), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        for number in range(0, len(STRINGS), 4):
            assert_calm(pilot.app, "journal")
            dialog.menu.move(4)
            await wait_until_idle(pilot.app)
            if number % 48 == 0:
                dialog.menu.action_select()
                await until(pilot, lambda: getattr(pilot.app.screen, "open", False) and pilot.app.screen is not dialog)
                await wait_until_idle(pilot.app)
                assert_calm(pilot.app, "entry")
                pilot.app.screen.dismiss(None)
                await until(pilot, lambda: pilot.app.screen is dialog)


async def test_hostile_roles_tickets_and_filters() -> None:
    text = "\x1b[2J\u202e[/x]"
    context = ActionContext(
        snapshot=world_of(text).snapshot.model_copy(
            update={"player": Player(external_player_id=text, merged_into=text)}
        ),
        row_scope="attempt",
        row_id=dialog_forms.STUCK,
        role=text,
        permissions=ROLE_PERMISSIONS["GAME_ADMIN"],
    )
    for make in (
        lambda: PaletteDialog(context),
        lambda: TicketDialog(text),
        lambda: FilterDialog("Grants", text),
    ):
        async with running(Host(make)) as pilot:
            await opened(pilot)
            await typed(pilot, "force")
            assert_calm(pilot.app, "question")


def test_a_mask_keeps_the_length_so_that_the_cursor_stays_true() -> None:
    for text in STRINGS:
        assert len(masked(text)) == len(text)
        assert first_unsafe(masked(text)) is None or "\u200d" in text
    assert masked("plain \\ text…") == "plain \\ text…"


def test_a_refusal_names_the_character() -> None:
    assert "U+001B" in refusal("\x1b")
    assert "right-to-left override" in refusal("\u202e")
    assert Content(refusal("\x07")).plain.isprintable()

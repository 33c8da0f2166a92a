"""The documents: a row in words and as JSON, and the journal of actions."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content

from kraty_console.client.journal_entries import EntryState, JournalEntry
from kraty_console.client.writer import ChangeOutcome
from kraty_console.console.dialogs.journal import JournalDialog, entry_text, state_words
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.domain.formatting import grouped
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, until
from tests.harness.console.idle import wait_until_idle


def text_of(app: Host) -> str:
    return "\n".join(dialog_forms.screen_lines(app))


async def test_a_document_scrolls_swaps_and_copies_what_is_real() -> None:
    copied: list[str] = []

    def copy(text: str) -> str:
        copied.append(text)
        return f"sent to the terminal's clipboard ({len(text)} bytes)"

    words = Content("\n".join(f"line {number}" for number in range(100)))

    def make() -> TextDialog:
        return TextDialog(
            "grant", words, raw=Content('{"a": "␛"}'), copied="words", copied_raw='{"a": "\x1b"}', copy=copy
        )

    async with running(Host(make)) as pilot:
        await opened(pilot)
        assert "line 0" in text_of(pilot.app)
        await pilot.press("G")
        await wait_until_idle(pilot.app)
        assert "line 99" in text_of(pilot.app)
        await pilot.press("g", "c")
        await wait_until_idle(pilot.app)
        assert "line 0" in text_of(pilot.app)
        assert "sent to the terminal's clipboard (5 bytes)" in text_of(pilot.app)
        await pilot.press("J")
        await wait_until_idle(pilot.app)
        assert '{"a": "␛"}' in text_of(pilot.app)
        await pilot.press("c", "q")
        await until(pilot, lambda: pilot.app.answers)
    assert copied == ["words", '{"a": "\x1b"}']


async def test_numbers_copied_from_a_document_have_no_grouping() -> None:
    copied: list[str] = []

    def copy(text: str) -> str:
        copied.append(text)
        return "sent"

    words = Content(f"score {grouped(1840)} of {grouped(12500)}")
    async with running(Host(lambda: TextDialog("attempt", words, copy=copy))) as pilot:
        await opened(pilot)
        assert grouped(1840) in text_of(pilot.app)
        await pilot.press("c")
        await until(pilot, lambda: copied)
    assert copied == ["score 1840 of 12500"]


def test_every_state_of_an_entry_has_its_words() -> None:
    assert state_words(dialog_forms.entry(state=EntryState.RESOLVED, applied=True)) == "it did"
    assert state_words(dialog_forms.entry(state=EntryState.RESOLVED, applied=False)) == "it did not"
    words = {
        state_words(dialog_forms.entry(state=state, applied=None))
        for state in EntryState
        if state is not EntryState.RESOLVED
    }
    assert len(words) == len(EntryState) - 1
    never_left = replace(dialog_forms.entry(state=EntryState.REFUSED, applied=False), error="not sent: no connection")
    assert state_words(never_left) == "not sent"
    assert "to be sent" in entry_text(never_left, dialog_forms.NOW)


def test_an_entry_reads_as_a_document_with_what_was_sent() -> None:
    text = entry_text(dialog_forms.entry(), dialog_forms.NOW)
    assert "outcome    applied" in text
    assert "ticket     ZD-4821" in text
    assert '"amount": 500' in text
    assert "3m ago" in text


async def test_an_open_entry_is_looked_up_and_then_closed_by_a_person() -> None:
    asked: list[str] = []
    decided: list[bool] = []
    lost = dialog_forms.entry("e2", EntryState.UNKNOWN, applied=None)

    async def resolve(entry: JournalEntry) -> ChangeOutcome:
        asked.append(entry.id)
        return ChangeOutcome("unknown", entry)

    async def decide(entry: JournalEntry, applied: bool) -> ChangeOutcome:
        decided.append(applied)
        return ChangeOutcome("applied", dialog_forms.entry("e2", EntryState.RESOLVED, applied=True))

    def make() -> JournalDialog:
        return JournalDialog([lost, dialog_forms.entry()], now=dialog_forms.NOW, resolve=resolve, decide=decide)

    async with running(Host(make)) as pilot:
        dialog = await opened(pilot)
        assert "NOT KNOWN" in text_of(pilot.app)
        await pilot.press("A")
        assert "ask the server first (u)" in text_of(pilot.app)
        await pilot.press("u")
        await until(pilot, lambda: "The server cannot tell" in text_of(pilot.app))
        await pilot.press("A")
        assert decided == []
        assert "Press A again" in text_of(pilot.app)
        await pilot.press("A")
        await until(pilot, lambda: "it did " in text_of(pilot.app))
        assert not dialog.current.is_open
    assert asked == ["e2"]
    assert decided == [True]


async def test_an_entry_opens_and_its_audit_link_is_copied() -> None:
    copied: list[str] = []

    def copy(text: str) -> str:
        copied.append(text)
        return "sent"

    async with running(Host(lambda: JournalDialog([dialog_forms.entry()], now=dialog_forms.NOW, copy=copy))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("c")
        assert "this entry has no audit row" in text_of(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is not dialog and pilot.app.screen.open)
        await wait_until_idle(pilot.app)
        assert "kc_0123" in text_of(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is dialog)


async def test_an_empty_journal_says_what_would_be_there() -> None:
    async with running(Host(lambda: JournalDialog([], now=dialog_forms.NOW))) as pilot:
        await opened(pilot)
        assert "Nothing was sent from here yet" in text_of(pilot.app)
        await pilot.press("u", "A", "c", "enter", "escape")
        await until(pilot, lambda: pilot.app.answers)

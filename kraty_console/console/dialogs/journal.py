"""`o`: the journal of actions: intents, requests and outcomes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import OptionList

from kraty_console.console.dialogs import outcome
from kraty_console.console.dialogs.menu import Menu, MenuRow
from kraty_console.console.dialogs.parts import Lines
from kraty_console.console.dialogs.reading import ReadingDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.ordered_keys import deliberate
from kraty_console.console.views.bars import Notice
from kraty_console.contract.operations import Operation
from kraty_console.domain.actions import REGISTRY
from kraty_console.present.safe import safe
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.client.journal_entries import JournalEntry
    from kraty_console.client.writer import ChangeOutcome

_STATES: Final = {
    "intent": "not sent",
    "sent": "sent, no answer yet",
    "applied": "applied",
    "refused": "refused",
    "unknown": "NOT KNOWN",
}

_HINTS: Final = "enter open · u find out · y copy audit link · esc close"
_MAX_BODY: Final = 65_536


_KINDS: Final = {
    **{spec.operation.value: spec.title.lower() for spec in REGISTRY if spec.operation is not None and spec.is_write},
    Operation.BAN.value: "ban",
    Operation.UNBAN.value: "lift the ban",
}


def _kind_words(entry: JournalEntry) -> str:
    return _KINDS.get(entry.operation) or safe(entry.operation.replace("_", " "))


def state_words(entry: JournalEntry) -> str:
    """The outcome of an entry, in a word or two."""
    if entry.state == "resolved":
        return "it did" if entry.applied else "it did not"
    return "not sent" if entry.never_left else _STATES.get(entry.state, safe(entry.state))


def entry_rows(entries: Sequence[JournalEntry], now: datetime) -> list[MenuRow]:
    """One line per entry: outcome, action, player, ticket, time."""
    return [
        MenuRow(
            entry.id,
            f"{state_words(entry):<20} {_kind_words(entry):<15} {safe(entry.player, limit=24)}",
            " · ".join(part for part in (safe(entry.ticket or "", limit=16), ago(entry.created_at, now)) if part),
        )
        for entry in entries
    ]


def entry_text(entry: JournalEntry, now: datetime) -> str:
    """The whole entry, readable."""
    audit = entry.audit.url or entry.audit.id if entry.audit is not None else None
    lines = (
        ("outcome", state_words(entry)),
        ("why", safe(entry.error, limit=2_000) if entry.error else None),
        ("change", _kind_words(entry)),
        ("player", safe(entry.player)),
        ("ticket", safe(entry.ticket) if entry.ticket else None),
        ("by", safe(entry.member) if entry.member else None),
        ("when", exact(entry.created_at, now)),
        ("profile", safe(entry.profile) if entry.profile else None),
        ("server", safe(entry.base_url)),
        ("path", safe(entry.path, limit=2_000)),
        ("key", safe(entry.idempotency_key)),
        ("request", safe(entry.request_id) if entry.request_id else None),
        ("audit", safe(audit) if audit else None),
        ("", ""),
        ("to be sent" if entry.never_left else "was sent", safe(_pretty(entry.body), limit=_MAX_BODY, multiline=True)),
    )
    shown = [f"{label:<10} {_indented(value)}".rstrip() for label, value in lines if value is not None]
    return "\n".join(shown)


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 11)


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


class JournalDialog(ReadingDialog):
    """The latest entries, newest first; an open one can be resolved here, by the server's word or by a person's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "decide(True)", "It did", show=False),
        Binding("N", "decide(False)", "It did not", show=False),
    ]
    OWN_KEYS = ReadingDialog.OWN_KEYS | {"A", "N"}
    CHECKED = frozenset({"copy.worklog"})
    IS_HERE: ClassVar[Mapping[str, str]] = {"journal.open": "this is the journal"}

    menu = query_one("#menu", Menu)

    def __init__(
        self,
        entries: Sequence[JournalEntry],
        *,
        now: datetime,
        resolve: Callable[[JournalEntry], Awaitable[ChangeOutcome]] | None = None,
        decide: Callable[[JournalEntry, bool], Awaitable[ChangeOutcome]] | None = None,
        copy: Callable[[str], str] | None = None,
    ) -> None:
        """
        Args:
            entries: Newest first.
            now: For "2h ago".
            resolve: Looks up the outcome of an open entry.
            decide: Closes an open entry as a person found it.
            copy: Copies a text and returns the message about it.
        """
        super().__init__("Journal of actions", hints=_HINTS, wide=True)
        self.entries = list(entries)
        self._now = now
        self._resolve = resolve
        self._decide = decide
        self._copy = copy
        self._busy = False
        self._clock: Timer | None = None
        self._seconds = 0
        self._unclear: set[str] = set()
        self._meant: tuple[str, bool] | None = None
        self._meant_at = 0.0
        self.add_class("-list")

    def compose_body(self) -> ComposeResult:
        """One line an entry."""
        yield Menu(entry_rows(self.entries, self._now), widget_id="menu")

    def compose_foot(self) -> ComposeResult:
        """What there is to say about the entry under the cursor."""
        yield Lines(widget_id="note")

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.menu

    def on_opened(self) -> None:
        """Say something about the first entry."""
        self._about()

    @property
    def current(self) -> JournalEntry | None:
        """The entry under the cursor."""
        row = self.menu.current
        return next((entry for entry in self.entries if row is not None and entry.id == row.id), None)

    def _about(self) -> None:
        entry = self.current
        if entry is None:
            self.note.say("Nothing was sent from here yet. Every change is written here before it leaves.")
        elif entry.is_open and entry.id in self._unclear and self._decide is not None:
            self.note.say("The server cannot tell. Look at the player, then press A: it did, or N: it did not.")
        elif entry.is_open:
            self.note.say("It is not known whether this took effect; u asks the server.")
        else:
            self.note.say(safe(entry.error, limit=300) if entry.error else "")

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._meant = None
        if not self._busy:
            self._about()

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if (entry := self.current) is not None:
            title = f"{safe(entry.operation.replace('_', ' '))} · {safe(entry.player, limit=40)}"
            shown = TextDialog(title, Content(entry_text(entry, self._now)), copy=self._copy, keys="y audit link")
            self.app.push_screen(shown, self.run_id)

    def action_row_down(self) -> None:
        """An entry down."""
        self.menu.action_cursor_down()

    def action_row_up(self) -> None:
        """An entry up."""
        self.menu.action_cursor_up()

    def action_row_first(self) -> None:
        """The newest entry."""
        self.menu.action_first()

    def action_row_last(self) -> None:
        """The oldest entry."""
        self.menu.action_last()

    def action_row_page_down(self) -> None:
        """A page down."""
        self.menu.action_page_down()

    def action_row_page_up(self) -> None:
        """A page up."""
        self.menu.action_page_up()

    def action_row_open(self) -> None:
        """Show the whole entry."""
        self.menu.action_select()

    def action_view_json(self) -> None:
        """An entry has one form."""
        self.action_row_open()

    def action_copy_value(self) -> None:
        """Copy the address of the audit row that an entry left."""
        self.action_copy_audit_link()

    def audit_link(self) -> Notice:
        """Copy the address of the audit row that an entry left."""
        entry = self.current
        return Notice(self._copy_link(entry) if entry is not None else "there is no entry under the cursor")

    def _copy_link(self, entry: JournalEntry) -> str:
        audit = entry.audit
        if audit is None or self._copy is None:
            return "this entry has no audit row"
        return self._copy(audit.url or audit.id)

    def action_view_retry(self) -> None:
        """Ask the server for the outcome of an open entry."""
        entry = self.current
        if entry is None or self._resolve is None or self._busy:
            return
        if not entry.is_open:
            self.note.say("its outcome is known")
            return
        self._wait(self._resolve(entry), entry)

    def action_decide(self, applied: bool) -> None:
        """Close an entry that the server could not tell about, as a person found it; the key is pressed twice."""
        entry = self.current
        if entry is None or self._decide is None or self._busy or not entry.is_open:
            return
        if entry.id not in self._unclear:
            self.note.say("ask the server first (u)")
            return
        if self._meant != (entry.id, applied) or not deliberate(self.app, self._meant_at):
            if self._meant != (entry.id, applied):
                self._meant, self._meant_at = (entry.id, applied), events.Event().time
            key, words = ("A", "it did take effect") if applied else ("N", "it did not take effect")
            self.note.say(f"Press {key} again to close this entry: {words}.")
            return
        self._wait(self._decide(entry, applied), entry)

    def _wait(self, call: Awaitable[ChangeOutcome], entry: JournalEntry) -> None:
        self._busy = True
        self._seconds = 0
        self.note.say(outcome.checking(0))
        self._clock = self.set_interval(1.0, self._second)
        self.in_background(partial(self._finish, call, entry), group="journal", description="look up an entry")

    def _second(self) -> None:
        self._seconds += 1
        self.note.say(outcome.checking(self._seconds))

    async def _finish(self, call: Awaitable[ChangeOutcome], entry: JournalEntry) -> None:
        try:
            performed = await call
        finally:
            self._busy = False
            if self._clock is not None:
                self._clock.stop()
                self._clock = None
        now = performed.entry if performed.entry is not None else entry
        self.entries = [now if each.id == entry.id else each for each in self.entries]
        if performed.state == "unknown":
            self._unclear.add(entry.id)
        self.menu.show(entry_rows(self.entries, self._now), keep=entry.id)
        self._about()

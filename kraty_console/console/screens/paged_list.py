"""A list that fills the screen, loaded page by page as one goes down: what the lists of a studio have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from textual import on
from textual.app import ComposeResult

from kraty_console.console.screens.action_screen import ActionScreen
from kraty_console.console.views.bars import Heading, KeyHint, Notice
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.contract.errors import KratyError, SignInNeeded
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import BY_ID, CORRECT_TICKET
from kraty_console.domain.completeness import sentence, unreadable_words
from kraty_console.domain.formatting import counted
from kraty_console.domain.keymap import key_label
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.console.dialogs.text import TextDialog


_FOOTER: Final = {
    "delivery.replay": "replay",
    "row.open": "open",
    "audit.player": "player",
    CORRECT_TICKET.id: "correct ticket",
    "copy.audit_link": "link",
    "audit.export": "export",
    "row.related": "grant",
    "copy.value": "copy id",
    "pane.filter": "filter",
    "pane.sort": "sort",
    "view.back": "back",
    "view.refresh": "refresh",
    "ticket.set": "ticket",
    "help.open": "keys",
}
"""What the last line lists of the actions that a list has, and what it calls them."""


class HasId(Protocol):
    """What has an id of its own."""

    @property
    def id(self) -> str:
        """Where the row is found again."""
        ...


T = TypeVar("T", bound=HasId)


class Wording(NamedTuple):
    """What a list calls itself and its rows; every text has passed the door."""

    heading: str
    """Behind the game, in the top line."""
    subject: str
    """What is filtered."""
    row_id: str
    """What `c` copies."""
    loading: str
    """The text before the first answer."""


class Page(NamedTuple, Generic[T]):
    """One answer of the server."""

    rows: Sequence[T]
    next_cursor: str | None
    """None on the last page."""
    none: str
    """The text without rows."""
    unreadable: int = 0
    """Rows that could not be read."""


class PagedList(ActionScreen, Generic[T]):
    """A list says how a page is requested, how its rows look, what actions decide on and how a row is opened.

    A key of the player screen says where it works, or goes back and works there. `esc` takes the filter away, then goes
    back, as `q` does.
    """

    def __init__(self, workspace: Workspace, wording: Wording) -> None:
        super().__init__(workspace)
        self._wording = wording
        self._rows: list[T] = []
        self._in_full: T | None = None
        """What a document shows in full."""
        self._unread = 0
        self._cursor: str | None = None
        self._complete = False
        self._reading: object | None = None
        """The reading under way; another one takes its place."""
        self._words = wording.loading
        self._table_state = TableState()

    @property
    def is_loading(self) -> bool:
        """Whether pages are being read."""
        return self._reading is not None

    @property
    def is_complete(self) -> bool:
        """Whether the last page has been read."""
        return self._complete

    # -- what each list says for itself --------------------------------------------------------------------------

    @abstractmethod
    def _pages(self, client: KratyClient, cursor: str | None) -> AsyncIterator[Page[T]]:
        """The pages from a cursor on, from the first one without; as many are taken as are needed.

        Raises:
            KratyError: As the client does.
        """

    def _goes_on(self) -> bool:
        """Whether the next page is read at once."""
        return False

    @abstractmethod
    def _section(self, rows: Sequence[T], now: datetime, empty: str) -> TableSection:
        """The rows as a table shows them."""

    @abstractmethod
    def _context_of(self, row: T | None) -> ActionContext:
        """What actions decide on, with the cursor on a row."""

    @abstractmethod
    def _show(self, item: T, *, raw: bool) -> None:
        """Show one row in full, in words or as raw JSON first."""

    @abstractmethod
    def _link(self, row: T) -> Notice:
        """Copy the audit link that belongs to a row; what to say about it."""

    # -- the screen ----------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """A heading, the rows, the keys."""
        yield HeaderBar(id="header")
        yield RowTable(id="rows")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Load the first page."""
        self.call_after_refresh(self.arrived)
        self._draw()
        self.table.focus()
        if not self._rows:
            self._load()

    # -- actions -------------------------------------------------------------------------------------------------

    @property
    def table_state(self) -> TableState:
        """Cursor, sort and filter."""
        return self._table_state

    def filter_title(self) -> str:
        """The list."""
        return self._wording.subject

    def context(self) -> ActionContext:
        """What actions decide on."""
        return replace(self._context_of(self._current()), offered=self.offered())

    def refusal(self, spec: ActionSpec) -> Notice | None:
        """As everywhere; whether there is a next step is the player screen's to say."""
        if spec.id == "next.step" and self.below is not None:
            return self.below.refusal(spec)
        return super().refusal(spec)

    def action_search_focus(self) -> None:
        """Back to the player screen, into its search field."""
        self.dismiss("search.focus")

    def action_next_step(self) -> None:
        """Back to the player screen, to its next step."""
        self.dismiss("next.step")

    def action_view_back(self) -> None:
        """Take the filter away, or go back."""
        if self._table_state.filter:
            self._table_state.filter = ""
            self.draw()
        else:
            self.dismiss(None)

    def action_app_back_or_quit(self) -> None:
        """As `view.back`."""
        self.action_view_back()

    def action_row_open(self) -> None:
        """Show the row under the cursor in full."""
        if (item := self._current()) is not None:
            self._show(item, raw=False)

    def action_view_json(self) -> None:
        """Show the row under the cursor as raw JSON."""
        if (item := self._current()) is not None:
            self._show(item, raw=True)

    def action_copy_value(self) -> None:
        """Copy the id of the row under the cursor."""
        if (row := self.table.row) is not None:
            self.tell(f"{self._wording.row_id}: {self.app.copy(row.copies)}", "good")

    def audit_link(self) -> Notice:
        """Copy the audit link of the row under the cursor."""
        item = self._current()
        return self._link(item) if item is not None else Notice("there is no row under the cursor")

    def action_view_refresh(self) -> None:
        """Read the list again from its beginning."""
        self._stop_reading()
        self._rows.clear()
        self._unread = 0
        self._cursor, self._complete = None, False
        self._load()

    def action_view_retry(self) -> None:
        """Ask again for the page that did not come."""
        self._load()

    def _open_document(self, item: T, dialog: TextDialog) -> None:
        """Show a document about a row; until it is closed, actions are about what it shows."""

        def answered(action_id: str | None) -> None:
            self.run_id(action_id)
            self._in_full = None

        self._in_full = item
        self.app.push_screen(dialog, answered)

    def _hint(self, action_id: str, words: str) -> str:
        """`y link`, for the bottom border of an opened row."""
        return f"{key_label(self.keymap[action_id][0])} {words}"

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Bring rows, heading and keys up to date."""
        if self.can_draw:
            self._draw()

    def _draw(self) -> None:
        self.table.show((self._section(self._rows, self.workspace.now(), self._words),), self._table_state)
        self._draw_header()
        self.draw_row()

    @on(RowTable.Resized)
    def _draw_header(self) -> None:
        workspace = self.workspace
        hidden = self.table.rows.hidden_columns(self.table.size.width)
        self.header.show(
            Heading(
                place=safe(workspace.game, limit=40) if workspace.game else "",
                player=self._wording.heading,
                environment=safe(workspace.environment, limit=12),
                member=safe(workspace.member, limit=40) if workspace.member else "",
                role=safe(workspace.role, limit=40) if workspace.role else "",
                read_only=workspace.launch.read_only,
                ticket=safe(workspace.ticket, limit=40) if workspace.ticket else "",
                age=f"{counted(hidden, 'column')} more with enter" if hidden else "",
            )
        )

    def draw_row(self) -> None:
        """The keys that work on the row under the cursor."""
        context = self.context()
        shown = [(BY_ID[action_id], words) for action_id, words in _FOOTER.items() if self.find_action(action_id)]
        self.keys.show(
            [
                KeyHint(key_label(self.keymap[spec.id][0]), words, spec.disabled_reason(context) is None)
                for spec, words in shown
                if not (spec.is_write and context.read_only)
            ]
        )

    # -- the rows ------------------------------------------------------------------------------------------------

    def _current(self) -> T | None:
        """What is shown in full, or else by the row under the cursor."""
        if self._in_full is not None:
            return self._in_full
        row = self.table.row
        return self._known(row.id) if row is not None else None

    def _known(self, row_id: str) -> T | None:
        return next((each for each in self._rows if each.id == row_id), None)

    def _load(self) -> None:
        if self.is_loading or self._complete:
            return
        self._reading = reading = object()
        self.in_background(partial(self._read, reading), group="page", description=self._wording.subject)

    def _stop_reading(self) -> None:
        self._reading = None
        self.stop_background("page")

    async def _read(self, reading: object) -> None:
        try:
            client = await self.workspace.game_client()
            while True:
                try:
                    await self._take_pages(client)
                    break
                except SignInNeeded as error:
                    if not await self.app.ask_token(error):
                        raise
        except KratyError as error:
            words = error_text(error)
            self._words = f"{words.title} {words.hint}".strip()
            if self.can_draw:
                self.keys.tell(Notice(self._words, "bad"))
        finally:
            if self._reading is reading:
                self._reading = None
        self.draw()

    async def _take_pages(self, client: KratyClient) -> None:
        known = {each.id for each in self._rows}
        async for page in self._pages(client, self._cursor):
            fresh = [each for each in page.rows if each.id not in known]
            known |= {each.id for each in fresh}
            self._rows.extend(fresh)
            self._cursor = page.next_cursor
            self._complete = page.next_cursor is None
            self._unread += page.unreadable
            self._words = sentence(unreadable_words(self._unread)) if self._unread else page.none
            if self._unread and self.can_draw:
                self.keys.tell(Notice(self._words, "warn"))
            if self._complete or not self._goes_on():
                return

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        self._load()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        if (item := self._known(event.row.id)) is not None:
            self._show(item, raw=False)

"""A list that fills the screen, loaded page by page as one goes down: what the lists of a studio have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, Generic, NamedTuple, Protocol, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from kraty_console.console.common_actions import CommonActions, row_moves, worklog_copied
from kraty_console.console.host import Host
from kraty_console.console.views.bars import Heading, KeyHint, Notice
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import BY_ID, for_key
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.formatting import counted
from kraty_console.domain.keymap import effective_keys, key_label
from kraty_console.paint.deferred_paint import DeferredPaintScreen
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.console.dialogs.text import Pressed


_FOOTER: Final = {
    "delivery.replay": "replay",
    "row.open": "open",
    "copy.audit_link": "link",
    "copy.value": "copy id",
    "pane.filter": "filter",
    "pane.sort": "sort",
    "view.back": "back",
    "view.refresh": "refresh",
    "ticket.set": "ticket",
    "help.open": "keys",
}
"""What the last line lists of the actions that a list has, and what it calls them."""

_IN_OPENED: Final = frozenset({"copy.audit_link", "copy.worklog", "ticket.set"})
"""What works on a row that is shown in full, beside its changes."""


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
    """What stands there before the first answer."""


class Page(NamedTuple, Generic[T]):
    """One answer of the server."""

    rows: Sequence[T]
    next_cursor: str | None
    """None on the last page."""
    none: str
    """What stands there when there is no row at all."""


class PagedList(DeferredPaintScreen[None], Generic[T]):
    """A list says how a page is asked for, how its rows look, what actions decide on and how a row is opened.

    Its keys are those of the registry under the profile's keymap; a key of the player screen says where it works.
    `esc` takes the filter away, then goes back, as `q` does.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    table = query_one("#rows", RowTable)
    keys = query_one("#footer", FooterBar)

    def __init__(self, workspace: Workspace, host: Host, wording: Wording) -> None:
        super().__init__()
        self._workspace = workspace
        self._host = host
        self._wording = wording
        self._rows: list[T] = []
        self._unread = 0
        self._cursor: str | None = None
        self._complete = False
        self._loading = False
        self._words = wording.loading
        self._place = TableState()
        self._keymap = effective_keys(workspace.launch.profile.keymap)
        self._do: dict[str, Callable[[], object]] = {
            **row_moves(lambda: self.table),
            "row.open": self._open_current,
            "view.json": lambda: self._open_current(raw=True),
            "view.back": self._back,
            "pane.sort": lambda: self.tell(self.table.next_sort()),
            "pane.filter": self._filter,
            "copy.value": self._copy_id,
            "copy.audit_link": self._copy_link,
            "view.refresh": self._refresh,
            "view.retry": self._load,
            "app.back_or_quit": self._back,
            **CommonActions(
                workspace,
                host,
                self._keymap,
                context=self.context,
                run_id=self._run_id,
                redraw=self._draw,
                tell=self.tell,
            ).by_id(),
        }

    # -- what each list says for itself --------------------------------------------------------------------------

    @abstractmethod
    async def _ask(self, client: KratyClient, cursor: str | None) -> Page[T]:
        """The page that begins at a cursor, the first one without.

        Raises:
            KratyError: As the client does.
        """

    @abstractmethod
    def _section(self, rows: Sequence[T], now: datetime, empty: str) -> TableSection:
        """The rows as a table shows them."""

    @abstractmethod
    def _context_of(self, row: T | None) -> ActionContext:
        """What actions decide on, with the cursor on a row."""

    @abstractmethod
    def _show(self, found: T, *, raw: bool) -> None:
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
        self._load()

    def on_key(self, event: events.Key) -> None:
        """The keys of the registry."""
        if not self.is_active:
            event.stop()
            event.prevent_default()
            return
        if event.key == "ctrl+c":
            return
        key = event.character if event.is_printable and event.character else event.key
        self.keys.tell(None)
        if (spec := for_key(key, self.context(), self._keymap)) is not None:
            self._run(spec)
            event.stop()
            event.prevent_default()

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line until the next key."""
        if self.can_draw:
            self.keys.tell(Notice(words, tone))

    # -- actions -------------------------------------------------------------------------------------------------

    def context(self) -> ActionContext:
        """What actions decide on."""
        return self._with_offer(self._current())

    def _with_offer(self, row: T | None) -> ActionContext:
        return replace(self._context_of(row), offered=frozenset(self._do))

    def _run(self, spec: ActionSpec) -> None:
        """Do an action, or say why it is off."""
        if spec.id not in self._do:
            back = key_label(self._keymap["view.back"][0])
            self.tell(f"{spec.title} works on the player screen; {back} goes back to it")
            return
        reason = spec.disabled_reason(self.context())
        if reason is not None:
            self.tell(safe(reason, limit=300), "warn")
        else:
            self._do[spec.id]()

    def _run_id(self, action_id: str | None) -> None:
        """Do the action of that id: from the palette, from the list of keys, or from an opened row."""
        if action_id is not None and action_id in BY_ID:
            self._run(BY_ID[action_id])

    def _press_in_opened(self, row: T, key: str) -> Pressed | None:
        """What a key means while a row is shown in full; None when it means nothing there."""
        from kraty_console.console.dialogs.text import Pressed

        context = self._with_offer(row)
        spec = for_key(key, context, self._keymap)
        if spec is None or spec.id not in self._do or not (spec.is_write or spec.id in _IN_OPENED):
            return None
        reason = spec.disabled_reason(context)
        if reason is not None:
            return Pressed(safe(reason, limit=300))
        if spec.id == "copy.audit_link":
            return Pressed(self._link(row).text)
        if spec.id == "copy.worklog":
            return Pressed(worklog_copied(self._workspace, self._host).text)
        return Pressed(action_id=spec.id)

    def _hint(self, action_id: str, words: str) -> str:
        """`y link`, for the bottom border of an opened row."""
        return f"{key_label(self._keymap[action_id][0])} {words}"

    def _draw(self) -> None:
        self.table.show((self._section(self._rows, self._workspace.now(), self._words),), self._place)
        self._draw_header()
        self._draw_keys()

    @on(RowTable.Resized)
    def _draw_header(self) -> None:
        workspace = self._workspace
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

    def _draw_keys(self) -> None:
        context = self.context()
        shown = [(BY_ID[action_id], words) for action_id, words in _FOOTER.items() if action_id in self._do]
        self.keys.show(
            [
                KeyHint(key_label(self._keymap[spec.id][0]), words, spec.disabled_reason(context) is None)
                for spec, words in shown
                if not (spec.is_write and context.read_only)
            ]
        )

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self._draw_keys()

    # -- the rows ------------------------------------------------------------------------------------------------

    def _current(self) -> T | None:
        """What the row under the cursor shows."""
        row = self.table.row
        return self._known(row.id) if row is not None else None

    def _known(self, row_id: str) -> T | None:
        return next((each for each in self._rows if each.id == row_id), None)

    def _load(self) -> None:
        if self._loading or self._complete:
            return
        self._loading = True
        self.in_background(self._read(), group="page", description=self._wording.subject)

    async def _read(self) -> None:
        from kraty_console.contract.errors import KratyError, SignInNeeded
        from kraty_console.present.errors import error_text

        try:
            client = await self._workspace.game_client()
            while True:
                try:
                    page = await self._ask(client, self._cursor)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except KratyError as error:
            words = error_text(error)
            self._words = f"{words.title} {words.hint}".strip()
            if self.can_draw:
                self.keys.tell(Notice(self._words, "bad"))
        else:
            known = {each.id for each in self._rows}
            self._rows.extend(each for each in page.rows if each.id not in known)
            self._cursor = page.next_cursor
            self._complete = page.next_cursor is None
            self._unread += unreadable_count(page.rows)
            self._words = sentence(unreadable_words(self._unread)) if self._unread else page.none
            if self._unread and self.can_draw:
                self.keys.tell(Notice(self._words, "warn"))
        finally:
            self._loading = False
        if self.can_draw:
            self._draw()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        self._load()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        if (found := self._known(event.row.id)) is not None:
            self._show(found, raw=False)

    def _open_current(self, *, raw: bool = False) -> None:
        if (found := self._current()) is not None:
            self._show(found, raw=raw)

    def _refresh(self) -> None:
        self._rows.clear()
        self._unread = 0
        self._cursor, self._complete = None, False
        self._load()

    # -- the rest ------------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        from kraty_console.console.dialogs.filter import FilterDialog

        def preview(text: str) -> int | None:
            self._place.filter = text
            self._draw()
            return self.table.rows_shown

        def answered(text: str | None) -> None:
            if text is not None:
                preview(text)

        self._host.show(FilterDialog(self._wording.subject, self._place.filter, preview=preview), answered)

    def _copy_id(self) -> None:
        if (row := self.table.row) is not None:
            self.keys.tell(Notice(f"{self._wording.row_id}: {self._host.copy(row.copies)}", "good"))

    def _copy_link(self) -> None:
        if (found := self._current()) is not None:
            self.keys.tell(self._link(found))

    def _back(self) -> None:
        if self._place.filter:
            self._place.filter = ""
            self._draw()
        else:
            self.dismiss(None)

"""A list that fills the screen, loaded page by page as one goes down: what the lists of a studio have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.views.bars import Heading, KeyHint, Notice
from kraty_console.console.views.rows import Place, Section
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.paint.arriving import ArrivesWhole
from kraty_console.present.safe import safe
from kraty_console.support.provided import sentence, unread, unread_words

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient


class Named(Protocol):
    """What has an id of its own."""

    @property
    def id(self) -> str:
        """Where the row is found again."""
        ...


T = TypeVar("T", bound=Named)


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


class PagedList(ArrivesWhole[None], Generic[T]):
    """A list says how a page is asked for, how its rows look, which keys it has and how a row is opened.

    `esc` takes the filter away, then goes back, as `q` does.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    table = query_one("#rows", RowTable)
    keys = query_one("#footer", FooterBar)

    def __init__(self, desk: Desk, host: Host, wording: Wording) -> None:
        super().__init__()
        self._desk = desk
        self._host = host
        self._wording = wording
        self._rows: list[T] = []
        self._unread = 0
        self._cursor: str | None = None
        self._complete = False
        self._loading = False
        self._words = wording.loading
        self._place = Place()
        self._do: dict[str, Callable[[], object]] = {
            "j": lambda: self.table.action_move(1),
            "down": lambda: self.table.action_move(1),
            "k": lambda: self.table.action_move(-1),
            "up": lambda: self.table.action_move(-1),
            "g": lambda: self.table.action_edge(-1),
            "home": lambda: self.table.action_edge(-1),
            "G": lambda: self.table.action_edge(1),
            "end": lambda: self.table.action_edge(1),
            "pagedown": lambda: self.table.action_page(1),
            "pageup": lambda: self.table.action_page(-1),
            "enter": self._open_current,
            "s": lambda: self.keys.tell(Notice(self.table.next_sort())),
            "f": self._filter,
            "r": self._refresh,
            "c": self._copy_id,
            "escape": self._back,
            "q": self._back,
        }

    # -- what each list says for itself --------------------------------------------------------------------------

    @abstractmethod
    async def _ask(self, client: KratyClient, cursor: str | None) -> Page[T]:
        """The page that begins at a cursor, the first one without.

        Raises:
            KratyError: As the client does.
        """

    @abstractmethod
    def _section(self, rows: Sequence[T], now: datetime, empty: str) -> Section:
        """The rows as a table shows them."""

    @abstractmethod
    def _hints(self) -> Sequence[KeyHint]:
        """The keys of the bottom line, as they are for the row under the cursor."""

    @abstractmethod
    def _show(self, found: T) -> None:
        """Show one row in full."""

    # -- the screen ----------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """A heading, the rows, the keys."""
        yield HeaderBar(id="header")
        yield RowTable(id="rows")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Load the first page."""
        self.call_after_refresh(self.arrived)
        self._draw_header()
        self._draw()
        self.table.focus()
        self._load()

    def _draw_header(self) -> None:
        desk = self._desk
        self.header.show(
            Heading(
                place=safe(desk.game, limit=40) if desk.game else "",
                player=self._wording.heading,
                environment=safe(desk.environment, limit=12),
                member=safe(desk.member, limit=40) if desk.member else "",
                role=safe(desk.role, limit=40) if desk.role else "",
                read_only=desk.launch.read_only,
            )
        )

    def on_key(self, event: events.Key) -> None:
        """The keys of the footer; what was typed ahead of a dialog is dropped."""
        if not self.is_active:
            event.stop()
            event.prevent_default()
            return
        key = event.character if event.is_printable and event.character else event.key
        if (do := self._do.get(key)) is not None:
            self.keys.tell(None)
            do()
            event.stop()
            event.prevent_default()

    @property
    def stands(self) -> bool:
        """Whether there is anything to draw on: at the end an answer may outlive the parts of the screen."""
        return self.is_mounted and bool(self.query(RowTable))

    def _draw(self) -> None:
        self.table.show((self._section(self._rows, self._desk.now(), self._words),), self._place)
        self._draw_keys()

    def _draw_keys(self) -> None:
        self.keys.show(self._hints())

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
        self.run_worker(self._read(), group="page", exclusive=True, description=self._wording.subject)

    async def _read(self) -> None:
        from kraty_console.contract.errors import KratyError, SignInNeeded
        from kraty_console.present.errors import words_of

        try:
            client = await self._desk.game_client()
            while True:
                try:
                    page = await self._ask(client, self._cursor)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except KratyError as error:
            words = words_of(error)
            self._words = f"{words.title} {words.hint}".strip()
            if self.stands:
                self.keys.tell(Notice(self._words, "bad"))
        else:
            known = {each.id for each in self._rows}
            self._rows.extend(each for each in page.rows if each.id not in known)
            self._cursor = page.next_cursor
            self._complete = page.next_cursor is None
            self._unread += unread(page.rows)
            self._words = sentence(unread_words(self._unread)) if self._unread else page.none
            if self._unread and self.stands:
                self.keys.tell(Notice(self._words, "warn"))
        finally:
            self._loading = False
        if self.stands:
            self._draw_header()  # the session may have become known only now
            self._draw()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        self._load()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        if (found := self._known(event.row.id)) is not None:
            self._show(found)

    def _open_current(self) -> None:
        self.table.action_open()

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

    def _back(self) -> None:
        if self._place.filter:
            self._place.filter = ""
            self._draw()
        else:
            self.dismiss(None)

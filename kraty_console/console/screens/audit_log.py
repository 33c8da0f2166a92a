"""The studio's audit log: every change of the game, newest first, loaded page by page as one goes down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen

from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.widgets.bars import FooterBar, HeaderBar, Heading, KeyHint, Notice
from kraty_console.console.widgets.table import Place, RowTable, Section
from kraty_console.present import audit
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

_HINTS = (
    KeyHint("enter", "open"),
    KeyHint("y", "link"),
    KeyHint("c", "copy id"),
    KeyHint("f", "filter"),
    KeyHint("s", "sort"),
    KeyHint("r", "refresh"),
    KeyHint("esc", "back"),
)


class AuditLogScreen(Screen[None]):
    """Reads only; `esc` or `q` goes back to the player."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    table = query_one("#rows", RowTable)
    keys = query_one("#footer", FooterBar)

    def __init__(self, desk: Desk, host: Host) -> None:
        super().__init__()
        self._desk = desk
        self._host = host
        self._rows: list[AuditRow] = []
        self._cursor: str | None = None
        self._complete = False
        self._loading = False
        self._words = "Loading the audit log."
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
            "y": self._copy_link,
            "escape": self._back,
            "q": self._back,
        }

    def compose(self) -> ComposeResult:
        """A heading, the rows, the keys."""
        yield HeaderBar(id="header")
        yield RowTable(id="rows")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Load the first page."""
        desk = self._desk
        self.header.show(
            Heading(
                place=safe(desk.game, limit=40) if desk.game else "",
                player="audit log",
                environment=safe(desk.environment, limit=12),
                member=safe(desk.member, limit=40) if desk.member else "",
                role=safe(desk.role, limit=40) if desk.role else "",
                read_only=desk.launch.read_only,
            )
        )
        self.keys.show(_HINTS)
        self._draw()
        self.table.focus()
        self._load()

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

    def _draw(self) -> None:
        now = self._desk.now()
        rows = tuple(audit.row(each, now, with_player=True) for each in self._rows)
        section = Section("audit", audit.STUDIO_COLUMNS, rows, empty=self._words)
        self.table.show((section,), self._place)

    def _load(self) -> None:
        if self._loading or self._complete:
            return
        self._loading = True
        self.run_worker(self._read(), group="audit", exclusive=True, description="audit log")

    async def _read(self) -> None:
        from kraty_console.contract.errors import KratyError, SignInNeeded
        from kraty_console.present.errors import words_of

        try:
            client = await self._desk.client()
            while True:
                try:
                    page = await client.audit_log(cursor=self._cursor)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except KratyError as error:
            words = words_of(error)
            self._words = f"{words.title} {words.hint}".strip()
            self.keys.tell(Notice(self._words, "bad"))
        else:
            self._rows.extend(page.rows)
            self._cursor = page.next_cursor
            self._complete = page.next_cursor is None
            self._words = "Nothing was changed in this game yet."
        finally:
            self._loading = False
        self._draw()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        self._load()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        from textual.content import Content

        from kraty_console.console.dialogs.text import Pressed, TextDialog
        from kraty_console.present.detail import audit_document

        found = next((each for each in self._rows if each.id == event.row.id), None)
        if found is None:
            return
        shown = audit_document(found, self._desk.now())
        self._host.show(
            TextDialog(
                shown.title,
                Content("\n".join(shown.plain_lines())),
                raw=Content("\n".join(shown.raw_lines)),
                indent=shown.indent,
                copy=self._host.copy,
                press=lambda key: Pressed(self._link_of(found.id)) if key == "y" else None,
                keys="y link",
            )
        )

    def _open_current(self) -> None:
        self.table.action_open()

    def _filter(self) -> None:
        from kraty_console.console.dialogs.filter import FilterDialog

        def preview(text: str) -> int | None:
            self._place.filter = text
            self._draw()
            return self.table.rows_shown

        def answered(text: str | None) -> None:
            if text is not None:
                preview(text)

        self._host.show(FilterDialog("audit log", self._place.filter, preview=preview), answered)

    def _refresh(self) -> None:
        self._rows.clear()
        self._cursor, self._complete = None, False
        self._load()

    def _copy_id(self) -> None:
        if (row := self.table.row) is not None:
            self.keys.tell(Notice(f"audit row id: {self._host.copy(row.copies)}", "good"))

    def _copy_link(self) -> None:
        if (row := self.table.row) is not None:
            self.keys.tell(Notice(self._link_of(row.id), "good"))

    def _link_of(self, row_id: str) -> str:
        """Copy the link of a row, and say so."""
        url = self._desk.audit_url(row_id)
        return f"audit link {self._host.copy(url)}: {safe(url, limit=120)}"

    def _back(self) -> None:
        if self._place.filter:
            self._place.filter = ""
            self._draw()
        else:
            self.dismiss(None)

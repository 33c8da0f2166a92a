"""The studio's audit log: every change of the game, newest first, filtered, loaded page by page as one goes down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.getters import query_one

from kraty_console.console import dialogs
from kraty_console.console.audit_reader import matching_pages
from kraty_console.console.copy_actions import audit_row_copied
from kraty_console.console.row_document import document_dialog
from kraty_console.console.screens.paged_list import Page, PagedList, Wording
from kraty_console.console.views.audit_filter import coverage, filter_lines
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.context import list_context
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.lines import LinesView
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.audit_completion import AuditVocabulary
from kraty_console.domain.audit_counts import AuditCounts
from kraty_console.domain.audit_filter import AuditFilter, AuditMatcher, parse_audit_filter
from kraty_console.domain.corrections import corrected_tickets
from kraty_console.domain.formatting import counted
from kraty_console.domain.keymap import key_label
from kraty_console.present import audit
from kraty_console.present.detail import audit_document

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.console.write_controller import WriteController
    from kraty_console.contract.audit import AuditRow

_WORDING = Wording(heading="audit log", subject="audit log", row_id="audit row id", loading="Loading the audit log.")

_EARLIER: Final = 50
"""Filters that are offered again."""


@dataclass(slots=True)
class AuditListing:
    """What an audit log shows; it outlives the screen while a player is open who was opened from a row."""

    line: str
    matcher: AuditMatcher
    rows: list[AuditRow] = field(default_factory=list)
    counts: AuditCounts = field(default_factory=AuditCounts)
    cursor: str | None = None
    is_complete: bool = False
    words: str = _WORDING.loading
    table_state: TableState = field(default_factory=TableState)
    vocabulary: AuditVocabulary = field(default_factory=AuditVocabulary)


def listing(line: str, now: datetime) -> AuditListing:
    """Nothing read yet, under a filter.

    Raises:
        AuditFilterError: the line cannot be used.
    """
    return AuditListing(line, parse_audit_filter(line).at(now))


class AuditLogScreen(PagedList["AuditRow"]):
    """Reads only. `esc` stops a search, then takes the filter away, then goes back; `q` does the same."""

    filter_line = query_one("#filter-line", LinesView)

    def __init__(
        self,
        workspace: Workspace,
        open_player: Callable[[AuditRow, AuditListing], None],
        shown: AuditListing,
        changes: WriteController,
        *,
        exports: bool = False,
    ) -> None:
        """
        Args:
            workspace: Asks the backend.
            open_player: Opens the player of a row; the listing leads back.
            shown: What to begin with.
            changes: Opens the dialog of a correction.
            exports: Open the dialog of the export at once.
        """
        super().__init__(workspace, _WORDING)
        self._open_player = open_player
        self._changes = changes
        self._line, self._matcher, self._counts = shown.line, shown.matcher, shown.counts
        self._rows, self._cursor, self._complete = shown.rows, shown.cursor, shown.is_complete
        self._words, self._table_state, self._vocabulary = shown.words, shown.table_state, shown.vocabulary
        self._unread = shown.counts.unreadable
        self._wanted = 0
        self._told_at: float | None = None
        self._exports = exports

    def on_mount(self) -> None:
        """Load the first page, unless some are there."""
        super().on_mount()
        if self._exports:
            self.action_audit_export()

    def compose(self) -> ComposeResult:
        """A heading, the filter, the rows, the keys."""
        yield HeaderBar(id="header")
        yield LinesView(id="filter-line")
        yield RowTable(id="rows")
        yield FooterBar(id="footer")

    # -- the rows ------------------------------------------------------------------------------------------------

    @property
    def _filters(self) -> bool:
        return self._matcher.filter != AuditFilter()

    async def _pages(self, client: KratyClient, cursor: str | None) -> AsyncIterator[Page[AuditRow]]:
        self._wanted, self._told_at = self._counts.matched + DEFAULT_LIMIT, None
        size = DEFAULT_LIMIT if self._matcher.is_asked_whole else MAX_LIMIT
        before = self._counts.unreadable
        async for page in matching_pages(client, self._matcher, self._counts, size=size, start=cursor):
            self._vocabulary.learn(page.rows)
            unreadable, before = self._counts.unreadable - before, self._counts.unreadable
            yield Page(page.rows, page.next_cursor, self._none(is_last=page.next_cursor is None), unreadable)
            self._tell_progress()

    def _goes_on(self) -> bool:
        return self._filters and self._counts.matched < self._wanted

    def _tell_progress(self) -> None:
        """Once a second."""
        now = self.workspace.clock()
        if self._told_at is None or now - self._told_at >= 1:
            self._told_at = now
            self.draw()

    def _none(self, *, is_last: bool) -> str:
        if not self._filters:
            return "Nothing was changed in this game yet."
        if is_last:
            return f"No audit row matches; {self._key('pane.filter')} changes the filter."
        newest = counted(self._counts.read, "row")
        return f"None of the newest {newest} matches; {self._key('view.retry')} reads on."

    def _section(self, rows: Sequence[AuditRow], now: datetime, empty: str) -> TableSection:
        tickets = corrected_tickets(rows)
        shown = tuple(audit.row(each, now, with_player=True, corrected=tickets.get(each.id)) for each in rows)
        words = _WORDING.loading if self.is_loading else empty
        return TableSection("audit", audit.STUDIO_COLUMNS, shown, empty=words)

    def _draw(self) -> None:
        super()._draw()
        self._draw_filter()

    def on_resize(self) -> None:
        """The filter may need another line, or one less."""
        if self.can_draw:
            self._draw_filter()

    def _draw_filter(self) -> None:
        covers = coverage(
            self._counts,
            filters=self._filters,
            filters_here=not self._matcher.is_asked_whole,
            is_reading=self.is_loading,
            is_complete=self._complete,
            keys=(self._key("view.back"), self._key("view.retry")),
        )
        line, key = self._line, self._key("pane.filter")
        self.filter_line.styles.height = len(filter_lines(line, covers, self.app.size.width, key))
        self.filter_line.show_lines(lambda width, _: filter_lines(line, covers, width, key))

    def _key(self, action_id: str) -> str:
        return key_label(self.keymap[action_id][0])

    # -- the filter ----------------------------------------------------------------------------------------------

    def action_pane_filter(self) -> None:
        """Ask for the filter line."""
        earlier = [each for each in self.workspace.audit_filters if each != self._line]
        dialog = dialogs.AuditFilterDialog(self._line, self._vocabulary, earlier)
        self.app.push_screen(dialog, self._set_line)

    def _set_line(self, line: str | None) -> None:
        if line is None or line == self._line:
            return
        self._line = line
        if line:
            others = [each for each in self.workspace.audit_filters if each != line]
            self.workspace.audit_filters[:] = [line, *others][:_EARLIER]
        self.action_view_refresh()

    def action_view_refresh(self) -> None:
        """Read the log again from its beginning; ages of the filter are counted back from now."""
        self._matcher = parse_audit_filter(self._line).at(self.workspace.now())
        self._counts = AuditCounts()
        self._words = _WORDING.loading
        super().action_view_refresh()
        self.draw()

    def action_view_back(self) -> None:
        """Stop the search, take the filter away, or go back."""
        if self._filters and self.is_loading:
            self._stop_reading()
            self.draw()
        elif self._line:
            self._set_line("")
        else:
            self.dismiss(None)

    # -- one of them ---------------------------------------------------------------------------------------------

    def _context_of(self, row: AuditRow | None) -> ActionContext:
        context = list_context(self.workspace, "audit", row.id if row is not None else None)
        return replace(context, audit_link=row is not None, audit_row=row)

    def _show(self, item: AuditRow, *, raw: bool) -> None:
        corrected = corrected_tickets(self._rows).get(item.id)
        shown = audit_document(item, self.workspace.now(), corrected=corrected)
        hints = [self._hint("copy.audit_link", "link")]
        if item.player is not None:
            hints.insert(0, self._hint("audit.player", "player"))
        self._open_document(
            item,
            document_dialog(shown, item.id, copy=self.app.copy, hints=" · ".join(hints), raw=raw, indent=shown.indent),
        )

    def _link(self, row: AuditRow) -> Notice:
        return audit_row_copied(self.app.copy, self.workspace, row.id)

    def action_audit_player(self) -> None:
        """Open the player of the row; the way back leads to it."""
        row = self._current()
        if row is None:
            return
        self._stop_reading()
        self.dismiss(None)
        self._open_player(row, self._kept())

    def action_audit_correct(self) -> None:
        """Open the dialog that corrects the ticket of the row."""
        if (row := self._current()) is not None:
            self.app.follow(self._correct(self._changes.correct_ticket(row)), "correction of a ticket")

    async def _correct(self, applied: Awaitable[bool]) -> None:
        if await applied and self.can_draw:
            self.tell("Ticket corrected: a new row says so", "good")
            self.action_view_refresh()

    def _kept(self) -> AuditListing:
        return AuditListing(
            line=self._line,
            matcher=self._matcher,
            rows=self._rows,
            counts=self._counts,
            cursor=self._cursor,
            is_complete=self._complete,
            words=self._words,
            table_state=self._table_state,
            vocabulary=self._vocabulary,
        )

    # -- export --------------------------------------------------------------------------------------------------

    def action_audit_export(self) -> None:
        """Open the dialog that exports the rows of the filter."""
        dialog = dialogs.AuditExportDialog(self.workspace, self._line, self._matcher, self.app.ask_token)
        self.app.push_screen(dialog, self._exported)

    def _exported(self, words: str | None) -> None:
        if words is not None:
            self.tell(words, "good")

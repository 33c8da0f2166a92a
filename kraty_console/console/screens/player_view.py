"""What the player screen shows: search on top, profile and next step, the panes, the row under the cursor in detail.

Everything is drawn from one `PlayerState`; panes and profile fetch nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import Reactive
from textual.widget import Widget

from kraty_console.console.player_loader import PlayerLoader
from kraty_console.console.player_state import PlayerState
from kraty_console.console.screens.action_screen import ActionScreen
from kraty_console.console.views import player as view
from kraty_console.console.views.detail import detail_lines
from kraty_console.console.views.foot import foot
from kraty_console.console.views.layout import is_folded, is_too_small
from kraty_console.console.views.next_step import next_step_lines, too_small_lines
from kraty_console.console.views.profile import profile_lines
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.views.tabs import counts, tab_lines
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.lines import LinesView
from kraty_console.console.widgets.search import SearchBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.scopes import PANES, PaneId, pane

if TYPE_CHECKING:
    from datetime import datetime

    from kraty_console.console.views.bars import KeyHint
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.next_step import NextStep, NextSteps
    from kraty_console.present.table import TableRow


class _Body(Horizontal):
    """Profile and panes side by side; no cell of its own is seen, so that its lines are one blank."""

    BLANK = True


class _Main(Vertical):
    """Tabs, rows and detail; no cell of its own is seen."""

    BLANK = True


class PlayerView(ActionScreen):
    """Draws the player; `PlayerScreen` says what keys and messages do."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual repaints the whole screen when the focus moves; the two widgets that look different do so themselves."""

    search = query_one("#search", SearchBar)
    side = query_one("#side", Vertical)
    profile = query_one("#profile", LinesView)
    next_step = query_one("#next", LinesView)
    tabs = query_one("#tabs", LinesView)
    detail = query_one("#detail", LinesView)

    loader: PlayerLoader
    waiting = False
    """An answer has been waited for long enough to show it."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._pane: PaneId = PANES[0].id
        self._table_states: dict[str, TableState] = {}
        self._sections: tuple[TableSection, ...] = ()
        self._prepared: tuple[PlayerState, PaneId, tuple[TableSection, ...]] | None = None
        self._steps: NextSteps | None = None
        self._step: NextStep | None = None
        self._beside = False
        """The detail is beside the list."""

    def compose(self) -> ComposeResult:
        """The lines from top to bottom."""
        yield HeaderBar(id="header")
        yield SearchBar(id="search")
        with _Body(id="body"):
            with Vertical(id="side") as side:
                yield LinesView(id="profile")
                yield LinesView(id="next")
            with _Main(id="main"):
                yield LinesView(lambda width, _: tab_lines("", None, width), id="tabs")
                yield RowTable(id="rows")
                yield (detail := LinesView(id="detail"))
        side.display = detail.display = self.state.snapshot is not None
        yield LinesView(too_small_lines, id="small")
        yield FooterBar(id="footer")

    def on_resize(self, event: events.Resize) -> None:
        """Fold the profile where it is narrow or low; where nothing fits, say what is needed.

        Not by Textual's breakpoints: those give a class to every size, and every class costs a pass over the styles
        before the first frame.
        """
        columns, rows = event.size
        self.set_class(is_folded(columns, rows), "-folded")
        self.set_class(is_too_small(columns, rows), "-small")
        if self.can_draw:
            self._arrange(self.workspace.now())

    # -- what others read ----------------------------------------------------------------------------------------

    @property
    def state(self) -> PlayerState:
        """The player on screen."""
        return self.loader.state

    @property
    def is_watched(self) -> bool:
        """Whether the player on screen is read again every few seconds."""
        return False

    @property
    def pane(self) -> PaneId:
        """The pane that is open."""
        return self._pane

    @property
    def table_state(self) -> TableState:
        """The state of the open pane; while no player is open, in the list of the start."""
        return self._table_states.setdefault(self._pane if self.state.snapshot is not None else "start", TableState())

    @property
    def step(self) -> NextStep | None:
        """The next step that is offered."""
        return self._step

    def known(self) -> Snapshot | None:
        """The player with all rows that are loaded."""
        return self.state.snapshot

    def context(self) -> ActionContext:
        """What actions decide on."""
        return self.context_of(self.table.row)

    def context_of(self, row: TableRow | None) -> ActionContext:
        """What actions decide on, if they are about this row."""
        return view.action_context(self.workspace, self.known(), self._pane, row, self._step)

    def filter_title(self) -> str:
        """The open pane."""
        return pane(self._pane).title

    # -- pane, cursor and focus ----------------------------------------------------------------------------------

    def switch(self, pane: PaneId) -> None:
        """Show another pane."""
        if pane != self._pane:
            self._pane = pane
            self.draw()

    def show_row(self, pane: PaneId, row_id: str) -> None:
        """Show a pane with the cursor on a row."""
        self._pane = pane
        self.table_state.filter = ""
        self.return_to(pane, row_id)

    def return_to(self, pane: PaneId, row_id: str | None) -> None:
        """Show a pane as it was left, with the cursor on a row."""
        self._pane = pane
        self.table_state.row_id = row_id
        self.draw()

    def opened_player(self) -> None:
        """A player was just opened: the cursor starts on the row that most needs fixing."""
        if self.state.snapshot is None:
            return
        self._pane, row_id = view.most_urgent_row(self.workspace, self.state, self.workspace.now())
        if row_id is not None:
            self.table_state.row_id = row_id

    def point_to(self, row_id: str | None) -> None:
        """Put the cursor on a row, or on none until it is moved."""
        self.table_state.row_id = row_id
        if row_id is None:
            self.table_state.index = -1

    def holds_keys(self) -> bool:
        """Whether keys wait for the player named at launch: nothing has the focus yet."""
        return self.focused is None

    def take_keys(self) -> None:
        """Run the keys that were typed while the launch player was loading."""
        if self.focused is None and self.can_draw:
            self.table.focus()

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Bring every part up to date; each repaints only what differs."""
        if self.can_draw:
            self._draw()

    def _draw(self) -> None:
        now = self.workspace.now()
        state = self.state
        self._draw_header()
        snapshot = state.snapshot
        self._sections = self._lists(state, now)
        self._steps = view.steps_of(self.workspace, state, now)
        self.side.display = self.detail.display = snapshot is not None
        pane, counted = self._pane, counts(snapshot) if snapshot is not None else None
        self.tabs.show_lines(lambda width, _: tab_lines(pane, counted, width))
        if snapshot is not None:
            self.profile.show_lines(partial(profile_lines, snapshot, now, note=state.newest_note))
        self.table.show(
            self._sections,
            self.table_state,
            marked=self.loader.marked,
            stale=view.is_old(state, waiting=self.waiting),
        )
        self._arrange(now)
        self.draw_row()

    def _arrange(self, now: datetime) -> None:
        """Give the parts the room that this player and list ask for; a cursor that moves changes none of it."""
        at = view.arranged(self.workspace, self.state, now, self._steps, self.table.rows, self.app.size)
        self._beside = at is not None and at.beside
        self.set_class(self._beside, "-beside")
        if at is None:
            self.table.styles.height = "1fr"
            return
        self.side.styles.height = "100%" if at.rule is not None else at.profile.height + at.next.height
        self.profile.styles.height = at.profile.height
        self.next_step.styles.height = "1fr" if at.rule is not None else at.next.height
        self.table.styles.height = "1fr" if at.beside else at.rows.height
        self.detail.styles.height = "100%" if at.beside else "1fr"
        self.detail.styles.width = at.detail.width if at.beside else "100%"

    def prepare(self, state: PlayerState) -> None:
        """Make the rows of the open pane ready for a look that is drawn next: with many rows that is half the work."""
        self._prepared = (state, self._pane, view.sections(self.workspace, state, self.workspace.now(), self._pane))

    def _lists(self, state: PlayerState, now: datetime) -> tuple[TableSection, ...]:
        """The lists of the open pane; those made ready serve once, since ages move on."""
        (prepared_look, pane, lists), self._prepared = self._prepared or (None, None, ()), None
        if prepared_look is state and pane == self._pane:
            return lists
        return view.sections(self.workspace, state, now, self._pane)

    def draw_row(self) -> None:
        """Bring up to date what depends on the row under the cursor."""
        self._step = view.step_for(self._steps, self.table.row)
        self.next_step.show_lines(partial(next_step_lines, self._step, view.why_no_step(self.workspace, self._step)))
        self._draw_detail(self.workspace.now())
        self.draw_footer()

    def _draw_detail(self, now: datetime) -> None:
        snapshot = self.state.snapshot
        below = foot(self.table.rows, self._pane, snapshot, *self.table.size)
        self.detail.show_lines(partial(detail_lines, snapshot, self.table.row, now, below, beside=self._beside))

    def draw_footer(self) -> None:
        """The keys that work here, now."""
        keys = self.keymap
        typing = self.search.input.has_focus
        opens = bool(self.search.text) or (self.state.snapshot is None and self.table.row is not None)
        self.keys.show(view.search_hints(keys, opens=opens) if typing else self.footer_hints())

    def footer_hints(self) -> list[KeyHint]:
        """The keys of the last line while one moves in the rows."""
        return view.key_hints(self.context(), self.keymap)

    def on_descendant_focus(self) -> None:
        """In the search field keys are text: the last line lists those that work where the focus is."""
        if self.can_draw:
            self.draw_footer()

    def draw_header(self) -> None:
        """Bring the top line up to date."""
        if self.can_draw:
            self._draw_header()

    def _draw_header(self) -> None:
        now = self.workspace.now()
        self.header.show(view.heading(self.workspace, self.state, now, waiting=self.waiting, watched=self.is_watched))

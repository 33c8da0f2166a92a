"""The player screen: search on top, the profile and the next step, the panes, the row under the cursor in detail.

The screen owns one `PlayerState`; panes and profile are drawn from it and fetch nothing. Reads run in exclusive
workers, one group for search and one for the player, so the newest question wins and late answers are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import Reactive
from textual.widget import Widget

from kraty_console.console.commands import Commands
from kraty_console.console.host import Host
from kraty_console.console.player_finder import SeveralFit, several_words
from kraty_console.console.player_loader import PlayerLoader, suggestions
from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.console.views import player as view
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.foot import foot
from kraty_console.console.views.layout import is_folded, is_too_small
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.detail import DetailView
from kraty_console.console.widgets.next_step import NextStepView, TooSmall
from kraty_console.console.widgets.profile import ProfileView
from kraty_console.console.widgets.search import SearchBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.widgets.tabs import TabBar
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.scopes import PANES, PaneId
from kraty_console.paint.deferred_paint import DeferredPaintScreen
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kraty_console.contract.players import SearchHit
    from kraty_console.domain.next_step import NextStep, NextSteps


class PlayerScreen(DeferredPaintScreen[None]):
    """See the module."""

    AUTO_FOCUS = ""
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual repaints the whole screen when the focus moves; the two widgets that look different do so themselves."""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    search = query_one("#search", SearchBar)
    side = query_one("#side", Vertical)
    profile = query_one("#profile", ProfileView)
    next_step = query_one("#next", NextStepView)
    tabs = query_one("#tabs", TabBar)
    table = query_one("#rows", RowTable)
    detail = query_one("#detail", DetailView)
    keys = query_one("#footer", FooterBar)

    def __init__(self, workspace: Workspace, host: Host, state: PlayerState | None = None) -> None:
        """`look` is a player that was looked up before there was a screen."""
        super().__init__()
        self._workspace = workspace
        self._host = host
        self.loader = PlayerLoader(self, workspace, host, state)
        self._commands = Commands(self, workspace, host)
        self._pane: PaneId = PANES[0].id
        self._places: dict[str, TableState] = {}
        self._sections: tuple[TableSection, ...] = ()
        self._prepared: tuple[PlayerState, PaneId, tuple[TableSection, ...]] | None = None
        self._steps: NextSteps | None = None
        self._step: NextStep | None = None
        self._initial = workspace.launch.initial_player if state is None else None
        self.go_to_trouble()

    # -- what it is made of --------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """The lines from top to bottom."""
        yield HeaderBar(id="header")
        yield SearchBar(id="search")
        with Horizontal(id="body"):
            with Vertical(id="side") as side:
                yield ProfileView(id="profile")
                yield NextStepView(id="next")
            with Vertical(id="main"):
                yield TabBar(id="tabs")
                yield RowTable(id="rows")
                yield (detail := DetailView(id="detail"))
        side.display = detail.display = self.state.snapshot is not None
        yield TooSmall(id="small")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Draw the player that is known, or ask who we are; nothing where the end came first."""
        if not self.query(RowTable):
            return
        self.call_after_refresh(self.arrived)
        if self.state.snapshot is None:
            if not self._initial:
                self.search.input.focus()
            self.call_after_refresh(self.begin)
        else:
            self.set_focus(self.table)
            self._draw()
            self.call_after_refresh(self._go_on)

    def on_resize(self, event: events.Resize) -> None:
        """Fold the profile where it is narrow or low; where nothing fits, say what is needed.

        Not by Textual's breakpoints: those give a class to every size, and every class costs a pass over the styles
        before the first frame.
        """
        columns, rows = event.size
        self.set_class(is_folded(columns, rows), "-folded")
        self.set_class(is_too_small(columns, rows), "-small")
        if self.can_draw:
            self._arrange(self._workspace.now())

    def begin(self) -> None:
        """Ask who we are; a player named at launch is looked up at the same time."""
        launch = self._workspace.launch
        if not launch.profile.url or not launch.token:
            self._host.first_sign_in()
            return
        self.loader.sign_in()
        if self._workspace.facts.names_ids:
            self.open_initial()

    def _go_on(self) -> None:
        """The parts have their sizes: the player is shown as it was painted before, and what else is asked follows."""
        if not self.can_draw:
            return
        self.draw_row()
        self._host.drawn()
        self.call_after_refresh(self.loader.begun)

    def open_initial(self) -> None:
        """Look up the player named at launch, once: with the session, or after it where that tells which game it is."""
        if self._initial and not self.state.player:
            self.loader.open(self._initial, typed=True)
        self._initial = None

    def take_keys(self) -> None:
        """What was typed while the player named at launch was read is meant for that player: it is obeyed now."""
        if self.focused is None and self.can_draw:
            self.table.focus()

    # -- what others read ----------------------------------------------------------------------------------------

    @property
    def state(self) -> PlayerState:
        """The player on screen."""
        return self.loader.state

    @property
    def pane(self) -> PaneId:
        """The pane that is open."""
        return self._pane

    @property
    def place(self) -> TableState:
        """The place in the open pane; while no player is open, in the list of the start."""
        return self._places.setdefault(self._pane if self.state.snapshot is not None else "start", TableState())

    @property
    def step(self) -> NextStep | None:
        """The next step that is offered."""
        return self._step

    def context(self) -> ActionContext:
        """What actions decide on."""
        return view.action_context(self._workspace, self.state.snapshot, self._pane, self.table.row, self._step)

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Bring every part up to date; each repaints only what differs."""
        if self.can_draw:
            self._draw()

    def _draw(self) -> None:
        now = self._workspace.now()
        state = self.state
        self._draw_header()
        snapshot = state.snapshot
        self._sections = self._lists(state, now)
        self._steps = view.steps_of(self._workspace, snapshot, now)
        self.side.display = self.detail.display = snapshot is not None
        self.tabs.show(self._pane, snapshot)
        self.profile.show(snapshot, now)
        self.table.show(
            self._sections,
            self.place,
            marked=self.loader.marked,
            stale=view.is_old(state, waiting=self.loader.waiting),
        )
        self._arrange(now)
        self.draw_row()

    def _arrange(self, now: datetime) -> None:
        """Give profile and next step the lines that this player and list ask for."""
        snapshot = self.state.snapshot
        if snapshot is None:
            return
        at = view.arranged(self._workspace, snapshot, now, self._steps, self.table.rows, self.app.size)
        if at is not None:
            self.side.styles.height = "100%" if at.rule is not None else at.profile.height + at.next.height
            self.profile.styles.height, self.next_step.styles.height = at.profile.height, at.next.height

    def prepare(self, state: PlayerState) -> None:
        """Make the rows of the open pane ready for a look that is drawn next: with many rows that is half the work."""
        self._prepared = (state, self._pane, view.sections(self._workspace, state, self._workspace.now(), self._pane))

    def _lists(self, state: PlayerState, now: datetime) -> tuple[TableSection, ...]:
        """The lists of the open pane; those made ready serve once, since ages move on."""
        (prepared_look, pane, lists), self._prepared = self._prepared or (None, None, ()), None
        if prepared_look is state and pane == self._pane:
            return lists
        return view.sections(self._workspace, state, now, self._pane)

    def draw_row(self) -> None:
        """Bring up to date what depends on the row under the cursor."""
        now = self._workspace.now()
        row = self.table.row
        snapshot = self.state.snapshot
        self._step = view.step_for(self._steps, row)
        self.next_step.show(self._step, view.why_no_step(self._workspace, self._step))
        self.detail.show(snapshot, row, now, foot(self.table.rows, self._pane, snapshot, *self.table.size))
        self.draw_footer()

    def draw_footer(self) -> None:
        """The keys that work here, now."""
        keys = self._commands.keys
        typing, opens = self.search.input.has_focus, bool(self.search.text) or self.state.snapshot is None
        self.keys.show(view.search_hints(keys, opens=opens) if typing else view.key_hints(self.context(), keys))

    def on_descendant_focus(self) -> None:
        """In the search field keys are text: the last line lists those that work where the focus is."""
        if self.can_draw:
            self.draw_footer()

    def draw_header(self) -> None:
        """Bring the top line up to date."""
        if self.can_draw:
            self._draw_header()

    def _draw_header(self) -> None:
        self.header.show(view.heading(self._workspace, self.state, self._workspace.now(), waiting=self.loader.waiting))

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line until the next key."""
        if self.can_draw:
            self.keys.tell(Notice(words, tone))

    # -- keys ----------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Every key of the registry; while the search field has the focus, only those that are not its own."""
        if not self.is_active:
            event.stop()
            event.prevent_default()
            return
        if event.key == "ctrl+c":
            return
        key = event.character if event.is_printable and event.character else event.key
        if self.has_class("-small"):
            if key in self._commands.keys["app.back_or_quit"]:  # what else it did nobody would see
                self._host.leave()
        elif not self.search.input.has_focus:
            if not self._commands.press(key):
                return
        elif key in ("tab", "shift+tab"):
            self.leave_search()
        elif event.is_printable or not self._commands.press_in_search(key):
            return
        event.stop()
        event.prevent_default()

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self.draw_row()

    @on(RowTable.Resized)
    def _resized(self) -> None:
        if self.state.snapshot is not None:
            self.draw_row()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        if any(len(section.rows) >= self.loader.limit for section in self._sections):
            self.loader.more()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        self._commands.open_row(event.row)

    # -- panes ---------------------------------------------------------------------------------------------------

    def switch(self, pane: PaneId) -> None:
        """Show another pane."""
        if pane != self._pane:
            self._pane = pane
            self.draw()

    def show_row(self, pane: PaneId, row_id: str) -> None:
        """Show a pane with the cursor on a row."""
        self._pane = pane
        place = self.place
        place.row_id = row_id
        place.filter = ""
        self.draw()

    # -- search --------------------------------------------------------------------------------------------------

    def leave_search(self) -> None:
        """Back to the rows."""
        self.table.focus()

    @on(SearchBar.Left)
    def _left(self) -> None:
        if self.state.status is LoadStatus.LOADING:
            self.loader.give_up()
        self.leave_search()

    @on(SearchBar.Empty)
    def _empty(self) -> None:
        """Back to the rows; on the first screen the cursor already points at a player."""
        self.leave_search()
        if self.state.snapshot is None and (row := self.table.row) is not None:
            self._commands.open_row(row)

    @on(SearchBar.Asked)
    def _asked(self, event: SearchBar.Asked) -> None:
        self.keys.tell(None)
        self.draw_footer()
        self.loader.suggest_soon(event.query)

    @on(SearchBar.Entered)
    def _entered(self, event: SearchBar.Entered) -> None:
        self.open_player(event.text, typed=True, step=event.step)

    @on(SearchBar.Queued)
    def _queued(self, event: SearchBar.Queued) -> None:
        self._workspace.players.queue(event.players)
        self.open_player(event.players[0], typed=True)
        self.tell(f"{len(event.players)} players: the others wait under p")

    # -- the player ----------------------------------------------------------------------------------------------

    def open_player(self, player: str, *, typed: bool = False, step: int = 0) -> None:
        """Look a player up; `typed` text may name the player otherwise, and fit several, of whom `step` chooses."""
        try:
            self.loader.open(player, typed=typed, step=step)
        except SeveralFit as several:
            self.offer(player, several.hits)
            return
        self.search.clear()
        self.table.focus()

    def offer(self, text: str, hits: Sequence[SearchHit]) -> None:
        """What was typed fits several players: one of them is to be chosen in the search line."""
        if not self.can_draw:
            return
        if self.search.text in ("", text):
            self.search.offer(text, suggestions(hits))
        self.tell(several_words(text, len(hits)), "warn")

    def left_player(self) -> None:
        """Another player is turned to, or none any more; a ticket that something was done under stays with this one."""
        self._workspace.leave_player()
        self._places.clear()
        ticket = self._workspace.ticket
        if ticket and any(done.ticket == ticket for done in self._workspace.done):
            self._workspace.ticket = ""
            self.tell(f"ticket {safe(ticket, limit=60)} put away; t sets the next one")

    def close_player(self) -> None:
        """Back to the first screen."""
        self.loader.close()
        self._workspace.leave_player()
        self.draw()
        self.leave_search()

    def go_to_trouble(self) -> None:
        """A player was just opened: the cursor starts on the row that most needs mending."""
        if self.state.snapshot is None:
            return
        self._pane, row_id = view.trouble(self.state.snapshot, self._workspace.now())
        if row_id is not None:
            self.place.row_id = row_id

"""The player screen: search on top, the profile and the next step, the panes, the row under the cursor in detail.

The screen owns one `Look`; panes and profile are drawn from it and fetch nothing. Reads run in exclusive workers, one
group for search and one for the player, so the newest question wins and late answers are dropped.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer

from kraty_console.console.commands import Commands
from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.look import Look, Status, changed_rows
from kraty_console.console.panes.start import start_sections
from kraty_console.console.panes.tables import sections_of
from kraty_console.console.widgets.bars import FooterBar, HeaderBar, Heading, KeyHint, Notice
from kraty_console.console.widgets.detail import DetailView
from kraty_console.console.widgets.next_step import NextStepView, TooSmall
from kraty_console.console.widgets.profile import ProfileView
from kraty_console.console.widgets.search import SearchBar, Suggestion
from kraty_console.console.widgets.table import Place, RowTable, Section
from kraty_console.console.widgets.tabs import TabBar
from kraty_console.present.safe import safe
from kraty_console.support.actions import BY_ID, ActionContext, footer, missing_permission
from kraty_console.support.keymap import key_label
from kraty_console.support.measure import counted
from kraty_console.support.scopes import PANES, PaneId

if TYPE_CHECKING:
    from kraty_console.contract.errors import KratyError
    from kraty_console.contract.players import SearchHit
    from kraty_console.support.next_step import NextStep

DEBOUNCE = 0.15
"""Seconds without a key before suggestions are asked for."""

SLOW = 0.1
"""Seconds after which a wait is said."""


class PlayerScreen(Screen[None]):
    """See the module."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    search = query_one("#search", SearchBar)
    profile = query_one("#profile", ProfileView)
    next_step = query_one("#next", NextStepView)
    tabs = query_one("#tabs", TabBar)
    table = query_one("#rows", RowTable)
    detail = query_one("#detail", DetailView)
    keys = query_one("#footer", FooterBar)

    def __init__(self, desk: Desk, host: Host) -> None:
        super().__init__()
        self._desk = desk
        self._host = host
        self._commands = Commands(self, desk, host)
        self._look = Look()
        self._pane: PaneId = PANES[0].id
        self._places: dict[str, Place] = {}
        self._marked: frozenset[str] = frozenset()
        self._signed_in: asyncio.Task[None] | None = None
        self._debounce: Timer | None = None
        self._waiting: Timer | None = None
        self._sections: tuple[Section, ...] = ()
        self._step: NextStep | None = None

    # -- what it is made of --------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """The lines from top to bottom."""
        yield HeaderBar(id="header")
        yield SearchBar(id="search")
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield ProfileView(id="profile")
                yield NextStepView(id="next")
            with Vertical(id="main"):
                yield TabBar(id="tabs")
                yield RowTable(id="rows")
                yield DetailView(id="detail")
        yield TooSmall(id="small")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Draw what is known, then ask who we are."""
        self.draw()
        self.search.input.focus()
        self.call_after_refresh(self.begin)

    def begin(self) -> None:
        """Ask who we are; a player named at launch is looked up at the same time."""
        launch = self._desk.launch
        if not launch.profile.url or launch.token is None:
            self._host.first_sign_in()
            return
        self.run_worker(self._sign_in(), group="session", exclusive=True, description="session")
        if launch.initial_player and not self._look.player:
            if launch.profile.studio and launch.profile.game:
                self.open_player(launch.initial_player, typed=True)
            else:
                self._desk.queue((launch.initial_player,))

    async def _sign_in(self) -> None:
        from kraty_console.contract.errors import KratyError, SignInNeeded

        try:
            await self._desk.sign_in()
        except SignInNeeded as error:
            if not await self._host.ask_token(error):
                self._tell_error(error)
                return
        except KratyError as error:
            self._look = self._look.failed(error)
            self._tell_error(error)
            self.draw()
            return
        self.signed_in()

    def signed_in(self) -> None:
        """There is a session: everything that depends on the role is drawn again."""
        self.draw()
        self._host.signed_in()

    # -- what others read ----------------------------------------------------------------------------------------

    @property
    def look(self) -> Look:
        """The player on screen."""
        return self._look

    @property
    def pane(self) -> PaneId:
        """The pane that is open."""
        return self._pane

    @property
    def place(self) -> Place:
        """The place in the open pane; while no player is open, in the list of the start."""
        name = self._pane if self._look.snapshot is not None else "start"
        return self._places.setdefault(name, Place())

    @property
    def step(self) -> NextStep | None:
        """The next step that is offered."""
        return self._step

    def context(self) -> ActionContext:
        """What actions decide on."""
        row = self.table.row if self._look.snapshot is not None else None
        return ActionContext(
            snapshot=self._look.snapshot,
            pane=self._pane,
            row_scope=row.scope if row is not None else None,
            row_id=row.id if row is not None else None,
            role=self._desk.role or None,
            permissions=self._desk.permissions,
            read_only=self._desk.launch.read_only,
            ticket=self._desk.ticket or None,
            audit_link=bool(self._desk.last_link) or (row is not None and row.scope == "audit"),
            worklog=any(done.ticket == self._desk.ticket for done in self._desk.done),
            now=self._desk.now(),
        )

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Bring every part up to date; each repaints only what differs."""
        if not self.is_mounted:
            return
        now = self._desk.now()
        look = self._look
        self._draw_header(now)
        snapshot = look.snapshot
        if snapshot is None:
            self._sections = start_sections(self._desk, look)
        else:
            self._sections = sections_of(self._pane, snapshot, now)
        self.tabs.show(self._pane, snapshot)
        self.profile.show(snapshot, now)
        self.table.show(
            self._sections,
            self.place,
            marked=self._marked,
            stale=look.status in (Status.STALE, Status.LOADING) and look.snapshot is not None,
        )
        self.draw_row()

    def draw_row(self) -> None:
        """Bring up to date what depends on the row under the cursor."""
        now = self._desk.now()
        row = self.table.row
        snapshot = self._look.snapshot
        if snapshot is None:
            self._step = None
        else:
            from kraty_console.support.next_step import next_step

            self._step = next_step(snapshot, now, row_scope=row.scope if row else None, row_id=row.id if row else None)
        self.next_step.show(self._step, self._why_no_step())
        self.detail.show(snapshot, row, now, self._foot())
        self.draw_footer()

    def _why_no_step(self) -> str:
        """Why this person cannot do the next step; empty when they can, or when there is none."""
        if self._step is None or self._step.action_id is None:
            return ""
        spec = BY_ID[self._step.action_id]
        if self._desk.launch.read_only:
            return "read-only profile"
        if spec.permission is not None and self._desk.access is not None:
            return (
                ""
                if spec.permission in self._desk.permissions
                else missing_permission(spec.permission, self._desk.role)
            )
        return ""

    def _foot(self) -> str:
        """Where the cursor is, and what keeps rows or columns out of sight."""
        parts = [self.table.position]
        if self.place.filter:
            parts.append(f"only rows with {safe(self.place.filter, limit=30)}")
        if hidden := self.table.hidden_columns:
            parts.append(f"{counted(hidden, 'column')} more with enter")
        return " · ".join(part for part in parts if part)

    def draw_footer(self) -> None:
        """The keys that work here, now."""
        context = self.context()
        self.keys.show(
            [
                KeyHint(
                    key_label(self._commands.keys[spec.id][0]), spec.footer_title or spec.title.lower(), why is None
                )
                for spec, why in footer(context)
            ]
        )

    def _draw_header(self, now: datetime) -> None:
        desk, look = self._desk, self._look
        age, tone = "", "dim"
        if look.status is Status.LOADING and look.since is not None and self._waiting is not None:
            age, tone = f"loading, {int((now - look.since).total_seconds())} s, esc cancels", "warn"
        elif look.status is Status.STALE and look.at is not None:
            age, tone = f"STALE since {look.at:%H:%M:%S}Z", "bad"
        elif look.at is not None:
            age = f"as of {look.at:%H:%M:%S}Z"
        self.header.show(
            Heading(
                place=safe(desk.game, limit=40) if desk.game else "",
                player=safe(look.player, limit=80) if look.player else "",
                environment=safe(desk.environment, limit=12),
                member=safe(desk.member, limit=40) if desk.member else "",
                role=safe(desk.role, limit=40) if desk.role else "",
                ticket=safe(desk.ticket, limit=40) if desk.ticket else "",
                age=age,
                age_tone=tone,
                latency=f"{look.latency_ms:.0f} ms" if look.latency_ms is not None else "",
            )
        )

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line until the next key."""
        self.keys.tell(Notice(words, tone))

    # -- keys ----------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Every key of the registry; what is typed into the search field never gets here."""
        self._host.calm()
        if event.key == "ctrl+c":
            return
        key = event.character if event.is_printable and event.character else event.key
        if self.search.input.has_focus and key in ("tab", "shift+tab"):
            self.leave_search()
        elif not self._commands.press(key):
            return
        event.stop()
        event.prevent_default()

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self.draw_row()

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
        if self._look.status is Status.LOADING:
            self.give_up()
        self.leave_search()

    @on(SearchBar.Asked)
    def _asked(self, event: SearchBar.Asked) -> None:
        if self._debounce is not None:
            self._debounce.stop()
        self.workers.cancel_group(self, "search")
        self.search.suggest(event.query, ())
        if event.query:
            self._debounce = self.set_timer(DEBOUNCE, lambda: self._ask(event.query))

    def _ask(self, query: str) -> None:
        self.run_worker(self._suggest(query), group="search", exclusive=True, description="suggestions")

    async def _suggest(self, query: str) -> None:
        from kraty_console.contract.errors import KratyError
        from kraty_console.present.errors import words_of

        try:
            hits = await self._desk.search(query)
        except KratyError as error:
            self.search.suggest(query, (), words_of(error).title)
            return
        self.search.suggest(query, [_suggestion(hit) for hit in hits], "" if hits else "no player begins like this")

    @on(SearchBar.Chosen)
    def _chosen(self, event: SearchBar.Chosen) -> None:
        self.open_player(event.player, typed=event.typed)

    @on(SearchBar.Queued)
    def _queued(self, event: SearchBar.Queued) -> None:
        self._desk.queue(event.players)
        self.open_player(event.players[0], typed=True)
        self.tell(f"{len(event.players)} players: the others wait under p")

    # -- looking a player up -------------------------------------------------------------------------------------

    def open_player(self, player: str, *, typed: bool = False) -> None:
        """Look a player up; `typed` text may also be an e-mail, or the beginning of an id."""
        if self._debounce is not None:
            self._debounce.stop()
        self.workers.cancel_group(self, "search")
        self.search.clear()
        self.table.focus()
        if player != self._look.player:
            self._desk.forget_drafts()
            self._places.clear()
            self._marked = frozenset()
        self._begin_look(player, typed=typed)

    def refresh_player(self) -> None:
        """Read the player again; nothing moves where nothing changed."""
        if self._look.player:
            self._begin_look(self._look.player, typed=False)

    def _begin_look(self, player: str, *, typed: bool) -> None:
        self._look = self._look.loading(player, self._desk.now())
        self.run_worker(self._read(player, typed=typed), group="look", exclusive=True, description="player")

    def close_player(self) -> None:
        """Back to the first screen."""
        self.workers.cancel_group(self, "look")
        self._stop_waiting()
        self._desk.forget_drafts()
        self._look = Look()
        self.draw()
        self.search.input.focus()

    def give_up(self) -> None:
        """Stop waiting; what was on screen stays."""
        self.workers.cancel_group(self, "look")
        self._look = self._look.cancelled()
        self._stop_waiting()
        self.draw()

    async def _read(self, player: str, *, typed: bool) -> None:
        from kraty_console.contract.errors import KratyError, NotFound, SignInNeeded

        self._stop_waiting()
        self._waiting_soon()
        before = self._look.snapshot
        note = ""
        try:
            while True:
                try:
                    if typed:
                        player, note = await self._resolve(player)
                    etag = self._look.etag if before is not None and not typed else None
                    fetched = await self._desk.snapshot(player, etag)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except NotFound as error:
            self._look = self._look.failed(error, missing=True)
            await self._nearest(player)
        except KratyError as error:
            self._look = self._look.failed(error)
            self._tell_error(error)
        else:
            self._look = self._look.arrived(fetched, self._desk.now(), note)
            self._marked = changed_rows(before, self._look.snapshot) if fetched is not None else frozenset()
            self._desk.opened(self._look.player)
            if note:
                self.tell(note, "accent")
        self._stop_waiting()
        self.draw()

    async def _resolve(self, text: str) -> tuple[str, str]:
        """The id to look up for what was typed, and why it is another one."""
        hits = await self._desk.search(text)
        for hit in hits:
            if hit.external_player_id == text:
                return text, ""
        for hit in hits:
            if hit.match == "merged":
                return hit.external_player_id, f"{safe(text, limit=60)} was merged into this player"
            if hit.match == "email":
                return hit.external_player_id, ""
        return text, ""

    async def _nearest(self, player: str) -> None:
        """Suggest the players whose ids begin most like the one that was not found."""
        from kraty_console.contract.errors import KratyError

        length = len(player) - 1
        while length >= 2:
            try:
                hits = await self._desk.search(player[:length])
            except KratyError:
                return
            if hits:
                self._look = self._look.near(tuple(hit.external_player_id for hit in hits))
                return
            length //= 2

    def _tell_error(self, error: KratyError) -> None:
        from kraty_console.present.errors import words_of

        words = words_of(error)
        self.tell(" ".join(part for part in (words.title, words.hint) if part), "bad")

    # -- waiting -------------------------------------------------------------------------------------------------

    def _waiting_soon(self) -> None:
        self._waiting = None
        self._slow = self.set_timer(SLOW, self._say_waiting)

    def _say_waiting(self) -> None:
        self._waiting = self.set_interval(1.0, lambda: self._draw_header(self._desk.now()))
        self.draw()

    def _stop_waiting(self) -> None:
        for timer in (getattr(self, "_slow", None), self._waiting):
            if timer is not None:
                timer.stop()
        self._waiting = None


def _suggestion(hit: SearchHit) -> Suggestion:
    note = ""
    if hit.match == "email" and hit.email:
        note = safe(hit.email, limit=60)
    elif hit.match == "merged":
        note = "(merged)"
    return Suggestion(hit.external_player_id, safe(hit.external_player_id, limit=60), note)

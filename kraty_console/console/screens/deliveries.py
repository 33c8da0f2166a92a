"""Webhook deliveries, of one player or of the game: what was sent where, what came of it, and sending it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen

from kraty_console.console.changes import Changes
from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.widgets.bars import FooterBar, HeaderBar, Heading, KeyHint, Notice
from kraty_console.console.widgets.table import Place, RowTable, Section
from kraty_console.present import deliveries
from kraty_console.present.safe import safe
from kraty_console.support.actions import REPLAY, ActionContext
from kraty_console.support.keymap import key_label

if TYPE_CHECKING:
    from kraty_console.console.dialogs.text import Pressed
    from kraty_console.contract.webhooks import Delivery

NONE_KEPT = "This backend keeps no webhook deliveries."
"""What a Kraty says that does not know the question (decisions: The admin surface)."""


class DeliveriesScreen(Screen[None]):
    """Loaded page by page as one goes down; `esc` or `q` goes back to the player."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    table = query_one("#rows", RowTable)
    keys = query_one("#footer", FooterBar)

    def __init__(
        self, desk: Desk, host: Host, changes: Changes, keymap: Mapping[str, tuple[str, ...]], player: str | None
    ) -> None:
        """
        Args:
            desk: Asks the backend.
            host: Shows and copies.
            changes: Opens the dialog of a replay.
            keymap: By action id, as the profile has them.
            player: Whose deliveries; None for those of the whole game.
        """
        super().__init__()
        self._desk = desk
        self._host = host
        self._changes = changes
        self._keymap = keymap
        self._player = player
        self._rows: list[Delivery] = []
        self._cursor: str | None = None
        self._complete = False
        self._loading = False
        self._words = "Loading the deliveries."
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
            **dict.fromkeys(keymap[REPLAY.id], self._replay),
        }

    def compose(self) -> ComposeResult:
        """A heading, the rows, the keys."""
        yield HeaderBar(id="header")
        yield RowTable(id="rows")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        """Load the first page."""
        desk = self._desk
        whose = f"webhooks of {safe(self._player, limit=60)}" if self._player else "webhooks"
        self.header.show(
            Heading(
                place=safe(desk.game, limit=40) if desk.game else "",
                player=whose,
                environment=safe(desk.environment, limit=12),
                member=safe(desk.member, limit=40) if desk.member else "",
                role=safe(desk.role, limit=40) if desk.role else "",
                read_only=desk.launch.read_only,
            )
        )
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

    # -- the rows ------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        now = self._desk.now()
        of_game = self._player is None
        columns = deliveries.GAME_COLUMNS if of_game else deliveries.COLUMNS
        rows = tuple(deliveries.row(each, now, with_player=of_game) for each in self._rows)
        self.table.show((Section("deliveries", columns, rows, empty=self._words),), self._place)
        self._draw_keys()

    def _draw_keys(self) -> None:
        hints = [KeyHint("enter", "open"), KeyHint("c", "copy id"), KeyHint("f", "filter"), KeyHint("s", "sort")]
        if not self._desk.launch.read_only:
            on = REPLAY.disabled_reason(self._about(self._current())) is None
            hints.insert(0, KeyHint(key_label(self._keymap[REPLAY.id][0]), REPLAY.footer_title, on))
        self.keys.show([*hints, KeyHint("r", "refresh"), KeyHint("esc", "back")])

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self._draw_keys()

    def _current(self) -> Delivery | None:
        """The delivery under the cursor."""
        row = self.table.row
        return self._known(row.id) if row is not None else None

    def _known(self, delivery_id: str) -> Delivery | None:
        return next((each for each in self._rows if each.id == delivery_id), None)

    def _load(self) -> None:
        if self._loading or self._complete:
            return
        self._loading = True
        self.run_worker(self._read(), group="deliveries", exclusive=True, description="deliveries")

    async def _read(self) -> None:
        from kraty_console.contract.errors import KratyError, NotFound, SignInNeeded
        from kraty_console.present.errors import words_of

        try:
            client = await self._desk.client()
            while True:
                try:
                    page = await client.deliveries(player=self._player, cursor=self._cursor)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except NotFound:
            self._complete = True
            self._words = NONE_KEPT
        except KratyError as error:
            words = words_of(error)
            self._words = f"{words.title} {words.hint}".strip()
            self.keys.tell(Notice(self._words, "bad"))
        else:
            known = {each.id for each in self._rows}
            self._rows.extend(each for each in page.deliveries if each.id not in known)
            self._cursor = page.next_cursor
            self._complete = page.next_cursor is None
            whom = "of this player " if self._player else ""
            self._words = f"Nothing was sent to a webhook endpoint {whom}yet."
        finally:
            self._loading = False
        self._draw()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        self._load()

    def _refresh(self) -> None:
        self._rows.clear()
        self._cursor, self._complete = None, False
        self._load()

    # -- one of them ---------------------------------------------------------------------------------------------

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        if (found := self._known(event.row.id)) is not None:
            self.run_worker(self._open(found), group="delivery", exclusive=True, description="delivery")

    async def _open(self, listed: Delivery) -> None:
        """Show the whole of a delivery; what the list told of it where the rest cannot be read."""
        from textual.content import Content

        from kraty_console.console.dialogs.text import TextDialog
        from kraty_console.contract.errors import KratyError
        from kraty_console.present.errors import words_of

        found = listed
        try:
            found = await (await self._desk.client()).delivery(listed.id)
        except KratyError as error:
            self.keys.tell(Notice(words_of(error).title, "warn"))
        shown = deliveries.delivery_document(found, self._desk.now())
        context = self._about(found)
        replays = REPLAY.disabled_reason(context) is None
        self._host.show(
            TextDialog(
                shown.title,
                Content("\n".join(shown.plain_lines())),
                raw=Content("\n".join(shown.raw_lines)),
                copy=self._host.copy,
                press=lambda key: self._press(context, key),
                keys=f"{key_label(self._keymap[REPLAY.id][0])} replay" if replays else "",
            ),
            lambda action_id: self._replay_of(found) if action_id == REPLAY.id else None,
        )

    def _press(self, context: ActionContext, key: str) -> Pressed | None:
        from kraty_console.console.dialogs.text import Pressed

        if key not in self._keymap[REPLAY.id]:
            return None
        reason = REPLAY.disabled_reason(context)
        return Pressed(action_id=REPLAY.id) if reason is None else Pressed(safe(reason, limit=300))

    def _open_current(self) -> None:
        self.table.action_open()

    # -- sending again -------------------------------------------------------------------------------------------

    def _about(self, delivery: Delivery | None) -> ActionContext:
        desk = self._desk
        return ActionContext(
            row_scope="delivery",
            row_id=delivery.id if delivery is not None else None,
            role=desk.role or None,
            permissions=desk.permissions,
            read_only=desk.launch.read_only,
            ticket=desk.ticket or None,
            now=desk.now(),
            delivery=delivery,
        )

    def _replay(self) -> None:
        self._replay_of(self._current())

    def _replay_of(self, delivery: Delivery | None) -> None:
        reason = REPLAY.disabled_reason(self._about(delivery))
        if reason is not None or delivery is None:
            self.keys.tell(Notice(safe(reason or "there is no delivery", limit=300), "warn"))
            return
        self._changes.replay(delivery, self._replayed)

    def _replayed(self, applied: bool) -> None:
        if applied:
            self.keys.tell(Notice("Replay applied: it is sent at once", "good"))
            self._refresh()

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

        self._host.show(FilterDialog("webhook deliveries", self._place.filter, preview=preview), answered)

    def _copy_id(self) -> None:
        if (row := self.table.row) is not None:
            self.keys.tell(Notice(f"delivery id: {self._host.copy(row.copies)}", "good"))

    def _back(self) -> None:
        if self._place.filter:
            self._place.filter = ""
            self._draw()
        else:
            self.dismiss(None)

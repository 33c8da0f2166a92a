"""The keys of every screen: from a key, or a choice in the palette, to the method that does the action.

Keys are dispatched by `on_key`, not by Textual's bindings: `BindingsMap.apply_keymap` takes a key from every action
that shares it with a remapped one (`F` is both force-complete and force-claim), and a binding that `check_action` turns
off is passed over without a word, while a key that is off has to say why.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen

from kraty_console.console import dialogs
from kraty_console.console.copy_actions import reply_or_notice, worklog_copied
from kraty_console.console.views.bars import Notice
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.domain.action_choice import for_key
from kraty_console.domain.actions import BY_ID, REGISTRY
from kraty_console.domain.keymap import effective_keys, key_label
from kraty_console.paint.deferred_paint import DeferredPaintScreen
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.app import KratyApp
    from kraty_console.console.views.rows import TableState
    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.action_spec import ActionContext, ActionSpec

_FOCUS_KEYS: Final = ("tab", "shift+tab")
"""Keys that Textual moves the focus with where the keymap leaves them free."""


class RunsActions(Screen[str | None]):
    """A screen or dialog whose keys are those of the registry, under the profile's keymap.

    The method of the action `pane.sort` is `action_pane_sort`. What a screen is dismissed with is the id of an action
    for the screen below.
    """

    app: KratyApp
    keymap: Mapping[str, tuple[str, ...]]
    """The keys of each action, by its id."""
    _listing_for: ActionContext | None = None
    """What actions decide on while all of them are listed: it is made once, and not for each."""

    # -- what each screen says for itself ------------------------------------------------------------------------

    @abstractmethod
    def context(self) -> ActionContext:
        """What actions decide on here and now."""

    @abstractmethod
    def draw(self) -> None:
        """Bring the screen up to date."""

    @abstractmethod
    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line."""

    @abstractmethod
    def audit_link(self) -> Notice:
        """Copy the audit link of what is shown; what to say about it."""

    # -- dispatch ------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Take the keys of the registry; the others are left to Textual."""
        if self.is_active and (event.key == "ctrl+c" or not self.press(event)):
            return
        event.stop()
        event.prevent_default()

    def press(self, event: events.Key) -> bool:
        """Run the action of a key; False if it has none here."""
        had_notice = self.clear_notice()
        spec = for_key(typed_key(event), self.context(), self.keymap)
        if spec is None:
            return had_notice and event.key not in _FOCUS_KEYS
        self.run_spec(spec)
        return True

    def clear_notice(self) -> bool:
        """Remove the notice; True if there was one."""
        return False

    def run_spec(self, spec: ActionSpec) -> None:
        """Do an action, or say why not."""
        notice = self.refusal(spec)
        if notice is not None:
            self.tell(notice.text, notice.tone)
        elif (method := self.find_action(spec.id)) is not None:
            method()
        else:
            self.dismiss(spec.id)

    def run_id(self, action_id: str | None) -> None:
        """Do the action of an id: from the palette, the list of keys, or a screen above."""
        if action_id is not None and action_id in BY_ID:
            self.run_spec(BY_ID[action_id])

    def find_action(self, action_id: str) -> Callable[[], object] | None:
        """The method that does an action; None when this screen does not have it."""
        method: Callable[[], object] | None = getattr(self, f"action_{action_id.replace('.', '_')}", None)
        return method

    def refusal(self, spec: ActionSpec) -> Notice | None:
        """What there is to say instead of doing an action here and now; None when it can be done."""
        if self.find_action(spec.id) is None:
            back = key_label(self.keymap["view.back"][0])
            return Notice(f"{spec.title} works on the player screen; {back} goes back to it")
        reason = spec.disabled_reason(self._listing_for or self.context())
        return Notice(safe(reason, limit=300), "warn") if reason is not None else None

    def disabled_reason(self, spec: ActionSpec) -> str | None:
        """Why an action is dimmed where actions are listed; None when it is not."""
        notice = self.refusal(spec)
        return notice.text if notice is not None and notice.tone == "warn" else None

    def offered(self) -> frozenset[str]:
        """Ids of the actions that this screen has."""
        return frozenset(spec.id for spec in REGISTRY if self.find_action(spec.id) is not None)

    @property
    def below(self) -> RunsActions | None:
        """The next screen below that takes actions; None for the player screen."""
        stack = self.app.screen_stack
        under = stack[: stack.index(self)] if self in stack else []
        return next((each for each in reversed(under) if isinstance(each, RunsActions)), None)

    # -- actions that mean the same everywhere -------------------------------------------------------------------

    def action_palette_open(self) -> None:
        """Everything there is to do, to choose from."""
        spare = self.app.spares.free(dialogs.PaletteDialog)
        begin = dialogs.PaletteDialog if spare is None else spare.renew
        with self._listing() as context:
            dialog = begin(context, self.keymap, self.disabled_reason)
        self.app.push_screen(dialog, self.run_id)

    def action_help_open(self) -> None:
        """The keys that work here, now."""
        spare = self.app.spares.free(dialogs.KeysDialog)
        begin = dialogs.KeysDialog if spare is None else spare.renew
        with self._listing() as context:
            dialog = begin(context, self.keymap, self.disabled_reason)
        self.app.push_screen(dialog, self.run_id)

    @contextmanager
    def _listing(self) -> Iterator[ActionContext]:
        self._listing_for = self.context()
        try:
            yield self._listing_for
        finally:
            self._listing_for = None

    def action_ticket_set(self) -> None:
        """Ask for the ticket."""
        self.app.push_screen(dialogs.TicketDialog(self.app.workspace.ticket), self._set_ticket)

    def _set_ticket(self, ticket: str | None) -> None:
        if ticket is not None:
            self.app.workspace.ticket = ticket
            self.app.bottom.loader.record_look()
            self.draw()

    def action_ticket_read(self) -> None:
        """Show the whole ticket of the inbox."""
        inbox = self.app.workspace.launch.inbox
        if inbox is not None and inbox.current is not None:
            self.app.push_screen(dialogs.InboxTicketDialog(inbox, inbox.current, self.app.copy), self.run_id)

    def action_copy_worklog(self) -> None:
        """Copy what was done under the ticket."""
        self.tell(*worklog_copied(self.app.copy, self.app.workspace))

    def action_copy_reply(self) -> None:
        """Show the reply to the player, to copy it."""
        answer = reply_or_notice(self.app.workspace, self.app.bottom.state.player)
        if isinstance(answer, Notice):
            self.tell(*answer)
        else:
            self.app.push_screen(dialogs.ReplyDialog(answer, self.app.copy), self.run_id)

    def action_copy_audit_link(self) -> None:
        """Copy the audit link."""
        self.tell(*self.audit_link())

    def action_app_quit(self) -> None:
        """End the console."""
        self.app.exit()


class ActionScreen(DeferredPaintScreen[str | None], RunsActions):
    """A screen with a heading, a table of rows, and a last line that lists keys and says what there is to say."""

    AUTO_FOCUS = ""
    BLANK = True  # heading, rows and last line cover it
    BINDINGS: ClassVar[list[BindingType]] = []

    header = query_one("#header", HeaderBar)
    table = query_one("#rows", RowTable)
    keys = query_one("#footer", FooterBar)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.keymap = effective_keys(workspace.launch.profile.keymap)

    @property
    @abstractmethod
    def table_state(self) -> TableState:
        """Cursor, sort and filter of the table."""

    @abstractmethod
    def draw_row(self) -> None:
        """Bring up to date what depends on the row under the cursor."""

    @abstractmethod
    def filter_title(self) -> str:
        """What a filter narrows."""

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line until the next key."""
        if self.can_draw:
            self.keys.tell(Notice(words, tone))

    def clear_notice(self) -> bool:
        """Show the keys again."""
        had_notice = self.keys.notice is not None
        self.keys.tell(None)
        return had_notice

    # -- actions on the rows -------------------------------------------------------------------------------------

    def action_row_down(self) -> None:
        """A row down."""
        self._moved(self.table.action_move(1))

    def action_row_up(self) -> None:
        """A row up."""
        self._moved(self.table.action_move(-1))

    def action_row_first(self) -> None:
        """The first row."""
        self._moved(self.table.action_edge(-1))

    def action_row_last(self) -> None:
        """The last row."""
        self._moved(self.table.action_edge(1))

    def action_row_page_down(self) -> None:
        """A screenful down."""
        self._moved(self.table.action_page(1))

    def action_row_page_up(self) -> None:
        """A screenful up."""
        self._moved(self.table.action_page(-1))

    def _moved(self, moved: bool) -> None:
        """Draw the row at once: what it changes is painted together with the cursor."""
        if moved:
            self.draw_row()

    def action_row_open(self) -> None:
        """Open the row under the cursor."""
        self.table.action_open()

    def action_pane_sort(self) -> None:
        """Sort by the next column."""
        self.tell(self.table.next_sort())
        self.draw_row()  # it stays under the cursor, in another place of the list

    def action_pane_filter(self) -> None:
        """Ask for the text that rows must hold."""
        table_state = self.table_state

        def preview(text: str) -> int | None:
            table_state.filter = text
            self.draw()
            return self.table.rows_shown

        dialog = dialogs.FilterDialog(self.filter_title(), table_state.filter, preview=preview)
        self.app.push_screen(dialog, self._set_filter)

    def _set_filter(self, text: str | None) -> None:
        if text is not None:
            self.table_state.filter = text
            self.draw()

    def action_journal_open(self) -> None:
        """Show what was sent from here."""
        self.app.show_journal(self.run_id)


def typed_key(event: events.Key) -> str:
    """A key as the registry spells it: the character of those that have one."""
    return event.character if event.is_printable and event.character else event.key

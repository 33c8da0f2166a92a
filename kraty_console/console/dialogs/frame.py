"""The base of all dialogs: a modal box that takes keys once it is painted, closes with escape, and fits 80×24."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import ClassVar, Final, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.getters import query_one
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget

from kraty_console.console.ordered_keys import OpensLater
from kraty_console.console.stylesheets import DIALOGS, stylesheet
from kraty_console.paint.deferred_paint import DeferredPaintScreen

ResultT = TypeVar("ResultT")

WIDTH: Final = 76
WIDE: Final = 118
"""Cells a box takes where there is room, as `dialogs.tcss` says."""

_LABEL_MARGINS = 6
"""Cells of the top edge that Textual keeps for corners, edges and blanks around a title."""


class Body(VerticalScroll, can_focus=False, can_focus_children=True):
    """The part that scrolls when the terminal is low."""


class Dialog(DeferredPaintScreen[ResultT], OpensLater[ResultT], ModalScreen[ResultT], Generic[ResultT]):
    """A modal box with a title, LIVE or TEST where it matters, a body that scrolls, and a foot that stays.

    It takes the focus, and keys, once it has been painted; text typed ahead goes into its first field, commands typed
    ahead are dropped (console/README.md#dialogs).
    """

    AUTO_FOCUS = ""
    CSS_PATH = [stylesheet(DIALOGS)]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in every screen, only that another focus does not paint the whole screen again (11 KB over the wire)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("pageup", "scroll_body(-1)", "Scroll up", show=False),
        Binding("pagedown", "scroll_body(1)", "Scroll down", show=False),
    ]

    box = query_one("#dialog-box", Vertical)
    body = query_one("#dialog-body", Body)
    foot = query_one("#dialog-foot", Vertical)

    def __init__(
        self, title: str, *, hints: str = "esc close", environment: str | None = None, wide: bool = False
    ) -> None:
        """
        Args:
            title: What the dialog is for, made safe already.
            hints: The keys that work, for the bottom border.
            environment: `live` or `test` where something may change, else None; shown in words and in the border.
            wide: Takes the width of the terminal, for long documents.
        """
        super().__init__()
        self.dialog_title = title
        self.hints = hints
        self.environment = environment
        self.open = False
        self._width = 0
        self._is_used = False
        self._box: Vertical | None = None
        if wide:
            self.add_class("-wide")

    # Use and reuse

    def begin_again(self, title: str, *, hints: str, environment: str | None = None) -> None:
        """Be ready to open, for the first time or after it was closed, with this title (see `__init__`)."""
        self.__dict__.pop("answer", None)
        self.dialog_title = title
        self.hints = hints
        if environment != self.environment:
            self.environment = environment
            if self.is_mounted:
                self.box.set_classes(self._box_classes)
        if self.is_mounted:
            self._width = 0
            self.body.scroll_home(animate=False)
            self._draw_edges()

    @property
    def is_free(self) -> bool:
        """Whether it is mounted, not on any screen, and has no message of an earlier use to handle."""
        parts = (self, *self.walk_children(Widget))
        return (
            not self._is_used
            and self.can_draw
            and self not in self.app.screen_stack
            and not any(part.message_queue_size or not part.is_mounted for part in parts)
        )

    def forget(self) -> None:
        """The dialog is closed and kept: nothing that was typed or shown stays in it."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It opens: a mounted one needs only a layout."""
        if not self._is_used:
            self._is_used = True
            self.call_after_refresh(self._laid_out)

    def on_screen_suspend(self) -> None:
        """Closed and kept, or covered by another dialog."""
        if self not in self.app.screen_stack and self.app.is_screen_installed(self):
            self._end_use()
            self.workers.cancel_node(self)
            self.open = False
            self.accepts_keys_since = None
            self.will_arrive_again()
            self.forget()
            self._is_used = False

    def _end_use(self) -> None:
        """Nothing waits for it any more."""
        self._give_answer(None)
        self.drop_typed()

    # The answer

    @cached_property
    def answer(self) -> asyncio.Future[ResultT | None]:
        """What the dialog is dismissed with; None if it is removed without an answer."""
        return asyncio.get_running_loop().create_future()

    def _give_answer(self, result: ResultT | None) -> None:
        if not self.answer.done():
            self.answer.set_result(result)

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Close with this answer."""
        self._give_answer(result)
        self.uncover_below()
        return super().dismiss(result)

    def on_unmount(self) -> None:
        """Give an awaiting flow the answer None."""
        self._end_use()

    # What a dialog fills in

    def compose_body(self) -> ComposeResult:
        """The widgets of the scrolling part."""
        yield from ()

    def compose_foot(self) -> ComposeResult:
        """The widgets that stay in sight below it: status and buttons."""
        yield from ()

    def first_focus(self) -> Widget | None:
        """Where the focus starts."""
        return None

    def result_when_closed(self) -> ResultT | None:
        """What escape answers."""
        return None

    # The box

    def compose(self) -> ComposeResult:
        """The box, its body and its foot."""
        with Vertical(id="dialog-box", classes=self._box_classes) as self._box:
            with Body(id="dialog-body"):
                yield from self.compose_body()
            with Vertical(id="dialog-foot"):
                yield from self.compose_foot()

    @property
    def _box_classes(self) -> str:
        return "" if self.environment is None else ("-live" if self.environment == "live" else "-test")

    def on_mount(self) -> None:
        """Draw the borders."""
        self._draw_edges()

    def _draw_edges(self) -> None:
        self.box.border_subtitle = Content(self.hints)
        # Drawn for the width it will have, so that it need not be drawn again.
        self._title(min(WIDE if self.has_class("-wide") else WIDTH, self.app.size.width))

    def covered(self) -> Region | None:
        """The box; also while the dialog is removed, part by part."""
        return self._box.region if self._box is not None else None

    def _laid_out(self) -> None:
        self.open = True
        widget = self.set_first_focus()
        self.on_opened()
        (widget or self).call_later(self._seen)  # behind the focus, so that it is painted once

    def set_first_focus(self) -> Widget | None:
        """Give the focus to what has it first, also if it has it since an earlier use."""
        widget = self.first_focus()
        if widget is not None and widget is self.focused:
            widget.post_message(events.Focus())  # nothing looks different
        else:
            super().set_focus(widget)
        return widget

    def _seen(self) -> None:
        self.listen(self.arrived())

    def on_opened(self) -> None:
        """The dialog is laid out; it is painted next, and listens from then on."""

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """Nothing takes the focus before the dialog listens, so no key can reach it."""
        if self.open or widget is None:
            super().set_focus(widget, scroll_visible, from_app_focus)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing works before the dialog listens."""
        return self.open

    def on_resize(self) -> None:
        """Draw the title as wide as the box is."""
        self.call_after_refresh(self._fit_title)

    def _fit_title(self) -> None:
        self._title(self.box.outer_size.width)

    def _title(self, width: int) -> None:
        if width and width != self._width:
            self._width = width
            self.box.border_title = self._titled(width)

    def _titled(self, width: int) -> Content:
        """The title, and at the other end of the edge the environment in words."""
        title = Content.styled(self.dialog_title, "bold")
        if self.environment is None:
            return title
        name = self.environment.upper()
        room = width - _LABEL_MARGINS - title.cell_length - len(name) - 4
        fill = ("━" if self.environment == "live" else "─") * max(1, room)
        return Content.assemble(title, f" {fill} ", (f" {name} ", "bold reverse"))

    def rehint(self, hints: str) -> None:
        """Other keys work now."""
        if hints != self.hints:
            self.hints = hints
            self.box.border_subtitle = Content(hints)

    def action_close(self) -> None:
        """Escape."""
        self.dismiss(self.result_when_closed())

    def action_scroll_body(self, pages: int) -> None:
        """A page up or down, when the body is taller than its room."""
        self.body.scroll_relative(y=pages * max(1, self.body.size.height - 1), animate=False)

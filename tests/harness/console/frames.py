"""Pictures of one walk, at one size after the other, and whether a terminal that the painter painted shows the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import Compositor

from kraty_console.console.app import KratyApp
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import TerminalCapabilities
from kraty_console.paint.textual_app import colours_of, pieces_of
from tests.harness.console.driver import ConsoleDriver
from tests.harness.console.frozen_seconds import freeze_seconds
from tests.harness.console.idle import wait_until_idle
from tests.harness.terminal import Emulator
from tests.harness.terminal.screen_text import Seen, remembered, seen

ALL = TerminalCapabilities(erases_in_colour=True, erases_some=True)
NO_WRAP = b"\x1b[?7l"
"""What Textual sends first: a line that is full does not go on in the next."""


class Painted:
    """A terminal that gets all output of a painter from the first update on."""

    def __init__(self, app: KratyApp, size: tuple[int, int]) -> None:
        self.app = app
        app.console._color_system = ColorSystem.TRUECOLOR  # whatever terminal the tests are started from
        self.painter = Painter(ALL, colours_of(app.console))
        self.terminal = Emulator(*size)
        self.terminal.receive(NO_WRAP)
        self.sent = self.updates = 0
        app._display = self.display  # type: ignore[method-assign]

    def display(self, screen: Any, renderable: Any) -> None:
        """Tell the terminal, and let the application go on."""
        pieces = pieces_of(renderable)
        if pieces is not None and not self.app._batch_count:
            size = screen.outer_size.width, screen.outer_size.height
            if self.terminal.size != size:
                self.terminal.resize(*size)
            data = self.painter.paint(size, pieces).encode()
            self.terminal.receive(data)
            self.tell_others(renderable)
            self.sent += len(data)
            self.updates += 1
        type(self.app)._display(self.app, screen, renderable)

    def tell_others(self, renderable: Any) -> None:
        """For terminals beside this one."""

    def differences(self) -> list[str]:
        """Rows of which the terminal, the painter's memory and Textual's own bytes for all of the screen disagree."""
        ours, kept = seen(self.terminal), remembered(self.painter, self.terminal.size)
        theirs = textuals(self.app.screen._compositor, self.app.console, self.terminal.size)
        return [
            f"row {y}: painted {_told(line)}\nremembered {_told(kept[y])}\nTextual's {_told(theirs[y])}"
            for y, line in enumerate(ours)
            if not line == kept[y] == theirs[y]
        ]


def textuals(compositor: Compositor, console: Console, size: tuple[int, int]) -> Seen:
    """What a fresh terminal shows after Textual's own bytes for all of the screen."""
    terminal = Emulator(*size)
    terminal.receive(NO_WRAP)
    update = compositor.render_full_update()
    for segment in chain.from_iterable(chain.from_iterable(update.strips)):
        if segment.style is not None:
            segment.style._ansi = None  # a style keeps what it was in the colours that it was written in first
    terminal.receive(update.render_segments(console).replace("\n", "\r\n").encode())
    return seen(terminal)


def _told(line: Sequence[tuple[Any, ...]]) -> str:
    return f"{''.join(cell[0] for cell in line)!r} {line}"


@dataclass(frozen=True)
class Picture:
    """One picture, and what of it a terminal would have shown otherwise."""

    svg: str
    differences: list[str]


async def pictures(
    app: KratyApp,
    walk: Callable[[ConsoleDriver], Awaitable[object]],
    sizes: Sequence[tuple[int, int]],
    over: Callable[[], object] = lambda: None,
) -> list[Picture]:
    """Walk once, at the first size, and take a picture at each; `over` is called before the application ends."""
    drawn = []
    painted = Painted(app, sizes[0])
    with freeze_seconds():
        async with app.run_test(size=sizes[0], notifications=True, tooltips=True) as pilot:
            driver = ConsoleDriver(app, pilot)
            await walk(driver)
            for size in sizes:
                if app.size != size:
                    await pilot.resize_terminal(*size)
                    await driver.sized(*size)
                await wait_until_idle(app)
                drawn.append(Picture(app.export_screenshot(title=app.title, simplify=True), painted.differences()))
            over()
    return drawn

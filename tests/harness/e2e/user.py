"""Someone at the console: reads the screen, presses keys, and goes on when the screen says so."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import count

from pyte.screens import Char

from kraty_console.console.ordered_keys import PAUSE
from tests.harness.terminal import Gone, Terminal, TooLate

_LIGHT = 176
"""Of 255: what each part of a light colour is above."""

_HEARD = 1.0
"""Seconds after which a key that may not have been heard is pressed again."""

WHOLE = ("C-l",) if os.environ.get("KRATY_PLAIN_PAINT") else ()
"""Behind a key, where painting is left to Textual: all is painted again. Where Textual and the terminal see a character
in different widths, what it paints in part lands a cell off, and a line of both cannot be read."""

_KEYS = "? keys"
"""What the last line of a player says behind the keys that work."""
_SEARCH_KEYS = "esc to the list"
"""What it says while the search field has the focus."""


class User(Terminal):
    """A terminal with the console in it."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        size: tuple[int, int] = (120, 36),
        modern: bool = True,
        patience: float = 30.0,
        offered: bool = True,
    ) -> None:
        """`offered`: whether the backend can search, so that players are offered while one types."""
        super().__init__(argv, env=env, size=size, modern=modern, patience=patience)
        self._offered = offered

    def heading(self) -> str:
        """The top line."""
        return self.text().partition("\n")[0]

    def footer(self) -> str:
        """The last line that says something."""
        return self.text().rstrip().rpartition("\n")[2]

    def player(self) -> str:
        """The player that the top line names; empty while none is open."""
        return self.heading().partition(" LIVE ")[0].partition(" ▸ ")[2].strip()

    def signed_in(self, role: str = "GAME_ADMIN") -> None:
        """Wait until the console is loaded and knows who we are; the top line is painted earlier."""
        self.wait_for(lambda _: role in self.heading() and any(keys in self.footer() for keys in (_KEYS, _SEARCH_KEYS)))

    def find(self, query: str, player: str | None = None) -> None:
        """Search as a person does: type, see the suggestion, enter; wait until the player is on screen."""
        player = player or query
        if " ▸ " in self.heading():  # before a player is open the keys go to the search already
            self.press("/")
        self.type(query)
        shown = f"▸{player}" if self._offered else query
        self.wait_for(lambda text: shown in text.splitlines()[1])
        self.press("Enter")
        self.on(player)

    def on(self, player: str) -> None:
        """Wait until a player is on screen."""
        self.wait_for(lambda text: f"▸ {player}" in self.heading() and "as of" in self.heading())

    def pane(self, key: str, *shown: str) -> None:
        """Switch to a pane and wait until it shows all of these in one line."""
        self.press(key)
        self.wait_for(lambda text: any(all(part in line for part in shown) for line in text.splitlines()))

    def position(self) -> tuple[int, int]:
        """The row under the cursor of a pane and how many rows it has, as the line below says (`3 of 12`).

        The count is not shown if all rows are visible.
        """
        found = re.search(r"│─.*? (\d+) of (\d+)(?= ·| ?─$)", self.text(), re.MULTILINE)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def walk(self, key: str) -> int:
        """Press a key that moves the cursor down, each time when it has, to the last row; how many rows there are."""
        row, rows = self.position()
        while row != rows:
            self.press(key, *WHOLE)
            self.wait_for(lambda _, row=row, rows=rows: self.position()[0] != row and self.position()[1] == rows)
            row, _ = self.position()
        return rows

    def insist(self, key: str, shown: str | Callable[[str], bool]) -> int:
        """Press a key, again if it was ignored, until its effect is visible; returns how often.

        A box that opens is deaf for a moment of which nothing can be seen where nothing in it has the focus. Only for
        a key that does no harm where it was heard after all.
        """
        limit = time.monotonic() + self.patience
        for times in count(1):
            self.press(key)
            with suppress(TooLate):
                self.wait_for(shown, _HEARD)
                return times
            if time.monotonic() > limit:
                break
        raise Gone(f"{key} is not heard:\n{self.text()}")

    def leave_search(self) -> None:
        """Escape from the search field onto the rows, and see its cursor go."""
        self.press("Esc")
        self.wait_for(lambda _: self.focus() == "")

    def try_dialog(self, key: str) -> bool:
        """Press the key of a dialog that may be off here; whether it stands and listens. Otherwise a line above the
        keys says why it is off, until the next key."""
        self.wait_for(lambda _: _KEYS in self.footer())
        before = self.text()
        self.press(key)
        self.wait_for(lambda text: "[ Cancel ]" in text or (text != before and "━" not in text))
        if "[ Cancel ]" in self.text():
            self.listens("")
            return True
        self.press("z")
        self.wait_for(lambda text: text == before)
        return False

    def read_document(self) -> None:
        """Open the row under the cursor as a document, read it as JSON, a page further where there is one, close it."""
        self.press("Enter")
        self.wait_for("esc close")
        self.insist("J", "│ { ")
        if "│ } " not in self.text():
            self.turn_page()
        self.press("Esc")
        self.wait_until_gone("esc close")

    def turn_page(self) -> None:
        """A page down, where there is one."""
        before = self.text()
        self.insist("PageDown", lambda text: text != before)

    def focus(self) -> str:
        """What has the focus: the words of a button or a tick, or the label of a field; empty while nothing has it."""
        return re.split(r" {2,}| \[ ", self.focused())[0]

    def focused(self) -> str:
        """The button, the tick or the whole line of the field that has the focus."""
        columns, _ = self.emulator.size
        for row, line in enumerate(self.emulator.lines()):
            cells = [self.emulator.screen.buffer[row][column] for column in range(columns)]
            button = "".join(cell.data for cell in cells if cell.reverse).strip()
            if button.startswith("["):
                return button
            if sum(map(_is_cursor, cells)) == 1:
                return line.partition("┃")[2].partition("┃")[0].strip() or line.strip()
        return ""

    def dialog(self, key: str, title: str) -> None:
        """Press the key of a dialog and wait until it listens."""
        self.press(key)
        self.listens(title)

    def listens(self, title: str) -> None:
        """Wait until a dialog is open and has the focus: before that it ignores keys."""
        self.wait_for(lambda text: "[ Cancel ]" in text and title in text and self.focus() != "")

    def cancel(self) -> None:
        """Escape from a dialog, and see it and the cursor in it go."""
        self.press("Esc")
        self.wait_for(lambda text: "[ Cancel ]" not in text and self.focus() == "")

    def quit(self) -> None:
        """Leave the player, then the console."""
        self.press("q", "q")
        assert self.wait_exit() == 0

    def go(self, *keys: str) -> None:
        """Press keys that move the focus, each when the one before has."""
        for key in keys:
            before = self.focus()
            self.press(key)
            self.wait_for(lambda _, before=before: self.focus() not in ("", before))

    def fill(self, label: str, text: str) -> None:
        """Go to the field of that label with tab, and type; see it there."""
        for _ in range(8):
            if self.focus() == label:
                return self.answer(text)
            self.go("Tab")
        raise Gone(f"tab does not lead to {label!r}:\n{self.text()}")

    def answer(self, text: str) -> None:
        """Type into the field that has the focus, after emptying it, and see it there."""
        self.clear()
        self.type(text)
        self.wait_for(lambda _: text in self.focused())

    def clear(self) -> None:
        """Empty the field that has the focus, and see it empty."""
        if re.search(r"\[ +\]", self.focused()):
            return
        self.press("End", *["Backspace"] * 30)
        self.wait_for(lambda _: re.search(r"\[ +\]", self.focused()) is not None)

    def confirm(self, button: str, told: str) -> None:
        """Enter, from the last field to the button; enter again; wait until the change is reported."""
        self.go("Enter")
        assert self.focused() == f"[ {button} ]"
        self.look()
        self.press("Enter")
        self.wait_for(told)

    def look(self) -> None:
        """Look at the screen for as long as a key takes to be deliberate."""
        with suppress(TooLate):
            self.wait_for(lambda _: False, 1.2 * PAUSE)

    def copied(self) -> str:
        """Press `y` and return what was copied."""
        self.press("y")
        return self.wait_for_copy()


def until(done: Callable[[], bool], patience: float = 30.0) -> None:
    """Poll for a condition without an event."""
    limit = time.monotonic() + patience
    while not done():
        if time.monotonic() > limit:
            raise Gone(f"waited {patience} s in vain")


def _is_cursor(cell: Char) -> bool:
    """Whether a cell is drawn as dark on light: the cursor of a field."""
    return _is_light(cell.bg)


@cache
def _is_light(colour: str) -> bool:
    return len(colour) == 6 and all(int(colour[at : at + 2], 16) > _LIGHT for at in (0, 2, 4))

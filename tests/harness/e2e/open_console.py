"""A console that stays open from test to test, as on a working day."""

from __future__ import annotations

from collections.abc import Callable

from tests.harness.e2e.user import User
from tests.harness.terminal.audit import assert_clean

_CORNERS = "╭┏"
"""Of the boxes that lie over a screen."""


class OpenConsole:
    """Opens a console when one is needed, and again after a test that left it in the middle of something."""

    def __init__(self, open_console: Callable[[], User], *, role: str = "GAME_ADMIN") -> None:
        self._open = open_console
        self._role = role
        self._person: User | None = None

    def on(self, player: str) -> User:
        """The console with this player on screen and nothing over it."""
        if self._person is None or not self._is_at_rest(self._person):
            self.close()
            self._person = self._open()
            self._person.signed_in(self._role)
        if self._person.player() != player:
            self._person.find(player)
        return self._person

    def end(self, *, copies: int = 0) -> None:
        """Leave the console; what it sent must be its own, with as many copies to the clipboard at most."""
        person = self._person
        if person is not None and self._is_at_rest(person):
            person.quit()
            assert person.left_as_found() == []
            assert_clean(person.sent, copies=copies)
        self.close()

    def close(self) -> None:
        """End it wherever it is."""
        person, self._person = self._person, None
        if person is not None:
            person.close()

    @staticmethod
    def _is_at_rest(person: User) -> bool:
        text = person.text()
        return person.process.poll() is None and not any(corner in text for corner in _CORNERS) and person.focus() == ""

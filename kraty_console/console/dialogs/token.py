"""A new session token, entered on top of the current screen, which then continues where it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from kraty_console.console.dialogs.ask import AskDialog
from kraty_console.contract.characters import first_unsafe
from kraty_console.contract.secret import Secret

LONGEST: Final = 4_096

Check = Callable[[Secret], Awaitable[str | None]]
"""Tries a token with the server: None when it is good, else what is wrong with it, in words made safe."""


def unlikely(token: str) -> str | None:
    """Why this cannot be a token, without asking the server."""
    if not token:
        return "paste the token here"
    if not token.isascii() or first_unsafe(token) or any(character.isspace() for character in token):
        return "a token has no spaces and no special characters; was more than the token pasted?"
    return None


class TokenDialog(AskDialog[Secret | None]):
    """Returns a token that the server accepted, None if the person goes on without one."""

    def __init__(self, *, who: str, profile: str, why: str, check: Check | None = None) -> None:
        """
        Args:
            who: The member whose session is over, made safe; empty when not known.
            profile: Which profile, studio and game the token is for, made safe.
            why: The server's message, in words.
            check: Tries the token before the dialog closes; without it the token is taken as it is.
        """
        words = [why, "", f"profile    {profile}"]
        if who:
            words.append(f"signed in  {who}")
        super().__init__(
            "New session token",
            label="token",
            words="\n".join([*words, ""]),
            placeholder="paste it; it is not shown",
            hidden=True,
            longest=LONGEST,
            hints="enter use it · esc go on without (nothing is sent)",
        )
        self._check = check
        self._checking = False

    def answered(self, value: str) -> None:
        """Try it; a second enter meanwhile does nothing."""
        token = value.strip()
        wrong = unlikely(token)
        if wrong is not None:
            self.problem.say(wrong)
            return
        if self._check is None:
            self.dismiss(Secret(token))
        elif not self._checking:
            self._checking = True
            self.problem.say("asking the server…")
            self.in_background(partial(self._try, self._check, Secret(token)), group="token", description="try a token")

    async def _try(self, check: Check, token: Secret) -> None:
        wrong = await check(token)
        self._checking = False
        if wrong is None:
            self.dismiss(token)
        else:
            self.problem.say(wrong)
            self.line.select_all()

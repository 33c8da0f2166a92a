"""Opens the dialogs about the session: a new token, the choice of a game, the journal. Imported with the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraty_console.console.dialogs.games import GamesDialog
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.console.first_run import FirstRun
from kraty_console.contract.errors import KratyError
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.game_ref import GameRef
    from kraty_console.console.app import KratyApp
    from kraty_console.contract.secret import Secret


class SessionDialogs:
    """Opens each dialog on top of what the application shows."""

    def __init__(self, app: KratyApp) -> None:
        self._app = app
        self._workspace = app.workspace
        self._new_token: asyncio.Future[Secret | None] | None = None
        """The token that the dialog asks for."""

    async def ask_token(self, error: Exception) -> bool:
        """Ask for a new session token; True when there is a new session.

        Several callers that need one at the same time share one question.
        """
        if self._new_token is None or self._new_token.done():
            self._new_token = self._show_token_dialog(error)
        return await asyncio.shield(self._new_token) is not None

    def _show_token_dialog(self, error: Exception) -> asyncio.Future[Secret | None]:
        profile = self._workspace.launch.profile
        where = f"{profile.name} · {urlsplit(profile.url or '').hostname or ''}"
        return self._app.show_dialog(
            TokenDialog(
                who=safe(self._workspace.member),
                profile=safe(where),
                why=safe(str(error)),
                check=self._try_token,
            )
        )

    async def _try_token(self, token: Secret) -> str | None:
        """Sign in with a token; what is wrong with it, or None when it is good."""
        try:
            await self._workspace.sign_in(token)
        except KratyError as error:
            return error_text(error).text
        return None

    def first_sign_in(self) -> None:
        """Ask for the address (if the profile has none) and a token, then begin; without an answer the console ends."""
        self._app.follow(self._begin(FirstRun(self._workspace, self._app).ask()), "first sign-in")

    async def _begin(self, signed_in: Awaitable[bool]) -> None:
        if await signed_in:
            self._app.bottom.begin()
        else:
            self._app.exit()

    def choose_game(self) -> None:
        """Ask for one of several games; without an answer the console ends."""
        choices = self._workspace.choices
        self._app.follow(self._enter(choices, self._app.show_dialog(GamesDialog(choices))), "choice of a game")

    async def _enter(self, choices: Sequence[GameRef], answer: Awaitable[str | None]) -> None:
        number = await answer
        if number is None:
            self._app.exit()
            return
        await self._workspace.choose(choices[int(number)])
        self._app.bottom.enter_game()

    async def show_journal(self, then: Callable[[str | None], None]) -> None:
        """Show the changes sent from here and their outcomes; `then` gets the id of an action to go on with."""
        workspace = self._workspace
        try:
            journal = await workspace.journal()
            entries = await journal.latest()
        except KratyError as error:
            self._app.tell(error_text(error).text, "bad")
            return
        self._app.push_screen(
            JournalDialog(
                entries,
                now=workspace.now(),
                resolve=workspace.resolve,
                decide=lambda entry, applied: workspace.decide(entry, applied=applied),
                copy=self._app.copy,
            ),
            then,
        )

"""The first run: an address, a token and a game, entered in a few short steps, and saved as a profile."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING

from kraty_console.client.address import base_url
from kraty_console.config.access import Access
from kraty_console.config.paths import Paths
from kraty_console.config.store import save_sign_in
from kraty_console.console.backend_facts import BackendFacts
from kraty_console.console.dialogs.sign_in import DEFAULT_URL, SignInDialog
from kraty_console.console.workspace import Workspace
from kraty_console.contract.errors import Invalid, OperationMissing
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.config.launch import Launch
    from kraty_console.console.app import KratyApp
    from kraty_console.console.dialogs.sign_in import SignInChoice
    from kraty_console.contract.secret import Secret
    from kraty_console.contract.session import Me


class FirstRun:
    """Asks what the profile does not say, and puts it into the launch of the workspace."""

    def __init__(self, workspace: Workspace, app: KratyApp) -> None:
        self._workspace = workspace
        self._app = app

    def ask(self) -> Coroutine[None, None, bool]:
        """Open the dialog at once; await whether the person signed in."""

        url = self._workspace.launch.profile.url or DEFAULT_URL
        uses_key = self._workspace.launch.profile.uses_key
        dialog = SignInDialog(connect=self._connect, check_url=why_not, url=url, uses_key=uses_key)
        return self._keep(self._app.show_dialog(dialog))

    async def _keep(self, answer: Awaitable[SignInChoice | None]) -> bool:
        signed_in = await answer
        if signed_in is not None:
            self._take(signed_in)
        return signed_in is not None

    async def _connect(self, url: str, token: Secret) -> Me | None:
        """Who a token belongs to; None where the backend does not tell."""
        client = BackendFacts(self._launch_at(url, token), self._workspace.person).make_client(
            self._workspace.clock, None
        )
        try:
            return await client.me()
        except OperationMissing:
            return None
        finally:
            await client.close()

    def _launch_at(self, url: str, token: Secret) -> Launch:
        """The launch with what was typed; headers and certificate go to no other address than the profile's own."""
        launch = self._workspace.launch
        access = launch.access if launch.profile.url in (None, url) else Access()
        return replace(launch, profile=replace(launch.profile, url=url), token=token, access=access)

    def _take(self, signed_in: SignInChoice) -> None:
        launch = self._launch_at(signed_in.url, signed_in.token)
        profile = replace(
            launch.profile,
            studio=signed_in.studio_id,
            game=signed_in.game_id,
            environment=signed_in.environment,
        )
        self._workspace.turn_to(replace(launch, profile=profile))
        try:
            message = save_sign_in(profile, signed_in.token, Paths.of(os.environ))
        except OSError as error:
            message = f"the profile could not be kept: {error.strerror}"
        self._app.tell(safe(message, limit=300))


def why_not(url: str) -> str | None:
    """Why this is no address of a backend, in words; None when it is one."""
    try:
        base_url(url)
    except Invalid as error:
        return error_text(error).text
    return None

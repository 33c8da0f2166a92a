"""The application: one workspace, one screen at the bottom, and what happens when things end.

Writes belong here: they are never cancelled by a screen that closes, and what they need from the person while they run
(a new token) is asked for on top of the current screen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome, NoColor

from kraty_console.console import crash
from kraty_console.console.clipboard import TooLong, osc52
from kraty_console.console.clock_skew import tell_skew
from kraty_console.console.colours import choose_theme
from kraty_console.console.dialog_flow import ShowsDialogs
from kraty_console.console.ordered_keys import KeysInOrder
from kraty_console.console.screens.action_screen import ActionScreen
from kraty_console.console.screens.player import PlayerScreen
from kraty_console.console.signals import Leaving
from kraty_console.console.spare_dialogs import SpareDialogs
from kraty_console.console.startup.collector import keep_imported, resume_collection
from kraty_console.console.startup.prefetch import StartState
from kraty_console.console.stylesheets import stylesheets
from kraty_console.console.terminal_filter import TerminalFilter
from kraty_console.console.theme import THEMES, VARIABLE_DEFAULTS
from kraty_console.console.workspace import Workspace, utc_now
from kraty_console.contract.errors import KratyError, SignInNeeded
from kraty_console.contract.permissions import Permission
from kraty_console.domain.formatting import counted
from kraty_console.paint.boot_screen import take_over
from kraty_console.paint.screen_size import drop_invalid_sizes
from kraty_console.paint.textual_app import PaintsChanges
from kraty_console.paint.textual_internals import ReportsCrashes
from kraty_console.present.errors import error_text

if TYPE_CHECKING:
    from textual.screen import Screen

    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.config.launch import Launch
    from kraty_console.console.session_dialogs import SessionDialogs
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.paint.boot_screen import BootScreen


class KratyApp(PaintsChanges[int], KeysInOrder[int], ShowsDialogs[int], ReportsCrashes[int], inherit_bindings=False):
    """The console on one profile."""

    CSS_PATH: ClassVar[list[str]] = [str(path) for path in stylesheets()]  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = False
    CRASH_CODE = crash.EXIT_CODE
    TITLE = "kraty"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", priority=True, show=False),
        Binding("ctrl+l", "repaint", priority=True, show=False),
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(
        self,
        launch: Launch,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
        environ: Mapping[str, str] = os.environ,
        boot_screen: BootScreen | None = None,
        started: StartState | None = None,
    ) -> None:
        """`started` is what is known already, and painted over the `boot_screen`."""
        started = started or StartState(Workspace(launch, now=now, clock=clock, ticket=launch.ticket or ""))
        self._terminal_filter = TerminalFilter()
        self._environ = dict(environ)  # Textual takes NO_COLOR out of the environment
        super().__init__(boot_screen=boot_screen, painter=started.painter)
        self._typeahead = boot_screen.typeahead if boot_screen is not None else None
        self.plain_paint = launch.plain_paint
        self.animation_level = "none"  # after the base class, which would set it again
        self.workspace, self._first_state = started.workspace, started.state
        if self._first_state is not None:
            self.suspend_painting()
        self.spares = SpareDialogs(self)
        self._inbox = launch.inbox
        self._writes: set[asyncio.Task[object]] = set()
        self._interrupted = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = choose_theme(launch.theme, self._environ, self.console.color_system)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, and last the terminal filter.

        For NO_COLOR Textual would paint in greys, in which the terminal's own colours come out black on black; the
        theme has no colours then, and all others are removed.
        """
        filters = super().get_line_filters()
        return [*(NoColor() if isinstance(each, Monochrome) else each for each in filters), self._terminal_filter]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not know them."""
        return VARIABLE_DEFAULTS

    def get_default_screen(self) -> Screen[str | None]:
        """The player screen is the bottom of everything."""
        typed = self._typeahead.text if self._typeahead is not None else ""
        return PlayerScreen(self.workspace, self._first_state, typed=typed)

    def on_mount(self) -> None:
        """Collect garbage again once the first screen is shown."""
        self.call_after_refresh(self._resume_collection)

    @staticmethod
    def _resume_collection() -> None:
        """Everything imported so far stays."""
        resume_collection(keep=True)

    async def on_unmount(self) -> None:
        """Let writes that are under way finish, then close what is open."""
        if self._writes:
            await asyncio.wait(self._writes, timeout=5)
        await self.workspace.close()

    def drawn(self) -> None:
        """The first screen is complete: until now the boot screen was shown."""
        self.resume_painting()

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_interrupt(self) -> None:
        """ctrl+c: the first says what the second does."""
        if self._interrupted:
            self.exit(return_code=0)
            return
        self._interrupted = True
        self.tell("ctrl+c again quits", "warn")

    async def on_event(self, event: events.Event) -> None:
        """Every key comes by here first, also those that are text in a field: ctrl+c counts only twice in a row.

        An enter that was typed before the terminal was ours, while the demo's backend started, arrives as ctrl+j.
        """
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.key == "ctrl+j":
                event.key, event.character = "enter", "\r"
            self._interrupted = self._interrupted and event.key == "ctrl+c"
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self._inbox is not None:
            self._inbox.count_key()
        await super().on_event(event)

    def keys_ahead(self) -> int:
        """How many keys wait for one before them."""
        return self.waiting_keys

    def is_handling_key(self) -> bool:
        """Whether a key has not had all its effects yet."""
        return self.has_effects_coming

    @property
    def bottom(self) -> PlayerScreen:
        """The player screen, below all others."""
        return next(screen for screen in self.screen_stack if isinstance(screen, PlayerScreen))

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line of the visible screen, below any dialog; `words` are safe."""
        next(each for each in reversed(self.screen_stack) if isinstance(each, ActionScreen)).tell(words, tone)

    def leave(self, code: int = 0) -> None:
        """End the application."""
        self.exit(return_code=code)

    # -- the clipboard -------------------------------------------------------------------------------------------

    def copy(self, text: str) -> str:
        """Send text to the terminal's clipboard; return what to say about it."""
        try:
            sequence = osc52(text, self._environ)
        except TooLong as error:
            return f"too long for a terminal's clipboard ({error}); open it with enter and select it there"
        self.keep_copied(text)
        if (driver := self.terminal_driver) is not None:
            driver.write(sequence)
            driver.flush()
        size = len(text.encode("utf-8", "replace"))
        tmux = "; tmux needs set-clipboard on" if self._environ.get("TMUX") else ""
        return f"sent to the terminal's clipboard ({size} bytes{tmux})"

    # -- writes --------------------------------------------------------------------------------------------------

    async def perform(self, call: ChangeRequest, before: Snapshot | None = None) -> ChangeOutcome:
        """Send a change; where the session has ended, ask for a new token on top and go on with the same key.

        `before` is the player as last read.
        """
        return await self._guarded(self._perform(call, before))

    async def _perform(self, call: ChangeRequest, before: Snapshot | None) -> ChangeOutcome:
        while True:
            performed = await self.workspace.perform(call, before)
            if not isinstance(performed.error, SignInNeeded) or not await self.ask_token(performed.error):
                return performed

    async def _guarded(self, work: object) -> ChangeOutcome:
        """Run a write in a task of its own, so that it goes on when its screen is closed."""
        task: asyncio.Task[ChangeOutcome] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)

    async def ask_token(self, error: Exception) -> bool:
        """Ask for a new session token on top of what is shown; True when there is a new session.

        Nobody is asked while the console ends.
        """
        return self.is_running and await self.dialogs.ask_token(error)

    # -- the session ---------------------------------------------------------------------------------------------

    @cached_property
    def dialogs(self) -> SessionDialogs:
        """The dialogs about the session."""
        from kraty_console.console.session_dialogs import SessionDialogs  # 20 ms that the first frame does not wait for

        return SessionDialogs(self)

    def first_sign_in(self) -> None:
        """Ask for the address (if the profile has none) and a token, then begin."""
        self.dialogs.first_sign_in()

    def choose_game(self) -> None:
        """Ask for one of several games; without an answer the console ends."""
        self.dialogs.choose_game()

    def show_journal(self, then: Callable[[str | None], None]) -> None:
        """Show the changes sent from here and their outcomes; `then` gets the id of an action to go on with."""
        self.run_worker(self.dialogs.show_journal(then), group="show-journal", exclusive=True, description="journal")

    def _tell_skew(self) -> None:
        if words := tell_skew(self.workspace):
            self.tell(words, "warn")

    def signed_in(self) -> None:
        """There is a session: look up the changes with an open outcome, and report them."""
        self.run_worker(self._look_back(), group="journal", exclusive=True, description="open intents")

    async def _look_back(self) -> None:
        await self._read_ahead()
        if not self.is_headless:
            keep_imported()  # the HTTP library
            self.run_worker(self._mount_spares(), group="spares", description="mount dialogs")
        if not self.workspace.has_journal:
            self._tell_skew()
            return
        try:
            outcomes = await self.workspace.look_back()
        except KratyError as error:
            self.tell(error_text(error).text, "bad")
            return
        unclear = sum(outcome.state == "unknown" for outcome in outcomes)
        if unclear:
            self.tell(f"{counted(unclear, 'change')} of unknown outcome: o shows what the server says of each", "warn")
        elif outcomes:
            self.tell(f"{counted(len(outcomes), 'change')} left open before: settled now, o shows how", "good")
        else:
            self._tell_skew()
        if (await self.workspace.journal()).moved_aside is not None:
            self.tell("the journal was damaged; it was moved aside, beside the new one", "bad")

    async def _mount_spares(self) -> None:
        await self.spares.mount()
        keep_imported()

    async def _read_ahead(self) -> None:
        """Read what dialogs need, so that they open at once; where that fails they open with less."""
        with suppress(KratyError):
            await self.workspace.facts.detect(await self.workspace.client())
        self.bottom.draw()  # what is missing is dimmed
        known = self.workspace.facts.capabilities
        drawn = known.revision
        with suppress(KratyError):
            if self.workspace.may(Permission.WALLET_CREDIT) or self.workspace.may(Permission.MANUAL_GRANT):
                await self.workspace.catalog()
        with suppress(KratyError):
            if self.workspace.may(Permission.FORCE_COMPLETE):
                await self.workspace.count_forced()
        if known.revision != drawn:
            self.bottom.draw()

    # -- the end -------------------------------------------------------------------------------------------------

    def crash_line(self, error: BaseException) -> str:
        """Leave a report without local variables; the line says where it is."""
        words = f"kraty-console failed ({type(error).__name__})"
        try:
            path = crash.report(error, self.workspace.launch.crash_dir, self.workspace.now())
        except OSError as failure:
            return f"{words}, and no report could be written: {failure.strerror}"
        return f"{words}. What happened, without any data, is in {path}"


def run_console(launch: Launch, started: StartState | None = None) -> int:
    """Run the console; returns the exit code: 0 left by the person, 70 failed, 128 + n ended by signal n."""
    drop_invalid_sizes()
    code = asyncio.run(_stay(launch, started))
    sys.stdout.flush()
    return code


async def _stay(launch: Launch, started: StartState | None) -> int:
    """Run the console from the boot screen to the restored terminal; a signal ends it well at any moment."""
    leaving = Leaving()
    try:
        app = KratyApp(launch, boot_screen=take_over(), started=started)
        leaving.tell(app)
        await app.run_async(mouse=launch.mouse)
    finally:
        leaving.stop()
    return app.return_code or 0

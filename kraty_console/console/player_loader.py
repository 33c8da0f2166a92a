"""Loads what the player screen shows: suggestions while typing, and the player.

Each has one exclusive worker of the screen, which also owns the timers: a new request cancels the one before. The state
on screen stays until the answer arrives, and says how old it is if none does. Requests made before the session is known
wait for it.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from kraty_console.console.clock_skew import tell_skew
from kraty_console.console.notes import newest_note
from kraty_console.console.player_finder import FoundPlayer, PlayerFinder, SeveralFit
from kraty_console.console.player_state import LoadStatus, PlayerState, changed_rows
from kraty_console.console.ticket_log import ticket_log
from kraty_console.console.workspace import Workspace
from kraty_console.contract.errors import KratyError, NotFound, OperationMissing, SignInNeeded
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.contract.operations import Operation
from kraty_console.domain.completeness import unreadable_count, unreadable_words
from kraty_console.domain.finding import tried_words
from kraty_console.domain.pasted_candidates import LONGEST_ID
from kraty_console.domain.pasted_text import read_pasted
from kraty_console.domain.player_analysis import analysis_of
from kraty_console.domain.player_resolution import looks_like_email, unambiguous_match
from kraty_console.present.errors import error_text
from kraty_console.present.notes import NewestNote
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.fetched import Fetched
    from kraty_console.console.screen_protocols import LoaderScreen
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.finding import TextHit

BREATH = 0.025
"""Seconds in which keys are handled between two pieces of work on a large answer."""

PIECE = 50
"""Rows of each list that are diagnosed in one piece."""


class PlayerLoader:
    """Owns the `PlayerState`, and has the screen drawn whenever that is another one."""

    def __init__(self, screen: LoaderScreen, workspace: Workspace, state: PlayerState | None = None) -> None:
        """`state` is a player that was looked up before there was a screen."""
        self._screen = screen
        self._workspace = workspace
        self.state = state if state is not None else PlayerState()
        self.limit = DEFAULT_LIMIT
        """Rows of each list to request."""
        self.marked: frozenset[str] = frozenset()
        """Rows that the last answer changed."""
        self._limit_before = self._requested_limit = DEFAULT_LIMIT
        self._finder = PlayerFinder(workspace)
        self._found_row: TextHit | None = None
        """The row that the text of the look-up names."""
        self._whole = ""
        """The whole of what was pasted, of which the look-up is the first id."""
        self._before = self.state
        """What was on screen before the look-up that is under way: what it goes back to where nothing is opened."""
        workspace.gate.begin = self.sign_in

    # -- the session ---------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Request the session; requests about the game wait for it."""
        self._workspace.gate.shut()
        self._screen.in_background(self._sign_in, group="session", description="session")

    async def _sign_in(self) -> None:
        try:
            await self._workspace.sign_in()
        except SignInNeeded as error:
            if not await self._screen.ask_token(error):
                self._failed(error)
                return
        except KratyError as error:
            self._failed(error)
            return
        if self.state.status is LoadStatus.FAILED and not self.state.player:
            self.state = PlayerState()
        if not self._before.player:
            self._before = PlayerState()
        self._screen.signed_in()

    def _failed(self, error: KratyError) -> None:
        self._workspace.gate.refuse(error)
        self.state = self.state.failed(error)
        self._tell_error(error)
        self._screen.draw()
        self._screen.take_keys()

    # -- suggestions ---------------------------------------------------------------------------------------------

    def suggest(self, query: str) -> None:
        """Request suggestions."""
        self._screen.in_background(partial(self._suggest, query), group="search", description="suggestions")

    async def _suggest(self, query: str) -> None:
        pasted = read_pasted(query)
        try:
            if not pasted.is_plain:
                self._screen.suggest_found(await self._finder.find(pasted))
                return
            hits = await self._finder.search(query)
        except OperationMissing:
            self._screen.suggest(query, (), words="no search on this backend: enter looks up exactly this id")
            return
        except KratyError as error:
            self._screen.suggest(query, (), words=error_text(error).title)
            return
        if missing := unreadable_count(hits):
            words = unreadable_words(missing, "player that fits", "players that fit")
        else:
            words = (
                "no player has this e-mail; type all of it" if looks_like_email(query) else "no player begins like this"
            )
        self._screen.suggest(query, hits, unambiguous_match(query, hits), words)

    # -- the player ----------------------------------------------------------------------------------------------

    def open(
        self, player: str, *, typed: bool, step: int = 0, found: FoundPlayer | None = None, whole: str = ""
    ) -> None:
        """Look a player up; `typed` text may also be an e-mail, an id that lives on in another player, or a beginning.

        Args:
            player: The id, or what was typed.
            typed: Whether it was typed.
            step: How often down (negative: up) was pressed in what the text finds.
            found: How the player was found, if a person chose.
            whole: What was pasted, if `player` is the first of several ids in it: that may be an id, too.

        Raises:
            SeveralFit: The text is known to fit several players, and none of them was chosen: nothing is looked up.
        """
        note = ""
        if typed and not whole:
            found = self._finder.known(player, step)
        self._found_row, self._whole = None, whole
        if found is not None:
            player, note, typed, step = found.player, found.note, False, 0
            self._found_row = found.row
        self._screen.stop_suggesting()
        self._screen.end_pause()
        if self.state.status is not LoadStatus.LOADING:
            self._before = self.state
        elif self.state.snapshot is not None:
            self._before = self.state.cancelled()
        self.state = self.state.loading(player, self._workspace.now(), typed=typed, step=step, note=note)
        self._screen.in_background(self._read, group="look", description="player")

    def refresh(self) -> None:
        """Repeat exactly the last request; nothing moves where nothing changed."""
        state = self.state
        if state.player:
            try:
                self.open(state.player, typed=state.typed, step=state.step)
            except SeveralFit as several:
                self._screen.offer(state.player, several)

    def more(self) -> None:
        """The end of a list that was cut short was reached: ask for as many rows as the backend gives at once."""
        if self.limit < MAX_LIMIT and self.state.status is LoadStatus.READY:
            self.limit = MAX_LIMIT
            self.refresh()

    def give_up(self) -> None:
        """Stop waiting; what was on screen stays."""
        self._screen.stop_background("look")
        self._go_back()

    def _go_back(self) -> None:
        """Nothing is opened."""
        self._screen.end_waiting()
        self.state = self._before
        self._screen.draw()

    def close(self) -> None:
        """No player is looked at any more."""
        self._screen.stop_background("look")
        self._screen.end_waiting()
        self._screen.end_pause()
        self.state = PlayerState()

    async def _read(self) -> None:
        self._screen.begin_waiting()
        requested = self.state.player
        before = self.state.snapshot
        try:
            await self._workspace.game_client()
            while True:
                try:
                    fetched = await self._look_up()
                    break
                except SignInNeeded as error:
                    if not await self._screen.ask_token(error):
                        raise
        except SeveralFit as several:
            self._go_back()
            self._screen.offer(requested, several)
            return
        except NotFound as error:
            self._turned()
            if (shut_out := await self._shut_out()) is not None:
                self.state = self.state.failed(shut_out)
                self._tell_error(shut_out)
            else:
                await self._missing(error)
        except KratyError as error:
            self._turned()
            self.state = self.state.failed(error)
            self._tell_error(error)
        else:
            await self._arrived(fetched, before)
            self.read_notes()
            self._screen.player_read()
            self._workspace.players.not_found(requested)  # a pasted text no longer waits, though it is not the id
        self._screen.end_waiting()
        self._screen.draw()
        self._screen.take_keys()

    def _turned(self) -> None:
        """It is certain that another player is turned to: what belongs to the one before ends."""
        if self.state.player != self._before.player:
            self._screen.left_player()

    async def _arrived(self, fetched: Fetched[Snapshot] | None, before: Snapshot | None) -> None:
        """The player was read; `before` is what was known of this player."""
        state = self.state.arrived(fetched, self._workspace.now())
        self.limit = self._requested_limit
        await self.prepare(fetched, state)
        if state.timeline is not self.state.timeline and state.player == self.state.player:
            state = state.with_timeline(self.state.timeline)  # a page arrived meanwhile
        self.state = state
        if state.snapshot is not None:
            self._workspace.date_changes(state.snapshot.audit)
        self._turned()
        self._mark(before, fetched is not None)
        self._workspace.players.opened(self.state.player)
        self.record_look()
        if before is None:
            self._screen.opened_player()
        if self._found_row is not None:
            self._screen.show_found(self._found_row)
        elif before is None and state.note:
            self._screen.tell(state.note, "accent")
        elif skew := tell_skew(self._workspace):
            self._screen.tell(skew, "warn")

    async def prepare(self, fetched: Fetched[Snapshot] | None, state: PlayerState) -> None:
        """Take a large answer in by pieces, with room for keys between them; `state` is shown next."""
        if fetched is not None and self.limit > DEFAULT_LIMIT:
            await self._analyse(fetched.value)
            self._screen.prepare(state)
            await asyncio.sleep(BREATH)

    def record_look(self) -> None:
        """Record in the worklog that the player on screen was looked at."""
        if self.state.snapshot is not None:
            ticket_log(self._workspace).looked(self.state.snapshot)

    async def _analyse(self, snapshot: Snapshot) -> None:
        """Diagnose the rows of a large answer in pieces; the views find the results."""
        analysis = analysis_of(snapshot)
        for start in range(0, max(len(snapshot.attempts), len(snapshot.grants)), PIECE):
            await asyncio.sleep(BREATH)
            now = self._workspace.now()
            for attempt in snapshot.attempts[start : start + PIECE]:
                analysis.attempt_faults(attempt, now)
            for grant in snapshot.grants[start : start + PIECE]:
                analysis.grant_faults(grant, now)
        await asyncio.sleep(BREATH)

    async def _shut_out(self) -> KratyError | None:
        """Why the game cannot be entered, for a player who was requested before that was known."""
        try:
            if self._workspace.access is None:
                await self._workspace.sign_in()
        except KratyError as error:
            return error
        return None

    async def _missing(self, error: KratyError) -> None:
        """There is no such player: say so, then which ones are called nearly so."""
        player = self.state.player
        self.state = self.state.failed(error, missing=True)
        self._workspace.players.not_found(player)
        found = self._finder.found_in(player)
        if found is not None and not found.pasted.is_plain:
            self.state = self.state.nobody_in_text(tried_words(found.pasted), found.not_searched)
        self._screen.point_to(None)
        self._screen.draw()
        self.state = self.state.near(*await self._finder.nearest(player))

    def _mark(self, before: Snapshot | None, answered: bool) -> None:
        """Mark what changed; rows that are new only because more were requested did not."""
        longer = before is not None and self.state.snapshot is not None and self.limit != self._limit_before
        self._limit_before = self.limit
        self.marked = changed_rows(before, self.state.snapshot) if answered and not longer else frozenset()

    async def _look_up(self) -> Fetched[Snapshot] | None:
        """Read the requested player; if the text turns out to mean another one, that one from then on."""
        state = self.state
        if self._whole and len(self._whole) <= LONGEST_ID:
            whole, self._whole = self._whole, ""
            with suppress(NotFound):
                fetched = await self._fetch(whole)
                self._turn(FoundPlayer(whole))
                return fetched
        if state.typed:
            return await self._finder.look_up(state.player, state.step, self._fetch, self._turn)
        return await self._fetch(state.player)

    async def _fetch(self, player: str) -> Fetched[Snapshot] | None:
        state = self.state
        etag = state.etag if state.snapshot is not None and player == state.player else None
        self._requested_limit = self.limit if player == self._before.player else DEFAULT_LIMIT
        return await self._workspace.snapshot(player, self._requested_limit, etag)

    def _turn(self, found: FoundPlayer) -> None:
        self._found_row = found.row
        self.state = self.state.loading(found.player, self._workspace.now(), note=found.note)

    # -- notes ---------------------------------------------------------------------------------------------------

    def read_notes(self) -> None:
        """Read the newest note on the player, behind everything else."""
        if self.state.snapshot is not None and Operation.NOTES not in self._workspace.facts.missing():
            self._screen.in_background(self._read_notes, group="notes", description="notes")

    async def _read_notes(self) -> None:
        player = self.state.player
        try:
            newest = await newest_note(self._workspace, player)
        except OperationMissing:
            return
        except KratyError:
            newest = NewestNote(is_unread=True)
        if self.state.player == player and self.state.snapshot is not None:
            differs = newest != (self.state.newest_note or NewestNote())
            self.state = self.state.with_note(newest)
            if differs:
                self._screen.draw()

    # -- errors --------------------------------------------------------------------------------------------------

    def _tell_error(self, error: KratyError) -> None:
        words = error_text(error, role=self._workspace.role or None)
        if words.retry_after is not None and self.state.player:
            self._screen.begin_pause(words.title, max(1, math.ceil(words.retry_after)))
        elif self.state.status is not LoadStatus.FAILED:  # that is shown in place of the rows
            trace = f"(request {safe(error.request_id, limit=80)})" if error.request_id else ""
            self._screen.tell(" ".join(part for part in (words.title, words.hint, trace) if part), "bad")

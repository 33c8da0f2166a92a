"""Everything that is read for the player screen: suggestions while one types, and the player.

One exclusive worker for each: the newest question cancels the older. What was on screen stays until the answer is here,
and says how old it is when none comes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.look import Look, Status, changed_rows
from kraty_console.console.skew import tell_skew
from kraty_console.console.widgets.search import Suggestion
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.present.safe import safe
from kraty_console.support.pasted import candidates, read_as_words
from kraty_console.support.provided import sentence, unread, unread_words

if TYPE_CHECKING:
    from textual.timer import Timer

    from kraty_console.client.fetched import Fetched
    from kraty_console.console.screens.player import PlayerScreen
    from kraty_console.contract.errors import KratyError
    from kraty_console.contract.players import SearchHit, Snapshot

DEBOUNCE = 0.15
"""Seconds without a key before suggestions are asked for."""

LONGEST_BEGINNING = 64
"""Characters of an id that was not found which others are compared with."""

SLOW = 0.1
"""Seconds after which a wait is said."""

HELD = 1.0
"""Seconds of a wait that is said after which keys are taken, though they were typed for a player that is not there."""


class Reading:
    """Owns the `Look`; tells the screen to draw whenever it changed."""

    def __init__(self, screen: PlayerScreen, desk: Desk, host: Host, look: Look | None = None) -> None:
        """`look` is a player that was looked up before there was a screen."""
        self._screen = screen
        self._desk = desk
        self._host = host
        self.look = look if look is not None else Look()
        self.limit = DEFAULT_LIMIT
        """Rows of each list that are asked for."""
        self.marked: frozenset[str] = frozenset()
        """Rows that the last answer changed."""
        self._unread_hits = 0
        """Players that the last search for what was typed found, and that could not be read."""
        self._limit_before = DEFAULT_LIMIT
        self._debounce: Timer | None = None
        self._slow: Timer | None = None
        self._ticking: Timer | None = None
        self._holding: Timer | None = None
        self._pause: Timer | None = None

    @property
    def waiting(self) -> bool:
        """An answer has been waited for long enough to say so."""
        return self._ticking is not None

    # -- the session ---------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Ask who we are."""
        self._screen.run_worker(self._sign_in(), group="session", exclusive=True, description="session")

    async def _sign_in(self) -> None:
        from kraty_console.contract.errors import KratyError, SignInNeeded

        try:
            await self._desk.sign_in()
        except SignInNeeded as error:
            if not await self._host.ask_token(error):
                self._failed(error)
                return
        except KratyError as error:
            self._failed(error)
            return
        if self.look.status is Status.FAILED and not self.look.player:
            self.look = Look()
        self._screen.draw()
        if self._desk.choices:
            self._host.choose_game(self._entered)
        else:
            self._entered()

    def begun(self) -> None:
        """The session and the player were there before the screen was."""
        self._desk.players.opened(self.look.player)
        self._entered()

    def _entered(self) -> None:
        """A game stands: the player named at launch is opened, and open changes are looked up."""
        self._screen.draw()
        self._screen.open_initial()
        self._host.signed_in()

    def _failed(self, error: KratyError) -> None:
        self.look = self.look.failed(error)
        self._tell_error(error)
        self._screen.draw()
        self._screen.take_keys()

    # -- suggestions ---------------------------------------------------------------------------------------------

    def suggest_soon(self, query: str) -> None:
        """Ask for suggestions once the keys rest; an empty query asks for nothing."""
        self.stop_suggesting()
        if query:
            self._debounce = self._screen.set_timer(DEBOUNCE, lambda: self._ask(query))

    def stop_suggesting(self) -> None:
        """What was typed is no longer asked about."""
        if self._debounce is not None:
            self._debounce.stop()
            self._debounce = None
        self._screen.workers.cancel_group(self._screen, "search")

    def _ask(self, query: str) -> None:
        self._screen.run_worker(self._suggest(query), group="search", exclusive=True, description="suggestions")

    async def _suggest(self, query: str) -> None:
        from kraty_console.contract.errors import KratyError, OperationMissing
        from kraty_console.present.errors import words_of

        try:
            hits = await self._desk.search(query)
        except OperationMissing:
            self._screen.search.suggest(query, (), "no search on this backend: enter looks up exactly this id")
            return
        except KratyError as error:
            self._screen.search.suggest(query, (), words_of(error).title)
            return
        if missing := unread(hits):
            words = unread_words(missing, "player that fits", "players that fit")
        else:
            words = "no player begins like this"
        self._screen.search.suggest(query, [_suggestion(hit) for hit in hits], words)

    # -- the player ----------------------------------------------------------------------------------------------

    def open(self, player: str, *, typed: bool) -> None:
        """Look a player up; `typed` text may also be an e-mail, or an id that lives on in another player."""
        self.stop_suggesting()
        if player != self.look.player:
            self.marked = frozenset()
            self.limit = DEFAULT_LIMIT
        self._stop_pause()
        self.look = self.look.loading(player, self._desk.now())
        self._screen.run_worker(self._read(player, typed=typed), group="look", exclusive=True, description="player")

    def refresh(self) -> None:
        """Read the player again; nothing moves where nothing changed."""
        if self.look.player:
            self.open(self.look.player, typed=False)

    def more(self) -> None:
        """The end of a list that was cut short was reached: ask for as many rows as the backend gives at once."""
        if self.limit < MAX_LIMIT and self.look.status is Status.READY:
            self.limit = MAX_LIMIT
            self.refresh()

    def give_up(self) -> None:
        """Stop waiting; what was on screen stays."""
        self._screen.workers.cancel_group(self._screen, "look")
        self._stop_waiting()
        self.look = self.look.cancelled()
        self._screen.draw()

    def close(self) -> None:
        """No player is looked at any more."""
        self._screen.workers.cancel_group(self._screen, "look")
        self._stop_waiting()
        self._stop_pause()
        self.look = Look()

    async def _read(self, player: str, *, typed: bool) -> None:
        import asyncio

        from kraty_console.contract.errors import KratyError, NotFound, SignInNeeded

        self._stop_waiting()
        self._slow = self._screen.set_timer(SLOW, self._say_waiting)
        before = self.look.snapshot
        note = ""
        try:
            while True:
                try:
                    fetched, note = await self._look_up(player, typed=typed)
                    break
                except SignInNeeded as error:
                    if not await self._host.ask_token(error):
                        raise
        except NotFound as error:
            if (shut_out := await self._shut_out()) is not None:
                self.look = self.look.failed(shut_out)
                self._tell_error(shut_out)
            else:
                await self._missing(player, error)
        except KratyError as error:
            self.look = self.look.failed(error)
            self._tell_error(error)
        else:
            look = self.look.arrived(fetched, self._desk.now(), note)
            if fetched is not None and self.limit > DEFAULT_LIMIT:
                from kraty_console.client.fetched import BREATH

                await asyncio.sleep(BREATH)
                self._screen.prepare(look)
                await asyncio.sleep(BREATH)
            self.look = look
            if self._desk.done and look.snapshot is not None:
                from kraty_console.support.worklog import dated

                self._desk.done[:] = dated(self._desk.done, look.snapshot.audit)
            self._mark(before, fetched is not None)
            self._desk.players.opened(self.look.player)
            if before is None:
                self._screen.go_to_trouble()
            if note:
                self._screen.tell(note, "accent")
            elif skew := tell_skew(self._desk):
                self._screen.tell(skew, "warn")
        self._stop_waiting()
        self._screen.draw()
        self._screen.take_keys()

    async def _shut_out(self) -> KratyError | None:
        """Why the game cannot be entered, where a player was asked for before that was known."""
        from kraty_console.contract.errors import KratyError

        try:
            if self._desk.access is None:
                await self._desk.sign_in()
        except KratyError as error:
            return error
        return None

    async def _missing(self, player: str, error: KratyError) -> None:
        """There is no such player: say so, then which ones are called nearly so."""
        self.look = self.look.failed(error, missing=True)
        self._desk.players.not_found(player)
        self._screen.draw()
        await self._nearest(player)
        if self._unread_hits:
            words = sentence(unread_words(self._unread_hits, "player that fits", "players that fit"))
            self.look = self.look.near(self.look.nearest, words)
        if self.look.nearest:
            self._screen.place.row_id = self.look.nearest[0]

    def _mark(self, before: Snapshot | None, answered: bool) -> None:
        """Mark what changed; rows that are only new because more were asked for did not."""
        longer = before is not None and self.look.snapshot is not None and self.limit != self._limit_before
        self._limit_before = self.limit
        self.marked = changed_rows(before, self.look.snapshot) if answered and not longer else frozenset()

    async def _look_up(self, text: str, *, typed: bool) -> tuple[Fetched[Snapshot] | None, str]:
        """The player, and why it is another than the one named; usually one question, since the text is an id."""
        from kraty_console.contract.errors import NotFound

        player, note = text, ""
        self._unread_hits = 0
        if typed and "@" in text and self._desk.facts.can_search:
            player, note = await self._who(text)
        etag = self.look.etag if self.look.snapshot is not None else None
        try:
            return await self._desk.snapshot(player, self.limit, etag), note
        except NotFound:
            if not typed or "@" in text:
                raise
            player, note = await self._who(text) if self._desk.facts.can_search else _read_as(text)
            if player == text:
                raise
            return await self._desk.snapshot(player, self.limit), note

    async def _who(self, text: str) -> tuple[str, str]:
        """The id to look up for what was typed, and why it is another one; the text itself where nothing can search."""
        from kraty_console.contract.errors import OperationMissing

        try:
            hits = await self._desk.search(text)
        except OperationMissing:
            return _read_as(text)
        self._unread_hits = unread(hits)
        named = candidates(text)
        for hit in hits:
            if hit.external_player_id in named:
                return _read_as(text, hit.external_player_id)
        for hit in hits:
            if hit.match == "merged":
                return hit.external_player_id, f"{safe(text, limit=60)} was merged into this player"
            if hit.match == "email":
                return hit.external_player_id, ""
        return text, ""

    async def _nearest(self, player: str) -> None:
        """Offer the players whose ids share the longest beginning with the one that was not found, the likest first.

        A player that could not be read begins like it as well; it only cannot be offered.
        """
        from difflib import SequenceMatcher

        from kraty_console.contract.errors import KratyError
        from kraty_console.present.errors import words_of

        shortest, longest = 1, min(len(player) - 1, LONGEST_BEGINNING)
        while shortest < longest:  # what begins like more also begins like less, so halving finds the longest
            length = (shortest + longest + 1) // 2
            try:
                hits = await self._desk.search(player[:length])
            except KratyError as error:
                self.look = self.look.near(self.look.nearest, f"Others could not be looked for: {words_of(error).text}")
                return
            missing = unread(hits)
            if hits or missing:
                shortest = length
                words = sentence(unread_words(missing, "player with a like id", "players with like ids"))
                matcher = SequenceMatcher(b=player[:LONGEST_BEGINNING], autojunk=False)
                likeness: dict[str, float] = {}
                for hit in hits:
                    matcher.set_seq1(hit.external_player_id[:LONGEST_BEGINNING])
                    likeness[hit.external_player_id] = matcher.ratio()
                nearest = tuple(sorted(likeness, key=lambda each: -likeness[each]))
                self.look = self.look.near(nearest, words if missing else "")
            else:
                longest = length - 1

    # -- errors and waiting --------------------------------------------------------------------------------------

    def _tell_error(self, error: KratyError) -> None:
        from kraty_console.present.errors import words_of

        words = words_of(error, role=self._desk.role or None)
        if words.retry_after is not None and self.look.player:
            self._count_down(words.title, max(1, math.ceil(words.retry_after)))
        elif self.look.status is not Status.FAILED:  # that is told where the rows would be
            trace = f"(request {safe(error.request_id, limit=80)})" if error.request_id else ""
            self._screen.tell(" ".join(part for part in (words.title, words.hint, trace) if part), "bad")

    def _count_down(self, title: str, seconds: int) -> None:
        """The server asked for a pause: say how long it is, once a second, and then try again."""
        if seconds <= 0:
            self._screen.keys.tell(None)
            self.refresh()
            return
        self._screen.tell(f"{title} Trying again in {seconds} s.", "warn")
        self._pause = self._screen.set_timer(1.0, lambda: self._count_down(title, seconds - 1))

    def _stop_pause(self) -> None:
        """Nothing is tried again by itself."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _say_waiting(self) -> None:
        if self._screen.focused is None:
            self._holding = self._screen.set_timer(HELD, self._screen.take_keys)
        self._ticking = self._screen.set_interval(1.0, self._screen.draw_header)
        self._screen.draw()

    def _stop_waiting(self) -> None:
        for timer in (self._slow, self._ticking, self._holding):
            if timer is not None:
                timer.stop()
        self._slow = self._ticking = self._holding = None


def _read_as(text: str, player: str | None = None) -> tuple[str, str]:
    """Who a text is taken for, and that it is not quite as typed; left out, the text without what stands around it."""
    player = player or (candidates(text) or (text,))[-1]
    return player, "" if player == text else read_as_words(safe(text, limit=60), safe(player, limit=60))


def _suggestion(hit: SearchHit) -> Suggestion:
    note = ""
    if hit.match == "email" and hit.email:
        note = safe(hit.email, limit=60)
    elif hit.match == "merged":
        note = "(merged)"
    return Suggestion(hit.external_player_id, safe(hit.external_player_id, limit=60), note)

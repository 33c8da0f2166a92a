"""Players who really play: each starts events, reports, crashes or finishes, and collects, over the game's surface.

Who does what is decided by dice of each player's own, thrown from the seed; what the backend answers decides the rest.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kraty_console.client.sdk import GameClient, GamePlayer
from kraty_console.contract.errors import Code, Invalid, KratyError, NotAllowed, RateLimited, Refused, Unavailable

if TYPE_CHECKING:
    from kraty_console.contract.play import EventListing, Started
    from kraty_console.contract.players import Grant

T = TypeVar("T")

CRASHES: Final = 0.12
"""How often a device goes dark in the middle of an attempt."""

FORGETS: Final = 0.2
"""How often a player does not look at what waits."""

LOBBY_LOOKS: Final = 5
"""How often a player looks whether a lobby plays, before turning to something else."""

MOST_REPORTS: Final = 5
MOST_NAMES: Final = 1_000
"""How many runs with one seed may meet in one game."""

AT_ONCE: Final = 8
"""Calls that may be under way together."""

FATAL: Final = frozenset({Code.UNAUTHENTICATED, Code.SESSION_INVALID, Code.FORBIDDEN})
"""What no player can go on after: the key is not one of a game's."""

COUNTRIES: Final = ("PT", "DE", "FR", "BR", "JP", "US", "PL", "KR")


class Stopped(Exception):
    """Enough was played."""


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    players: int = 0
    calls: int = 0
    started: int = 0
    finished: int = 0
    crashed: int = 0
    claimed: int = 0
    opened: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By error code: what the rules did not allow, as happens to players."""
    failed: Counter[str] = field(default_factory=Counter)
    """By error code: what should not have happened."""


class Pace:
    """Lets calls go one at a time, so many a second and a few at once, until it is enough."""

    def __init__(self, rate: float, *, clock: Callable[[], float], most: int | None = None) -> None:
        """`rate` is calls a second, `clock` tells seconds, and after `most` calls it is enough."""
        self._pause = 1 / rate
        self._clock = clock
        self._left = most
        self._next = clock()
        self._lines = asyncio.Semaphore(AT_ONCE)
        self._enough = asyncio.Event()

    def stop(self) -> None:
        """Let no more calls go; those under way come to their end."""
        self._enough.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it; Stopped when there are no more."""
        async with self._lines:
            if self._enough.is_set() or self._left == 0:
                raise Stopped
            if self._left is not None:
                self._left -= 1
            now = self._clock()
            wait = self._next - now
            self._next = max(self._next, now) + self._pause
            if wait > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._enough.wait(), wait)
                    raise Stopped
            yield


class SimulatedPlayer:
    """One simulated player."""

    def __init__(self, client: GameClient, pace: Pace, tally: Tally, *, seed: int, number: int) -> None:
        self._client = client
        self._pace = pace
        self._tally = tally
        self._dice = random.Random(f"{seed}/{number}")
        self._name = f"sim_{seed}_{number:04}"
        self._country = self._dice.choice(COUNTRIES)
        self._level = 1

    async def live(self) -> None:
        """Register, then play until it is enough, or banned; trouble ends nothing but the attempt that it met."""
        player: GamePlayer | None = None
        try:
            while True:
                try:
                    player = player or await self._register()
                    await self._session(player)
                except Unavailable as error:
                    self._tally.failed[error.code or "unavailable"] += 1
                except KratyError as error:
                    if error.status is None or error.code in FATAL:
                        raise
                    self._tally.refused[error.code] += 1
                    if error.code == Code.PLAYER_BANNED:
                        return
                    if error.code == Code.PLAYER_SECRET_INVALID:  # merged or erased meanwhile: the id is free again
                        player = None
        except Stopped:
            return

    async def _register(self) -> GamePlayer:
        """Under the first name of this player's that nobody has: secrets of earlier runs are gone with them."""
        for attempt in range(1, MOST_NAMES + 1):
            name = self._name if attempt == 1 else f"{self._name}_{attempt}"
            try:
                player = await self._call(lambda: self._client.register(name))  # noqa: B023 (awaited at once)
            except Refused as refusal:
                if refusal.code != Code.PLAYER_ALREADY_REGISTERED:
                    raise
                continue
            self._tally.players += 1
            return player
        raise Invalid(f"{MOST_NAMES} runs with this seed were here before: give another --seed")

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        """One call, in its turn."""
        async with self._pace.turn():
            self._tally.calls += 1
            return await call()

    async def _session(self, player: GamePlayer) -> None:
        """Choose an event, try it, and collect what came of it."""
        events = await self._call(player.events)
        if events:
            await self._try(player, self._dice.choice(events))
        if self._dice.random() >= FORGETS:
            await self._collect(player)

    async def _try(self, player: GamePlayer, event: EventListing) -> None:
        try:
            started = await self._start(player, event)
        except (Refused, NotAllowed, RateLimited) as refusal:
            self._tally.refused[refusal.code] += 1
            return
        if started is None:
            return
        self._tally.started += 1
        attempt_id = started.attempt.id
        over = await self._report(player, event, attempt_id)
        if over is None:
            self._tally.crashed += 1
            return
        if not over:
            await self._call(lambda: player.finish(event.event_key, attempt_id))
        self._tally.finished += 1
        self._level += 1

    async def _start(self, player: GamePlayer, event: EventListing) -> Started | None:
        """The attempt; None when the lobby took too long to fill."""
        context = {"country": self._country, "level": self._level}
        for _ in range(LOBBY_LOOKS):
            try:
                return await self._call(lambda: player.start(event.event_key, context=context))
            except Refused as refusal:
                lobby_id = refusal.details.get("lobbyId")
                if refusal.code != Code.LOBBY_FORMING or not isinstance(lobby_id, str):
                    raise
                await self._look(lobby_id)
        self._tally.refused[Code.LOBBY_FORMING] += 1
        return None

    async def _look(self, lobby_id: str) -> None:
        await self._call(lambda: self._client.lobby(lobby_id))

    async def _report(self, player: GamePlayer, event: EventListing, attempt_id: str) -> bool | None:
        """Report until done; True when the target ended the attempt, None when the device went dark."""
        reports = self._dice.randint(1, MOST_REPORTS)
        for _ in range(reports):
            if self._dice.random() < CRASHES / reports:
                return None
            metrics = {metric.key: self._step(metric.target, reports) for metric in event.metrics}
            if await self._tell(player, event, attempt_id, metrics):
                return True
        return False

    async def _tell(self, player: GamePlayer, event: EventListing, attempt_id: str, metrics: dict[str, int]) -> bool:
        """Report once; whether the attempt is over with that."""
        try:
            told = await self._call(lambda: player.progress(event.event_key, attempt_id, metrics))
        except Refused as refusal:  # its window closed meanwhile
            self._tally.refused[refusal.code] += 1
            return True
        return told.attempt.status != "in_progress"

    def _step(self, target: float | None, reports: int) -> int:
        """How much of a metric one report brings: about a third of all tries fall short of the target."""
        whole = 30.0 if target is None else target
        return max(1, round(whole / reports * self._dice.uniform(0.5, 1.8)))

    async def _collect(self, player: GamePlayer) -> None:
        """As the SDKs' collectAll: list, claim and open, until nothing new comes."""
        stuck: set[str] = set()
        while waiting := [each for each in await self._call(player.pending_grants) if each.id not in stuck]:
            for grant in waiting:
                if not await self._take(player, grant):
                    stuck.add(grant.id)

    async def _take(self, player: GamePlayer, grant: Grant) -> bool:
        """Claim or open one grant; whether it could be had."""
        crate = grant.kind == "crate"
        try:
            await self._call(lambda: player.open_crate(grant.id) if crate else player.claim(grant.id))
        except Refused as refusal:
            self._tally.refused[refusal.code] += 1
            return False
        if crate:
            self._tally.opened += 1
        else:
            self._tally.claimed += 1
        return True


async def simulate(client: GameClient, pace: Pace, tally: Tally, *, players: int, seed: int) -> None:
    """Let so many players play until the pace says that it is enough.

    Raises:
        KratyError: the backend cannot be reached at the start, or the key is not one of a game's.
    """
    await client.ping()
    actors = [SimulatedPlayer(client, pace, tally, seed=seed, number=number) for number in range(1, players + 1)]
    trouble: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for actor in actors:
                group.create_task(actor.live())
    except* KratyError as errors:
        trouble = errors.exceptions[0]
    if trouble is not None:
        raise trouble

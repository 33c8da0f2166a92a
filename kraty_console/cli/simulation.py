"""Simulates players over `/sdk/v1`: each starts events, reports, crashes or finishes, and collects.

Each player has a random generator derived from the seed; the backend's answers determine the rest.
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

CRASH_PROBABILITY: Final = 0.12
"""Probability that a device crashes during an attempt."""

SKIP_PROBABILITY: Final = 0.2
"""Probability that a player does not collect."""

LOBBY_POLLS: Final = 5
"""How many times a player polls a forming lobby before giving up."""

MAX_REPORTS: Final = 5
MAX_NAMES: Final = 1_000
"""Maximum number of runs with one seed in one game."""

MAX_CONCURRENT: Final = 8
"""Maximum number of concurrent calls."""

FATAL: Final = frozenset({Code.UNAUTHENTICATED, Code.SESSION_INVALID, Code.FORBIDDEN})
"""Fatal errors: the key is not a client key."""

COUNTRIES: Final = ("PT", "DE", "FR", "BR", "JP", "US", "PL", "KR")


class Stopped(Exception):
    """The simulation was stopped."""


@dataclass(slots=True)
class Tally:
    """Counters of the simulation."""

    players: int = 0
    calls: int = 0
    started: int = 0
    finished: int = 0
    crashed: int = 0
    claimed: int = 0
    opened: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals by the game's rules, by error code."""
    failed: Counter[str] = field(default_factory=Counter)
    """Unexpected errors, by error code."""


class Pace:
    """Limits rate and concurrency of calls, until the simulation stops."""

    def __init__(self, rate: float, *, clock: Callable[[], float], max_calls: int | None = None) -> None:
        """`rate` is in calls per second, `clock` in seconds; it stops after `max_calls` calls."""
        self._pause = 1 / rate
        self._clock = clock
        self._left = max_calls
        self._next = clock()
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Start no further calls; those in progress are completed."""
        self._stopped.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises Stopped if there are no more."""
        async with self._slots:
            if self._stopped.is_set() or self._left == 0:
                raise Stopped
            if self._left is not None:
                self._left -= 1
            now = self._clock()
            wait = self._next - now
            self._next = max(self._next, now) + self._pause
            if wait > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), wait)
                    raise Stopped
            yield


class SimulatedPlayer:
    """One simulated player."""

    def __init__(self, client: GameClient, pace: Pace, tally: Tally, *, seed: int, number: int) -> None:
        self._client = client
        self._pace = pace
        self._tally = tally
        self._random = random.Random(f"{seed}/{number}")
        self._name = f"sim_{seed}_{number:04}"
        self._country = self._random.choice(COUNTRIES)
        self._level = 1

    async def live(self) -> None:
        """Register and play until stopped or banned; an error ends only the current attempt."""
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
                    if error.code == Code.PLAYER_SECRET_INVALID:  # merged or erased meanwhile, so the id is free again
                        player = None
        except Stopped:
            return

    async def _register(self) -> GamePlayer:
        """Register under the first free name of this player: secrets of earlier runs are lost."""
        for attempt in range(1, MAX_NAMES + 1):
            name = self._name if attempt == 1 else f"{self._name}_{attempt}"
            try:
                player = await self._call(lambda: self._client.register(name))  # noqa: B023 (awaited at once)
            except Refused as refusal:
                if refusal.code != Code.PLAYER_ALREADY_REGISTERED:
                    raise
                continue
            self._tally.players += 1
            return player
        raise Invalid(f"there were already {MAX_NAMES} runs with this seed: give another --seed")

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make one rate-limited call."""
        async with self._pace.turn():
            self._tally.calls += 1
            return await call()

    async def _session(self, player: GamePlayer) -> None:
        """Choose an event, attempt it, and collect the grants."""
        events = await self._call(player.events)
        if events:
            await self._try(player, self._random.choice(events))
        if self._random.random() >= SKIP_PROBABILITY:
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
        """Start an attempt; None if the lobby takes too long to fill."""
        context = {"country": self._country, "level": self._level}
        for _ in range(LOBBY_POLLS):
            try:
                return await self._call(lambda: player.start(event.event_key, context=context))
            except Refused as refusal:
                lobby_id = refusal.details.get("lobbyId")
                if refusal.code != Code.LOBBY_FORMING or not isinstance(lobby_id, str):
                    raise
                await self._poll_lobby(lobby_id)
        self._tally.refused[Code.LOBBY_FORMING] += 1
        return None

    async def _poll_lobby(self, lobby_id: str) -> None:
        await self._call(lambda: self._client.lobby(lobby_id))

    async def _report(self, player: GamePlayer, event: EventListing, attempt_id: str) -> bool | None:
        """Report until done; True if reaching the target ended the attempt, None after a crash."""
        reports = self._random.randint(1, MAX_REPORTS)
        for _ in range(reports):
            if self._random.random() < CRASH_PROBABILITY / reports:
                return None
            metrics = {metric.key: self._step(metric.target, reports) for metric in event.metrics}
            if await self._report_once(player, event, attempt_id, metrics):
                return True
        return False

    async def _report_once(
        self, player: GamePlayer, event: EventListing, attempt_id: str, metrics: dict[str, int]
    ) -> bool:
        """Report once; returns whether the attempt is over."""
        try:
            progress = await self._call(lambda: player.progress(event.event_key, attempt_id, metrics))
        except Refused as refusal:  # its window closed meanwhile
            self._tally.refused[refusal.code] += 1
            return True
        return progress.attempt.status != "in_progress"

    def _step(self, target: float | None, reports: int) -> int:
        """The increment of one report; about a third of all attempts miss the target."""
        total = 30.0 if target is None else target
        return max(1, round(total / reports * self._random.uniform(0.5, 1.8)))

    async def _collect(self, player: GamePlayer) -> None:
        """Like the SDKs' collectAll: list, claim and open until there is nothing new."""
        stuck: set[str] = set()
        while waiting := [each for each in await self._call(player.pending_grants) if each.id not in stuck]:
            for grant in waiting:
                if not await self._take(player, grant):
                    stuck.add(grant.id)

    async def _take(self, player: GamePlayer, grant: Grant) -> bool:
        """Claim or open one grant; returns whether it succeeded."""
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
    """Run this many players until the pace stops them.

    Raises:
        KratyError: the backend cannot be reached at the start, or the key is not a client key.
    """
    await client.ping()
    actors = [SimulatedPlayer(client, pace, tally, seed=seed, number=number) for number in range(1, players + 1)]
    failure: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for actor in actors:
                group.create_task(actor.live())
    except* KratyError as errors:
        failure = errors.exceptions[0]
    if failure is not None:
        raise failure

"""Looks up the players of a queue, many at once, within the backend's rate limit. It draws nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kraty_console.client.request_pace import RequestPace
from kraty_console.contract.errors import (
    BadAnswer,
    Invalid,
    KratyError,
    NotAllowed,
    OperationMissing,
    RateLimited,
    SignInNeeded,
)
from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.player_resolution import fetch_exact, first_hits, looks_like_email, resolve
from kraty_console.domain.queue_groups import QueuedPlayer, queued_player
from kraty_console.domain.queue_state import RowState

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.client.fetched import Fetched
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.queue_input import InputRow

T = TypeVar("T")

AT_ONCE: Final = 8
"""Look-ups under way at a time."""

MOST_FAILURES: Final = 5
"""Look-ups that fail one after the other before the rest is not tried."""

MOST_PAUSES: Final = 50
"""How often one look-up is held back by the rate limit before it fails."""

_FOR_ALL: Final = (SignInNeeded, NotAllowed, OperationMissing)
"""Errors that every look-up would have."""


@dataclass(slots=True)
class LookedUpRow:
    """What the look-up of a row gave. The words are unsanitized."""

    player: QueuedPlayer | None = None
    state: RowState | None = None
    """`not_found` or `not_read`; None for a player that was found."""
    words: str = ""


Visit = Callable[[QueuedPlayer, "Snapshot"], None]
"""Called once for each player that was found; the snapshot is not kept."""

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


@contextmanager
def paced(client: KratyClient, pace: RequestPace | None = None) -> Iterator[RequestPace]:
    """Hold back all requests of a client together at a rate limit, until the end of the block."""
    before, client.pace = client.pace, pace or RequestPace()
    try:
        yield client.pace
    finally:
        client.pace = before


async def in_parallel(
    items: Iterable[T], work: Callable[[T], Awaitable[None]], at_once: int, may_go_on: Callable[[], bool] = lambda: True
) -> None:
    """Work on items in their order, some at a time; the first error ends it and is raised.

    What is under way is completed when nothing more may begin; it is cancelled with the caller, or by an error.
    """
    waiting = iter(items)

    async def worker() -> None:
        while may_go_on():
            for item in waiting:
                await work(item)
                break
            else:
                return

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


class QueueLookup:
    """Looks up each text once, and diagnoses each player once."""

    def __init__(self, workspace: Workspace, *, limit: int, at_once: int = AT_ONCE) -> None:
        """`limit` is the number of rows of each list that is loaded."""
        self._workspace = workspace
        self._limit = limit
        self._at_once = at_once
        self._failures = 0

    async def run(
        self, rows: Sequence[InputRow], *, visit: Visit | None = None, progress: Progress | None = None
    ) -> list[LookedUpRow]:
        """What was found for each row, in their order; cancel the task to stop.

        Raises:
            KratyError: one that every look-up would have, or the last of several in a row.
        """
        places: dict[str, list[int]] = {}
        results = [LookedUpRow(state=RowState.NOT_FOUND, words=row.problem) for row in rows]
        for place, row in enumerate(rows):
            if not row.problem:
                places.setdefault(row.text, []).append(place)
        done = 0
        visited: dict[str, QueuedPlayer] = {}

        async def look_up(text: str) -> None:
            nonlocal done
            result = await self._looked_up(text, visited, visit)
            for place in places[text]:
                results[place] = result
            done += 1
            if progress is not None:
                progress(done, len(places))

        if progress is not None:
            progress(0, len(places))
        with paced(await self._workspace.game_client()):
            await in_parallel(places, look_up, self._at_once)
        return results

    async def _looked_up(self, text: str, visited: dict[str, QueuedPlayer], visit: Visit | None) -> LookedUpRow:
        try:
            found = await self._found(text)
        except _FOR_ALL:
            raise
        except KratyError as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
            return LookedUpRow(state=RowState.NOT_READ, words=str(error))
        self._failures = 0
        if isinstance(found, str):
            return LookedUpRow(state=RowState.NOT_FOUND, words=found)
        player = found.player.external_player_id
        if player not in visited:
            visited[player] = queued_player(found, self._workspace.now())
            if visit is not None:
                visit(visited[player], found)
        return LookedUpRow(visited[player])

    async def _found(self, text: str) -> Snapshot | str:
        """The player, or why there is none, in words."""
        fetched = await fetch_exact(text, self._fetched)
        if fetched is not None:
            return fetched.value
        workspace = self._workspace
        try:
            hits = await first_hits(text, lambda query: _in_time(lambda: workspace.search(query)))
        except OperationMissing:
            if looks_like_email(text):
                return "this backend does not search by e-mail"
            return "no player has exactly this id"
        except Invalid:  # too short to be searched for
            hits = []
        if unreadable_count(hits):
            raise BadAnswer("What was found could not be read", status=200)
        resolved = resolve(text, hits)
        if resolved is None or resolved.by not in ("email", "merged"):
            return "no player has exactly this id or e-mail"
        fetched = await fetch_exact(resolved.external_player_id, self._fetched)
        return "no player has exactly this id or e-mail" if fetched is None else fetched.value

    async def _fetched(self, player: str) -> Fetched[Snapshot]:
        fetched = await _in_time(lambda: self._workspace.snapshot(player, self._limit))
        assert fetched is not None, "no etag was sent"
        return fetched


async def _in_time(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer, asked for again after each pause that the backend wants."""
    for _ in range(MOST_PAUSES):
        with suppress(RateLimited):
            return await ask()
    return await ask()

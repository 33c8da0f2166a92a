"""Run jobs in the event loop, each on its interval or when woken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kraty_console.backend.observability.job_state import JobState

LOG: Final = logging.getLogger("kraty.worker")

LONGEST_BACKOFF_SECONDS: Final = 60.0
"""A job that keeps failing is tried again at least this often."""


@dataclass(frozen=True, slots=True)
class Job:
    """A repeated job."""

    name: str
    every_seconds: float | Callable[[], float]
    """How long to wait after a run without work; waking the job ends the wait."""
    run: Callable[[], Awaitable[int]]
    """Does due work and returns how much; after a result above 0 it runs again at once."""
    finish: Callable[[], Awaitable[None]] | None = None
    """Awaited once at the end, for work that `run` has started; cancelled if it takes too long."""


class Scheduler:
    """Runs each job in a task of its own, so that a slow one does not delay others."""

    def __init__(self, jobs: Iterable[Job], now_ms: Callable[[], int]) -> None:
        """`now_ms` returns milliseconds since the epoch, for the states of jobs; nothing is started yet."""
        self._jobs = {job.name: job for job in jobs}
        self._now_ms = now_ms
        self._states = {name: JobState() for name in self._jobs}
        self._bells = {name: asyncio.Event() for name in self._jobs}
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def states(self) -> Mapping[str, JobState]:
        """The state of each job, by name."""
        return self._states

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return bool(self._tasks) and not self._stopping.is_set()

    def wake(self, name: str) -> None:
        """Run a job at once, from within the loop; a running one runs again. Unknown names are ignored.

        A job that rests after a failure is left to rest.
        """
        if (bell := self._bells.get(name)) is not None:
            bell.set()

    def start(self) -> None:
        """Start the jobs in the running loop."""
        assert not self._tasks, "a worker starts once"
        self._tasks = [asyncio.create_task(self._work(job), name=f"job {job.name}") for job in self._jobs.values()]

    async def stop(self, grace_seconds: float) -> None:
        """Wait for running work up to a time, then cancel it."""
        self._stopping.set()
        for bell in self._bells.values():
            bell.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, job: Job) -> None:
        bell = self._bells[job.name]
        while not self._stopping.is_set():
            bell.clear()
            done = await self._ask(job)
            if done is None:
                await _pause(self._stopping, self._backoff(job))
            elif not done:
                await _pause(bell, _rest(job))
            else:
                await asyncio.sleep(0)  # let other tasks run
        if job.finish is not None:
            await job.finish()

    async def _ask(self, job: Job) -> int | None:
        """Run the job once; None if it failed."""
        state = self._states[job.name]
        state.runs += 1
        state.last_run_ms = self._now_ms()
        try:
            done = await job.run()
        except Exception as error:  # a failing run must stop neither the job nor the backend
            state.failures += 1
            state.failing += 1
            state.last_error = type(error).__name__
            state.last_error_ms = self._now_ms()
            LOG.exception("the job %s failed; it is tried again in %.0f s", job.name, self._backoff(job))
            return None
        state.failing = 0
        state.done += done
        return done

    def _backoff(self, job: Job) -> float:
        """Seconds to wait after a failure, doubled each time."""
        times: int = 2 ** min(self._states[job.name].failing - 1, 16)
        return min(max(_rest(job), 1.0) * times, LONGEST_BACKOFF_SECONDS)


def _rest(job: Job) -> float:
    """Seconds to wait after a run without work."""
    return job.every_seconds() if callable(job.every_seconds) else job.every_seconds


async def _pause(event: asyncio.Event, seconds: float) -> None:
    """Wait for a time, or until the event."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass

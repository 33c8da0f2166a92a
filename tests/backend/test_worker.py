"""The scheduler: jobs run on their interval, are woken, survive failures, and stop."""

from __future__ import annotations

import asyncio
import logging

import pytest

from kraty_console.backend.runtime.scheduler import Job, Scheduler

HOUR = 3600.0


class Counter:
    """A job with given results that reports each run."""

    def __init__(self, *answers: int | Exception) -> None:
        self.runs: asyncio.Queue[int] = asyncio.Queue()
        self._answers = list(answers)
        self._times = 0

    async def run(self) -> int:
        self._times += 1
        self.runs.put_nowait(self._times)
        answer = self._answers.pop(0) if self._answers else 0
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_job_runs_again_while_there_is_work_and_waits_until_woken() -> None:
    job = Counter(3, 2, 0)
    worker = Scheduler([Job("a", HOUR, job.run)], lambda: 42)
    worker.start()
    assert [await job.runs.get() for _ in range(3)] == [1, 2, 3]
    assert worker.running
    worker.wake("a")
    worker.wake("nobody")
    assert await job.runs.get() == 4
    await worker.stop(1)
    state = worker.states["a"]
    assert (state.done, state.failures, state.last_run_ms) == (5, 0, 42)
    assert not worker.running


async def test_a_failing_job_is_logged_and_retried_later(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Counter(ValueError("alice's secret"), 0), Counter()
    worker = Scheduler([Job("bad", 0.0, bad.run), Job("good", HOUR, good.run)], lambda: 7)
    with caplog.at_level(logging.ERROR, "kraty.worker"):
        worker.start()
        assert await bad.runs.get() == 1
        assert await good.runs.get() == 1
        worker.wake("bad")  # it still waits a second
        assert await bad.runs.get() == 2
    await worker.stop(1)
    state = worker.states["bad"]
    assert (state.failures, state.failing, state.last_error, state.last_error_ms) == (1, 0, "ValueError", 7)
    assert "the job bad failed; it is tried again in 1 s" in caplog.text


async def test_a_running_job_may_finish_and_a_slow_one_is_cancelled() -> None:
    begun, go, ended, cut = asyncio.Event(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def short() -> int:
        begun.set()
        await go.wait()
        return 1

    async def finish() -> None:
        ended.set()

    async def endless() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()
        return 0

    quick, slow = (
        Scheduler([Job("short", 1, short, finish)], lambda: 0),
        Scheduler([Job("endless", 1, endless)], lambda: 0),
    )
    for worker in (quick, slow):
        worker.start()
    await begun.wait()
    stopping = asyncio.ensure_future(quick.stop(HOUR))
    await slow.stop(0.05)
    assert cut.is_set()
    assert not stopping.done()
    go.set()
    await stopping
    assert ended.is_set()
    assert quick.states["short"].done == 1


async def test_a_scheduler_that_never_started_stops_too() -> None:
    await Scheduler([], lambda: 0).stop(1)

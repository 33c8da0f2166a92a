"""Sends the changes of a queue, each exactly once (client/README.md#queues). It draws nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kraty_console.client.journal import JournalFailed
from kraty_console.client.queue_file import QueueFile
from kraty_console.client.writer import ChangeOutcome, Writer
from kraty_console.console.queue_lookup import in_parallel, paced
from kraty_console.contract.errors import (
    KratyError,
    NotAllowed,
    OperationMissing,
    RateLimited,
    SignInNeeded,
    Stale,
    Unavailable,
)
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.domain.queue_records import outcome_record
from kraty_console.domain.queue_state import IntentOutcome, QueueIntent, QueueState, RowState

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.calls import ChangeRequest

AT_ONCE: Final = 4
"""Changes under way at a time."""

MOST_FAILURES: Final = 5
"""Changes that fail one after the other before nothing more is sent."""

MOST_PAUSES: Final = 50
"""How often one change is held back by the rate limit before it fails."""

PAUSES: Final = (0.0, 1.0, 4.0)
"""Seconds before each look for a change of unknown outcome."""

_FOR_ALL: Final = (SignInNeeded, NotAllowed, OperationMissing, JournalFailed)
"""Errors that every change would have."""

_AGAIN: Final = (*_FOR_ALL, Unavailable, RateLimited)
"""Errors after which the same change may be tried again: nothing was decided about the row."""

_FAILURES: Final = frozenset({RowState.FAILED, RowState.REFUSED, RowState.UNKNOWN})


@dataclass(slots=True)
class QueueProgress:
    """How far a run is."""

    total: int
    """Changes of the whole queue."""
    states: Counter[RowState] = field(default_factory=Counter)
    """Outcomes, those of earlier runs among them."""

    @property
    def settled(self) -> int:
        """Changes with an outcome."""
        return sum(self.states.values())


class QueueRun:
    """One run over what is left of a queue. The file stays open and locked meanwhile."""

    def __init__(
        self,
        file: QueueFile,
        state: QueueState,
        client: KratyClient,
        writer: Writer,
        *,
        member: str | None,
        progress: Callable[[QueueProgress], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        at_once: int = AT_ONCE,
    ) -> None:
        """`member` is who sends: changes of another member are only looked for. `sleep` waits between looks."""
        self._file = file
        self._state = state
        self._client = client
        self._writer = writer
        self._member = member
        self._report = progress
        self._sleep = sleep
        self._at_once = at_once
        self._appending = asyncio.Lock()
        self._failures = 0
        self._unwritten: KratyError | None = None
        self.stopped = ""
        """Why nothing more is sent, in words; empty if it was not stopped."""
        settled = (outcome.state for place, outcome in state.outcomes.items() if state.is_settled(place))
        self.progress = QueueProgress(len(state.intents), Counter(settled))

    def stop(self, words: str) -> None:
        """Send nothing more; what is under way is awaited."""
        self.stopped = self.stopped or words

    async def run(self) -> None:
        """Send what is left, or ask what became of it; the outcomes are in the state and in the file.

        Raises:
            QueueFileError: an outcome could not be written; the journal has it, and a resumed queue finds it there.
        """
        assert self._state.confirmed, "nothing is sent before the plan is on disk"
        self._report(self.progress)
        with paced(self._client):
            await in_parallel(self._state.left, self._settle, self._at_once, lambda: not self.stopped)
        if self._unwritten is not None:
            raise self._unwritten

    async def _settle(self, place: int) -> None:
        outcome = await self._outcome(self._state.intents[place])
        self._state.outcomes[place] = outcome
        self.progress.states[outcome.state] += 1
        if outcome.state in _FAILURES:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self.stop(f"{MOST_FAILURES} changes failed one after the other")
        elif outcome.state is RowState.DONE:
            self._failures = 0
        async with self._appending:
            try:
                await asyncio.to_thread(self._file.append, [outcome_record(place, outcome)])
            except KratyError as error:
                self._unwritten = error
                self.stop(str(error))
        self._report(self.progress)

    async def _outcome(self, intent: QueueIntent) -> IntentOutcome:
        call = intent.call()
        first = await self._performed(call)
        result = self._told(call, first)
        if intent.then is None or result.state is not RowState.DONE:
            return result
        then = intent.then_call(getattr(getattr(first.answer, "attempt", None), "version", None))
        assert then is not None
        second = self._told(then, await self._performed(then))
        return IntentOutcome(
            second.state, f"{result.words}; {second.words}", (*result.audit_urls, *second.audit_urls), second.request_id
        )

    async def _performed(self, call: ChangeRequest) -> ChangeOutcome:
        """The outcome of a change: sent once, and looked for while it is unknown."""
        ticket = getattr(call.request, "ticket", None)
        outcome = await self._writer.perform(call, ticket=ticket, member=self._member)
        for _ in range(MOST_PAUSES):
            given_up = outcome.entry is not None and outcome.entry.was_given_up
            if not given_up and not (outcome.state == "refused" and isinstance(outcome.error, RateLimited)):
                break
            outcome = await self._writer.perform(call, ticket=ticket, member=self._member)
        for pause in PAUSES:
            if outcome.state != "unknown" or outcome.entry is None:
                break
            await self._sleep(pause)
            outcome = await self._writer.resolve(outcome.entry, member=self._member)
        return outcome

    def _told(self, call: ChangeRequest, outcome: ChangeOutcome) -> IntentOutcome:
        urls = (outcome.audit.url,) if outcome.audit is not None and outcome.audit.url else ()
        request_id = (outcome.entry.request_id if outcome.entry is not None else None) or ""
        error = outcome.error
        if outcome.state == "applied":
            words = outcome_summary(call, outcome.answer, None) or "applied"
            return IntentOutcome(RowState.DONE, words, urls, request_id)
        words = str(error) if error is not None else ""
        if outcome.state == "unknown":
            return IntentOutcome(RowState.UNKNOWN, words, urls, request_id)
        if isinstance(error, Stale):
            return IntentOutcome(RowState.SKIPPED, "it changed after the preview", urls, request_id)
        if isinstance(error, _FOR_ALL):
            self.stop(words)
        state = RowState.FAILED if isinstance(error, _AGAIN) else RowState.REFUSED
        return IntentOutcome(state, words, urls, request_id)

"""Applies changes at most once and reports the outcome (client/README.md#exactly-once).

An unknown outcome is resolved by looking at what the server recorded; then, only if the server keeps idempotency keys,
by sending the same bytes under the same key again; otherwise a person decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from pydantic import ValidationError

from kraty_console.client.admin import ChangeResponse, KratyClient
from kraty_console.client.change_responses import answer_model
from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.journal_entries import NEVER_SENT, NOT_SENT, EntryState, JournalEntry, Scope
from kraty_console.contract.actions import Changed
from kraty_console.contract.audit import AuditLink, AuditPage, AuditRow
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import (
    BadAnswer,
    Code,
    IdempotencyConflict,
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    OperationMissing,
    Refused,
    Unavailable,
)
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.operations import Operation
from kraty_console.contract.wire import Answer, unreadable_rows

PAGES: Final = 5
"""Maximum number of audit log pages searched for a key."""

CLOCKS_APART: Final = timedelta(days=2)
"""Audit rows older than the entry by more than this cannot be its own, even with clock skew."""

Outcome = Literal["applied", "refused", "unknown"]

_FINAL: Final = (Refused, NotFound)
"""Answers to a resend that prove that the first request had no effect: otherwise the key would have replayed it.
A missing route, session or permission, a rate limit or a time-dependent check proves nothing.
"""


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """The outcome of a change."""

    state: Outcome
    """`refused` also if nothing was sent; `error` then says why."""
    entry: JournalEntry | None
    """None if it was refused before it was journaled."""
    answer: Changed | None = None
    """The server's answer; None if the effect is known only from the audit log."""
    audit: AuditLink | None = None
    """Its audit row, with a full URL."""
    error: KratyError | None = None
    replayed: bool = False
    """The server had already applied this change under the same key."""


class Writer:
    """Performs changes with one client and one journal."""

    def __init__(self, client: KratyClient, journal: Journal, *, profile: str = "") -> None:
        self._client = client
        self._journal = journal
        self._profile = profile
        self._keys: dict[str, asyncio.Lock] = {}

    async def perform(
        self, call: ChangeRequest, *, ticket: str | None = None, member: str | None = None
    ) -> ChangeOutcome:
        """Journal the change, send it once, and return the outcome.

        A second call with the same key resolves an open change, and returns the outcome of one that took effect. Errors
        are returned in the outcome, not raised.
        """
        key = getattr(call.request, "idempotency_key", "")
        if not isinstance(key, str) or not key:
            return ChangeOutcome("refused", None, error=Invalid("A change without an idempotency key is not sent."))
        async with self._one_at_a_time(key):
            return await self._perform(call, key, ticket, member)

    async def _perform(self, call: ChangeRequest, key: str, ticket: str | None, member: str | None) -> ChangeOutcome:
        try:
            path, sent, version = self._client.prepare(call)
            body, scope = sent.decode("ascii"), self._scope()
            earlier = await self._journal.earlier(scope, call.operation, key)
            if earlier is not None and earlier.is_open:
                return await self._resolve(earlier, member, resend=True)
            if earlier is not None and earlier.applied:
                return self._again(earlier, path, body)
            entry = await self._journal.begin(
                scope,
                operation=call.operation,
                player=call.external_player_id,
                path=path,
                idempotency_key=key,
                body=body,
                version=version,
                profile=self._profile,
                environment=self._client.environment,
                member=member,
                ticket=ticket,
            )
        except JournalFailed as error:
            return ChangeOutcome("refused", None, error=error.before_sending)
        except (Invalid, OperationMissing) as error:
            return ChangeOutcome("refused", None, error=error)
        return await self._deliver(entry)

    async def earlier(self, operation: Operation, key: str) -> ChangeOutcome | None:
        """The outcome so far of the change with this key that took effect, or may have; None if there is none.

        Nothing is sent: an open entry is `unknown` until it is resolved.

        Raises:
            JournalFailed: the journal cannot be read.
        """
        entry = await self._journal.earlier(self._scope(), operation, key)
        if entry is None or not (entry.is_open or entry.applied):
            return None
        return replace(self._stored_outcome(entry), replayed=entry.applied is True)

    async def open_entries(self) -> list[JournalEntry]:
        """Changes to this game without a confirmed outcome, oldest first.

        Raises:
            JournalFailed: the journal cannot be read.
        """
        return await self._journal.open_entries(self._scope())

    async def look(self, entry: JournalEntry) -> ChangeOutcome:
        """Look for an entry in the server's records, without sending the change."""
        return await self.resolve(entry, resend=False)

    async def resolve(self, entry: JournalEntry, *, member: str | None = None, resend: bool = True) -> ChangeOutcome:
        """Resolve an entry: look first, then send it again under its key if that is safe.

        With `member`, changes of other members are only looked for, never sent.
        """
        async with self._one_at_a_time(entry.idempotency_key):
            return await self._resolve(entry, member, resend=resend)

    async def _resolve(self, entry: JournalEntry, member: str | None, *, resend: bool) -> ChangeOutcome:
        try:
            entry = await self._journal.get(entry.id) or entry
            if not entry.is_open:
                return self._stored_outcome(entry)
            if self._journal.is_being_sent(entry):
                words = "Another console of yours is sending this change: check again in a moment."
                return ChangeOutcome("unknown", entry, error=Unavailable(words))
            if entry.state is EntryState.INTENT and await self._journal.give_up(entry, NEVER_SENT):
                never = replace(entry, state=EntryState.RESOLVED, applied=False, error=NEVER_SENT)
                return ChangeOutcome("refused", never, error=Unavailable("It was not sent, so nothing was changed."))
            if entry.scope != self._scope():
                raise Invalid("This change belongs to another backend or game: open that profile to resolve it.")
            row, unread = await self._recorded(entry)
            if row is not None:
                return await self._found(entry, row)
            if not resend:
                return ChangeOutcome("unknown", entry, error=Unavailable(_no_record(unread)))
            refusal = await self._why_not_again(entry, member, unread)
        except KratyError as error:
            return ChangeOutcome("unknown", entry, error=error)
        if refusal is not None:
            return await self._settle(entry, EntryState.UNKNOWN, error=refusal)
        return await self._deliver(entry, resolving=True)

    async def decide(self, entry: JournalEntry, *, applied: bool) -> ChangeOutcome:
        """Close an unknown outcome by a person's decision."""
        return await self._settle(entry, EntryState.RESOLVED, applied=applied, words="decided by a person")

    async def _deliver(self, entry: JournalEntry, *, resolving: bool = False) -> ChangeOutcome:
        async def before_send() -> None:
            try:
                await self._journal.mark_sent(entry)
            except JournalFailed as error:
                raise error.before_sending from error

        try:
            delivered = await self._client.deliver(
                entry.operation, entry.path, entry.body.encode("ascii"), entry.version, before_send=before_send
            )
        except JournalFailed as error:
            return ChangeOutcome("unknown" if resolving else "refused", entry, error=error)
        except KratyError as error:
            return await self._failed(entry, error, resolving=resolving)
        return await self._applied(entry, delivered, resolving=resolving)

    async def _applied(self, entry: JournalEntry, delivered: ChangeResponse, *, resolving: bool) -> ChangeOutcome:
        answer = delivered.answer
        link = AuditLink(id=answer.audit.id, url=self._client.audit_url(answer.audit)) if answer.audit else None
        settled = replace(entry, outcome=answer.raw(), request_id=delivered.request_id)
        state = EntryState.RESOLVED if resolving else EntryState.APPLIED
        performed = await self._settle(settled, state, applied=True, audit=link)
        return replace(performed, answer=answer, replayed=delivered.replayed)

    async def _failed(self, entry: JournalEntry, error: KratyError, *, resolving: bool) -> ChangeOutcome:
        entry = replace(entry, request_id=error.request_id)
        maybe = isinstance(error, Unavailable | BadAnswer) and error.maybe_applied
        error = await self._explained(entry, error)
        if maybe or (resolving and not isinstance(error, _FINAL)):
            return await self._settle(entry, EntryState.UNKNOWN, error=error)
        state = EntryState.RESOLVED if resolving else EntryState.REFUSED
        return await self._settle(entry, state, applied=False, error=error)

    async def _explained(self, entry: JournalEntry, error: KratyError) -> KratyError:
        """The error of a change; a 404 or 405 about the route becomes `OperationMissing`."""
        if error.status not in (404, 405):
            return error
        try:
            missing = await self._client.explain_missing(entry.operation, entry.path, entry.player, error)
        except KratyError:
            return error
        return error if missing is None else missing

    async def _found(self, entry: JournalEntry, row: AuditRow | Answer) -> ChangeOutcome:
        """The outcome from an audit row, which also records a failed roll (contract/README.md#retry-roll)."""
        link = AuditLink(id=row.id, url=self._client.audit_url(row)) if isinstance(row, AuditRow) else None
        roll_error = (row.metadata or {}).get("rollError") if isinstance(row, AuditRow) else None
        if roll_error is None:
            return await self._settle(entry, EntryState.RESOLVED, applied=True, audit=link)
        refusal = Refused(f"The roll failed again: {roll_error}", code=Code.CONFLICT, details={"rollError": roll_error})
        return await self._settle(entry, EntryState.RESOLVED, applied=False, audit=link, error=refusal)

    async def _settle(
        self,
        entry: JournalEntry,
        state: EntryState,
        *,
        applied: bool | None = None,
        audit: AuditLink | None = None,
        error: KratyError | None = None,
        words: str | None = None,
    ) -> ChangeOutcome:
        """Write and return an outcome; if it cannot be written, it is returned and resolved again at the next start."""
        text = f"{error.code}: {error.message}" if error and error.code else error.message if error else words
        if state is EntryState.REFUSED and isinstance(error, Unavailable):
            text = f"{NOT_SENT}{text}"
        entry = replace(entry, state=state, applied=applied, audit=audit, error=text)
        try:
            entry = await self._journal.settle(entry)
        except JournalFailed as failure:
            return ChangeOutcome(_outcome(entry), entry, audit=audit, error=error or failure)
        outcome = self._stored_outcome(entry)
        return replace(outcome, error=error) if error is not None and outcome.state != "applied" else outcome

    def _stored_outcome(self, entry: JournalEntry) -> ChangeOutcome:
        """The outcome recorded in the journal."""
        error = KratyError(entry.error) if entry.error and not entry.applied else None
        return ChangeOutcome(_outcome(entry), entry, answer=_stored_answer(entry), audit=entry.audit, error=error)

    def _again(self, earlier: JournalEntry, path: str, body: str) -> ChangeOutcome:
        if (earlier.path, earlier.body) == (path, body):
            return replace(self._stored_outcome(earlier), replayed=True)
        words = "This change was already made, with other values: reopen the dialog to make another."
        return ChangeOutcome("refused", earlier, audit=earlier.audit, error=IdempotencyConflict(words))

    async def _why_not_again(self, entry: JournalEntry, member: str | None, unread: int) -> KratyError | None:
        """Why an entry must not be sent again; None if it may. `unread` is the number of unreadable rows."""
        if member is not None and entry.member is not None and member != entry.member:
            return Unavailable(f"It was sent by {entry.member}, so it is not sent again for {member}: decide by hand.")
        if not await self._client.keeps_keys(entry.operation, self._journal.age_of(entry)):
            words = "The server does not promise idempotency, so it is not sent again."
            return Unavailable(f"{_no_record(unread)} {words} Check the player and decide by hand.")
        return None

    async def _recorded(self, entry: JournalEntry) -> tuple[AuditRow | Answer | None, int]:
        """The evidence that an entry took effect: its key in the audit log or on a row of the player.

        Without evidence: the number of unreadable rows, one of which may be the entry's own.
        """
        unread = 0
        async for page in self._audit_pages(entry):
            unread += unreadable_rows(page.rows)
            for row in page.rows:
                if row.idempotency_key == entry.idempotency_key and row.outcome != "denied":
                    return row, 0
        if entry.environment != self._client.environment:
            return None, unread
        try:
            fetched = await self._client.snapshot(entry.player, limit=MAX_LIMIT)
        except NotFound:
            return None, unread
        if fetched is None:
            return None, unread
        snapshot = fetched.value
        for row in snapshot.audit:
            if row.idempotency_key == entry.idempotency_key and row.outcome != "denied":
                return row, 0
        lists = (snapshot.grants, snapshot.attempts, snapshot.wallet_ledger, snapshot.item_ledger)
        rows: list[Answer] = [row for each in lists for row in each]
        keys = ((row, (row.model_extra or {}).get("idempotencyKey")) for row in rows)
        evidence = next((row for row, key in keys if key == entry.idempotency_key), None)
        return evidence, unread + sum(map(unreadable_rows, (snapshot.audit, *lists)))

    async def _audit_pages(self, entry: JournalEntry) -> AsyncIterator[AuditPage]:
        """The player's audit rows back to the entry; empty if this member may not read the log."""
        cursor: str | None = None
        for _ in range(PAGES):
            try:
                page = await self._client.audit_log(player=entry.player, cursor=cursor, limit=MAX_LIMIT)
            except (NotAllowed, NotFound, OperationMissing):
                return
            yield page
            oldest = page.rows[-1].occurred_at if page.rows else None
            if page.next_cursor is None or (oldest is not None and oldest < entry.created_at - CLOCKS_APART):
                return
            cursor = page.next_cursor

    @asynccontextmanager
    async def _one_at_a_time(self, key: str) -> AsyncIterator[None]:
        """Serialize calls with the same key: a second one waits for the first and gets its outcome."""
        lock = self._keys.setdefault(key, asyncio.Lock())
        async with lock:
            yield

    def _scope(self) -> Scope:
        return Scope(self._client.base_url, self._client.studio_id or "", self._client.game_id or "")


def _no_record(unread: int) -> str:
    """The message if no record of a change was found."""
    if not unread:
        return "The server has no record of it so far."
    if unread == 1:
        return "No record of it was found, but 1 row could not be read, and it may be its own."
    return f"No record of it was found, but {unread} rows could not be read, and its own may be among them."


def _outcome(entry: JournalEntry) -> Outcome:
    if entry.applied is None:
        return "unknown"
    return "applied" if entry.applied else "refused"


def _stored_answer(entry: JournalEntry) -> Changed | None:
    if entry.outcome is None:
        return None
    try:
        return answer_model(entry.operation).model_validate(entry.outcome)
    except ValidationError:
        return None

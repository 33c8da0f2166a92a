"""Journals and sends changes. Imported with the first change, or with the journal of earlier ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.writer import ChangeOutcome, Writer
from kraty_console.console.ticket_log import TicketLog, ticket_log
from kraty_console.contract.errors import KratyError
from kraty_console.domain.change_words import ChangeWords, change_words, sent_record, title_of
from kraty_console.domain.worklog import CHANGED, WorkRecord

if TYPE_CHECKING:
    from kraty_console.client.journal_entries import JournalEntry
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot


class ChangeSender:
    """Opens journal and writer when they are first needed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opening = asyncio.Lock()
        self._journal: Journal | None = None
        self._writer: Writer | None = None

    @property
    def has_journal(self) -> bool:
        """Whether the journal is open."""
        return self._journal is not None

    async def journal(self) -> Journal:
        """The journal of intended changes.

        Raises:
            JournalFailed: It cannot be opened.
        """
        async with self._opening:
            if self._journal is None:
                launch = self._workspace.launch
                self._journal = await Journal.open(launch.journal_path, clock=self._workspace.now)
        return self._journal

    async def writer(self) -> Writer:
        """What journals and sends changes.

        Raises:
            KratyError: As the client does.
            JournalFailed: The journal cannot be opened.
        """
        client, journal = await self._workspace.client(), await self.journal()
        if self._writer is None:
            self._writer = Writer(client, journal, profile=self._workspace.launch.profile.name)
        return self._writer

    async def perform(self, call: ChangeRequest, before: Snapshot | None = None) -> ChangeOutcome:
        """Send a change once it is known who makes it; without a journal nothing is sent.

        `before` is the player as last read, for what the worklog says of it.
        """
        workspace = self._workspace
        await workspace.gate.settled()
        sent = sent_record(call, before, at=workspace.now(), ticket=workspace.ticket)
        self._log.add(sent)
        try:
            writer = await self.writer()
        except JournalFailed as error:
            outcome = ChangeOutcome("refused", None, error=error.before_sending)
        except KratyError as error:
            outcome = ChangeOutcome("refused", None, error=error)
        else:
            outcome = await writer.perform(call, ticket=workspace.ticket or None, member=workspace.member)
        self._record(sent, outcome, change_words(call.operation, call, outcome.answer, before))
        return outcome

    async def resolve(self, entry: JournalEntry) -> ChangeOutcome:
        """Look up a change whose outcome is unknown."""
        await self._workspace.gate.settled()
        return self._settled(await (await self.writer()).resolve(entry, member=self._workspace.member))

    async def decide(self, entry: JournalEntry, *, applied: bool) -> ChangeOutcome:
        """Close an unknown outcome by a person's decision."""
        return self._settled(await (await self.writer()).decide(entry, applied=applied))

    async def look_back(self) -> list[ChangeOutcome]:
        """Look for the changes of earlier sessions without a confirmed outcome; nothing is sent.

        Raises:
            KratyError: As the client does; JournalFailed if the journal cannot be read.
        """
        writer = await self.writer()
        return [self._settled(await writer.look(entry)) for entry in await writer.open_entries()]

    def date_changes(self, audit: Sequence[AuditRow]) -> None:
        """Give the changes made here the times of their rows in the audit log."""
        self._log.date(audit)

    @property
    def _log(self) -> TicketLog:
        return ticket_log(self._workspace)

    def _settled(self, outcome: ChangeOutcome) -> ChangeOutcome:
        """Record the outcome of an entry of the journal, whoever sent it."""
        entry = outcome.entry
        if entry is not None:
            words = change_words(entry.operation, None, outcome.answer, None)
            record = WorkRecord(entry.created_at, entry.ticket or "", entry.player, CHANGED, key=entry.idempotency_key)
            self._record(replace(record, title=title_of(entry.operation)), outcome, words)
        return outcome

    def _record(self, sent: WorkRecord, outcome: ChangeOutcome, words: ChangeWords) -> None:
        entry, audit, error = outcome.entry, outcome.audit, outcome.error
        record = replace(
            sent,
            at=entry.created_at if entry is not None else sent.at,
            state=outcome.state,
            audit_id=audit.id if audit is not None else "",
            audit_url=audit.url if audit is not None else "",
            request_id=((entry.request_id if entry is not None else None) or (error.request_id if error else None))
            or "",
        )
        if outcome.state == "applied":
            record = replace(record, words=words.done, told=words.told, advice=words.advice)
        elif error is not None:
            record = replace(record, words=": ".join(part for part in (error.code, error.message) if part))
        self._log.add(record)

    async def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            await self._journal.close()

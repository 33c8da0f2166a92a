"""Journals and sends changes. Imported with the first change, or with the journal of earlier ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.writer import ChangeOutcome, Writer
from kraty_console.contract.errors import KratyError
from kraty_console.domain.worklog import dated

if TYPE_CHECKING:
    from kraty_console.client.journal_entries import JournalEntry
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest


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

    async def perform(self, call: ChangeRequest) -> ChangeOutcome:
        """Send a change once it is known who makes it; without a journal nothing is sent."""
        workspace = self._workspace
        await workspace.gate.settled()
        try:
            writer = await self.writer()
        except JournalFailed as error:
            return ChangeOutcome("refused", None, error=error.before_sending)
        except KratyError as error:
            return ChangeOutcome("refused", None, error=error)
        return await writer.perform(call, ticket=workspace.ticket or None, member=workspace.member)

    async def resolve(self, entry: JournalEntry) -> ChangeOutcome:
        """Look up a change whose outcome is unknown."""
        await self._workspace.gate.settled()
        return await (await self.writer()).resolve(entry, member=self._workspace.member)

    def date_changes(self, audit: Iterable[AuditRow]) -> None:
        """Give the changes made here the times of their rows in the audit log."""
        self._workspace.done[:] = dated(self._workspace.done, audit)

    async def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            await self._journal.close()

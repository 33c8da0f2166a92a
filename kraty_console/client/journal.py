"""The journal of intended changes: an intent is on disk before the first byte is sent
(client/README.md#exactly-once).

`intent → sent → applied | refused | unknown → resolved`. An intent that was never marked sent was certainly not
sent; one that was sent and has no outcome may have taken effect. Every step is a compare-and-set, so that several
consoles can share one journal. It stores requests and answers, never a token.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from kraty_console.client.intent_owners import may_still_send, this_process
from kraty_console.client.journal_entries import (
    OPEN,
    EntryState,
    JournalEntry,
    Scope,
    columns_of,
    entry_of,
    milliseconds,
    moment_of,
)
from kraty_console.client.journal_file import NewerLayout, connected, is_damage, move_aside
from kraty_console.contract.characters import storable
from kraty_console.contract.errors import KratyError
from kraty_console.contract.operations import Operation

T = TypeVar("T")


class JournalFailed(KratyError):
    """The journal cannot be read or written."""

    @property
    def before_sending(self) -> JournalFailed:
        """This error for a change that was therefore not sent."""
        return JournalFailed(f"Nothing is sent: {self.message[:1].lower()}{self.message[1:]}")


class Journal:
    """The journal file with one connection; calls run in a thread, so that the screen never waits for the disk."""

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self.path = path
        self.moved_aside: Path | None = None
        """The new path of a damaged journal, if there was one; show it to the user."""
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()

    @classmethod
    async def open(cls, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Journal:
        """Open the journal; create it if needed as a 0600 file in a 0700 folder.

        Raises:
            JournalFailed: the file cannot be opened, has a newer layout, or belongs to another user.
        """
        return await asyncio.to_thread(cls._open, path, clock)

    @classmethod
    def _open(cls, path: Path, clock: Callable[[], datetime]) -> Journal:
        try:
            return cls(path, connected(path), clock)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise _failed(path, error) from error
        except (OSError, NewerLayout) as error:
            raise _failed(path, error) from error
        try:
            aside = move_aside(path, clock())
            journal = cls(path, connected(path), clock)
        except (sqlite3.Error, OSError, NewerLayout) as error:
            raise _failed(path, error) from error
        journal.moved_aside = aside
        return journal

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self._close)

    async def begin(
        self,
        scope: Scope,
        *,
        operation: Operation,
        player: str,
        path: str,
        idempotency_key: str,
        body: str,
        version: str | None = None,
        profile: str = "",
        environment: str | None = None,
        member: str | None = None,
        ticket: str | None = None,
    ) -> JournalEntry:
        """Write an intent; it is on disk when this returns."""
        entry = JournalEntry(
            id=str(uuid.uuid4()),
            created_at=moment_of(milliseconds(self._clock())),
            profile=storable(profile),
            base_url=scope.base_url,
            studio=scope.studio,
            game=scope.game,
            environment=environment,
            member=storable(member) if member else None,
            ticket=storable(ticket) if ticket else None,
            operation=operation,
            player=player,
            path=path,
            idempotency_key=idempotency_key,
            body=body,
            version=storable(version) if version else None,
            state=EntryState.INTENT,
            owner=this_process(),
        )
        values = columns_of(entry)
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        insert = f"INSERT INTO entries ({names}) VALUES ({marks})"  # noqa: S608 (our own names)
        await self._work(lambda connection: connection.execute(insert, values))
        return entry

    async def mark_sent(self, entry: JournalEntry) -> None:
        """Record that the first byte is about to be sent.

        Raises:
            JournalFailed: it cannot be written, or another console has abandoned this intent: do not send it.
        """
        if not await self._move(
            replace(entry, state=EntryState.SENT), (EntryState.INTENT, EntryState.UNKNOWN, EntryState.SENT)
        ):
            raise JournalFailed("This change was abandoned from another console, so it was not sent.")

    async def settle(self, entry: JournalEntry) -> JournalEntry:
        """Write an entry's state and outcome unless another console did so first; returns the stored entry."""
        from_states = (EntryState.INTENT,) if entry.state is EntryState.INTENT else OPEN
        if await self._move(entry, from_states):
            return entry
        return await self.get(entry.id) or entry

    async def give_up(self, entry: JournalEntry, error: str) -> bool:
        """Close an intent that was never sent; False if it has been sent meanwhile."""
        return await self._move(
            replace(entry, state=EntryState.RESOLVED, applied=False, error=error), (EntryState.INTENT,)
        )

    def is_being_sent(self, entry: JournalEntry) -> bool:
        """Whether an intent belongs to another running console, which may send it at any time."""
        age = self._clock() - entry.created_at
        return entry.state is EntryState.INTENT and entry.owner != this_process() and may_still_send(entry.owner, age)

    def age_of(self, entry: JournalEntry) -> float:
        """Seconds since an entry was written."""
        return (self._clock() - entry.created_at).total_seconds()

    async def get(self, entry_id: str) -> JournalEntry | None:
        """One entry by its id."""
        rows = await self._select("WHERE id = ?", (entry_id,))
        return rows[0] if rows else None

    async def earlier(self, scope: Scope, operation: Operation, idempotency_key: str) -> JournalEntry | None:
        """The relevant entry for this key: an open one, or else one that took effect, or else the latest."""
        where = (
            "WHERE base_url = ? AND studio = ? AND game = ? AND kind = ? AND idempotency_key = ? "
            "ORDER BY state IN ('intent', 'sent', 'unknown') DESC, applied IS 1 DESC, created_ms DESC LIMIT 1"
        )
        rows = await self._select(where, (scope.base_url, scope.studio, scope.game, operation.value, idempotency_key))
        return rows[0] if rows else None

    async def open_entries(self, scope: Scope | None = None) -> list[JournalEntry]:
        """Entries without a confirmed outcome, oldest first; of one backend and game, or of all."""
        where = "WHERE state IN ('intent', 'sent', 'unknown')"
        if scope is None:
            return await self._select(f"{where} ORDER BY created_ms, rowid", ())
        of_scope = f"{where} AND base_url = ? AND studio = ? AND game = ? ORDER BY created_ms, rowid"
        return await self._select(of_scope, (scope.base_url, scope.studio, scope.game))

    async def latest(self, limit: int = 200) -> list[JournalEntry]:
        """Entries of any state, newest first."""
        return await self._select("ORDER BY created_ms DESC, rowid DESC LIMIT ?", (limit,))

    async def _move(self, entry: JournalEntry, from_states: tuple[EntryState, ...]) -> bool:
        """Store the mutable fields of an entry if the stored state is one of `from_states`."""
        marks = ", ".join("?" * len(from_states))
        values = (
            milliseconds(self._clock()),
            entry.state.value,
            None if entry.applied is None else int(entry.applied),
            None if entry.outcome is None else json.dumps(entry.outcome, ensure_ascii=True),
            entry.audit.id if entry.audit else None,
            entry.audit.url if entry.audit else None,
            entry.request_id,
            storable(entry.error) if entry.error else None,
        )

        def write(connection: sqlite3.Connection) -> bool:
            moved = connection.execute(
                "UPDATE entries SET changed_ms = ?, state = ?, applied = ?, outcome = ?, audit_id = ?, audit_url = ?, "  # noqa: S608 (marks are question marks)
                f"request_id = ?, error = ? WHERE id = ? AND state IN ({marks})",
                (*values, entry.id, *(state.value for state in from_states)),
            )
            return moved.rowcount == 1

        return await self._work(write)

    async def _select(self, where: str, values: tuple[Any, ...]) -> list[JournalEntry]:
        def read(connection: sqlite3.Connection) -> list[JournalEntry]:
            return [entry_of(row) for row in connection.execute(f"SELECT * FROM entries {where}", values)]  # noqa: S608

        return await self._work(read)

    async def _work(self, step: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._locked, step)

    def _locked(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Run one step at a time, even if the caller of the previous one was cancelled."""
        with self._lock:
            try:
                return step(self._connection)
            except sqlite3.Error as error:
                raise _failed(self.path, error) from error

    def _close(self) -> None:
        with self._lock:
            self._connection.close()


def _failed(path: Path, error: Exception) -> JournalFailed:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return JournalFailed(f"The journal cannot be used ({why}). It is {path}")

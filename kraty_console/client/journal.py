"""The journal of intended changes: what was meant is on the disk before the first byte leaves (trust: Exactly once).

`intent → sent → applied | refused | unknown → resolved`. An intent that was never marked sent is certain not to have left;
one that was sent and has no outcome may have happened. Every step is a compare-and-set, so that several consoles can share
one journal. It holds requests and answers, never a token.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from kraty_console.contract.audit import AuditLink
from kraty_console.contract.calls import ActionKind
from kraty_console.contract.errors import KratyError

T = TypeVar("T")

VERSION: Final = 1
"""Of the file's layout (`PRAGMA user_version`)."""

BUSY_MS: Final = 5_000
"""How long to wait for another console that is writing."""

_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS entries (
    id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    profile TEXT NOT NULL,
    base_url TEXT NOT NULL,
    studio TEXT NOT NULL,
    game TEXT NOT NULL,
    environment TEXT,
    member TEXT,
    ticket TEXT,
    kind TEXT NOT NULL,
    player TEXT NOT NULL,
    path TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    applied INTEGER,
    outcome TEXT,
    audit_id TEXT,
    audit_url TEXT,
    request_id TEXT,
    error TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_key ON entries (base_url, studio, game, kind, idempotency_key);
CREATE INDEX IF NOT EXISTS entries_by_time ON entries (created_ms);
"""

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class State(StrEnum):
    """How far a change has come."""

    INTENT = "intent"
    SENT = "sent"
    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"


OPEN: Final = (State.INTENT, State.SENT, State.UNKNOWN)
"""The states whose outcome is still to be told."""


class JournalFailed(KratyError):
    """The journal cannot be read or written; without it nothing is sent."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The backend and game that an entry belongs to."""

    base_url: str
    studio: str
    game: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One intended change and what is known of it."""

    id: str
    created_at: datetime
    profile: str
    base_url: str
    studio: str
    game: str
    environment: str | None
    member: str | None
    """Who meant it, as the session said."""
    ticket: str | None
    kind: ActionKind
    player: str
    path: str
    idempotency_key: str
    body: str
    """The JSON that is sent, byte for byte."""
    state: State
    applied: bool | None = None
    """Whether it took effect; None while that is not known."""
    outcome: dict[str, Any] | None = None
    """The answer, as JSON."""
    audit: AuditLink | None = None
    request_id: str | None = None
    error: str | None = None
    """What went wrong last, in words."""

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to be told."""
        return self.state in OPEN

    @property
    def scope(self) -> Scope:
        """The backend and game it belongs to."""
        return Scope(self.base_url, self.studio, self.game)


class Journal:
    """The file, one connection to it, and a thread's work for every call, so that a screen never waits for a disk."""

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self.path = path
        self.moved_aside: Path | None = None
        """Where a damaged journal was put, when there was one; the person must be told."""
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()

    @classmethod
    async def open(cls, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Journal:
        """Open the journal, made if need be: a 0600 file in a 0700 folder.

        Raises:
            JournalFailed: the file cannot be opened, or is of a newer layout, or is not ours.
        """
        return await asyncio.to_thread(cls._open, path, clock)

    @classmethod
    def _open(cls, path: Path, clock: Callable[[], datetime]) -> Journal:
        try:
            return cls(path, _connected(path), clock)
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise _failed(path, error) from error
        except OSError as error:
            raise _failed(path, error) from error
        try:
            aside = _move_aside(path, clock())
            journal = cls(path, _connected(path), clock)
        except (sqlite3.Error, OSError) as error:
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
        kind: ActionKind,
        player: str,
        path: str,
        idempotency_key: str,
        body: str,
        profile: str = "",
        environment: str | None = None,
        member: str | None = None,
        ticket: str | None = None,
    ) -> Entry:
        """Write an intent; it is on the disk when this returns."""
        entry = Entry(
            id=str(uuid.uuid4()),
            created_at=self._clock(),
            profile=_storable(profile),
            base_url=scope.base_url,
            studio=scope.studio,
            game=scope.game,
            environment=environment,
            member=_storable(member) if member else None,
            ticket=_storable(ticket) if ticket else None,
            kind=kind,
            player=player,
            path=path,
            idempotency_key=idempotency_key,
            body=body,
            state=State.INTENT,
        )
        await self._work(lambda connection: _insert(connection, entry))
        return entry

    async def mark_sent(self, entry: Entry) -> None:
        """Write that the first byte is about to leave.

        Raises:
            JournalFailed: it cannot be written, or another console has meanwhile given this intent up: send nothing.
        """
        if not await self._move(replace(entry, state=State.SENT), (State.INTENT, State.UNKNOWN, State.SENT)):
            raise JournalFailed("This change was given up from another console, so it was not sent.")

    async def settle(self, entry: Entry) -> Entry:
        """Write the entry's new state and outcome, unless another console told the outcome first; answers what holds."""
        from_states = (State.INTENT,) if entry.state is State.INTENT else OPEN
        if await self._move(entry, from_states):
            return entry
        return await self.get(entry.id) or entry

    async def give_up(self, entry: Entry, error: str) -> bool:
        """Close an intent that was never sent; False when it has been sent after all."""
        return await self._move(replace(entry, state=State.RESOLVED, applied=False, error=error), (State.INTENT,))

    async def get(self, entry_id: str) -> Entry | None:
        """One entry by its id."""
        found = await self._select("WHERE id = ?", (entry_id,))
        return found[0] if found else None

    async def earlier(self, scope: Scope, kind: ActionKind, idempotency_key: str) -> Entry | None:
        """The entry that counts under this key: an open one, else one that took effect, else the latest."""
        where = (
            "WHERE base_url = ? AND studio = ? AND game = ? AND kind = ? AND idempotency_key = ? "
            "ORDER BY state IN ('intent', 'sent', 'unknown') DESC, applied IS 1 DESC, created_ms DESC LIMIT 1"
        )
        found = await self._select(where, (scope.base_url, scope.studio, scope.game, kind.value, idempotency_key))
        return found[0] if found else None

    async def open_entries(self, scope: Scope | None = None) -> list[Entry]:
        """Entries without a told outcome, oldest first; of one backend and game, or of all."""
        where = "WHERE state IN ('intent', 'sent', 'unknown')"
        if scope is None:
            return await self._select(f"{where} ORDER BY created_ms, rowid", ())
        of_scope = f"{where} AND base_url = ? AND studio = ? AND game = ? ORDER BY created_ms, rowid"
        return await self._select(of_scope, (scope.base_url, scope.studio, scope.game))

    async def latest(self, limit: int = 200) -> list[Entry]:
        """Entries of any state, newest first."""
        return await self._select("ORDER BY created_ms DESC, rowid DESC LIMIT ?", (limit,))

    async def _move(self, entry: Entry, from_states: tuple[State, ...]) -> bool:
        """Store the changeable part of an entry, if the file has it in one of these states."""
        marks = ", ".join("?" * len(from_states))
        values = (
            _ms(self._clock()),
            entry.state.value,
            None if entry.applied is None else int(entry.applied),
            None if entry.outcome is None else json.dumps(entry.outcome, ensure_ascii=True),
            entry.audit.id if entry.audit else None,
            entry.audit.url if entry.audit else None,
            entry.request_id,
            _storable(entry.error) if entry.error else None,
        )

        def write(connection: sqlite3.Connection) -> bool:
            moved = connection.execute(
                "UPDATE entries SET changed_ms = ?, state = ?, applied = ?, outcome = ?, audit_id = ?, audit_url = ?, "  # noqa: S608 (marks are question marks)
                f"request_id = ?, error = ? WHERE id = ? AND state IN ({marks})",
                (*values, entry.id, *(state.value for state in from_states)),
            )
            return moved.rowcount == 1

        return await self._work(write)

    async def _select(self, where: str, values: tuple[Any, ...]) -> list[Entry]:
        def read(connection: sqlite3.Connection) -> list[Entry]:
            return [_entry(row) for row in connection.execute(f"SELECT * FROM entries {where}", values)]  # noqa: S608

        return await self._work(read)

    async def _work(self, step: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._locked, step)

    def _locked(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """One step at a time, also when the caller of the one before was cancelled."""
        with self._lock:
            try:
                return step(self._connection)
            except sqlite3.Error as error:
                raise _failed(self.path, error) from error

    def _close(self) -> None:
        with self._lock:
            self._connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    _private_file(path)
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous = FULL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise JournalFailed(f"The journal {path} was written by a newer kraty-console: use that one.")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _Damaged("the check of its pages failed")
        if version < VERSION:
            connection.executescript(f"BEGIN IMMEDIATE; {_LAYOUT} PRAGMA user_version = {VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _private_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


class _Damaged(sqlite3.DatabaseError):
    """The file opens, and its pages do not hold together."""


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, _Damaged) or (code is not None and code & 0xFF in _DAMAGED)


def _move_aside(path: Path, now: datetime) -> Path:
    """Keep a damaged journal under another name, with the files SQLite left beside it."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    for ending in ("", "-journal", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _failed(path: Path, error: Exception) -> JournalFailed:
    return JournalFailed(f"The journal {path} cannot be used ({error}), and without it nothing is sent.")


def _insert(connection: sqlite3.Connection, entry: Entry) -> None:
    values = {
        "id": entry.id,
        "created_ms": _ms(entry.created_at),
        "changed_ms": _ms(entry.created_at),
        "profile": entry.profile,
        "base_url": entry.base_url,
        "studio": entry.studio,
        "game": entry.game,
        "environment": entry.environment,
        "member": entry.member,
        "ticket": entry.ticket,
        "kind": entry.kind.value,
        "player": entry.player,
        "path": entry.path,
        "idempotency_key": entry.idempotency_key,
        "body": entry.body,
        "state": entry.state.value,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    with closing(connection.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", values)):  # noqa: S608 (our own names)
        pass


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        created_at=datetime.fromtimestamp(row["created_ms"] / 1000, UTC),
        profile=row["profile"],
        base_url=row["base_url"],
        studio=row["studio"],
        game=row["game"],
        environment=row["environment"],
        member=row["member"],
        ticket=row["ticket"],
        kind=ActionKind(row["kind"]),
        player=row["player"],
        path=row["path"],
        idempotency_key=row["idempotency_key"],
        body=row["body"],
        state=State(row["state"]),
        applied=None if row["applied"] is None else bool(row["applied"]),
        outcome=json.loads(row["outcome"]) if row["outcome"] else None,
        audit=AuditLink(id=row["audit_id"], url=row["audit_url"] or "") if row["audit_id"] else None,
        request_id=row["request_id"],
        error=row["error"],
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _storable(text: str) -> str:
    """Text as a database takes it: half characters become visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

"""The worklog on disk: one file of JSON lines per game, readable by its owner alone (console/README.md#worklog).

Lines are only ever appended, each by one write under a lock, so several consoles share a file. A line that was cut
short by a kill or a full disk is skipped.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from kraty_console.domain.fault_words import found_words
from kraty_console.domain.worklog import LOOKED, WorkRecord, dated, read_record
from kraty_console.private_files import PRIVATE_FILE, private_dir

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Snapshot

MOST_BYTES: Final = 1024 * 1024
"""Size from which a file is set aside for a new one; the one set aside before is deleted."""

_OLDER: Final = ".1"


class TicketLog:
    """The worklog of a console or a command: what it did itself, and what is kept of earlier ones."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.own: list[WorkRecord] = []
        """What this process recorded; also without a ticket."""

    @property
    def path(self) -> Path:
        """The file of this game."""
        launch, access = self._workspace.launch, self._workspace.access
        game = access.id if access is not None else launch.profile.game or ""
        names = (_backend_of(launch.profile.url), quote(game, safe="") or "none", self._workspace.environment)
        return launch.state_dir / f"worklog-{'-'.join(names)}.jsonl"

    def looked(self, snapshot: Snapshot) -> None:
        """Record that a player was opened while a ticket is set, and what diagnosis says; the same once."""
        workspace, player = self._workspace, snapshot.player.external_player_id
        if not workspace.ticket or not player:
            return
        found = tuple(found_words(snapshot, workspace.now()))
        looks = (each for each in reversed(self.own) if each.kind == LOOKED and each.player == player)
        last = next((each for each in looks if each.ticket == workspace.ticket), None)
        if last is None or last.found != found:
            self.add(WorkRecord(workspace.now(), workspace.ticket, player, found=found))

    def add(self, record: WorkRecord) -> None:
        """Record a line; on disk only with a ticket. What cannot be written is kept for this session."""
        at = record.at.replace(microsecond=record.at.microsecond // 1000 * 1000)  # as it is kept
        record = replace(record, at=at, game=self._workspace.game)
        self.own.append(record)
        if record.ticket:
            with suppress(OSError):
                append(self.path, record)

    def date(self, rows: Sequence[AuditRow]) -> None:
        """Give the changes of this session the times of their audit rows."""
        for record in dated(self.own, rows):
            self.add(record)

    def of_ticket(self, ticket: str) -> list[WorkRecord]:
        """All records of a ticket, of every game of this backend; those of this session have reasons."""
        kept: Iterable[WorkRecord] = ()
        if ticket:
            kept = kept_records(self._workspace.launch.state_dir, self._workspace.launch.profile.url)
        return [each for each in chain(kept, self.own) if each.ticket == ticket and (ticket or each.key)]


def ticket_log(workspace: Workspace) -> TicketLog:
    """The worklog of a workspace."""
    if workspace.ticket_log is None:
        workspace.ticket_log = TicketLog(workspace)
    return workspace.ticket_log


def append(path: Path, record: WorkRecord) -> None:
    """Append a record to a file; it begins on a line of its own, whatever the last writer left.

    Raises:
        OSError: it cannot be written.
    """
    line = json.dumps(record.as_json(), ensure_ascii=True, separators=(",", ":"))
    if not path.parent.is_dir():
        private_dir(path.parent)
    with _locked(path) as descriptor:
        if os.fstat(descriptor).st_size > MOST_BYTES:
            path.replace(path.with_name(path.name + _OLDER))
        else:
            os.write(descriptor, f"\n{line}\n".encode("ascii"))
            return
    append(path, record)


def kept_records(folder: Path, url: str | None) -> Iterator[WorkRecord]:
    """The records on disk of every game of a backend, of each game the oldest first; without a URL of all backends."""
    name = f"worklog-{_backend_of(url)}-*" if url else "worklog-*"
    for path in sorted(folder.glob(f"{name}.jsonl")):
        for each in (path.with_name(path.name + _OLDER), path):
            yield from _records(each)


def _records(path: Path) -> Iterator[WorkRecord]:
    try:
        content = path.read_bytes()
    except OSError:
        return
    for line in content.splitlines():
        with suppress(ValueError, RecursionError):
            if line.strip() and (record := read_record(json.loads(line))) is not None:
                yield record


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open for appending and locked; another console may have set it aside while we waited.

    Raises:
        OSError: it cannot be opened.
    """
    while True:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(path, descriptor):
                if os.fstat(descriptor).st_mode & 0o077:
                    os.fchmod(descriptor, PRIVATE_FILE)
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _backend_of(url: str | None) -> str:
    return quote(urlsplit(url or "").netloc.casefold(), safe="") or "none"

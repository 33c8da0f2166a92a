"""The file of a queue: private, append-only JSON Lines, used by one process at a time (client/README.md#queues).

A line that was torn by a crash is the last one, and is cut off. What must not be lost is on disk when `append` returns.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from kraty_console.contract.errors import KratyError
from kraty_console.private_files import create_private, private_dir

FOLDER: Final = "queues"
"""The folder of queues, in the state folder."""

_ENDING: Final = ".jsonl"
_ID: Final = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file that is read."""

Record = Mapping[str, Any]
"""One line."""


class QueueFileError(KratyError):
    """The file of a queue cannot be read or written, or another process uses it."""


class QueueFile:
    """An open file, locked until it is closed."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @property
    def id(self) -> str:
        """The id of the queue."""
        return self.path.name.removesuffix(_ENDING)

    @classmethod
    def create(cls, state_dir: Path, queue_id: str) -> QueueFile:
        """Create the file of a new queue.

        Raises:
            QueueFileError: it cannot be created, or there is one with this id.
        """
        folder = state_dir / FOLDER
        path = folder / f"{queue_id}{_ENDING}"
        try:
            private_dir(state_dir)
            private_dir(folder)
            file = cls(path, create_private(path))
            _lock(path, file._descriptor)
            _sync_folder(folder)
        except OSError as error:
            raise _failed(path, error) from error
        return file

    @classmethod
    def open(cls, state_dir: Path, queue_id: str) -> tuple[QueueFile, list[Record]]:
        """Open the file of a queue, with its records; what a crash left of a torn last line is cut off.

        Raises:
            QueueFileError: there is none, another process uses it, or a line before the last is damaged.
        """
        path = state_dir / FOLDER / f"{queue_id}{_ENDING}"
        if not _ID.fullmatch(queue_id):
            raise QueueFileError(f"There is no queue {queue_id}: kraty-console queue --list shows them.")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise QueueFileError(f"There is no queue {queue_id}: kraty-console queue --list shows them.") from None
        except OSError as error:
            raise _failed(path, error) from error
        file = cls(path, descriptor)
        try:
            _lock(path, descriptor)
            data = _read(path)
            whole = data.rfind(b"\n") + 1
            records = list(_records(path, data[:whole]))
            os.ftruncate(descriptor, whole)
            os.lseek(descriptor, whole, os.SEEK_SET)
        except BaseException as error:
            file.close()
            if isinstance(error, OSError):
                raise _failed(path, error) from error
            raise
        return file, records

    def append(self, records: Iterable[Record], *, durable: bool = True) -> None:
        """Add records as one write; if `durable`, they are on disk when this returns.

        Raises:
            QueueFileError: they cannot be written.
        """
        data = "".join(f"{json.dumps(each, ensure_ascii=True, separators=(',', ':'))}\n" for each in records).encode()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            if durable:
                os.fsync(self._descriptor)
        except OSError as error:
            raise _failed(self.path, error) from error

    def close(self) -> None:
        """Close the file and release its lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """Remove the file of a queue by which nothing was sent."""
        with suppress(OSError):
            self.path.unlink()
        self.close()


class StoredQueue(NamedTuple):
    """A queue of the folder, read without its lock."""

    id: str
    records: list[Record]
    """As far as they can be read."""


def stored_queues(state_dir: Path) -> Iterator[StoredQueue]:
    """All queues, newest first; ids begin with the time.

    Raises:
        QueueFileError: the folder cannot be read.
    """
    folder = state_dir / FOLDER
    try:
        paths = sorted(folder.glob(f"*{_ENDING}"), reverse=True)
    except OSError as error:
        raise _failed(folder, error) from error
    for path in paths:
        with suppress(OSError):
            data = _read(path)
            records: list[Record] = []
            with suppress(QueueFileError):
                records.extend(_records(path, data[: data.rfind(b"\n") + 1]))
            yield StoredQueue(path.name.removesuffix(_ENDING), records)


def _records(path: Path, data: bytes) -> Iterator[Record]:
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise QueueFileError(f"Line {number} of {path} is damaged, so the queue cannot be continued.")
        yield record


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError("it is too large")
    return data


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        name = path.name.removesuffix(_ENDING)
        raise QueueFileError(f"Another kraty-console runs the queue {name}.") from None


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(path: Path, error: OSError) -> QueueFileError:
    return QueueFileError(f"The queue's file cannot be used ({error.strerror or error}). It is {path}")

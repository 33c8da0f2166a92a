"""Checks the state folder and the journal in it, without creating, changing or locking them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kraty_console.client.journal_entries import OPEN
from kraty_console.client.journal_file import VERSION, is_damage
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import counted

LEAST_FREE: Final = 20 << 20
"""Free space that the journal and the caches need, in bytes."""


def folder_findings(folder: Path) -> Iterator[Finding]:
    """The findings about the folder: existence, privacy, write access, free space."""
    try:
        status = folder.stat()
    except FileNotFoundError:
        status = None
    if status is None:
        yield _missing_folder(folder)
    elif not stat.S_ISDIR(status.st_mode):
        advice = "Move it away, or name another folder with KRATY_STATE."
        yield Finding(CheckArea.STATE, "folder", CheckState.PROBLEM, f"{folder} is not a folder", advice)
        return
    else:
        yield _existing_folder(folder, status)
    free = shutil.disk_usage(_nearest(folder)).free
    facts = {"freeBytes": free}
    words = f"{free >> 20:,} MiB free".replace(",", " ")
    if free < LEAST_FREE:
        yield Finding(
            CheckArea.STATE,
            "disk",
            CheckState.WARNING,
            words,
            "Free disk space: nothing is sent without a journal.",
            facts,
        )
    else:
        yield Finding(CheckArea.STATE, "disk", CheckState.OK, words, facts=facts)


def _nearest(folder: Path) -> Path:
    """The folder, or its nearest existing parent."""
    return next((each for each in (folder, *folder.absolute().parents) if each.exists()), Path("/"))


def _missing_folder(folder: Path) -> Finding:
    above = _nearest(folder)
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return Finding(
            CheckArea.STATE, "folder", CheckState.NOTE, f"{folder} does not exist yet; it is created when needed"
        )
    words = f"{folder} does not exist and cannot be created: {above} is not writable"
    return Finding(CheckArea.STATE, "folder", CheckState.PROBLEM, words, "Name another folder with KRATY_STATE.")


def _existing_folder(folder: Path, status: os.stat_result) -> Finding:
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    facts = {"path": str(folder), "mode": mode}
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        advice = f"chmod u+rwx {folder}, or name another folder with KRATY_STATE."
        return Finding(
            CheckArea.STATE, "folder", CheckState.PROBLEM, f"{folder} ({mode}) is not writable", advice, facts
        )
    if status.st_uid != os.geteuid():
        words, advice = f"{folder} belongs to another user", "Name a folder of your own with KRATY_STATE."
        return Finding(CheckArea.STATE, "folder", CheckState.WARNING, words, advice, facts)
    if status.st_mode & 0o077:
        words = f"{folder} ({mode}) is accessible to others"
        return Finding(CheckArea.STATE, "folder", CheckState.WARNING, words, f"chmod 700 {folder}", facts)
    return Finding(CheckArea.STATE, "folder", CheckState.OK, f"{folder} ({mode})", facts=facts)


def journal_findings(path: Path) -> Iterator[Finding]:
    """The findings about the journal: its usability, and changes without a confirmed outcome."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        words = "none yet; it is created with the first change"
        yield Finding(CheckArea.JOURNAL, "file", CheckState.NOTE, words, facts={"exists": False})
        return
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        words = f"{path} is a link, or belongs to another user; changes are refused"
        yield Finding(CheckArea.JOURNAL, "file", CheckState.PROBLEM, words, "Move it away.")
        return
    try:
        yield from _content(path)
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        yield _damaged(path)


def _content(path: Path) -> Iterator[Finding]:
    # `immutable` takes no lock and creates no extra files, even while another console is writing.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        facts = {"exists": True, "layout": version}
        if version > VERSION:
            words = "it was written by a newer kraty-console; changes are refused"
            yield Finding(CheckArea.JOURNAL, "file", CheckState.PROBLEM, words, "Update kraty-console.", facts)
            return
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            yield _damaged(path)
            return
        yield Finding(CheckArea.JOURNAL, "file", CheckState.OK, f"{path}, layout {version}", facts=facts)
        if version:
            yield _open_entries(connection)
    finally:
        connection.close()


def _open_entries(connection: sqlite3.Connection) -> Finding:
    marks = ", ".join("?" * len(OPEN))
    query = f"SELECT count(*) FROM entries WHERE state IN ({marks})"  # noqa: S608 (question marks)
    count = connection.execute(query, [each.value for each in OPEN]).fetchone()[0]
    facts = {"open": count}
    if not count:
        return Finding(CheckArea.JOURNAL, "outcomes", CheckState.OK, "every change has a known outcome", facts=facts)
    words = f"{counted(count, 'change')} of unknown outcome"
    return Finding(CheckArea.JOURNAL, "outcomes", CheckState.WARNING, words, "Open the console and press o.", facts)


def _damaged(path: Path) -> Finding:
    words = f"{path} is damaged"
    advice = "The console moves it aside at its next start and creates a new one; keep the old one."
    return Finding(CheckArea.JOURNAL, "file", CheckState.PROBLEM, words, advice)

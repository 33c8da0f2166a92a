"""Several consoles share a journal: none closes an intent that another is about to send."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraty_console.client.intent_owners import FOREIGN_PATIENCE, may_still_send, this_process
from kraty_console.client.journal import Journal
from kraty_console.client.journal_entries import EntryState, Scope
from kraty_console.client.writer import Writer
from kraty_console.contract.operations import Operation
from tests.client.conftest import MakeClient
from tests.harness.client.sample_changes import CREDITED, KEY, credit
from tests.harness.client.scripted_server import wired

YOUNG = timedelta(seconds=1)
OLD = FOREIGN_PATIENCE + timedelta(seconds=1)


def test_a_process_is_identified_by_host_pid_and_start() -> None:
    assert may_still_send(this_process(), OLD)
    host, pid = socket.gethostname(), os.getpid()
    assert not may_still_send(f"{host}:{pid}:1", YOUNG), "a later process of the same number"
    assert not may_still_send(None, YOUNG)
    assert not may_still_send("", YOUNG)
    assert may_still_send("elsewhere:1:2", YOUNG)
    assert not may_still_send("elsewhere:1:2", OLD)


def test_an_ended_process_is_not_running() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "from kraty_console.client.intent_owners import this_process as p; print(p())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not may_still_send(child.stdout.strip(), YOUNG)


@pytest.mark.parametrize(("age", "expected"), [(YOUNG, True), (OLD, False)])
@pytest.mark.parametrize("is_told_now", [True, False])
def test_a_process_with_an_unknown_start_is_judged_by_age(
    monkeypatch: pytest.MonkeyPatch, age: timedelta, expected: bool, is_told_now: bool
) -> None:
    """A system without /proc keeps no start: the pid may be in use again."""
    if not is_told_now:

        def missing(*_: object) -> str:
            raise FileNotFoundError

        monkeypatch.setattr(Path, "read_text", missing)
    assert may_still_send(f"{socket.gethostname()}:{os.getpid()}:", age) is expected


async def _intent(client_of: MakeClient, url: str, path: Path, owner: str) -> str:
    """An intent that a console of another process wrote and did not send yet."""
    client = client_of(url)
    journal = await Journal.open(path)
    prepared = client.prepare(credit())
    entry = await journal.begin(
        Scope(client.base_url, "studio-1", "game-1"),
        operation=Operation.CREDIT,
        player="alice_42",
        path=prepared.path,
        idempotency_key=KEY,
        body=prepared.body.decode(),
    )
    await journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE entries SET owner = ?", (owner,))
    return entry.id


@pytest.fixture
def alive() -> str:
    """The name of another process that lives: this test's parent."""
    parent = os.getppid()
    started = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{socket.gethostname()}:{parent}:{started}"


async def test_an_intent_of_a_running_console_is_left_to_it(client_of: MakeClient, tmp_path: Path, alive: str) -> None:
    path = tmp_path / "journal.sqlite"
    async with wired(CREDITED) as wire:
        entry_id = await _intent(client_of, wire.url, path, alive)
        journal = await Journal.open(path)
        writer = Writer(client_of(wire.url), journal)
        looked = [await writer.look(entry) for entry in await writer.open_entries()]
        pressed = await writer.perform(credit())
        assert [each.state for each in (*looked, pressed)] == ["unknown", "unknown"]
        assert "another console" in str(pressed.error).lower()
        found = await journal.get(entry_id)
        assert found is not None
        assert found.state is EntryState.INTENT
        await journal.mark_sent(found)  # the other console goes on undisturbed
        await journal.close()
    assert wire.heard == []


async def test_an_intent_of_an_ended_console_is_closed(client_of: MakeClient, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with wired(CREDITED) as wire:
        entry_id = await _intent(client_of, wire.url, path, f"{socket.gethostname()}:{os.getpid()}:1")
        journal = await Journal.open(path)
        writer = Writer(client_of(wire.url), journal)
        (looked,) = [await writer.look(entry) for entry in await writer.open_entries()]
        assert looked.state == "refused"
        assert (await journal.get(entry_id) or looked.entry).state is EntryState.RESOLVED  # type: ignore[union-attr]
        await journal.close()


async def test_a_journal_of_the_first_layout_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = await Journal.open(path)
    await journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("ALTER TABLE entries DROP COLUMN owner")
        raw.execute("ALTER TABLE entries DROP COLUMN version")
        raw.execute("PRAGMA user_version = 1")
        raw.execute(
            "INSERT INTO entries (id, created_ms, changed_ms, profile, base_url, studio, game, kind, player, path, "
            "idempotency_key, body, state) "
            "VALUES ('e', 0, 0, '', 'u', 's', 'g', 'credit', 'p', '/x', 'k', '{}', 'sent')"
        )
    journal = await Journal.open(path)
    (entry,) = await journal.latest()
    assert (entry.state, entry.owner) == (EntryState.SENT, None)
    assert not journal.is_being_sent(entry)
    await journal.close()


async def test_a_full_disk_after_the_answer_is_not_reported_as_not_sent(
    client_of: MakeClient, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        write = journal._move

        async def full(entry: object, states: object) -> bool:
            if getattr(entry, "state", None) is EntryState.APPLIED:
                from kraty_console.client.journal import JournalFailed

                raise JournalFailed("The journal cannot be used (database or disk is full). It is here")
            return await write(entry, states)  # type: ignore[arg-type]

        monkeypatch.setattr(journal, "_move", full)
        performed = await writer.perform(credit())
    assert performed.state == "applied"
    assert performed.answer is not None
    assert "Nothing is sent" not in str(performed.error)
    assert datetime.now(UTC) > performed.entry.created_at  # type: ignore[union-attr]

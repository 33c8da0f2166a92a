"""The journal is on disk before anything is sent, is shared by consoles, and reports damage."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.journal_entries import EntryState, JournalEntry, Scope
from kraty_console.contract.audit import AuditLink
from kraty_console.contract.operations import Operation

SCOPE = Scope("http://127.0.0.1:1", "studio-1", "game-1")
NOW = datetime(2026, 11, 22, 8, 0, 0, 123000, tzinfo=UTC)


async def begun(journal: Journal, key: str = "key-0001", scope: Scope = SCOPE) -> JournalEntry:
    return await journal.begin(
        scope,
        operation=Operation.CREDIT,
        player="alice/42 ü",
        path="/admin/v1/x?environment=live",
        idempotency_key=key,
        body='{"amount":1}',
        profile="live",
        environment="live",
        member="maria",
        ticket="ZD-1",
    )


async def test_a_journal_entry_survives_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.sqlite"
    journal = await Journal.open(path, clock=lambda: NOW)
    entry = await begun(journal)
    await journal.close()
    again = await Journal.open(path)
    assert await again.open_entries() == [entry]
    assert entry.created_at == NOW
    assert (entry.state, entry.applied, entry.is_open) == (EntryState.INTENT, None, True)
    outcome = replace(
        entry,
        state=EntryState.APPLIED,
        applied=True,
        outcome={"balance": 7, "who": "ü\x1b"},
        audit=AuditLink(id="a-1", url="http://x/a-1"),
        request_id="r-1",
    )
    await again.mark_sent(entry)
    assert await again.settle(outcome) == outcome
    assert await again.get(entry.id) == outcome
    assert await again.open_entries() == []
    assert await again.latest() == [outcome]
    await again.close()


async def test_only_the_owner_can_read_the_file_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.sqlite"
    before = os.umask(0)
    try:
        journal = await Journal.open(path)
        await begun(journal)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await journal.close()
    path.chmod(0o644)
    await (await Journal.open(path)).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("somebody's")
    (tmp_path / "journal.sqlite").symlink_to(other)
    with pytest.raises(JournalFailed, match="link"):
        await Journal.open(tmp_path / "journal.sqlite")
    assert other.read_text() == "somebody's"


async def test_entries_are_on_disk_at_once(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.sqlite")
    assert await journal._work(lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0]) == 2
    await journal.close()


KILLED = """
import asyncio, os, sys
from pathlib import Path
from kraty_console.client.journal_entries import Scope
from kraty_console.client.journal import Journal
from kraty_console.contract.operations import Operation

async def main():
    journal = await Journal.open(Path(sys.argv[1]))
    entry = await journal.begin(Scope("u", "s", "g"), operation=Operation.BAN, player="p", path="/x",
                                idempotency_key="key-0001", body="{}")
    if sys.argv[2] == "sent":
        await journal.mark_sent(entry)
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


@pytest.mark.parametrize("state", [EntryState.INTENT, EntryState.SENT])
async def test_a_killed_console_leaves_its_entry_open(tmp_path: Path, state: EntryState) -> None:
    path = tmp_path / "journal.sqlite"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(path), state.value)
    assert await child.wait() == -9
    journal = await Journal.open(path)
    (entry,) = await journal.open_entries()
    assert entry.state is state
    assert journal.moved_aside is None
    await journal.close()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            lambda path: path.write_bytes(b"this is no database, and never was one" * 100), id="not a database"
        ),
        pytest.param(lambda path: _scribble(path, 100, 4096), id="its first page"),
        pytest.param(lambda path: _scribble(path, 4096, path.stat().st_size), id="every other page"),
        pytest.param(lambda path: os.truncate(path, path.stat().st_size - 4096), id="a page missing"),
    ],
)
async def test_a_damaged_journal_is_moved_aside_and_reported(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "journal.sqlite"
    journal = await Journal.open(path)
    for number in range(40):
        await begun(journal, f"key-{number:04}")
    await journal.close()
    assert callable(damage)
    damage(path)
    broken = path.read_bytes()
    again = await Journal.open(path, clock=lambda: NOW)
    assert again.moved_aside == tmp_path / "journal.damaged-20261122T080000Z.sqlite"
    assert again.moved_aside.read_bytes() == broken
    assert await again.open_entries() == []
    await begun(again)
    await again.close()
    path.write_bytes(b"damaged once more, in the same second" * 100)
    third = await Journal.open(path, clock=lambda: NOW)
    assert third.moved_aside == tmp_path / "journal.damaged-20261122T080000Z-2.sqlite"
    await third.close()


def _scribble(path: Path, start: int, end: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * (end - start))


async def test_a_journal_of_a_later_version_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await (await Journal.open(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalFailed, match="newer kraty-console"):
        await Journal.open(path)
    assert os.listdir(tmp_path) == ["journal.sqlite"]  # noqa: PTH208 (nothing is waited for)


async def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalFailed, match="cannot be used"):
        await Journal.open(tmp_path / "file" / "journal.sqlite")


async def test_two_consoles_share_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    one, two = await asyncio.gather(Journal.open(path), Journal.open(path))
    entries = await asyncio.gather(*(begun(each, f"key-{n:04}") for n in range(20) for each in (one, two)))
    assert len({entry.id for entry in entries}) == 40
    assert len(await one.open_entries()) == len(await two.open_entries()) == 40
    await asyncio.gather(one.close(), two.close())


async def test_an_intent_abandoned_by_another_console_cannot_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    one, two = await Journal.open(path), await Journal.open(path)
    entry = await begun(one)
    assert await two.give_up(entry, "never sent")
    with pytest.raises(JournalFailed, match="another console"):
        await one.mark_sent(entry)
    assert not await two.give_up(entry, "never sent")
    await asyncio.gather(one.close(), two.close())


async def test_a_confirmed_outcome_is_not_overwritten(journal: Journal) -> None:
    entry = await begun(journal)
    await journal.mark_sent(entry)
    applied = await journal.settle(replace(entry, state=EntryState.APPLIED, applied=True))
    assert await journal.settle(replace(entry, state=EntryState.UNKNOWN, error="late")) == applied
    assert await journal.get(entry.id) == applied


async def test_open_entries_of_the_game_are_sorted_by_age(tmp_path: Path) -> None:
    moments = iter(NOW.replace(second=second) for second in (3, 1, 2, 4))
    journal = await Journal.open(tmp_path / "journal.sqlite", clock=lambda: next(moments))
    third, first = await begun(journal, "key-0003"), await begun(journal, "key-0001")
    other = await begun(journal, "key-0002", Scope("http://127.0.0.1:1", "studio-1", "game-2"))
    assert await journal.open_entries(SCOPE) == [first, third]
    assert await journal.open_entries() == [first, other, third]
    await journal.close()


async def test_a_cancelled_call_leaves_the_journal_consistent(journal: Journal) -> None:
    tasks = [asyncio.create_task(begun(journal, f"key-{number:04}")) for number in range(10)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    kept = {entry.idempotency_key for entry in await journal.open_entries()}
    assert {f"key-{number:04}" for number in range(1, 10, 2)} <= kept


async def test_lone_surrogates_in_texts_are_stored(journal: Journal) -> None:
    entry = await journal.begin(
        SCOPE,
        operation=Operation.BAN,
        player="p",
        path="/x",
        idempotency_key="key-0001",
        body="{}",
        member="\ud800",
        ticket="\udfff",
    )
    assert entry.member == "\\ud800"
    assert await journal.get(entry.id) == entry

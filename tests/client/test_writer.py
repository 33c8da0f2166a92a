"""A change happens at most once, and its reported outcome is true (client/README.md#exactly-once)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.journal_entries import EntryState
from kraty_console.client.writer import Writer
from kraty_console.contract.actions import Credited
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import (
    IdempotencyConflict,
    Invalid,
    NotAllowed,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from kraty_console.contract.operations import Operation
from tests.client.conftest import TOKEN, MakeClient
from tests.harness.client.sample_changes import CREDITED, KEEPS, NO_EVIDENCE, NO_ROWS, credit
from tests.harness.client.scripted_server import Act, Line, answers, cut_after, cut_after_request, failed, wired


async def test_an_applied_change(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        performed = await Writer(client_of(wire.url), journal, profile="live").perform(
            credit(), ticket="ZD-1", member="maria"
        )
    assert performed.state == "applied"
    assert isinstance(performed.answer, Credited)
    assert performed.audit is not None
    assert performed.audit.url == f"{wire.url}/audit/a-1"
    entry = performed.entry
    assert entry is not None
    assert (entry.state, entry.applied, entry.request_id) == (EntryState.APPLIED, True, "r-1")
    assert (entry.profile, entry.member, entry.ticket, entry.environment) == ("live", "maria", "ZD-1", "live")
    assert json.loads(entry.body) == wire.heard[0].json
    assert await journal.open_entries() == []


async def test_intent_is_journaled_before_sending_and_marked_sent_before_the_answer(
    client_of: MakeClient, journal: Journal
) -> None:
    seen: list[tuple[str, EntryState]] = []

    async def watching(line: Line) -> None:
        (entry,) = await journal.open_entries()
        seen.append(("first byte", entry.state))
        await CREDITED(line)

    async with wired(watching) as wire:
        await Writer(client_of(wire.url), journal).perform(credit())
    assert seen == [("first byte", EntryState.SENT)]


REFUSALS = [
    (failed(400, "validation_failed"), Invalid),
    (failed(401, "session_invalid"), SignInNeeded),
    (failed(403, "forbidden", details={"permission": "wallet.credit"}), NotAllowed),
    (failed(409, "conflict", "balance too high"), Refused),
    (failed(409, "idempotency_conflict"), IdempotencyConflict),
    (failed(429, "rate_limited", Retry_After="2"), RateLimited),
]


@pytest.mark.parametrize(("act", "kind"), REFUSALS)
async def test_a_refused_change(client_of: MakeClient, journal: Journal, act: Act, kind: type[Exception]) -> None:
    async with wired(act) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert type(performed.error) is kind
    assert performed.entry is not None
    assert (performed.entry.state, performed.entry.applied) == (EntryState.REFUSED, False)


async def test_a_refused_change_can_be_resent_under_its_key(client_of: MakeClient, journal: Journal) -> None:
    async with wired(failed(401, "session_invalid"), CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        assert (await writer.perform(credit())).state == "refused"
        assert (await writer.perform(credit())).state == "applied"
    assert wire.heard[0].body == wire.heard[1].body
    assert [entry.state for entry in await journal.latest()] == [EntryState.APPLIED, EntryState.REFUSED]


async def test_an_unreachable_server_means_refused(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        pass
    performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert isinstance(performed.error, Unavailable)
    assert not performed.error.maybe_applied
    (entry,) = await journal.latest()
    assert entry.never_left
    assert (entry.error or "").startswith("not sent: ")


@pytest.mark.parametrize(
    "act",
    [
        cut_after(10),
        cut_after_request,
        answers(200, b"<html>"),
        answers(500, b""),
        failed(409, "conflict", Retry_After="1"),
    ],
)
async def test_an_unknown_outcome(client_of: MakeClient, journal: Journal, act: Act) -> None:
    async with wired(act) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.state == "unknown"
        assert performed.error is not None
        assert await writer.open_entries() == [performed.entry]
    assert len(wire.heard) <= 1


async def test_nothing_is_sent_without_the_journal(client_of: MakeClient, tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.sqlite")
    await journal._work(lambda connection: connection.execute("PRAGMA query_only = 1"))
    async with wired(CREDITED) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert isinstance(performed.error, JournalFailed)
    assert wire.connections == 0
    await journal.close()


async def test_nothing_is_sent_if_the_disk_fills_up_after_the_intent(client_of: MakeClient, journal: Journal) -> None:
    await journal._work(
        lambda connection: connection.executescript(
            "CREATE TRIGGER full BEFORE UPDATE ON entries BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    )
    async with wired(CREDITED) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert isinstance(performed.error, JournalFailed)
    assert wire.heard == []


async def test_an_outcome_that_cannot_be_written_is_still_returned(client_of: MakeClient, journal: Journal) -> None:
    await journal._work(
        lambda connection: connection.executescript(
            "CREATE TRIGGER full BEFORE UPDATE ON entries WHEN new.state = 'applied' "
            "BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    )
    async with wired(CREDITED) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "applied"
    assert performed.audit is not None
    assert [entry.state for entry in await journal.open_entries()] == [EntryState.SENT]


async def test_an_id_that_cannot_be_sent_is_refused_before_it_is_journaled(
    client_of: MakeClient, journal: Journal
) -> None:
    async with wired(CREDITED) as wire:
        call = ChangeRequest(Operation.CREDIT, "\ud800", credit().request, economy_key="gold")
        performed = await Writer(client_of(wire.url), journal).perform(call)
    assert (performed.state, performed.entry) == ("refused", None)
    assert isinstance(performed.error, Invalid)
    assert await journal.latest() == []


async def test_a_second_call_returns_the_first_outcome_without_sending(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        first = await writer.perform(credit())
        second = await writer.perform(credit())
        other = await writer.perform(credit(amount=900))
    assert len(wire.heard) == 1
    assert (second.state, second.replayed, second.answer) == ("applied", True, first.answer)
    assert other.state == "refused"
    assert isinstance(other.error, IdempotencyConflict)


async def test_concurrent_calls_send_one_request(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        outcomes = await asyncio.gather(*(writer.perform(credit()) for _ in range(64)))
    assert len(wire.heard) == 1
    assert {outcome.state for outcome in outcomes} == {"applied"}
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 63


async def test_a_cancelled_writer_leaves_an_open_entry(client_of: MakeClient, journal: Journal) -> None:
    heard = asyncio.Event()

    async def hear_and_wait(line: Line) -> None:
        await line.request()
        heard.set()
        await line.reader.read()

    async with wired(hear_and_wait) as wire:
        writer = Writer(client_of(wire.url), journal)
        task = asyncio.create_task(writer.perform(credit()))
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [entry.state for entry in await writer.open_entries()] == [EntryState.SENT]


async def test_the_journal_never_contains_the_token(client_of: MakeClient, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = await Journal.open(path)
    async with wired(failed(401, "session_invalid"), cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        await writer.perform(credit())
        performed = await writer.perform(credit())
        assert performed.entry is not None
        await writer.resolve(performed.entry)
    await journal.close()
    written = b"".join(await asyncio.to_thread(lambda: [each.read_bytes() for each in tmp_path.iterdir()]))
    assert b"lost in the crash" in written
    assert TOKEN.encode() not in written

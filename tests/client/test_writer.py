"""A change happens at most once, and what is said of it is true (trust: Exactly once)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from kraty_console.client.entries import Scope, State
from kraty_console.client.journal import Journal, JournalFailed
from kraty_console.client.writer import Performed, Writer
from kraty_console.contract.actions import Credited, RetryRewardRoll, WalletCredit
from kraty_console.contract.calls import ActionKind, Call
from kraty_console.contract.errors import (
    IdempotencyConflict,
    Invalid,
    NotAllowed,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from tests.client.conftest import TOKEN, MakeClient
from tests.client.wire import (
    Act,
    Line,
    answers,
    cut_after,
    cut_after_request,
    failed,
    told,
    wired,
)

KEY = "key-0001"


def credit(amount: int = 500, key: str = KEY) -> Call:
    return Call(
        ActionKind.CREDIT,
        "alice_42",
        WalletCredit(amount=amount, reason="lost in the crash", ticket="ZD-1", idempotency_key=key),
        economy_key="gold",
    )


ANSWER = {"economyKey": "gold", "balance": 700, "applied": True, "audit": {"id": "a-1", "url": "/audit/a-1"}}
CREDITED = told(ANSWER, X_Request_Id="r-1")
KEEPS = answers(200, {"ok": True, "features": ["idempotency-keys"]})
FORGETS = answers(200, {"ok": True})
NO_ROWS = told({"rows": [], "nextCursor": None})
NO_EVIDENCE = told({"player": {"externalPlayerId": "alice_42"}})


def rows(*found: dict[str, Any], cursor: str | None = None) -> Act:
    return told({"rows": list(found), "nextCursor": cursor})


ITS_ROW = {"id": "a-1", "action": "wallet.credit", "outcome": "ok", "idempotencyKey": KEY}


async def unknown(client_of: MakeClient, journal: Journal) -> Performed:
    """A change whose connection died after it was sent."""
    async with wired(cut_after_request) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit(), ticket="ZD-1", member="maria")
    assert performed.state == "unknown"
    return performed


async def moved(performed: Performed, journal: Journal, url: str) -> None:
    """Let an entry belong to another address: the same server, come back on another port."""
    assert performed.entry is not None
    await journal._work(lambda connection: connection.execute("UPDATE entries SET base_url = ?", (url,)))


async def test_applied(client_of: MakeClient, journal: Journal) -> None:
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
    assert (entry.state, entry.applied, entry.request_id) == (State.APPLIED, True, "r-1")
    assert (entry.profile, entry.member, entry.ticket, entry.environment) == ("live", "maria", "ZD-1", "live")
    assert json.loads(entry.body) == wire.heard[0].json
    assert await journal.open_entries() == []


async def test_the_intent_is_in_the_journal_before_a_byte_leaves_and_sent_before_an_answer(
    client_of: MakeClient, journal: Journal
) -> None:
    seen: list[tuple[str, State]] = []

    async def watching(line: Line) -> None:
        (entry,) = await journal.open_entries()
        seen.append(("first byte", entry.state))
        await CREDITED(line)

    async with wired(watching) as wire:
        await Writer(client_of(wire.url), journal).perform(credit())
    assert seen == [("first byte", State.SENT)]


REFUSALS = [
    (failed(400, "validation_failed"), Invalid),
    (failed(401, "session_invalid"), SignInNeeded),
    (failed(403, "forbidden", details={"permission": "wallet.credit"}), NotAllowed),
    (failed(409, "conflict", "balance too high"), Refused),
    (failed(409, "idempotency_conflict"), IdempotencyConflict),
    (failed(429, "rate_limited", Retry_After="2"), RateLimited),
]


@pytest.mark.parametrize(("act", "kind"), REFUSALS)
async def test_refused(client_of: MakeClient, journal: Journal, act: Act, kind: type[Exception]) -> None:
    async with wired(act) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert type(performed.error) is kind
    assert performed.entry is not None
    assert (performed.entry.state, performed.entry.applied) == (State.REFUSED, False)


async def test_what_was_refused_can_be_sent_again_under_its_key(client_of: MakeClient, journal: Journal) -> None:
    async with wired(failed(401, "session_invalid"), CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        assert (await writer.perform(credit())).state == "refused"
        assert (await writer.perform(credit())).state == "applied"
    assert wire.heard[0].body == wire.heard[1].body
    assert [entry.state for entry in await journal.latest()] == [State.APPLIED, State.REFUSED]


async def test_a_server_that_is_not_there_has_refused(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        pass
    performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert isinstance(performed.error, Unavailable)
    assert not performed.error.maybe_applied


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
async def test_unknown(client_of: MakeClient, journal: Journal, act: Act) -> None:
    async with wired(act) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.state == "unknown"
        assert performed.error is not None
        assert await writer.open_entries() == [performed.entry]
    assert len(wire.heard) <= 1


async def test_nothing_leaves_without_the_journal(client_of: MakeClient, tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.sqlite")
    await journal._work(lambda connection: connection.execute("PRAGMA query_only = 1"))
    async with wired(CREDITED) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit())
    assert performed.state == "refused"
    assert isinstance(performed.error, JournalFailed)
    assert wire.connections == 0
    await journal.close()


async def test_nothing_leaves_when_the_disk_fills_up_between_intent_and_sending(
    client_of: MakeClient, journal: Journal
) -> None:
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


async def test_an_outcome_that_cannot_be_written_is_told_all_the_same(client_of: MakeClient, journal: Journal) -> None:
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
    assert [entry.state for entry in await journal.open_entries()] == [State.SENT]


async def test_an_id_that_cannot_be_sent_is_refused_before_it_is_journaled(
    client_of: MakeClient, journal: Journal
) -> None:
    async with wired(CREDITED) as wire:
        call = Call(ActionKind.CREDIT, "\ud800", credit().request, economy_key="gold")
        performed = await Writer(client_of(wire.url), journal).perform(call)
    assert (performed.state, performed.entry) == ("refused", None)
    assert isinstance(performed.error, Invalid)
    assert await journal.latest() == []


async def test_a_second_press_answers_the_first_effect_and_sends_nothing(
    client_of: MakeClient, journal: Journal
) -> None:
    async with wired(CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        first = await writer.perform(credit())
        second = await writer.perform(credit())
        other = await writer.perform(credit(amount=900))
    assert len(wire.heard) == 1
    assert (second.state, second.replayed, second.answer) == ("applied", True, first.answer)
    assert other.state == "refused"
    assert isinstance(other.error, IdempotencyConflict)


async def test_many_presses_at_once_send_one_request(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        writer = Writer(client_of(wire.url), journal)
        outcomes = await asyncio.gather(*(writer.perform(credit()) for _ in range(64)))
    assert len(wire.heard) == 1
    assert {outcome.state for outcome in outcomes} == {"applied"}
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 63


async def test_resolving_finds_the_row_of_the_audit_log_and_sends_nothing(
    client_of: MakeClient, journal: Journal
) -> None:
    performed = await unknown(client_of, journal)
    other = {"id": "a-0", "outcome": "ok", "idempotencyKey": "another-key"}
    denied = {"id": "a-9", "outcome": "denied", "idempotencyKey": KEY}
    async with wired(rows(other, denied, cursor="c"), rows(ITS_ROW)) as wire:
        await moved(performed, journal, wire.url)
        writer = Writer(client_of(wire.url), journal)
        (entry,) = await writer.open_entries()
        resolved = await writer.resolve(entry)
    assert resolved.state == "applied"
    assert resolved.audit is not None
    assert resolved.audit.url == f"{wire.url}/admin/v1/studios/studio-1/audit-log/a-1"
    assert [heard.method for heard in wire.heard] == ["GET", "GET"]
    assert "cursor=c" in wire.heard[1].target
    assert await journal.open_entries() == []


async def test_resolving_finds_the_key_on_a_row_of_the_player_where_the_log_is_closed(
    client_of: MakeClient, journal: Journal
) -> None:
    performed = await unknown(client_of, journal)
    player = {
        "player": {"externalPlayerId": "alice_42"},
        "walletLedger": [{"ledgerId": "l", "economyKey": "gold", "idempotencyKey": KEY}],
    }
    async with wired(failed(403, "forbidden"), told(player)) as wire:
        await moved(performed, journal, wire.url)
        writer = Writer(client_of(wire.url), journal)
        (entry,) = await writer.open_entries()
        assert (await writer.resolve(entry)).state == "applied"
    assert [heard.method for heard in wire.heard] == ["GET", "GET"]


async def test_a_roll_that_failed_again_is_not_taken_for_an_effect(client_of: MakeClient, journal: Journal) -> None:
    request = RetryRewardRoll(idempotency_key=KEY)
    row = {"id": "a-1", "outcome": "ok", "idempotencyKey": KEY, "metadata": {"grantCount": 0, "rollError": "archived"}}
    async with wired(cut_after_request, rows(row)) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(Call(ActionKind.RETRY_ROLL, "alice_42", request, target_id="t-1"))
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
    assert resolved.state == "refused"
    assert isinstance(resolved.error, Refused)
    assert resolved.error.details == {"rollError": "archived"}


async def test_without_evidence_the_same_bytes_go_again_to_a_server_that_keeps_keys(
    client_of: MakeClient, journal: Journal
) -> None:
    replay = told(ANSWER, Idempotent_Replayed="true")
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, replay) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit(), member="maria")
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry, member="maria")
    assert (resolved.state, resolved.replayed) == ("applied", True)
    assert isinstance(resolved.answer, Credited)
    assert resolved.entry is not None
    assert resolved.entry.state is State.RESOLVED
    first, *_, last = wire.heard
    assert (first.target, first.body) == (last.target, last.body)


async def test_without_evidence_nothing_goes_again_to_a_server_that_may_not_keep_keys(
    client_of: MakeClient, journal: Journal
) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, FORGETS) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
        assert resolved.state == "unknown"
        assert "decide by hand" in str(resolved.error)
        assert resolved.entry is not None
        decided = await writer.decide(resolved.entry, applied=False)
    assert [heard.method for heard in wire.heard].count("POST") == 1
    assert decided.state == "refused"
    assert await journal.open_entries() == []


async def test_what_somebody_else_meant_is_not_sent_again(client_of: MakeClient, journal: Journal) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit(), member="maria")
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry, member="jonas")
    assert resolved.state == "unknown"
    assert "maria" in str(resolved.error)
    assert [heard.method for heard in wire.heard].count("POST") == 1


async def test_looking_never_sends(client_of: MakeClient, journal: Journal) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        assert (await writer.look(performed.entry)).state == "unknown"
    assert [heard.method for heard in wire.heard].count("POST") == 1


STILL_UNKNOWN = [
    failed(401),
    failed(403),
    failed(429, Retry_After="9"),
    failed(400),
    answers(500, b""),
    cut_after_request,
]


@pytest.mark.parametrize("act", STILL_UNKNOWN)
async def test_an_answer_to_a_resend_that_shows_nothing_leaves_it_unknown(
    client_of: MakeClient, journal: Journal, act: Act
) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, act) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
        assert resolved.state == "unknown"
        assert await writer.open_entries() == [resolved.entry]


@pytest.mark.parametrize(
    "act", [failed(409, "conflict", "too high"), failed(404, "not_found"), failed(422, "conflict")]
)
async def test_a_refusal_of_a_resend_shows_that_the_first_had_no_effect(
    client_of: MakeClient, journal: Journal, act: Act
) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, act) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        assert (await writer.resolve(performed.entry)).state == "refused"
    assert await journal.open_entries() == []


async def test_resolving_without_a_server_leaves_it_unknown(client_of: MakeClient, journal: Journal) -> None:
    performed = await unknown(client_of, journal)
    assert performed.entry is not None
    resolved = await Writer(client_of(performed.entry.base_url), journal).resolve(performed.entry)
    assert resolved.state == "unknown"
    assert isinstance(resolved.error, Unavailable)
    assert (await journal.open_entries())[0].state is State.UNKNOWN


async def test_what_was_meant_for_another_backend_is_left_to_its_own_profile(
    client_of: MakeClient, journal: Journal
) -> None:
    performed = await unknown(client_of, journal)
    async with wired(NO_ROWS) as wire:
        writer = Writer(client_of(wire.url), journal)
        assert await writer.open_entries() == []
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
    assert resolved.state == "unknown"
    assert wire.heard == []


async def test_an_intent_that_never_left_is_closed_without_asking(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        client = client_of(wire.url)
        entry = await journal.begin(
            Scope(client.base_url, "studio-1", "game-1"),
            kind=ActionKind.CREDIT,
            player="alice_42",
            path=client.path_of(credit()),
            idempotency_key=KEY,
            body="{}",
        )
        resolved = await Writer(client, journal).resolve(entry)
    assert resolved.state == "refused"
    assert "never sent" in str(resolved.error)
    assert wire.heard == []


async def test_a_writer_that_is_cancelled_leaves_an_open_entry(client_of: MakeClient, journal: Journal) -> None:
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
        assert [entry.state for entry in await writer.open_entries()] == [State.SENT]


async def test_the_journal_never_holds_the_token(client_of: MakeClient, tmp_path: Path) -> None:
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

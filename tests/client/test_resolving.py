"""Resolving an unknown outcome: look first, resend only if that is safe, otherwise ask a person
(client/README.md#exactly-once)."""

from __future__ import annotations

import pytest

from kraty_console.client.journal import Journal
from kraty_console.client.journal_entries import EntryState, Scope
from kraty_console.client.writer import ChangeOutcome, Writer
from kraty_console.contract.actions import Credited, RetryRewardRoll
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import (
    Refused,
    Unavailable,
)
from kraty_console.contract.operations import Operation
from tests.client.conftest import MakeClient
from tests.harness.client.sample_changes import (
    ANSWER,
    CREDITED,
    FORGETS,
    ITS_ROW,
    KEEPS,
    KEY,
    NO_EVIDENCE,
    NO_ROWS,
    credit,
    rows,
)
from tests.harness.client.scripted_server import Act, answers, cut_after_request, failed, ok, wired


async def unknown(client_of: MakeClient, journal: Journal) -> ChangeOutcome:
    """A change whose connection died after it was sent."""
    async with wired(cut_after_request) as wire:
        performed = await Writer(client_of(wire.url), journal).perform(credit(), ticket="ZD-1", member="maria")
    assert performed.state == "unknown"
    return performed


async def moved(performed: ChangeOutcome, journal: Journal, url: str) -> None:
    """Let an entry belong to another address: the same server, come back on another port."""
    assert performed.entry is not None
    await journal._work(lambda connection: connection.execute("UPDATE entries SET base_url = ?", (url,)))


async def test_evidence_in_the_audit_log_resolves_without_a_resend(client_of: MakeClient, journal: Journal) -> None:
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


async def test_evidence_on_a_row_of_the_player_is_used_without_the_audit_log(
    client_of: MakeClient, journal: Journal
) -> None:
    performed = await unknown(client_of, journal)
    player = {
        "player": {"externalPlayerId": "alice_42"},
        "walletLedger": [{"ledgerId": "l", "economyKey": "gold", "idempotencyKey": KEY}],
    }
    async with wired(failed(403, "forbidden"), ok(player)) as wire:
        await moved(performed, journal, wire.url)
        writer = Writer(client_of(wire.url), journal)
        (entry,) = await writer.open_entries()
        assert (await writer.resolve(entry)).state == "applied"
    assert [heard.method for heard in wire.heard] == ["GET", "GET"]


async def test_a_roll_that_failed_again_is_not_an_effect(client_of: MakeClient, journal: Journal) -> None:
    request = RetryRewardRoll(idempotency_key=KEY)
    row = {"id": "a-1", "outcome": "ok", "idempotencyKey": KEY, "metadata": {"grantCount": 0, "rollError": "archived"}}
    async with wired(cut_after_request, rows(row)) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(ChangeRequest(Operation.RETRY_ROLL, "alice_42", request, target_id="t-1"))
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
    assert resolved.state == "refused"
    assert isinstance(resolved.error, Refused)
    assert resolved.error.details == {"rollError": "archived"}


async def test_without_evidence_the_same_bytes_are_resent_to_a_server_that_keeps_keys(
    client_of: MakeClient, journal: Journal
) -> None:
    replay = ok(ANSWER, Idempotent_Replayed="true")
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, replay) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit(), member="maria")
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry, member="maria")
    assert (resolved.state, resolved.replayed) == ("applied", True)
    assert isinstance(resolved.answer, Credited)
    assert resolved.entry is not None
    assert resolved.entry.state is EntryState.RESOLVED
    first, *_, last = wire.heard
    assert (first.target, first.body) == (last.target, last.body)


async def test_without_evidence_nothing_is_resent_to_a_server_that_may_not_keep_keys(
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


async def test_another_member_s_change_is_not_resent(client_of: MakeClient, journal: Journal) -> None:
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit(), member="maria")
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry, member="jonas")
    assert resolved.state == "unknown"
    assert "maria" in str(resolved.error)
    assert [heard.method for heard in wire.heard].count("POST") == 1


async def test_looking_sends_no_change(client_of: MakeClient, journal: Journal) -> None:
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
async def test_an_inconclusive_answer_to_a_resend_leaves_it_unknown(
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
    assert (await journal.open_entries())[0].state is EntryState.UNKNOWN


async def test_a_change_for_another_backend_is_not_resolved(client_of: MakeClient, journal: Journal) -> None:
    performed = await unknown(client_of, journal)
    async with wired(NO_ROWS) as wire:
        writer = Writer(client_of(wire.url), journal)
        assert await writer.open_entries() == []
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
    assert resolved.state == "unknown"
    assert wire.heard == []


async def test_an_unsent_intent_is_closed_without_a_request(client_of: MakeClient, journal: Journal) -> None:
    async with wired(CREDITED) as wire:
        client = client_of(wire.url)
        entry = await journal.begin(
            Scope(client.base_url, "studio-1", "game-1"),
            operation=Operation.CREDIT,
            player="alice_42",
            path=client.prepare(credit()).path,
            idempotency_key=KEY,
            body="{}",
        )
        resolved = await Writer(client, journal).resolve(entry)
    assert resolved.state == "refused"
    assert "not sent" in str(resolved.error)
    assert wire.heard == []


async def test_unreadable_rows_may_be_its_own(client_of: MakeClient, journal: Journal) -> None:
    strange = {"id": 7, "idempotencyKey": KEY}
    player = {"player": {"externalPlayerId": "alice_42"}, "walletLedger": ["?"]}
    words = "2 rows could not be read, and its own may be among them"
    async with wired(cut_after_request, rows(strange), ok(player), rows(strange), ok(player), FORGETS) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        looked = await writer.look(performed.entry)
        assert (looked.state, words in str(looked.error)) == ("unknown", True), looked.error
        resolved = await writer.resolve(performed.entry)
    assert (resolved.state, words in str(resolved.error)) == ("unknown", True), resolved.error
    assert [heard.method for heard in wire.heard].count("POST") == 1


async def test_a_readable_row_among_unreadable_ones_is_evidence(client_of: MakeClient, journal: Journal) -> None:
    async with wired(cut_after_request, rows({"id": 7}, ITS_ROW)) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        assert (await writer.resolve(performed.entry)).state == "applied"


@pytest.mark.parametrize("gone", [answers(404, b"<html>nginx</html>"), answers(405, b""), failed(404, "no_route")])
async def test_a_route_that_is_missing_by_now_shows_nothing(client_of: MakeClient, journal: Journal, gone: Act) -> None:
    here = ok({"player": {"externalPlayerId": "alice_42"}})
    async with wired(cut_after_request, NO_ROWS, NO_EVIDENCE, KEEPS, gone, here) as wire:
        writer = Writer(client_of(wire.url), journal)
        performed = await writer.perform(credit())
        assert performed.entry is not None
        resolved = await writer.resolve(performed.entry)
    assert resolved.state == "unknown"
    assert [entry.id for entry in await journal.open_entries()] == [performed.entry.id]

"""A Kraty that keeps no idempotency keys: a lost request or answer is never sent twice.

Counted in the database: a change has one effect at most, and is reported correctly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.client.admin import KEEPS_KEYS
from kraty_console.contract.operations import Operation
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.contract.altered_backends import Forgetful
from tests.harness.contract.console_writer import FIVE, call, prepare, writing
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

ALL = (*FIVE, Operation.BAN, Operation.UNBAN)

EFFECTS = ("audit", "grants", "wallet_ledger", "item_ledger", "outbox")
"""What a second effect would show in."""


class Kraty:
    """One backend of the two kinds, and the wire to it."""

    def __init__(self, url: str, *, records_keys: bool) -> None:
        self.wire = FaultyTransport()
        forgetful = Forgetful(records_keys)

        def wrap(app: object) -> object:
            return self.wire.around(forgetful.around(app))  # type: ignore[arg-type]

        self.backend = Backend(url, Rate(0), wrap=wrap, name=f"forgetful {records_keys}")

    def counts(self) -> dict[str, int]:
        found = self.backend.counts()
        return {name: found[name] for name in EFFECTS}


@pytest.fixture(scope="module")
def _forgets(database_url: str) -> Iterator[Kraty]:
    kraty = Kraty(database_url, records_keys=False)
    with kraty.backend.running():
        yield kraty


@pytest.fixture(scope="module")
def _records(database_url: str) -> Iterator[Kraty]:
    kraty = Kraty(database_url, records_keys=True)
    with kraty.backend.running():
        yield kraty


@pytest.fixture
def forgets(_forgets: Kraty) -> Iterator[Kraty]:
    """Its records show another key than the one that was sent."""
    yield _forgets
    _forgets.wire.mend_all()
    _forgets.wire.asked.clear()


@pytest.fixture
def records(_records: Kraty) -> Iterator[Kraty]:
    """Its records show the key that was sent."""
    yield _records
    _records.wire.mend_all()
    _records.wire.asked.clear()


def world_on(kraty: Kraty, kind: Operation) -> TroubledGame:
    kraty.backend.clock.ms = NOW
    world = make_troubled_game(kraty.backend)
    prepare(world, kind)
    kraty.wire.asked.clear()
    return world


@pytest.mark.parametrize("after", [True, False], ids=["done", "not-done"])
@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_a_lost_change_is_not_resent_without_a_decision(
    kind: Operation, after: bool, forgets: Kraty, tmp_path: Path
) -> None:
    world = world_on(forgets, kind)
    before = forgets.counts()
    forgets.wire.cuts("POST", "", after=after, times=1)
    async with writing(world, tmp_path) as at:
        assert KEEPS_KEYS not in (await at.client.health()).features
        lost = await at.writer.perform(call(world, kind))
        assert (lost.state, lost.entry is not None) == ("unknown", True)
        assert lost.entry is not None
        once = forgets.counts()
        assert once["audit"] - before["audit"] == int(after)
        told = [
            await at.writer.look(lost.entry),
            await at.writer.resolve(lost.entry),
            await at.writer.perform(call(world, kind)),
            await at.writer.resolve(lost.entry),
        ]
        assert {each.state for each in told} == {"unknown"}
        assert "is not sent again" in str(told[-1].error)
        assert "decide by hand" in str(told[-1].error)
        assert [entry.id for entry in await at.open()] == [lost.entry.id]
        decided = await at.writer.decide(lost.entry, applied=after)
        assert decided.state == ("applied" if after else "refused")
        assert await at.open() == []
        if after:
            assert (await at.writer.perform(call(world, kind))).state == "applied", "the key stands for that change"
        else:
            assert (await at.writer.resolve(lost.entry)).state == "refused"
    assert len(forgets.wire.changes) == 1
    assert forgets.counts() == once


@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_a_lost_change_is_found_by_its_key_in_the_records(
    kind: Operation, records: Kraty, tmp_path: Path
) -> None:
    world = world_on(records, kind)
    before = records.counts()
    records.wire.cuts("POST", "", after=True, times=1)
    async with writing(world, tmp_path) as at:
        lost = await at.writer.perform(call(world, kind))
        assert lost.entry is not None
        found = await at.writer.resolve(lost.entry)
        assert (found.state, found.audit is not None) == ("applied", True)
        assert await at.open() == []
    assert len(records.wire.changes) == 1
    assert records.counts()["audit"] == before["audit"] + 1


@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_an_answer_that_breaks_off_is_not_taken_for_a_refusal(
    kind: Operation, forgets: Kraty, tmp_path: Path
) -> None:
    world = world_on(forgets, kind)
    forgets.wire.answers("POST", "", 502, "bad_gateway", "the gateway lost it", times=1)
    async with writing(world, tmp_path) as at:
        lost = await at.writer.perform(call(world, kind))
        assert lost.state == "unknown"
        assert lost.entry is not None
        assert (await at.writer.resolve(lost.entry)).state == "unknown"
    assert len(forgets.wire.changes) == 1


async def test_a_lost_change_is_not_sent_again_by_the_next_start(forgets: Kraty, tmp_path: Path) -> None:
    world = world_on(forgets, Operation.CREDIT)
    forgets.wire.cuts("POST", "", after=True, times=1)
    async with writing(world, tmp_path) as at:
        await at.writer.perform(call(world, Operation.CREDIT))
    before = forgets.counts()
    async with writing(world, tmp_path) as at:
        (entry,) = await at.writer.open_entries()
        assert (await at.writer.resolve(entry)).state == "unknown"
        assert (await at.writer.decide(entry, applied=True)).state == "applied"
    assert len(forgets.wire.changes) == 1
    assert forgets.counts() == before

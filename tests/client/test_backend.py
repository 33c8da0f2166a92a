"""The client and the writer against the real backend, also over connections that break."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.client.admin import KratyClient
from kraty_console.client.game_ref import find_game
from kraty_console.client.journal import Journal
from kraty_console.client.writer import ChangeOutcome, Writer
from kraty_console.contract.actions import (
    BanPlayer,
    Credited,
    ForceClaim,
    ForceComplete,
    ForceCompleted,
    ManualGrant,
    RetryRewardRoll,
    RewardRolled,
    UnbanPlayer,
    WalletCredit,
)
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import NotAllowed, NotFound, Refused, SignInNeeded
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from kraty_console.contract.timeline_kinds import TimelineKind
from tests.harness.client.cutting_proxy import Cutter, cutting
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    url = SqliteFiles(tmp_path_factory.mktemp("client")).fresh()
    with Backend(url, Rate(0)).running() as running:
        yield running


@pytest.fixture(scope="module")
def world(backend: Backend) -> TroubledGame:
    return make_troubled_game(backend)


@asynccontextmanager
async def client_to(world: TroubledGame, url: str = "", role: str = GAME_ADMIN) -> AsyncIterator[KratyClient]:
    client = KratyClient(
        url or f"http://127.0.0.1:{world.backend.port}",
        Credential(Secret(world.sessions[role])),
        studio_id=world.tenant.studio_id,
        game_id=world.tenant.game_id,
        environment="live",
    )
    try:
        yield client
    finally:
        await client.close()


def grant(key: str) -> ChangeRequest:
    request = ManualGrant.model_validate(
        {
            "externalPlayerId": "alice",
            "entries": [{"type": "currency", "currencyKey": "gold", "amount": 5}],
            "reason": "a make-good",
            "ticket": "ZD-1",
            "idempotencyKey": key,
        }
    )
    return ChangeRequest(Operation.MANUAL_GRANT, "alice", request)


async def test_every_read(world: TroubledGame) -> None:
    async with client_to(world) as client:
        assert "idempotency-keys" in (await client.health()).features
        me = await client.me()
        place = find_game(me, world.tenant.studio_id, None)
        assert place.game.role == GAME_ADMIN
        hits = await client.search("alice")
        assert hits[0].external_player_id == "alice"
        fetched = await client.snapshot("alice", limit=5)
        assert fetched is not None
        assert fetched.request_id
        assert fetched.etag
        assert await client.snapshot("alice", limit=5, etag=fetched.etag) is None
        assert "gold" in {currency.key for currency in (await client.catalog()).currencies}
        assert client.last_ms is not None
        with pytest.raises(NotFound):
            await client.snapshot("nobody at all")
        with pytest.raises(NotFound):
            await client.snapshot("x/merge-into/y")


async def test_the_timeline_is_read_page_by_page(world: TroubledGame) -> None:
    async with client_to(world) as client:
        whole = await client.timeline("alice", limit=200)
        assert {row.kind for row in whole.rows} >= {"attempt", "grant"}
        assert all(getattr(row, row.kind) is not None for row in whole.rows)
        first = await client.timeline("alice", limit=2)
        second = await client.timeline("alice", limit=200, cursor=first.next_cursor)
        assert [row.id for row in first.rows + second.rows] == [row.id for row in whole.rows]
        assert second.next_cursor is None
        grants = await client.timeline("alice", kinds=[TimelineKind.GRANT])
        assert {row.kind for row in grants.rows} == {"grant"}


async def test_every_change(world: TroubledGame, tmp_path: Path) -> None:
    async with client_to(world) as client:
        journal = await Journal.open(tmp_path / "journal.sqlite")
        writer = Writer(client, journal)

        async def done(call: ChangeRequest) -> ChangeOutcome:
            performed = await writer.perform(call, ticket="ZD-1", member="maria")
            assert performed.state == "applied", performed.error
            assert performed.audit is not None
            row = await client.audit_row(performed.audit.id)
            assert row.idempotency_key == getattr(call.request, "idempotency_key", None)
            assert performed.audit.url.startswith(client.base_url)
            return performed

        stuck, pending = world.attempts["stuck"], world.grants["pending"]
        completed = await done(
            ChangeRequest(
                Operation.FORCE_COMPLETE,
                "alice",
                ForceComplete(reason="client crashed", final_score=7, idempotency_key="complete-1"),
                target_id=stuck,
            )
        )
        assert isinstance(completed.answer, ForceCompleted)
        assert completed.answer.attempt.status == "force_completed"
        retry = ChangeRequest(
            Operation.RETRY_ROLL, "alice", RetryRewardRoll(idempotency_key="retry-01"), target_id=stuck
        )
        failed = await writer.perform(retry)
        assert failed.state == "refused"
        assert failed.error is not None
        assert failed.error.details["rollError"]
        world.mend_table()
        rolled = await done(replace(retry, request=RetryRewardRoll(idempotency_key="retry-02")))
        assert isinstance(rolled.answer, RewardRolled)
        await done(grant("grant-0001"))
        await done(
            ChangeRequest(
                Operation.FORCE_CLAIM,
                "alice",
                ForceClaim(reason="ack was lost", idempotency_key="claim-001"),
                target_id=pending,
            )
        )
        credited = await done(
            ChangeRequest(
                Operation.CREDIT,
                "alice",
                WalletCredit(amount=500, reason="make-good", idempotency_key="credit-1"),
                economy_key="gold",
            )
        )
        assert isinstance(credited.answer, Credited)
        await done(ChangeRequest(Operation.BAN, "alice", BanPlayer(reason="cheating", idempotency_key="ban-0001")))
        await done(
            ChangeRequest(Operation.UNBAN, "alice", UnbanPlayer(reason="by mistake", idempotency_key="unban-01"))
        )

        page = await client.audit_log(player="alice", ticket=None, limit=3)
        assert len(page.rows) == 3
        assert page.next_cursor is not None
        following = await client.audit_log(player="alice", cursor=page.next_cursor, limit=3)
        assert {row.id for row in page.rows}.isdisjoint(row.id for row in following.rows)
        assert await journal.open_entries() == []

        again = ChangeRequest(
            Operation.FORCE_COMPLETE,
            "alice",
            ForceComplete(reason="once more", idempotency_key="complete-2"),
            target_id=stuck,
        )
        assert isinstance((await writer.perform(again)).error, Refused)
        await journal.close()


async def test_a_viewer_cannot_change_and_an_ended_session_cannot_read(world: TroubledGame, tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.sqlite")
    async with client_to(world, role=GAME_VIEWER) as client:
        performed = await Writer(client, journal).perform(grant("viewer-01"))
        assert performed.state == "refused"
        assert isinstance(performed.error, NotAllowed)
        assert performed.error.permission == "grant.manual_create"
        client.sign_in(Credential(Secret("kst_nobody")))
        with pytest.raises(SignInNeeded):
            await client.me()
    await journal.close()


async def effects(client: KratyClient, key: str) -> int:
    """How often a change took effect, by the log that cannot be changed."""
    page = await client.audit_log(player="alice", action="grant.manual_create", limit=200)
    return sum(row.idempotency_key == key for row in page.rows)


PARTS = (0.0, 0.1, 0.4, 0.7, 0.95, 0.999, 1.0)
CUTS = [(side, part) for side in ("request_bytes", "answer_bytes") for part in PARTS]


@pytest.mark.parametrize(("side", "part"), CUTS)
async def test_a_grant_over_a_broken_connection_happens_once_and_is_reported_so(
    world: TroubledGame, tmp_path: Path, side: str, part: float
) -> None:
    key = f"cut-{side}-{part}"
    journal = await Journal.open(tmp_path / "journal.sqlite")
    async with cutting(world.backend.port) as cutter, client_to(world, cutter.url) as client:
        await _measure(cutter, client, key)
        size = cutter.last_request if side == "request_bytes" else cutter.last_answer
        setattr(cutter, side, int(size * part))
        writer = Writer(client, journal)
        performed = await writer.perform(grant(key))
        assert performed.state == ("applied" if (side, part) == ("answer_bytes", 1.0) else "unknown")
        if performed.state == "unknown":
            (entry,) = await writer.open_entries()
            looked = await writer.look(entry)
            assert looked.state == "unknown" or await effects(client, key) == 1
            resolved = await writer.resolve(entry)
            assert resolved.state == "applied"
            assert resolved.audit is not None
        assert await effects(client, key) == 1
        assert await journal.open_entries() == []
    await journal.close()


async def _measure(cutter: Cutter, client: KratyClient, key: str) -> None:
    """Send one like it, to know how long request and answer are."""
    await client.send(grant(f"{key}?"[-200:]))
    assert cutter.last_request > 300
    assert cutter.last_answer > 300

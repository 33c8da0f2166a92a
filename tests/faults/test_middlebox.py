"""Another server's answer is never taken for Kraty's: a change behind a middlebox is applied and reported once."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.client.admin import KratyClient
from kraty_console.client.journal import Journal
from kraty_console.client.writer import Writer
from kraty_console.contract.actions import WalletCredit
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from kraty_console.contract.session import GAME_ADMIN
from tests.faults.middlebox import BODIES, STATUSES, TELLING, Middlebox, middlebox
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

AMOUNT = 500


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TroubledGame]:
    url = SqliteFiles(tmp_path_factory.mktemp("middlebox")).fresh()
    with Backend(url, Rate(0)).running() as running:
        yield make_troubled_game(running)


@dataclass
class Count:
    """The effects of all changes."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def none(self) -> bool:
        return not (self.twice or self.lost or self.wrong)


@asynccontextmanager
async def behind(world: TroubledGame, folder: Path) -> AsyncIterator[tuple[Middlebox, KratyClient, Writer]]:
    """A console whose way to the backend leads through a middlebox."""
    journal = await Journal.open(folder / "journal.sqlite")
    async with middlebox(world.backend.port) as box:
        client = KratyClient(
            box.url,
            Credential(Secret(world.sessions[GAME_ADMIN])),
            studio_id=world.tenant.studio_id,
            game_id=world.tenant.game_id,
            environment="live",
        )
        try:
            await client.me()  # as every session begins; the backend sends request ids back
            yield box, client, Writer(client, journal)
        finally:
            await client.close()
            await journal.close()


def credit(player: str, key: str) -> ChangeRequest:
    request = WalletCredit(amount=AMOUNT, reason="lost in the crash", idempotency_key=key)
    return ChangeRequest(Operation.CREDIT, player, request, economy_key="gold")


def balance(world: TroubledGame, player: str) -> int:
    held = world.get(world.player(player)).data["wallet"]
    return next((int(each["balance"]) for each in held if each["economyKey"] == "gold"), 0)


@pytest.mark.parametrize("body", BODIES)
async def test_an_answer_of_every_status_leaves_the_outcome_to_be_looked_up(
    world: TroubledGame, tmp_path: Path, body: str
) -> None:
    count = Count()
    async with behind(world, tmp_path) as (box, _, writer):
        for status in STATUSES if body == "kraty's words" else TELLING:
            box.status, box.body = status, BODIES[body]
            case, player, key = f"{status} with {body}", f"p-{uuid.uuid4().hex}", f"key-{uuid.uuid4().hex}"
            world.register(player)
            first = await writer.perform(credit(player, key))
            if first.state != "unknown":
                count.wrong.append(f"{case}: {first.state}")
            second = await writer.perform(credit(player, key))  # pressed again
            if second.state != "applied":
                count.lost.append(f"{case}: {second.state}")
            if balance(world, player) != AMOUNT:
                (count.twice if balance(world, player) else count.lost).append(case)
    assert count.none(), count


async def test_a_change_swallowed_by_a_middlebox_is_not_reported_as_applied(
    world: TroubledGame, tmp_path: Path
) -> None:
    async with behind(world, tmp_path) as (box, _, writer):
        box.forwards = False
        for status in STATUSES:
            box.status, box.body = status, BODIES["a success"]
            player, key = f"p-{uuid.uuid4().hex}", f"key-{uuid.uuid4().hex}"
            world.register(player)
            performed = await writer.perform(credit(player, key))
            assert performed.state == "unknown", status
            assert balance(world, player) == 0


async def test_a_middlebox_answer_is_not_taken_for_data(world: TroubledGame, tmp_path: Path) -> None:
    async with behind(world, tmp_path) as (box, client, writer):
        box.status, box.body = 403, BODIES["a page"]
        performed = await writer.perform(credit("alice", f"key-{uuid.uuid4().hex}"))
        assert performed.error is not None
        assert "is not Kraty's" in performed.error.message
        assert client.capabilities.of("credit") != "missing"

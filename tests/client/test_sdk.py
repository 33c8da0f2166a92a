"""The typed client of the game's surface on the real backend: playing, collecting, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.client.sdk import GameClient
from kraty_console.client.server import ServerClient
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.errors import RateLimited, Refused, SignInNeeded
from kraty_console.contract.secret import Secret
from tests.client.conftest import Clock
from tests.harness.client.scripted_server import failed, wired
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import HOUR, TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("sdk")).fresh(), Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    """A game in which a race is open."""
    made = make_troubled_game(backend)

    async def work(tx: Transaction) -> None:
        ctx = made.context()
        await catalog.put_window(tx, ctx, "race", starts_at=ctx.now_ms - HOUR, ends_at=ctx.now_ms + HOUR)

    backend.run(work)
    return made


@pytest.fixture
async def game(world: TroubledGame) -> AsyncIterator[GameClient]:
    async with GameClient(f"http://127.0.0.1:{world.backend.port}", Secret(world.keys["client_sdk"])) as client:
        yield client


@pytest.fixture
async def server(world: TroubledGame) -> AsyncIterator[ServerClient]:
    key = Secret(world.keys["server_integration"])
    async with ServerClient(f"http://127.0.0.1:{world.backend.port}", key) as client:
        yield client


async def test_a_player_plays_and_collects(world: TroubledGame, game: GameClient) -> None:
    world.mend_table()
    assert (await game.ping()).api_key.permission_set == "client_sdk"
    player = await game.register("device/1", email="one@example.org")
    [race] = await player.events()
    assert (race.event_key, race.metrics[0].target) == ("race", 3)
    started = await player.start("race", context={"country": "PT"})
    told = await player.progress("race", started.attempt.id, {"laps": 1})
    assert told.attempt.status == "in_progress"
    told = await player.progress("race", started.attempt.id, {"laps": 3}, mode="set")
    assert told.attempt.status == "completed"
    [prize] = (await player.collect_all()).claimed
    assert prize.status == "claimed"
    held = {row.economy_key: row.balance for row in (await player.wallet()).wallet}
    assert held == {"gold": 100}
    assert (await player.debit("gold", 40, reason="shop")).balance == 60
    second = await player.start("race")
    assert (await player.finish("race", second.attempt.id)).outcome == "expired"


async def test_crates_are_opened_and_their_contents_claimed(game: GameClient, server: ServerClient) -> None:
    player = await game.register("collector")
    await server.grants.create("collector", [CurrencyEntry(type="currency", currency_key="gold", amount=7)])
    await server.grants.create("collector", [CrateEntry(type="crate", crate_item_key="box", quantity=2)], kind="crate")
    await server.grants.create("collector", [ItemEntry(type="item", item_key="sword", quantity=3)])
    got = await player.collect_all()
    assert (len(got.opened), len(got.claimed), got.refused) == (1, 3, {})
    assert await player.pending_grants() == []
    assert [row.balance for row in (await player.wallet()).wallet] == [107]
    assert (await player.consume("sword", 1)).quantity == 2
    assert [row.quantity for row in (await player.inventory()).items] == [2]


async def test_a_secret_is_valid_for_one_player_only(game: GameClient) -> None:
    player = await game.register("one")
    await game.register("two")
    with pytest.raises(Refused) as again:
        await game.register("one")
    assert again.value.code == "player_already_registered"
    thief = game.player("two", player._secret)
    with pytest.raises(SignInNeeded) as refused:
        await thief.wallet()
    assert refused.value.code == "player_secret_invalid"
    assert player._secret.reveal() not in repr(vars(player)) + repr(refused.value)


async def test_used_up_attempts_are_final_and_not_retried(clock: Clock) -> None:
    async with wired(failed(429, "max_attempts_reached", Retry_After="1")) as wire:
        game = GameClient(wire.url, Secret("p" * 8 + "." + "k" * 43), sleep=clock.sleep, clock=clock)
        with pytest.raises(RateLimited) as over:
            await game.player("one", Secret("s")).start("race")
        await game.close()
    assert (over.value.code, len(wire.heard), clock.pauses) == ("max_attempts_reached", 1, [])
    assert wire.heard[0].headers["x-player-secret"] == "s"

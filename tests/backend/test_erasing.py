"""After an erasure only the audit log names the player: every column of every table is searched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.economy import purchases, wallet
from kraty_console.backend.economy.purchases import Purchase
from kraty_console.backend.grants import service as grants
from kraty_console.backend.leaderboards import game_boards as boards
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.lifecycle import redaction as forgetting
from kraty_console.backend.lifecycle.redaction import OWN, SHARED, Traces
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import bans, notes, profiles, registration
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Actor, Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.social import friends, gifts
from kraty_console.backend.social.friends import PlayerRef
from kraty_console.backend.social.gifts import GiftContents
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from tests.backend.test_boards import board
from tests.backend.test_merge_atomic import digest, everything
from tests.harness.backend.playable_events import define, drain, sweeper
from tests.harness.backend.small_game import DAY, SmallGame
from tests.harness.backend.webhook_receiver import receiving
from tests.harness.backend.webhook_studio import Studio
from tests.harness.each import for_each

ID, GUEST = "alexandra.w_77", "guest_device_9f"
EMAIL, NAME = "Alexandra.W@Example.org", "Alex Winterbourne"
SECRET = "lost his job in may"
TRACES = (ID, GUEST, EMAIL, "alexandra", NAME, "winterbourne", SECRET)
GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}

STRUCTURAL = {
    "activity": {"environment", "status", "roll_status", "roll_error", "mode", "scope", "kind", "state", "event_name"},
    "keys": {"economy_key", "item_key", "resource_key", "type", "source_kind", "direction", "origin", "job", "error"},
    "definitions": {
        *("slug", "inventory_management", "settings", "description", "icon_url", "item_type_key", "rarity", "tags"),
        *("attributes", "crate_entries", "derives", "ranked_boards", "entries", "weighted_entries", "leaderboard_mode"),
        *("metrics", "metrics_raw", "reward_policy", "milestone_rewards", "entry_cost", "attempt_quota", "schedule"),
        *("entry_requirement", "unlock_condition", "fill_strategy", "reset_cadence", "score_aggregation", "ranked_by"),
        *("segments", "segment", "lane", "finalized_reason", "reward"),
    },
    "refusals": {"game_id", "actor_id", "route"},
    "staff": {"author_kind", "author_id", "author_label"},
    "webhooks": {"url", "events", "secret", "stream", "delivery_id"},
    "purchases": {"store", "product_id", "product_type", "currency", "validation_status"},
    "other": {"request_hash", "prefix", "permission_set", "secret_hash", "erased_hash", "role", "token_hash"},
}
"""Text columns without personal data."""

OF_STAFF = {"members", "api_keys", "studios", "sessions", "game_roles", "audit", "games"}
"""Tables of staff, and the audit log, which is never changed."""

CLEARED = {"players", "player_aliases", "gifts"}
"""Tables whose columns the erasure clears, or whose rows it deletes."""

DEFINED = {"items", "currencies", "bundles", "reward_tables", "events", "event_windows", "boards", "milestones_fired"}
"""Definitions of the game, made by the studio."""


@for_each("table", tables.metadata.sorted_tables)
def test_every_text_column_is_searched_or_listed_as_free_of_names(table: sa.Table) -> None:
    if table.name in OF_STAFF | CLEARED | DEFINED:
        return
    texts = {column.name for column in table.c if isinstance(column.type, sa.JSON | sa.Text)}
    free = set({**OWN, **SHARED}.get(table, ()))
    assert texts - free <= set().union(*STRUCTURAL.values())


async def _life(world: SmallGame) -> None:
    """A player with e-mail, name and all kinds of rows, each with an idempotency key that contains the id."""
    keys = iter(range(100))

    def of(ctx: Context, word: str = ID) -> Context:
        key = f"{next(keys)}-{word}-key"
        return replace(ctx, reason=f"asked by {NAME} <{EMAIL}>", ticket=None, idempotency_key=key)

    run, server = world.run, world.server()
    for who, mail in ((ID, EMAIL), (GUEST, None), ("bob", "bob@example.org")):
        await run(registration.register, of(server, who), who, email=mail)
    await run(profiles.set_identity, of(server), ID, NAME, "https://cdn.example/alexandra.png")
    await run(profiles.set_metadata, of(server, EMAIL), ID, {"realName": NAME}, merge=False)
    await world.play(external_id=ID)
    await world.play(external_id=GUEST)
    granted = await run(grants.create, of(server, NAME), ID, [GOLD], metadata={"for": NAME}, source_ref_id=f"o/{ID}/1")
    await run(grants.claim, world.engine(), ID, granted.data["id"])
    await run(grants.create, world.server(f"grant {GUEST}"), GUEST, [GOLD])
    await run(wallet.credit, of(server), ID, "gold", 50)
    await run(wallet.debit, of(server, EMAIL.lower()), ID, "gold", 5)
    await board(world)
    await run(boards.score, of(server), ID, "laps", 7)
    await define(world, "pit", leaderboard_mode=lobbies.MODE, capacity=4)
    await run(
        lobbies.push, of(server), "pit", f"match-{ID}", [ID, "bob"], metadata={"host": ID, "names": [NAME, "Bob"]}
    )
    paid = Purchase(f"tx-{ID}", "steam", "gems", 100, "USD", receipt=f"for {EMAIL}", metadata={"mail": EMAIL})
    await run(purchases.track, world.server(), ID, paid)
    game = world.engine(surface="sdk", actor=Actor("player", (await world.player("bob"))["player_id"], "bob"))
    await run(friends.ask, of(game), "bob", PlayerRef(external_id=ID))
    request = (await world.rows(tables.friend_requests, direction="incoming"))[0]["request_id"]
    await run(friends.accept, world.engine(), ID, request)
    await run(_allow_gifts, world.engine())
    await run(
        gifts.send, of(game), "bob", PlayerRef(external_id=ID), GiftContents("currency", "gold", 1, f"for {NAME}")
    )
    await run(notes.add, of(world.admin()), GUEST, f"{SECRET}, writes as {NAME}")
    await run(notes.add, of(world.admin()), "bob", f"shares a device with {ID}")
    await run(merge.merge, of(server), GUEST, ID)
    await run(notes.add, of(world.admin()), ID, SECRET)
    await run(bans.ban, of(world.admin()), ID)
    await run(bans.unban, of(world.admin()), ID)


async def _allow_gifts(tx: Transaction, ctx: Context) -> None:
    game = await tx.get(tables.games, ctx.tenant.studio_id, ctx.tenant.game_id)
    assert game is not None
    listed = {"type": "currency", "key": "gold", "maxAmount": 5, "costsSender": False}
    gifting = {"enabled": True, "cooldownSeconds": 0, "resources": [listed]}
    tx.change(game, settings={**game.settings, "gifting": gifting})


async def _traces(world: SmallGame) -> dict[str, list[str]]:
    """The traces in each table except the audit log."""
    found = await digest(world, everything(world))
    return {
        table: left
        for table, text in found.items()
        if table != "audit" and (left := [each for each in TRACES if each.lower() in (text or "").lower()])
    }


async def test_no_trace_of_the_player_remains(world: SmallGame) -> None:
    await _life(world)
    before = await _traces(world)
    assert {
        "player_notes",
        "players",
        "idempotency",
        "outbox",
        "grants",
        "wallet_ledger",
        "purchases",
        "lobbies",
        "gifts",
    } <= set(before)
    erased = await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)
    assert erased.data["status"] == "erased"
    assert await _traces(world) == {}


async def test_tables_are_scanned_in_slices(world: SmallGame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_SLICE", 2)
    await _life(world)
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)
    assert await _traces(world) == {}


async def test_an_alias_of_a_merged_guest_is_erased_everywhere(world: SmallGame) -> None:
    await _life(world)
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), GUEST)
    left = [each for kept in (await _traces(world)).values() for each in kept]
    assert left
    assert GUEST not in left


async def test_an_erasure_leaves_other_players_unchanged(world: SmallGame) -> None:
    await _life(world)
    await world.run(grants.create, world.server("key of bob"), "bob", [GOLD], metadata={"note": "gems for bob"})
    before = await world.rows(tables.grants, player_id=(await world.player("bob"))["player_id"])
    balance = await world.rows(tables.wallets)
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)
    assert await world.rows(tables.grants, player_id=(await world.player("bob"))["player_id"]) == before
    assert [row["balance"] for row in await world.rows(tables.wallets)] == [row["balance"] for row in balance]
    assert len(await world.rows(tables.idempotency, key="key of bob")) == 1


@pytest.mark.parametrize("external_id", ["7", "live", "gold", "bob"])
async def test_erasing_an_id_that_is_a_common_word_changes_nothing_else(world: SmallGame, external_id: str) -> None:
    await world.run(grants.create, world.server("key 7 live gold bob"), "carol", [GOLD], metadata={"level": "7"})
    await world.run(wallet.credit, world.server("other key"), "carol", "gold", 7)
    other = await world.rows(tables.outbox)
    kept = await world.rows(tables.idempotency)
    await world.run(grants.create, world.server(external_id + "-key"), external_id, [GOLD])
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), external_id)
    assert [row for row in await world.rows(tables.outbox) if row in other] == other
    assert [row for row in await world.rows(tables.idempotency) if row in kept] == kept
    own = await world.rows(tables.outbox, event_name="grant.created")
    assert external_id not in {row["payload"]["externalPlayerId"] for row in own}


async def test_a_grants_key_stays_taken_after_the_erasure(world: SmallGame) -> None:
    key = f"order of {ID}"
    first = await world.run(grants.create, world.server(key), ID, [GOLD])
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)
    again = await world.run(grants.create, world.server(key), ID, [GOLD])
    assert (again.status, again.replayed, again.data) == (200, True, first.data)
    with pytest.raises(RuleError) as refused:
        await world.run(grants.create, world.server(key), "bob", [GOLD])
    assert refused.value.code is Code.IDEMPOTENCY_CONFLICT
    assert len(await world.rows(tables.grants)) == 1
    assert await world.rows(tables.idempotency, key=key) == []


async def test_a_repeated_erasure_removes_remaining_traces(world: SmallGame) -> None:
    await world.run(wallet.credit, world.server(f"for {ID}"), (await _known(world)), "gold", 5)
    old = await world.rows(tables.idempotency), await world.rows(tables.outbox)
    await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)

    async def bring_back(tx: Transaction, _ctx: Context) -> None:
        for table, rows in zip((tables.idempotency, tables.outbox), old, strict=True):
            await tx.execute(table.delete().where(table.c.game_id == world.tenant.game_id))
            await tx.insert_many(table, rows)

    await world.run(bring_back, world.engine())
    assert await _traces(world) != {}
    again = await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), ID)
    assert again.data["status"] == "no_op_already_erased"
    assert await _traces(world) == {}


async def _known(world: SmallGame) -> str:
    await world.run(players.upsert, world.engine(), ID)
    return ID


@pytest.fixture
def studio(world: SmallGame) -> Studio:
    return Studio(world)


class TestThoseWhoAreTold:
    async def test_receivers_get_the_id_and_then_it_is_removed(self, studio: Studio) -> None:
        world = studio.world
        async with receiving() as receiver:
            await studio.endpoint(receiver)
            await world.run(players.upsert, studio.context(), ID, email=EMAIL)
            await studio.credit(ID, 5)
            await world.run(erase.erase, studio.context(idempotency_key=None), ID)
            assert list(await _traces(world)) == ["outbox"]  # nothing has been delivered yet
            assert await drain(sweeps.forget_erased, world) == 0
            await studio.deliver()
            envelopes = [message.envelope for message in receiver.messages]
            [deleted] = [each["data"] for each in envelopes if each["eventName"] == "player.deleted"]
            assert deleted["externalPlayerId"] == ID
            [credited] = [each["data"] for each in envelopes if each["eventName"] == "wallet.changed"]
            assert credited["externalPlayerId"] == deleted["anonymizedExternalId"]
        assert await drain(sweeps.forget_erased, world) == 1
        assert await _traces(world) == {}
        assert await drain(sweeps.forget_erased, world) == 0

    @pytest.mark.parametrize("passed_on", [False, True])
    async def test_waiting_events_do_not_block_later_ones(self, studio: Studio, passed_on: bool) -> None:
        world = studio.world
        async with receiving() as receiver:
            paused = await studio.endpoint(receiver)
            await studio.change("pause", paused)
            for player in ("first", "second"):
                await world.run(players.upsert, studio.context(), player)
                await world.run(erase.erase, studio.context(idempotency_key=None), player)
            other = await studio.endpoint(receiver, environment="test")
            test = studio.context(environment="test", idempotency_key=None)
            await world.run(players.upsert, test, ID)
            await world.run(erase.erase, test, ID)
            if passed_on:
                await studio.deliver()  # the first two are held back by the pause
            else:
                await studio.change("archive", other)
        few = replace(sweeper(world), batch=2)
        assert [await sweeps.forget_erased(few) for _ in range(2)] == [1, 0]
        events = await world.rows(tables.outbox, event_name="player.deleted")
        assert [row["state"] == "forgotten" for row in events] == [False, False, True]

    async def test_answers_of_receivers_are_redacted(self, studio: Studio) -> None:
        world = studio.world
        async with receiving() as receiver:
            await studio.endpoint(receiver)
            await world.run(players.upsert, studio.context(), ID, email=EMAIL)
            await studio.credit(ID, 5)
            await studio.deliver()

            async def echo(tx: Transaction, _ctx: Context) -> None:
                table = tables.webhook_attempts
                here = table.c.game_id == world.tenant.game_id
                await tx.execute(table.update().where(here).values(answer=f'{{"got":"{ID}', error=f"no {EMAIL} here"))

            await world.run(echo, world.engine())
            assert "webhook_attempts" in await _traces(world)
            await world.run(erase.erase, studio.context(idempotency_key=None), ID)
            assert "webhook_attempts" not in await _traces(world)

    @pytest.mark.parametrize("events", [("wallet.changed",), None])
    async def test_no_event_is_written_without_a_subscriber(
        self, studio: Studio, events: tuple[str, ...] | None
    ) -> None:
        world = studio.world
        async with receiving() as receiver:
            if events is not None:
                await studio.endpoint(receiver, *events)
            await world.run(players.upsert, studio.context(), ID)
            await world.run(erase.erase, studio.context(idempotency_key=None), ID)
        assert await world.rows(tables.outbox, event_name="player.deleted") == []

    @pytest.mark.parametrize("given_up", [True, False])
    async def test_an_archived_endpoint_is_not_waited_for(self, studio: Studio, given_up: bool) -> None:
        world = studio.world
        async with receiving() as receiver:
            endpoint = await studio.endpoint(receiver)
            await world.run(players.upsert, studio.context(), ID)
            await studio.change("pause", endpoint)
            await world.run(erase.erase, studio.context(idempotency_key=None), ID)
            if given_up:
                await studio.deliver()  # fanned out, and held back by the pause
            assert await drain(sweeps.forget_erased, world.later(DAY)) == 0
            await studio.change("archive", endpoint)
        assert await drain(sweeps.forget_erased, world.later(DAY)) == 1
        assert await _traces(world) == {}


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (ID, "X"),
        (f"order-{ID}-1", "order-X-1"),
        (f"not{ID}", f"not{ID}"),
        (f"Paid by {NAME.upper()} ({EMAIL.lower()})", "Paid by erased (erased)"),
        (
            {"externalPlayerId": ID, "name": "PlayerRef", "amount": 5},
            {"externalPlayerId": "X", "name": None, "amount": 5},
        ),
        (
            {"playerId": "uuid-1", "displayIdentity": {"name": "Old name"}},
            {"playerId": "uuid-1", "displayIdentity": None},
        ),
        (
            [{"player": {"externalPlayerId": "bob", "displayIdentity": {"name": "Bob"}}}],
            [{"player": {"externalPlayerId": "bob", "displayIdentity": {"name": "Bob"}}}],
        ),
        ({"a": [1, None, True, {"b": ID}]}, {"a": [1, None, True, {"b": "X"}]}),
        ({ID: 1}, {"X": 1}),
        ({"type": ID, "currencyKey": ID, "note": ID}, {"type": ID, "currencyKey": ID, "note": "X"}),
    ],
)
def test_a_value_without_traces(value: Any, cleaned: Any) -> None:
    who = Traces(frozenset({ID}), "X", frozenset({"uuid-1"}), frozenset({EMAIL.casefold()}), frozenset({NAME}))
    assert who.redacted(value) == cleaned
    assert forgetting.traces_of_id("7", "X").redacted({"level": "70", "id": "7"}) == {"level": "70", "id": "X"}

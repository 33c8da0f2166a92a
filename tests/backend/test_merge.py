"""Merging a guest into an account (contract/SERVER.md#merge)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.lookup import snapshot
from kraty_console.backend.lookup.search import search_players
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.wire import MAX_BALANCE
from tests.harness.backend.invariants import ledgers_add_up, totals_add_up
from tests.harness.backend.small_game import HOUR, SmallGame

GUEST = "guest_device_abc"
USER = "auth_user_42"
POTIONS = {"type": "item", "itemKey": "potion"}


async def give(world: SmallGame, who: str, key: str, *, gold: int = 0, potions: int = 0) -> None:
    """Grant and claim."""
    entries: list[dict[str, Any]] = []
    if gold:
        entries.append({"type": "currency", "currencyKey": "gold", "amount": gold})
    if potions:
        entries.append({**POTIONS, "quantity": potions})
    grant = (await world.run(grants.create, world.server(key), who, entries)).data
    await world.run(grants.claim, world.engine(), who, grant["id"])


async def both(world: SmallGame) -> None:
    """The walkthrough: the guest has two potions and plays, the account has one."""
    await world.play(score=12, external_id=GUEST)
    await give(world, GUEST, "g-1", gold=30, potions=2)
    later = world.later(HOUR)
    await give(later, USER, "u-1", gold=500, potions=1)
    await later.play(score=10, external_id=USER)
    await world.run(wallet.credit, world.server("c-1", reason="iap"), GUEST, "gems", 7)


async def merged(world: SmallGame, key: str | None = "merge-01") -> dict[str, Any]:
    answer = await world.run(merge.merge, world.server(key), GUEST, USER)
    data: dict[str, Any] = answer.data
    return data


async def test_everything_is_merged_and_counted(world: SmallGame) -> None:
    await both(world)
    guest, user = await world.player(GUEST), await world.player(USER)
    moving = {table: len(await world.rows(table, player_id=guest["player_id"])) for table in (*merge.MOVED, *LEDGERS)}
    result = await merged(world.later(2 * HOUR))
    assert result == {
        "fromPlayerId": guest["player_id"],
        "fromExternalPlayerId": GUEST,
        "toPlayerId": user["player_id"],
        "toExternalPlayerId": USER,
        "anonymizedExternalPlayerId": f"__merged_{guest['player_id']}__",
        "counts": {
            "attemptsReassigned": 1,
            "grantsReassigned": moving[tables.grants],
            "itemsMerged": 1,
            "itemLedgerRowsMoved": moving[tables.item_ledger],
            "walletsMerged": 2,
            "walletLedgerRowsMoved": moving[tables.wallet_ledger],
            "lobbiesTouched": 0,
            "leaderboardsScrubbed": 1,
        },
        "mergedAt": "2026-09-21T16:13:20.000Z",
        "status": "merged",
    }
    assert {row["item_key"]: row["quantity"] for row in await world.rows(tables.inventory)} == {"potion": 3}
    balances = {row["economy_key"]: row["balance"] for row in await world.rows(tables.wallets)}
    assert balances == {"gold": 530, "gems": 7}
    after = await world.player(USER)
    assert after["attempt_count"] == 2
    assert after["first_seen_at"] == guest["first_seen_at"]
    assert after["last_seen_at"] == user["last_seen_at"]
    for table in (*merge.MOVED, *LEDGERS, tables.wallets, tables.inventory):
        assert not await world.rows(table, player_id=guest["player_id"])
    await ledgers_add_up(world)
    await totals_add_up(world)


LEDGERS = (tables.wallet_ledger, tables.item_ledger)


async def test_a_ledger_keeps_its_rows_and_records_the_transfer(world: SmallGame) -> None:
    await give(world, GUEST, "g-1", gold=30)
    await give(world, USER, "u-1", gold=500)
    await merged(world)
    rows = sorted(await world.rows(tables.wallet_ledger), key=lambda row: int(row["position"]))
    changes = [(row["position"], row["delta"], row["balance"], row["reason"]) for row in rows]
    assert changes == [
        (1, 500, 500, "grant_deposit"),
        (2, 30, 30, "grant_deposit"),
        (3, -30, 0, "merge"),
        (4, 30, 530, "merge"),
    ]
    await world.run(wallet.credit, world.server("c-1"), USER, "gold", 1)
    assert (await world.player(USER))["ledger_position"] == 5


async def test_a_spent_balance_of_the_guest_leaves_the_account_unchanged(world: SmallGame) -> None:
    await give(world, GUEST, "g-1", gold=30)
    await world.run(wallet.debit, world.server("d-1", reason="shop"), GUEST, "gold", 30)
    await give(world, USER, "u-1", gold=500)
    await merged(world)
    rows = sorted(await world.rows(tables.wallet_ledger), key=lambda row: int(row["position"]))
    assert [(row["delta"], row["balance"]) for row in rows] == [(500, 500), (30, 30), (-30, 0), (0, 500)]
    await ledgers_add_up(world)


async def test_a_merge_fires_one_event_and_is_logged_under_both_ids(world: SmallGame) -> None:
    await both(world)
    before = len(await world.rows(tables.outbox))
    result = await merged(world)
    events = (await world.rows(tables.outbox))[before:]
    (event,) = events
    assert event["event_name"] == "player.merged"
    payload = event["payload"]
    assert {name: payload[name] for name in result} == result
    assert (payload["playerId"], payload["externalPlayerId"]) == (result["toPlayerId"], USER)
    assert {row["economyKey"]: row["balance"] for row in payload["wallet"]} == {"gold": 530, "gems": 7}
    assert [row["quantity"] for row in payload["inventory"]] == [3]
    assert payload["summary"]["attemptCount"] == 2
    rows = await world.rows(tables.audit, action="player.merge")
    assert [(row["player_id"], row["external_player_id"]) for row in rows] == [
        (result["fromPlayerId"], GUEST),
        (result["toPlayerId"], USER),
    ]
    for row in rows:
        assert row["metadata"] == result
        assert row["before"]["from"]["wallet"] == {"gems": 7, "gold": 30}
        assert row["before"]["to"]["wallet"] == {"gems": 0, "gold": 500}
        assert row["after"]["to"]["wallet"] == {"gems": 7, "gold": 530}
        assert row["actor_label"] == "api_key:sUUVdrM8"


async def test_a_repeated_merge_changes_nothing_and_the_same_key_gives_the_same_answer(world: SmallGame) -> None:
    await both(world)
    first = await merged(world)
    before = await world.counts()
    replay = await world.run(merge.merge, world.server("merge-01"), GUEST, USER)
    assert (replay.data, replay.replayed) == (first, True)
    assert await world.counts() == before
    again = await merged(world.later(1000), None)
    assert again == {**first, "status": "no_op_already_merged", "counts": dict.fromkeys(first["counts"], 0)}
    assert await world.counts() == before


async def test_the_old_id_finds_the_account_until_it_is_registered_again(world: SmallGame) -> None:
    await both(world)
    await merged(world)

    async def found(tx: Transaction, _ctx: object) -> Any:
        hits = await search_players(tx, world.tenant, "live", GUEST, 8)
        return [(hit["externalPlayerId"], hit["match"], hit["mergedFrom"]) for hit in hits]

    assert await world.run(found, world.engine()) == [(USER, "merged", GUEST)]
    with pytest.raises(RuleError) as refused:
        await world.run(wallet.debit, world.server("c-2"), GUEST, "gold", 1)
    assert refused.value.code is Code.NOT_FOUND
    source = (await world.rows(tables.players, merged_into=(await world.player(USER))["player_id"]))[0]
    async with world.db.read() as tx:
        shown = await snapshot.build(tx, world.tenant, "live", source["external_player_id"])
    assert shown is not None
    assert (shown["player"]["mergedInto"], shown["attempts"], shown["wallet"]) == (USER, [], [])
    await world.play(external_id=GUEST)
    assert (await world.player(GUEST))["attempt_count"] == 1
    assert await world.run(found, world.engine()) == [(GUEST, "external_id", None)]
    second = await merged(world, "merge-02")
    assert (second["status"], second["counts"]["attemptsReassigned"]) == ("merged", 1)
    assert (await world.player(USER))["attempt_count"] == 3
    await totals_add_up(world)


async def test_merges_follow_one_another(world: SmallGame) -> None:
    await both(world)
    await give(world, "third", "t-1", gold=1)
    first = await merged(world)
    onward = (await world.run(merge.merge, world.server("merge-02"), USER, "third")).data
    aliases = {row["external_player_id"]: row["player_id"] for row in await world.rows(tables.player_aliases)}
    assert aliases == {GUEST: onward["toPlayerId"], USER: onward["toPlayerId"]}
    sources = await world.rows(tables.players, merged_into=onward["toPlayerId"])
    assert {row["player_id"] for row in sources} == {first["fromPlayerId"], first["toPlayerId"]}
    for pair in ((GUEST, USER), (GUEST, "third"), (USER, "third")):
        again = (await world.run(merge.merge, world.server(None), *pair)).data
        assert (again["status"], again["toExternalPlayerId"]) == ("no_op_already_merged", "third")
    for pair in ((GUEST, "ghost"), ("third", GUEST), ("third", USER)):
        with pytest.raises(RuleError) as refused:
            await world.run(merge.merge, world.server(None), *pair)
        assert refused.value.code is Code.NOT_FOUND
    await ledgers_add_up(world)


async def test_invalid_merges(world: SmallGame) -> None:
    await both(world)
    await world.run(bans.ban, world.admin(reason="cheating"), USER)
    for pair, status in (
        ((GUEST, GUEST), 422),
        ((GUEST, USER), 422),
        ((GUEST, "ghost"), 404),
        (("ghost", USER), 404),
        (("ghost", "ghost"), 404),
    ):
        with pytest.raises(RuleError) as refused:
            await world.run(merge.merge, world.server("merge-01"), *pair)
        assert refused.value.status == status, pair
        assert refused.value.code is (Code.CONFLICT if status == 422 else Code.NOT_FOUND)
    await world.run(bans.unban, world.admin(), USER)
    assert (await merged(world))["status"] == "merged"
    source = f"__merged_{(await world.rows(tables.player_aliases))[0]['source_id']}__"
    with pytest.raises(RuleError) as refused:
        await world.run(merge.merge, world.server(None), USER, source)
    assert refused.value.details["why"] == "target_merged"
    assert (await world.run(merge.merge, world.server(None), source, USER)).data["status"] == "no_op_already_merged"


async def test_a_ban_is_merged_into_the_account(world: SmallGame) -> None:
    await both(world)
    await world.run(bans.ban, world.admin(reason="cheating"), GUEST)
    await merged(world.later(HOUR))
    user = await world.player(USER)
    assert (user["banned_at"], user["ban_reason"]) == (world.now, "cheating")


async def test_gaps_are_filled_and_existing_values_stay(world: SmallGame) -> None:
    async def prepare(tx: Transaction, ctx: Any) -> None:
        guest = await players.upsert(tx, ctx, GUEST, email="G@x.org", display_name="Guest", context={"level": 3})
        user = await players.upsert(tx, ctx, USER, display_name="User")
        tx.change(guest, metadata={"a": 1, "b": 1}, friend_code="AAAAAA", secret_hash="s", country="PT")
        tx.change(user, metadata={"b": 2}, secret_hash="mine", country="DE")

    await world.run(prepare, world.engine())
    await merged(world)
    user = await world.player(USER)
    assert (user["email"], user["email_folded"]) == ("G@x.org", "g@x.org")
    assert user["display_identity"] == {"name": "User"}
    assert (user["metadata"], user["last_context"]) == ({"a": 1, "b": 2}, {"level": 3})
    assert (user["friend_code"], user["secret_hash"], user["country"]) == ("AAAAAA", "mine", "DE")
    (source,) = await world.rows(tables.players, merged_into=user["player_id"])
    for name in ("email", "email_folded", "display_identity", "metadata", "last_context", "friend_code", "secret_hash"):
        assert source[name] is None, name


@pytest.mark.parametrize(("guest", "user", "best"), [(12, 10, 12), (4, 9, 9), (7, 7, 7)])
async def test_the_better_entry_stays(world: SmallGame, guest: float, user: float, best: float) -> None:
    first = await world.play("quiet", guest, GUEST)
    await world.later(1).play("quiet", user, USER)
    await world.play("steps", 3, GUEST)
    counts = (await merged(world))["counts"]
    assert counts["leaderboardsScrubbed"] == 2
    entries = await world.rows(tables.leaderboard_entries)
    mine = (await world.player(USER))["player_id"]
    assert {entry["participant_id"] for entry in entries} == {mine}
    (entry,) = [each for each in entries if each["leaderboard_id"] == first["leaderboardId"]]
    assert entry["score"] == best
    assert (entry["attempt_id"] == first["id"]) == (guest >= user)


async def test_seats_are_merged_and_a_second_one_becomes_free(world: SmallGame) -> None:
    async def lobby(*seats: str, start: bool) -> str:
        lobby_id: str = (await world.run(lobbies.create, world.engine(), "arena")).data["lobby"]["id"]
        for who in seats:
            await world.run(lobbies.join, world.engine(), lobby_id, who)
        if start:
            await world.run(lobbies.start, world.engine(), lobby_id)
        return lobby_id

    shared = await lobby(GUEST, USER, start=True)
    alone = await lobby(GUEST, "bob", start=True)
    forming = await lobby(GUEST, start=False)
    over = await lobby(GUEST, USER, start=True)
    await world.run(lobbies.close, world.engine(), over)
    counts = (await merged(world))["counts"]
    assert counts["lobbiesTouched"] == 4
    mine = (await world.player(USER))["player_id"]
    seats = await world.rows(tables.lobby_members, player_id=mine)
    assert {seat["lobby_id"] for seat in seats} == {shared, alone, forming, over}
    taken = {row["lobby_id"]: row["participant_count"] for row in await world.rows(tables.lobbies)}
    assert taken == {shared: 1, alone: 2, forming: 1, over: 1}
    await totals_add_up(world)


async def test_attempts_of_both_players_in_one_window_are_kept(world: SmallGame) -> None:
    mine = await world.play("quiet", 3, GUEST)
    await world.play("quiet", 4, USER)
    await merged(world)
    done = (await world.run(attempts.progress, world.engine(), USER, mine["id"], {"wins": 11})).data["attempt"]
    assert done["status"] == "completed"
    assert len(await world.rows(tables.attempts, status="in_progress")) == 1


async def test_a_merge_past_the_largest_balance_is_refused(world: SmallGame) -> None:
    await both(world)

    async def nearly(tx: Transaction, ctx: Any) -> None:
        user = await players.lock(tx, ctx, USER)
        row = await tx.get(tables.wallets, *user.primary_key(), "gold")
        assert row is not None
        tx.change(row, balance=MAX_BALANCE - 29)

    await world.run(nearly, world.engine())
    before = await world.counts()
    with pytest.raises(RuleError) as refused:
        await merged(world)
    assert (refused.value.code, refused.value.status) == (Code.CONFLICT, 409)
    assert await world.counts() == before
    assert (await world.player(GUEST))["attempt_count"] == 1

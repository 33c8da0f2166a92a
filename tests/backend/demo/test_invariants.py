"""Invariants of every player of the demo world: sums, totals, boards, single deposits."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from kraty_console.backend.demo import veteran
from kraty_console.backend.demo.receivers import CRM_URL, ORDERS_URL
from kraty_console.backend.demo.stage import DAY
from kraty_console.backend.rewards import rolls
from kraty_console.backend.rules.context import ENGINE, Context
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import metadata
from kraty_console.backend.webhooks.claims import MOST_ATTEMPTS
from tests.backend.demo.conftest import NOW, Loaded, Rows


@pytest.fixture
def players(loaded: Loaded) -> Rows:
    return loaded.rows["players"]


@pytest.fixture
def grants(loaded: Loaded) -> Rows:
    return loaded.rows["grants"]


@pytest.fixture
def attempts(loaded: Loaded) -> Rows:
    return loaded.rows["attempts"]


def test_about_three_hundred_players_over_thirty_days(players: Rows, attempts: Rows, loaded: Loaded) -> None:
    ours = [player for player in players if player["game_id"] == loaded.world.game_id]
    assert 295 <= len(ours) <= 315
    assert {player["environment"] for player in ours} == {"live", "test"}
    assert sum(player["environment"] == "test" for player in ours) == 4
    started = [attempt["started_at"] for attempt in attempts]
    assert NOW - 31 * DAY < min(started) < NOW - 28 * DAY
    assert max(started) < NOW


def test_totals_equal_the_counts(players: Rows, attempts: Rows, grants: Rows) -> None:
    tried = Counter((attempt["player_id"], attempt["status"]) for attempt in attempts)
    owed = Counter((grant["player_id"], grant["status"]) for grant in grants)
    for player in players:
        who = player["player_id"]
        done = tried[who, "completed"] + tried[who, "force_completed"]
        assert player["attempts_completed"] == done
        assert player["attempts_expired"] == tried[who, "expired"]
        assert player["attempt_count"] == done + tried[who, "expired"] + tried[who, "in_progress"]
        assert player["grants_pending"] == owed[who, "pending"]
        assert player["grants_claimed"] == owed[who, "claimed"]


def test_colleagues_left_notes_and_corrected_a_ticket(loaded: Loaded) -> None:
    written = {row["note_id"] for row in loaded.rows["player_notes"]}
    log = {row["audit_id"]: row for row in loaded.rows["audit"]}
    assert {row["after"]["noteId"] for row in log.values() if row["action"] == "player.note"} == written
    assert len(written) == 2
    [correction] = [row for row in log.values() if row["action"] == "audit.correct"]
    first = log[correction["target_id"]]
    assert (first["action"], first["ticket"]) == ("wallet.credit", correction["before"]["ticket"])
    assert first["player_id"] == correction["player_id"]
    assert correction["ticket"] != first["ticket"]


def test_active_lobbies_are_counted(loaded: Loaded, players: Rows) -> None:
    active = {row["lobby_id"] for row in loaded.rows["lobbies"] if row["status"] == "active"}
    seats = Counter(seat["player_id"] for seat in loaded.rows["lobby_members"] if seat["lobby_id"] in active)
    assert active
    assert all(player["lobbies_active"] == seats[player["player_id"]] for player in players)


def test_ledgers_add_up_to_what_is_held(loaded: Loaded, players: Rows) -> None:
    positions: dict[str, list[int]] = defaultdict(list)
    for held_table, ledger, key, amount in (
        ("wallets", "wallet_ledger", "economy_key", "balance"),
        ("inventory", "item_ledger", "item_key", "quantity"),
    ):
        sums: Counter[tuple[str, str]] = Counter()
        for entry in sorted(loaded.rows[ledger], key=lambda row: row["position"]):
            place = (entry["player_id"], entry[key])
            sums[place] += entry["delta"]
            assert entry[amount] == sums[place]
            positions[entry["player_id"]].append(entry["position"])
        held = {(row["player_id"], row[key]): row[amount] for row in loaded.rows[held_table]}
        assert held == dict(sums)
    for player in players:
        assert sorted(positions[player["player_id"]]) == list(range(1, player["ledger_position"] + 1))


def test_each_claimed_reward_was_deposited_once_and_nothing_else(loaded: Loaded, grants: Rows) -> None:
    claimed = {grant["grant_id"] for grant in grants if grant["status"] == "claimed" and grant["kind"] == "reward"}
    deposits = [deposit["grant_id"] for deposit in loaded.rows["grant_deposits"]]
    assert len(deposits) == len(set(deposits))
    assert set(deposits) == claimed
    expected = Counter(
        (grant["grant_id"], entry.get("currencyKey") or entry.get("itemKey"), entry.get("amount") or entry["quantity"])
        for grant in grants
        if grant["grant_id"] in claimed
        for entry in grant["contents"]["entries"]
    )
    written: Counter[tuple[str, str, int]] = Counter()
    for ledger, key in (("wallet_ledger", "economy_key"), ("item_ledger", "item_key")):
        written.update(
            (entry["source_ref_id"], entry[key], entry["delta"])
            for entry in loaded.rows[ledger]
            if entry["reason"] == "grant_deposit"
        )
    assert written == expected


def test_boards_hold_the_best_attempt_of_each_player(loaded: Loaded, attempts: Rows) -> None:
    best: dict[tuple[str, str], float] = {}
    for attempt in attempts:
        if attempt["last_progress_at"] is not None:
            place = (attempt["leaderboard_id"], attempt["player_id"])
            best[place] = max(best.get(place, 0), attempt["score"])
    entries = {
        (entry["leaderboard_id"], entry["participant_id"]): entry["score"]
        for entry in loaded.rows["leaderboard_entries"]
    }
    assert entries == best


def test_a_rolled_attempt_has_its_roll_and_its_grants(loaded: Loaded, attempts: Rows, grants: Rows) -> None:
    rolled = {attempt["attempt_id"] for attempt in attempts if attempt["roll_status"] == "rolled"}
    assert rolled == {row["attempt_id"] for row in loaded.rows["attempt_rolls"]}
    assert rolled == {grant["attempt_id"] for grant in grants} - {None}


async def test_the_rolls_of_heavy_user_are_those_of_the_engine(
    database: Database, loaded: Loaded, players: Rows, grants: Rows
) -> None:
    heavy = next(player for player in players if player["external_player_id"] == "heavy_user")
    assert (heavy["attempt_count"], heavy["grants_pending"] + heavy["grants_claimed"]) == (
        veteran.ATTEMPTS,
        veteran.GRANTS - sum(grant["status"] == "expired" for grant in grants if _is_of(grant, heavy)),
    )
    assert sum(_is_of(grant, heavy) for grant in grants) == veteran.GRANTS == 8000
    ctx = Context(loaded.tenant, "live", ENGINE, "req", NOW, lambda: "")
    races = [grant for grant in grants if _is_of(grant, heavy) and grant["source_kind"] == "event_completion"]
    async with database.read() as tx:
        for grant in races[::97]:
            bundle = "hunt_prize" if grant["kind"] == "crate" else None
            for key in [bundle] if bundle else ["race_prize", "hunt_prize"]:
                entries = await rolls.bundle_entries(tx, ctx, key)
                rolled = await rolls.resolve(
                    tx, ctx, entries, await rolls.rng_for(tx, ctx, f"attempt/{grant['attempt_id']}")
                )
                if _fits(grant, rolled):
                    break
            else:
                pytest.fail(f"grant {grant['grant_id']} holds what no roll gives")


def _is_of(row: dict[str, Any], player: dict[str, Any]) -> bool:
    return bool(row["player_id"] == player["player_id"])


def _fits(grant: dict[str, Any], rolled: Rows) -> bool:
    if grant["kind"] == "crate":
        return {"type": "crate", **grant["contents"]} in rolled
    return grant["contents"]["entries"] == [entry for entry in rolled if entry["type"] != "crate"]


def test_events_of_every_policy_and_mode_are_open(loaded: Loaded) -> None:
    events = [row for row in loaded.rows["events"] if row["game_id"] == loaded.world.game_id]
    assert {event["reward_policy"]["type"] for event in events} == {
        "none", "fixed_bundle", "rank_scaled", "shared_pool"
    }  # fmt: skip
    assert {event["leaderboard_mode"] for event in events} == {
        "global", "global_segmented", "grouped", "lobby_matched"
    }  # fmt: skip
    open_now = {
        window["event_id"] for window in loaded.rows["event_windows"] if window["starts_at"] <= NOW < window["ends_at"]
    }
    names = {event["event_id"]: event["key"] for event in events}
    assert {names[event_id] for event_id in open_now if event_id in names} == set(names.values()) - {"spring_hunt"}


def test_the_demo_cup_was_force_completed_fourteen_times_in_seven_days(loaded: Loaded) -> None:
    rows = [
        row
        for row in loaded.rows["audit"]
        if row["action"] == "attempt.force_complete" and row["occurred_at"] > NOW - 7 * DAY
    ]
    assert len(rows) == 14
    assert {row["after"]["eventKey"] for row in rows} == {"weekly_cup"}
    assert all(row["reason"] and row["ticket"] and row["actor_kind"] == "member" for row in rows)


def test_every_event_of_the_demo_was_delivered(loaded: Loaded) -> None:
    rows = loaded.rows["outbox"]
    delivered = {row["outbox_id"] for row in loaded.rows["webhook_deliveries"]}
    assert all(row["state"] == ("told" if row["outbox_id"] in delivered else "delivered") for row in rows)
    assert {"grant.created", "wallet.changed", "player.banned", "lobby.started"} <= {row["event_name"] for row in rows}


def test_two_unreachable_receivers_have_past_deliveries(loaded: Loaded) -> None:
    urls = {row["endpoint_id"]: row["url"] for row in loaded.rows["webhook_endpoints"]}
    assert sorted(urls.values()) == [CRM_URL, ORDERS_URL]
    deliveries = {row["delivery_id"]: row for row in loaded.rows["webhook_deliveries"]}
    attempts: dict[str, list[dict[str, Any]]] = {each: [] for each in deliveries}
    for row in sorted(loaded.rows["webhook_attempts"], key=lambda each: int(each["number"])):
        attempts[row["delivery_id"]].append(row)
    for delivery_id, delivery in deliveries.items():
        made = attempts[delivery_id]
        assert [each["number"] for each in made] == list(range(1, delivery["attempt_count"] + 1))
        assert all(each["status"] is None for each in made), "nobody answered, and no answer is made up"
        if urls[delivery["endpoint_id"]] == CRM_URL:
            assert (delivery["event_name"], delivery["state"]) == ("player.banned", "failed")
            assert len(made) == MOST_ATTEMPTS
        assert delivery["due_at"] is None or delivery["due_at"] > NOW + 15 * 60_000, "the start has nothing to send"
    order, waiting = [each for each in deliveries.values() if each["event_name"] == "grant.created"]
    first, *again = attempts[order["delivery_id"]]
    assert (order["state"], first["error"], first["duration_ms"]) == ("pending", None, None), "its answer was lost"
    assert len(again) == 6
    assert {each["error"] for each in again} == {"orders.brightburrow.invalid is not known: there is no such name"}
    assert (waiting["state"], waiting["due_at"], waiting["player_id"]) == ("pending", None, order["player_id"])


def test_nothing_of_one_studio_is_in_the_other(loaded: Loaded) -> None:
    ours, theirs = loaded.tenant, loaded.world.other_studio.tenant
    for table in metadata.sorted_tables:
        if {"studio_id", "game_id"} <= set(table.c.keys()):
            pairs = {(row["studio_id"], row["game_id"]) for row in loaded.rows[table.name]}
            assert pairs <= {(ours.studio_id, ours.game_id), (theirs.studio_id, theirs.game_id)}
    alices = [row for row in loaded.rows["players"] if row["external_player_id"] == "alice_42"]
    assert len({row["player_id"] for row in alices}) == len(alices) == 3

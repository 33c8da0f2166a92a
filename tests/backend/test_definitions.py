"""Loading a game from one document: all of it, or nothing and every fault with its path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.admin_cli import game_document as definitions
from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempts
from kraty_console.backend.players import service as players
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.storage import tables
from kraty_console.contract.documents import BadDocument, read_document
from tests.harness.backend.playable_events import drain
from tests.harness.backend.small_game import ALICE, SmallGame

EXAMPLE = Path(__file__).parents[1].joinpath("data", "game.toml").read_text(encoding="utf-8")
KEYS = {"key": "k", "name": "K"}
BRONZE = {"from": 0, "segment": "bronze"}
EVENT = {**KEYS, "metrics": [{"key": "wins"}], "rewardPolicy": {"type": "none"}}


async def test_the_example_can_be_played(world: SmallGame) -> None:
    document = read_document(EXAMPLE.replace("amount = 10 }", "amount = 1 }"), toml=True)
    result = await world.run(definitions.load, world.engine(), document)
    assert result == {
        "currencies": 3,
        "items": 1,
        "crates": 1,
        "tables": 1,
        "bundles": 1,
        "events": 2,
        "windows": 1,
        "leaderboards": 2,
    }
    assert await drain(sweeps.make_windows, world) == 2
    [event] = await world.rows(tables.events, key="daily_race")
    windows = await world.rows(tables.event_windows, event_id=event["event_id"])
    during = world.later(windows[0]["starts_at"] - world.now)
    with pytest.raises(Exception, match="costs 1 gold, the player has 0"):
        await during.run(attempts.start, during.engine(), ALICE, "daily_race")
    [duel] = await world.rows(tables.events, key="duel")
    assert (duel["leaderboard_mode"], duel["capacity"], duel["fill_bots"]) == ("lobby_matched", 4, True)


async def test_loading_again_updates_named_definitions_and_keeps_others(world: SmallGame) -> None:
    await world.run(definitions.load, world.engine(), read_document(EXAMPLE, toml=True))
    before = await world.counts()
    await world.run(definitions.load, world.engine(), read_document(EXAMPLE, toml=True))
    assert await world.counts() == before
    changed = EXAMPLE.replace("Turbo Boots", "Old Boots").replace("2026-07-01", "2026-08-01")
    result = await world.run(definitions.load, world.engine(), read_document(changed, toml=True))
    assert result["windows"] == 0
    assert await world.counts() == before
    assert [row["name"] for row in await world.rows(tables.items, key="boots")] == ["Old Boots"]
    assert 1_785_542_400_000 in [row["ends_at"] for row in await world.rows(tables.event_windows)]


async def test_the_example_has_levels_and_leaderboards(world: SmallGame) -> None:
    await world.run(definitions.load, world.engine(), read_document(EXAMPLE, toml=True))
    await world.run(players.upsert, world.engine(), ALICE, context={"country": "PT"})
    result = await world.run(wallet.progress, world.engine(), ALICE, "xp", 120)
    assert [(each["economyKey"], each["current"], len(each["grantIds"])) for each in result.data["derived"]] == [
        ("level", 2, 1)
    ]
    [entry] = await world.rows(tables.board_entries)
    assert (entry["score"], entry["segment"]) == (120, "PT")
    [game] = await world.rows(tables.games)
    assert (game["grant_ttl_days"], game["inventory_management"]) == (30, "platform")
    assert game["settings"] == {"acceptClientScores": True, "lobbyFillStrategy": "fill_with_bots"}
    followed = EXAMPLE.replace('rankedBy = "xp"', 'rankedBy = "gold"')
    await world.run(definitions.load, world.engine(), read_document(followed, toml=True))
    ranked = {row["key"]: row["ranked_boards"] for row in await world.rows(tables.currencies)}
    [board] = await world.rows(tables.boards, ranked_by="gold")
    assert (ranked["xp"], ranked["gold"]) == (None, [board["board_id"]])


async def test_a_new_metric_starts_at_zero_in_running_attempts(world: SmallGame) -> None:
    attempt = await world.play(score=None)
    race = {
        "key": "race",
        "name": "Race",
        "metrics": [{"key": "wins"}, {"key": "falls"}],
        "rewardPolicy": {"type": "none"},
    }
    await world.run(definitions.load, world.engine(), _read({"events": [race]}))
    answer = await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": 2})
    assert answer.data["attempt"]["metricsRaw"] == {"wins": 2, "falls": 0}


UNSOUND: list[tuple[dict[str, Any], str, str]] = [
    ({"currencies": [KEYS, KEYS]}, "currencies", "'k' is there twice"),
    ({"items": [KEYS], "crates": [{**KEYS, "entries": []}]}, "items", "'k' is there twice"),
    ({"bundles": [{**KEYS, "entries": [{"type": "bundle", "bundleKey": "k"}]}]}, "bundles[0]", "too deeply"),
    ({"crates": [{**KEYS, "entries": [{"type": "table", "tableKey": "t"}]}]}, "crates[0]", '"t" is not in'),
    ({"tables": [{**KEYS, "weightedEntries": [{"weight": 0}]}]}, "tables[0]", "no weights"),
    (
        {"events": [{**EVENT, "rewardPolicy": {"type": "fixed_bundle", "bundle": "b"}}]},
        "events[0].rewardPolicy",
        '"b" is not in',
    ),
    (
        {"events": [{**EVENT, "entryCost": {"items": [{"key": "i", "quantity": 1}]}}]},
        "events[0].entryCost.items[0]",
        "'i'",
    ),
    ({"events": [{**EVENT, "unlockCondition": {"kind": "x"}}]}, "events[0].unlockCondition", "unknown"),
    ({"events": [{**EVENT, "leaderboard": {"capacity": 3}}]}, "events[0].leaderboard", "lobby_matched"),
    ({"leaderboards": [{**KEYS, "rankedBy": "x"}]}, "leaderboards[0].rankedBy", "no currency 'x'"),
    (
        {"leaderboards": [{**KEYS, "segments": [{"by": "progression", "key": "x", "steps": [BRONZE]}]}]},
        "leaderboards[0].segments[0].key",
        "no currency 'x'",
    ),
    (
        {"settings": {"gifting": {"resources": [{"type": "item", "key": "x"}]}}},
        "settings.gifting.resources[0].key",
        "no item 'x'",
    ),
    (
        {"currencies": [{**KEYS, "derives": [{"economyKey": "gold", "steps": [{"at": 1}]}]}]},
        "currencies[0].derives[0].economyKey",
        "'gold' cannot follow from 'k'",
    ),
    (
        {"events": [{**EVENT, "milestoneRewards": [{"key": "m", "metricKey": "x", "threshold": 1, "entries": []}]}]},
        "events[0].milestoneRewards[0].metricKey",
        "no metric 'x'",
    ),
]


async def test_an_inconsistent_document_is_not_loaded(world: SmallGame) -> None:
    before = await world.counts()
    for document, where, what in UNSOUND:
        with pytest.raises(BadDocument) as failure:
            await world.run(definitions.load, world.engine(), _read(document))
        [(place, message)] = failure.value.faults
        assert place == where
        assert what in message
    assert await world.counts() == before


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"heroes": []}, "heroes"),
        ({"currencies": [{"key": "k"}]}, "currencies[0].name"),
        ({"currencies": [{"key": "", "name": "K"}]}, "currencies[0].key"),
        ({"bundles": [{**KEYS, "entries": [{"type": "gold"}]}]}, "bundles[0].entries[0]"),
        (
            {"bundles": [{**KEYS, "entries": [{"type": "currency", "currencyKey": "g", "amount": -1}]}]},
            "bundles[0].entries[0].amount",
        ),
        (
            {
                "bundles": [
                    {**KEYS, "entries": [{"type": "currency", "currencyKey": "g", "amount": {"min": 2, "max": 1}}]}
                ]
            },
            "bundles[0].entries[0].amount",
        ),
        ({"events": [{**EVENT, "metrics": []}]}, "events[0].metrics"),
        ({"leaderboards": [{**KEYS, "resetCadence": "daily"}]}, "leaderboards[0].resetCadence"),
        ({"settings": {"fxRates": {"EUR": 0}}}, "settings.fxRates"),
        (
            {"leaderboards": [{**KEYS, "segments": [{"by": "progression", "key": "x", "steps": [BRONZE, BRONZE]}]}]},
            "leaderboards[0].segments[0]",
        ),
        (
            {"currencies": [{**KEYS, "derives": [{"economyKey": "l", "steps": [{"at": 2}, {"at": 1}]}]}]},
            "currencies[0].derives[0]",
        ),
        ({"events": [{**EVENT, "rewardPolicy": {"type": "fixed_bundle"}}]}, "events[0].rewardPolicy.bundle"),
        (
            {"events": [{**EVENT, "rewardPolicy": {"type": "shared_pool", "pool": 1}}]},
            "events[0].rewardPolicy.currencyKey",
        ),
        (
            {"events": [{**EVENT, "windows": [{"startsAt": "2026-01-01", "endsAt": "2026-01-02T00:00:00Z"}]}]},
            "events[0].windows[0].startsAt",
        ),
        (
            {
                "events": [
                    {**EVENT, "schedule": {"startsAt": "2026-01-01T00:00:00Z", "everySeconds": 60, "openSeconds": 61}}
                ]
            },
            "events[0].schedule",
        ),
    ],
)
def test_an_unreadable_value_is_reported_by_its_path(document: dict[str, Any], where: str) -> None:
    with pytest.raises(BadDocument) as failure:
        _read(document)
    assert [place for place, _ in failure.value.faults] == [where]


@pytest.mark.parametrize(("text", "toml"), [("{", False), ("[" * 100_000, False), ("a = ", True)])
def test_invalid_documents(text: str, *, toml: bool) -> None:
    with pytest.raises(BadDocument) as failure:
        read_document(text, toml=toml)
    assert failure.value.faults[0][0] == "document"


def _read(document: dict[str, Any]) -> Any:
    return read_document(json.dumps(document), toml=False)

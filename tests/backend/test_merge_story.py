"""Invariants over long random stories of players who play, meet, are merged, erased and return."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.social import blocks, friends
from kraty_console.backend.social.friends import PlayerRef
from kraty_console.backend.storage import tables
from tests.harness.backend.invariants import deposits_are_single, ledgers_add_up, totals_add_up
from tests.harness.backend.small_game import SmallGame

NAMES = [f"p{number}" for number in range(6)]
GIFT = [{"type": "currency", "currencyKey": "gold", "amount": 5}, {"type": "item", "itemKey": "potion", "quantity": 1}]


class Story:
    """Random steps from a seed; refusals of the rules are allowed."""

    def __init__(self, world: SmallGame, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.steps = 0
        self.lobbies: list[str] = []
        self.happened: Counter[str] = Counter()

    async def step(self) -> None:
        """One random step."""
        self.steps += 1
        world = self.world.later(self.steps)
        does: tuple[Callable[[SmallGame], Awaitable[Any]], ...] = (
            self.merge, self.merge, self.erase, self.give, self.give, self.claim, self.claim, self.spend, self.play,
            self.play, self.finish, self.gather, self.join, self.join, self.begin, self.ask, self.ask, self.answer,
            self.block,
        )  # fmt: skip
        what = self.dice.choice(does)
        try:
            await what(world)
        except RuleError:
            return
        self.happened[what.__name__] += 1

    def somebody(self) -> str:
        return self.dice.choice(NAMES)

    async def one_of(self, table: Any, **equal: Any) -> tuple[str, dict[str, Any]] | None:
        """A row with the id of its player."""
        rows = await self.world.rows(table, **equal)
        if not rows:
            return None
        row = self.dice.choice(rows)
        (player,) = await self.world.rows(tables.players, player_id=row["player_id"])
        return player["external_player_id"], row

    async def merge(self, world: SmallGame) -> None:
        await world.run(merge.merge, world.server(None), self.somebody(), self.somebody())

    async def erase(self, world: SmallGame) -> None:
        if self.dice.random() < 0.3:
            await world.run(erase.erase, world.server(None, reason="gdpr_erasure"), self.somebody())

    async def give(self, world: SmallGame) -> None:
        await world.run(grants.create, world.server(f"give-{self.steps}"), self.somebody(), GIFT)

    async def claim(self, world: SmallGame) -> None:
        if found := await self.one_of(tables.grants, status="pending"):
            rule = grants.open_crate if found[1]["kind"] == "crate" else grants.claim
            await world.run(rule, world.engine(), found[0], found[1]["grant_id"])

    async def spend(self, world: SmallGame) -> None:
        await world.run(wallet.debit, world.server(None), self.somebody(), "gold", 3)

    async def play(self, world: SmallGame) -> None:
        await world.play(self.dice.choice(["race", "quiet", "steps"]), self.dice.choice([None, 3, 12]), self.somebody())

    async def finish(self, world: SmallGame) -> None:
        if found := await self.one_of(tables.attempts, status="in_progress"):
            await world.run(attempts.finish, world.engine(), found[0], found[1]["attempt_id"])

    async def gather(self, world: SmallGame) -> None:
        made = await world.run(lobbies.create, world.engine(), "arena", capacity=3)
        self.lobbies.append(made.data["lobby"]["id"])

    async def join(self, world: SmallGame) -> None:
        if self.lobbies:
            await world.run(lobbies.join, world.engine(), self.dice.choice(self.lobbies), self.somebody())

    async def begin(self, world: SmallGame) -> None:
        if self.lobbies:
            rule = self.dice.choice([lobbies.start, lobbies.start, lobbies.close])
            await world.run(rule, world.engine(), self.dice.choice(self.lobbies))

    async def ask(self, world: SmallGame) -> None:
        other = PlayerRef(external_id=self.somebody())
        await world.run(friends.ask, world.engine(surface="sdk"), self.somebody(), other)

    async def answer(self, world: SmallGame) -> None:
        if found := await self.one_of(tables.friend_requests, direction="incoming"):
            await world.run(friends.accept, world.engine(surface="sdk"), found[0], found[1]["request_id"])

    async def block(self, world: SmallGame) -> None:
        if self.dice.random() < 0.3:
            other = PlayerRef(external_id=self.somebody())
            await world.run(blocks.block, world.engine(surface="sdk"), self.somebody(), other)


async def nobody_is_left_over(world: SmallGame) -> None:
    """Merged rows own nothing and lead to a player; erased ones have no relations; each id leads to one player."""
    people = {row["player_id"]: row for row in await world.rows(tables.players)}
    merged = {each for each, row in people.items() if row["merged_into"] is not None}
    gone = merged | {each for each, row in people.items() if row["deleted_at"] is not None}
    assert all(people[people[each]["merged_into"]]["merged_into"] is None for each in merged)
    for table in (*merge.MOVED, tables.wallets, tables.inventory, tables.lobby_members):
        assert not merged & {row["player_id"] for row in await world.rows(table)}, table.name
    assert not merged & {row["participant_id"] for row in await world.rows(tables.leaderboard_entries)}
    named = {row["external_player_id"] for row in people.values()}
    for alias in await world.rows(tables.player_aliases):
        assert alias["player_id"] not in gone
        assert alias["external_player_id"] not in named


async def acquaintances_agree(world: SmallGame) -> None:
    """Friendships are mutual, never with oneself or a gone player; friends have no requests or blocks."""
    people = await world.rows(tables.players)
    gone = {row["player_id"] for row in people if row["merged_into"] or row["deleted_at"]}
    pairs = {}
    for table in (tables.friendships, tables.friend_requests):
        pairs[table] = {(row["player_id"], row["friend_id"]) for row in await world.rows(table)}
        assert pairs[table] == {(two, one) for one, two in pairs[table]}, table.name
    blocked = {(row["player_id"], row["blocked_id"]) for row in await world.rows(tables.blocks)}
    known = pairs[tables.friendships] | pairs[tables.friend_requests]
    assert not pairs[tables.friendships] & pairs[tables.friend_requests]
    assert not known & {pair for one, two in blocked for pair in ((one, two), (two, one))}
    assert not any(one == two or {one, two} & gone for one, two in known | blocked)


async def boards_and_lobbies_agree(world: SmallGame) -> None:
    """An entry has its player's best score on the board, and a lobby's count equals its seats."""
    best: dict[tuple[str, str], float] = {}
    for attempt in await world.rows(tables.attempts):
        if attempt["last_progress_at"] is not None:
            place = (attempt["leaderboard_id"], attempt["player_id"])
            best[place] = max(best.get(place, 0), attempt["score"])
    entries = await world.rows(tables.leaderboard_entries)
    assert {(row["leaderboard_id"], row["participant_id"]): row["score"] for row in entries} == best
    taken = Counter(row["lobby_id"] for row in await world.rows(tables.lobby_members))
    assert all(row["participant_count"] == taken[row["lobby_id"]] for row in await world.rows(tables.lobbies))


@pytest.mark.parametrize("at_once", [8, 1])
async def test_invariants_hold_through_a_long_story(world: SmallGame, at_once: int) -> None:
    story = Story(world, seed=20 + at_once)
    for _ in range(4):
        for _ in range(48 // at_once):
            await asyncio.gather(*(story.step() for _ in range(at_once)))
        await ledgers_add_up(world)
        await totals_add_up(world)
        await deposits_are_single(world)
        await nobody_is_left_over(world)
        await acquaintances_agree(world)
        await boards_and_lobbies_agree(world)
    assert story.happened["merge"]
    assert len(story.happened) > 6

"""References to players resolve in one place (`rules/player_refs.py`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kraty_console.backend import rules
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.errors import RuleError
from kraty_console.contract.errors import Code
from tests.harness.backend.small_game import SmallGame

GUEST = "guest_1"
ACCOUNT = "account_1"
OTHER = "account_2"

DECISIONS = re.compile(r"external_player_id ==|email_folded ==|merged_into\.is_|merged_into or ")


async def _merge(world: SmallGame, source: str, target: str) -> None:
    for external_id in (source, target):
        await world.play(external_id=external_id)
    await world.run(merge.merge, world.server(f"merge-{source}-{target}"), source, target)


async def test_an_external_or_internal_id_finds_the_player(world: SmallGame) -> None:
    await world.play(external_id=GUEST)
    player_id = (await world.player(GUEST))["player_id"]
    async with world.db.read() as tx:
        for reference in (GUEST, player_id):
            player = await player_refs.find_by_any_id(tx, world.tenant, "live", reference)
            assert player is not None
            assert player.player_id == player_id
        assert await player_refs.find_by_any_id(tx, world.tenant, "live", "nobody") is None
        assert await player_refs.find_by_any_id(tx, world.tenant, "test", GUEST) is None
        with pytest.raises(RuleError) as refused:
            await player_refs.get_by_external_id(tx, world.tenant, "live", player_id)
    assert refused.value.code is Code.NOT_FOUND


async def test_the_id_of_a_merged_player_leads_to_the_last_target(world: SmallGame) -> None:
    await _merge(world, GUEST, ACCOUNT)
    await _merge(world, ACCOUNT, OTHER)
    target_id = (await world.player(OTHER))["player_id"]
    async with world.db.read() as tx:
        assert await player_refs.find_by_external_id(tx, world.tenant, "live", GUEST) is None
        for external_id in (GUEST, ACCOUNT, OTHER):
            resolved = await player_refs.resolve(tx, world.tenant, "live", external_id)
            assert resolved is not None
            assert resolved.current_id == target_id
        guest = await player_refs.resolve(tx, world.tenant, "live", GUEST)
        assert guest is not None
        assert guest.row_id is not None
        row = await player_refs.find_by_any_id(tx, world.tenant, "live", guest.row_id)
        assert row is not None
        assert player_refs.is_gone(row)
        current = await player_refs.follow_merge(tx, row)
        assert not player_refs.is_gone(current)
        assert current.external_player_id == OTHER
        assert await player_refs.follow_merge(tx, current) is current


async def test_an_id_used_again_leads_to_its_new_player(world: SmallGame) -> None:
    await _merge(world, GUEST, ACCOUNT)
    await world.play(external_id=GUEST)
    player_id = (await world.player(GUEST))["player_id"]
    async with world.db.read() as tx:
        resolved = await player_refs.resolve(tx, world.tenant, "live", GUEST)
    assert resolved == player_refs.ResolvedId(player_id, player_id)


async def test_an_erased_id_leads_nowhere(world: SmallGame) -> None:
    await world.play(external_id=GUEST)
    await world.run(erase.erase, world.server("erase-1", reason="asked by the player"), GUEST)
    async with world.db.read() as tx:
        assert await player_refs.resolve(tx, world.tenant, "live", GUEST) is None


def test_no_other_module_compares_these_columns() -> None:
    backend = Path(rules.__file__).parent.parent
    modules = {path for path in backend.rglob("*.py") if DECISIONS.search(path.read_text(encoding="utf-8"))}
    assert modules == {backend / "rules" / "player_refs.py"}

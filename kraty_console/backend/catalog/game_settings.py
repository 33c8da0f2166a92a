"""Settings of a game, from its document of definitions."""

from __future__ import annotations

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.game_settings import GameSettings

Faults = list[tuple[str, str]]


async def find_faults(tx: Transaction, ctx: Context, settings: GameSettings) -> Faults:
    """Giftable resources that are not in the catalog."""
    faults: Faults = []
    for index, rule in enumerate(settings.gifting.resources if settings.gifting else []):
        known = await (definitions.currency if rule.type == "currency" else definitions.item)(tx, ctx, rule.key)
        if known is None:
            faults.append((f"settings.gifting.resources[{index}].key", f"there is no {rule.type} '{rule.key}'"))
    return faults


async def put(tx: Transaction, ctx: Context, settings: GameSettings) -> None:
    """Set the settings that the document names; others stay."""
    game = await definitions.game(tx, ctx)
    tx.change(game, settings={**game.settings, **settings.bag}, **settings.columns)

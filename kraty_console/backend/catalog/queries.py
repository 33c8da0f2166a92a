"""The catalog of a game as JSON, without archived entries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import DefinitionT, bundles, currencies, items
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction


async def read_catalog(tx: Transaction, tenant: Tenant) -> dict[str, Any]:
    """Items, currencies and bundles of a game, each by key."""
    return {
        "items": [
            {
                "key": row.key,
                "name": row.name,
                "iconUrl": row.icon_url,
                "description": row.description,
                "itemTypeKey": row.item_type_key,
                "tags": row.tags,
                "rarity": row.rarity,
                "attributes": row.attributes,
            }
            for row in await _rows(tx, items, tenant)
        ],
        "currencies": [
            {
                "key": row.key,
                "name": row.name,
                "iconUrl": row.icon_url,
                "description": row.description,
                "kind": row.kind,
            }
            for row in await _rows(tx, currencies, tenant)
        ],
        "bundles": [
            {"key": row.key, "name": row.name, "entries": row.entries} for row in await _rows(tx, bundles, tenant)
        ],
    }


async def _rows(tx: Transaction, table: RecordTable[DefinitionT], tenant: Tenant) -> list[DefinitionT]:
    query = (
        sa.select(table)
        .where(
            table.c.studio_id == tenant.studio_id,
            table.c.game_id == tenant.game_id,
            table.c.archived_at.is_(None),
        )
        .order_by(table.c.key)
    )
    return await tx.records(table.record, query)

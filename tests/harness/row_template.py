"""Rows that the rules made once, written again under other names: a game for every test at the price of a copy."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class RowTemplate:
    """The rows, by table, as one text that is split at each name."""

    names: Sequence[str]
    """What differs from copy to copy: every id, and what else the maker says."""
    pieces: Sequence[str]
    """What stands between the names."""
    order: Sequence[int]
    """Which name follows each piece but the last."""

    @classmethod
    async def taken(cls, tx: Transaction, names: Sequence[str]) -> RowTemplate:
        """Of every row that has one of these names among its ids; no other id may be in them."""
        ids = [name for name in names if _ID.fullmatch(name)]
        rows = {}
        for table in tables.metadata.sorted_tables:
            columns = [column for column in table.columns if isinstance(column.type, sa.Uuid)]
            rows[table.name] = await tx.all(sa.select(table).where(sa.or_(*(each.in_(ids) for each in columns))))
        text = json.dumps({name: found for name, found in rows.items() if found})
        assert set(_ID.findall(text)) <= set(ids), "an id that nobody made"
        cut = re.split(f"({'|'.join(map(re.escape, names))})", text)
        places = {name: place for place, name in enumerate(names)}
        return cls(names, cut[::2], [places[name] for name in cut[1::2]])

    async def pour(self, tx: Transaction, names: Sequence[str]) -> None:
        """Write the rows again, with these names instead, which come in the order of the old ones."""
        assert len(names) == len(self.names)
        given = (names[place] for place in self.order)
        text = "".join(chain.from_iterable(zip(self.pieces, given, strict=False)))
        rows: dict[str, list[dict[str, Any]]] = json.loads(text + self.pieces[-1])
        for name, found in rows.items():  # parents come first
            await tx.insert_many(tables.metadata.tables[name], found)

"""Requirements of Citus for tables that are distributed by studio (backend/README.md, Running it).

The column that rows are distributed by is in every unique key and in every reference between distributed tables; there
is no counter that everybody waits for, and nothing that fires on a row but the audit log's trigger.
"""

from __future__ import annotations

import sqlalchemy as sa

from kraty_console.backend.storage import tables
from tests.backend.test_storage import DIRECTORY
from tests.harness.backend.small_game import SmallGame
from tests.harness.each import for_each

SPREAD_BY = "studio_id"
SPREAD = [table for table in tables.metadata.sorted_tables if table.name not in DIRECTORY]
WHOLE = DIRECTORY
"""Small tables that every machine has whole."""


@for_each("table", SPREAD)
def test_every_unique_key_has_the_column_that_rows_are_spread_by(table: sa.Table) -> None:
    keys = [list(table.primary_key.columns)]
    keys += [list(each.columns) for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    keys += [list(each.columns) for each in table.indexes if each.unique]
    assert all(SPREAD_BY in {column.name for column in key} for key in keys)
    assert not table.c[SPREAD_BY].nullable


@for_each("table", SPREAD)
def test_every_index_starts_where_rows_are_looked_for(table: sa.Table) -> None:
    """By studio, except credentials, which identify the caller before a studio is known."""
    by_themselves = {"ix_api_keys_prefix", "ix_game_roles_member"}
    for index in table.indexes:
        if index.name not in by_themselves:
            assert next(iter(index.columns)).name == SPREAD_BY, index.name


@for_each("table", SPREAD)
def test_rows_refer_only_to_rows_beside_them(table: sa.Table) -> None:
    for foreign in table.foreign_key_constraints:
        if foreign.referred_table.name in WHOLE:
            continue
        pairs = [(element.parent.name, element.column.name) for element in foreign.elements]
        assert (SPREAD_BY, SPREAD_BY) in pairs, f"{table.name} refers to {foreign.referred_table.name} elsewhere"


async def test_there_are_no_sequences_and_no_triggers_except_on_the_audit_log(world: SmallGame) -> None:
    if not world.db.postgresql:
        async with world.db.read() as tx:
            found = await tx.all(sa.text("SELECT tbl_name, type FROM sqlite_master WHERE type = 'trigger'"))
            counters = await tx.all(sa.text("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'"))
        assert {row["tbl_name"] for row in found} == {"audit"}
        assert counters == []
        return
    statements = {
        "counters": "SELECT sequencename FROM pg_sequences",
        "triggers": "SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger WHERE NOT tgisinternal",
        "exclusions": "SELECT conname FROM pg_constraint WHERE contype = 'x'",
        "inherited": "SELECT inhrelid FROM pg_inherits",
        "unlogged": "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpersistence <> 'p'",
    }
    async with world.db.read() as tx:
        rows = {name: await tx.all(sa.text(query.replace("::", "\\:\\:"))) for name, query in statements.items()}
    assert rows.pop("triggers") == [{"name": "audit"}]
    assert not any(rows.values()), rows

"""What a database plans for the statements it was sent: which tables it would walk, and how many rows it looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.readers import StatementText

GROWING: Final = frozenset(
    {
        *("players", "player_aliases", "attempts", "grants", "grant_deposits", "attempt_rolls", "wallets", "inventory"),
        *("wallet_ledger", "item_ledger", "leaderboard_entries", "lobby_members", "audit", "outbox", "idempotency"),
        *("board_entries", "webhook_deliveries", "webhook_attempts"),
    }
)
"""Tables with more rows the more players there are."""

FEW_OF_EACH: Final = ("wallets", "inventory", "friendships", "lobby_members")
"""Tables of which few rows are sorted: a player's by the catalog's keys, friends, and who sat with whom of late."""


@dataclass(frozen=True)
class Sent:
    """A statement as it was sent."""

    text: str
    parameters: Any


@contextmanager
def recorded(database: Database) -> Iterator[list[Sent]]:
    """Every statement that is sent while the block lasts."""
    sent: list[Sent] = []

    def saw(_connection: object, _cursor: object, text: str, parameters: Any, _context: object, many: bool) -> None:
        sent.append(Sent(text, parameters[0] if many else parameters))

    def read(statements: Sequence[StatementText]) -> None:
        sent.append(Sent("BEGIN", ()))
        sent.extend(Sent(text, parameters) for text, parameters in statements)

    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", saw)
    database.read_listeners.append(read)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", saw)
        database.read_listeners.remove(read)


@contextmanager
def counted_trips(database: Database) -> Iterator[Callable[[], int]]:
    """How often the database was gone to and waited for while the block lasts.

    A read of a SQLite file in one of its threads is one trip, as is a single statement to PostgreSQL. In a transaction
    each statement is at least one, and so are its begin and its end.
    """
    begun: list[bool] = []
    sent: list[bool] = []

    def began(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            begun.append(True)

    def saw(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if not text.startswith("BEGIN"):
            sent.append(True)

    def read(_statements: Sequence[StatementText]) -> None:
        sent.append(True)

    engine = database.engine.sync_engine
    sa.event.listen(engine, "begin", began)
    sa.event.listen(engine, "before_cursor_execute", saw)
    database.read_listeners.append(read)
    try:
        yield lambda: len(sent) + 2 * len(begun)
    finally:
        sa.event.remove(engine, "begin", began)
        sa.event.remove(engine, "before_cursor_execute", saw)
        database.read_listeners.remove(read)


async def walks(database: Database, sent: list[Sent], most: int, *, as_if_large: bool = False) -> list[str]:
    """What is wrong with the plans of these statements: a growing table walked from end to end, or too many rows met.

    On PostgreSQL both for the values that were sent, and for the plan that it keeps for any values. With `as_if_large`
    it walks only where no index serves: to look up twenty ids costs more than to walk through a few thousand rows.
    """
    found: list[str] = []
    for statement in dict.fromkeys(each.text for each in sent if _is_planned(each.text)):
        one = next(each for each in sent if each.text == statement)
        if database.postgresql:
            faults = await _postgresql(database, one, most, as_if_large=as_if_large)
        else:
            faults = await _sqlite(database, one)
        found += [f"{fault} in {statement}" for fault in faults]
    return found


def fans_out(sent: list[Sent]) -> list[str]:
    """Statements that join a table to a limited subquery without naming the studio for the table itself.

    Where rows are distributed by studio, such a statement asks every machine.
    """
    found: list[str] = []
    for text in dict.fromkeys(each.text for each in sent if "LIMIT" in each.text):
        for named, alias in re.findall(r"\) AS \w+ JOIN (\w+)(?: AS (\w+))?", text):
            if not re.search(rf"\b{alias or named}\.studio_id = [$?:]", text):
                found.append(f"{named} in {text}")
    return found


def _is_planned(text: str) -> bool:
    return text.lstrip().split(maxsplit=1)[0].upper() in ("SELECT", "UPDATE", "DELETE")


async def steps_of(database: Database, statement: Sent) -> list[str]:
    """The steps of SQLite's plan for a statement, in its own words."""
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters)
        return [str(row[3]) for row in rows]


async def _sqlite(database: Database, statement: Sent) -> list[str]:
    lines = await steps_of(database, statement)
    faults = [line for line in lines if (met := re.match(r"SCAN (\w+)", line)) and met[1] in GROWING]
    sorted_whole = any("TEMP B-TREE FOR ORDER BY" in line for line in lines)
    if sorted_whole and not any(f" {table}" in statement.text for table in FEW_OF_EACH):
        faults.append("all that matches is sorted")
    return faults


async def _postgresql(database: Database, statement: Sent, most: int, *, as_if_large: bool) -> list[str]:
    selects = statement.text.lstrip().upper().startswith("SELECT")
    how = "ANALYZE, TIMING OFF, FORMAT JSON" if selects else "FORMAT JSON"
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql(f"SET enable_seqscan = {'off' if as_if_large else 'on'}")
        rows = await connection.exec_driver_sql(f"EXPLAIN ({how}) {statement.text}", statement.parameters)
        plan = rows.scalar()
        await connection.rollback()
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        kept_settings = (
            f"SET enable_seqscan = {'off' if as_if_large else 'on'}; SET plan_cache_mode = force_generic_plan"
        )
        await raw.execute(f"{kept_settings}; PREPARE kept AS {statement.text}")
        any_values = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", statement.text))))
        whatever = f"({any_values})" if any_values else ""
        kept = await raw.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE kept{whatever}")
        await raw.execute("DEALLOCATE kept; RESET plan_cache_mode; RESET enable_seqscan")
    faults = [*_faults(plan[0]["Plan"], most)]
    return faults + [f"{fault} (kept plan)" for fault in _faults(kept[0]["Plan"], most)]


def _faults(node: dict[str, Any], most: int) -> Iterator[str]:
    table = node.get("Relation Name")
    if table in GROWING:
        if node["Node Type"] == "Seq Scan":
            yield f"a walk through {table}"
        met = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)) * node.get("Actual Loops", 1)
        if met > most:
            yield f"{met:.0f} rows of {table} met by {node.get('Index Name', node['Node Type'])}"
    for child in node.get("Plans", ()):
        yield from _faults(child, most)

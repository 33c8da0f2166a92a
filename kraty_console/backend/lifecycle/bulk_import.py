"""Import players, balances and items, up to a thousand rows at a time.

One transaction for all rows: a refused row is reported and changes nothing, the others are kept. Every row has its own
idempotency key; players are created and locked, and their holdings read, in a few statements for all rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_inventory, change_wallet
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import idempotency, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.tables import IdempotencyRecord, PlayerRecord
from kraty_console.backend.storage.tables.record import OwnedByPlayer, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

MOST_ROWS: Final = 1000
REASON: Final = "migration"
"""The ledger reason of a row without one."""

PLAYERS: Final = "migrate.players"
WALLET: Final = "migrate.wallet"
INVENTORY: Final = "migrate.inventory"


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One valid row; `fields` are its fields on the wire, except the key."""

    index: int
    external_id: str
    key: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """A refused row with the reason."""

    index: int
    external_id: str | None
    code: Code
    message: str


_WALLETS: Final = (tables.wallets, "economy_key", "economyKey")
_INVENTORY: Final = (tables.inventory, "item_key", "itemKey")

Check = Callable[[ImportLine], Awaitable[None]]
Apply = Callable[[ImportLine, PlayerRecord], Awaitable[None]]


async def import_players(
    tx: Transaction, ctx: Context, lines: Sequence[ImportLine], failures: Sequence[ImportFailure]
) -> RuleResult:
    """Create players, or update the e-mail and last context of existing ones."""
    imported = replace(ctx, importing=True)

    async def apply(line: ImportLine, _player: PlayerRecord) -> None:
        fields = line.fields
        await players.upsert(
            tx, imported, line.external_id, email=fields.get("email"), context=fields.get("contextSnapshot")
        )

    return await _import(tx, imported, PLAYERS, lines, failures, _accept_any, apply)


async def import_wallet(
    tx: Transaction, ctx: Context, lines: Sequence[ImportLine], failures: Sequence[ImportFailure]
) -> RuleResult:
    """Import balances. A row fails with `unknown_currency`, or `conflict` if a balance would be too large."""
    imported = replace(ctx, importing=True)

    async def check(line: ImportLine) -> None:
        key = line.fields["economyKey"]
        currency = await definitions.currency(tx, ctx, key)
        if currency is None or currency.archived_at is not None:
            raise RuleError(Code.UNKNOWN_CURRENCY, f"Currency '{key}' is not in the catalog")

    async def apply(line: ImportLine, player: PlayerRecord) -> None:
        fields = line.fields
        change = LedgerChange(fields["economyKey"], fields["amount"], fields.get("reason") or REASON, line.key)
        await change_wallet(tx, imported, player, change)

    return await _import(tx, imported, WALLET, lines, failures, check, apply, _WALLETS)


async def import_inventory(
    tx: Transaction, ctx: Context, lines: Sequence[ImportLine], failures: Sequence[ImportFailure]
) -> RuleResult:
    """Add items; a row's parameters are stored with the holding. A row fails with `unknown_item`.

    Every row fails with `conflict` if the studio keeps its own inventory.
    """
    imported = replace(ctx, importing=True)
    inert = (await definitions.game(tx, ctx)).inventory_management == "studio"

    async def check(line: ImportLine) -> None:
        key = line.fields["itemKey"]
        if inert:
            raise RuleError(Code.CONFLICT, "the studio keeps the inventory of this game itself")
        item = await definitions.item(tx, ctx, key)
        if item is None or item.archived_at is not None:
            raise RuleError(Code.UNKNOWN_ITEM, f"Item '{key}' is not in the catalog")

    async def apply(line: ImportLine, player: PlayerRecord) -> None:
        fields = line.fields
        key = fields["itemKey"]
        change = LedgerChange(
            key, fields["quantity"], fields.get("reason") or REASON, line.key, fields.get("parameters")
        )
        await change_inventory(tx, imported, player, change)

    return await _import(tx, imported, INVENTORY, lines, failures, check, apply, _INVENTORY)


async def _accept_any(_line: ImportLine) -> None:
    """No check: nothing in the row can be unknown."""


async def _import(
    tx: Transaction,
    ctx: Context,
    operation: str,
    lines: Sequence[ImportLine],
    failures: Sequence[ImportFailure],
    check: Check,
    apply: Apply,
    holdings: tuple[RecordTable[OwnedByPlayer], str, str] | None = None,
) -> RuleResult:
    """Import the lines in order; `holdings` names the table that they add to, its key, and the line's field."""
    failed = {each.index: each for each in failures}
    fresh, repeated = await _new_lines(tx, ctx, operation, lines, failed)
    known = [line for line in fresh if await _succeeds(line, check(line), failed)]
    people = await _players_of(tx, ctx, sorted({line.external_id for line in known}))
    if holdings is not None:
        await _prepare(tx, ctx, holdings, [(people[line.external_id], line) for line in known])
    applied = [line for line in known if await _succeeds(line, apply(line, people[line.external_id]), failed)]
    refused = {line.key: failed[line.index] for line in fresh if line.index in failed}
    await _release_keys(tx, ctx, operation, refused)
    for line in repeated:
        if line.key in refused:
            failed[line.index] = replace(refused[line.key], index=line.index)
    skipped = len(lines) + len(failures) - len(applied) - len(failed)
    counts = {"applied": len(applied), "skipped": skipped, "failed": len(failed)}
    trail.record(tx, ctx, operation, target_kind=None, target_id=None, metadata=counts)
    return RuleResult(200, {**counts, "failures": [_serialize_failure(failed[index]) for index in sorted(failed)]})


async def _succeeds(line: ImportLine, work: Awaitable[None], failed: dict[int, ImportFailure]) -> bool:
    """Await the work on a line; False if it was refused, which is recorded."""
    try:
        await work
    except RuleError as refusal:
        failed[line.index] = ImportFailure(line.index, line.external_id, refusal.code, refusal.message)
        return False
    return True


async def _new_lines(
    tx: Transaction, ctx: Context, operation: str, lines: Sequence[ImportLine], failed: dict[int, ImportFailure]
) -> tuple[list[ImportLine], list[ImportLine]]:
    """The lines whose keys are new, and those that repeat an earlier line."""
    prints: dict[str, str] = {}
    first: list[ImportLine] = []
    repeated: list[ImportLine] = []
    for line in lines:
        print_ = idempotency.fingerprint({**line.fields, "player": line.external_id, "environment": ctx.environment})
        if line.key not in prints:
            prints[line.key] = print_
            first.append(line)
        elif prints[line.key] == print_:
            repeated.append(line)
        else:
            _conflict(line, failed)
    tenant = {"studio_id": ctx.tenant.studio_id, "game_id": ctx.tenant.game_id}
    scope = {**tenant, "operation": idempotency.scope(ctx, operation)}
    mark = dump_json({"batch": ctx.new_id()})
    kept = {**scope, "status": 200, "answer": mark, "created_at": ctx.now_ms}
    table = tables.idempotency
    await tx.insert_all_absent(table, ({**kept, "key": key, "request_hash": prints[key]} for key in sorted(prints)))

    async def records(operation: str) -> dict[str, IdempotencyRecord]:
        query = sa.select(table.c.key, table.c.request_hash, table.c.answer).where(
            *(table.columns[name] == value for name, value in {**tenant, "operation": operation}.items()),
            tx.among(table.c.key, list(prints)),
        )
        return {row.key: row for row in await tx.records(IdempotencyRecord, query)}

    stored = await records(scope["operation"])
    # Older versions recorded imports into a test environment under the operation's plain name.
    older = await records(operation) if scope["operation"] != operation else {}
    done = {key for key, row in older.items() if row.request_hash == prints[key]}
    fresh = []
    for line in first:
        if stored[line.key].answer == mark:
            if line.key not in done:
                fresh.append(line)
        elif stored[line.key].request_hash != prints[line.key]:
            _conflict(line, failed)
    return fresh, repeated


def _conflict(line: ImportLine, failed: dict[int, ImportFailure]) -> None:
    message = f"The idempotency key '{line.key}' was used before for another row"
    failed[line.index] = ImportFailure(line.index, line.external_id, Code.IDEMPOTENCY_CONFLICT, message)


async def _release_keys(tx: Transaction, ctx: Context, operation: str, keys: Iterable[str]) -> None:
    """Release the keys of refused rows, so that they can be used again."""
    column = tables.idempotency.c
    wanted = list(keys)
    if wanted:
        await tx.execute(
            tables.idempotency.delete().where(
                column.studio_id == ctx.tenant.studio_id,
                column.game_id == ctx.tenant.game_id,
                column.operation == idempotency.scope(ctx, operation),
                tx.among(column.key, wanted),
            )
        )


async def _players_of(tx: Transaction, ctx: Context, ids: Sequence[str]) -> dict[str, PlayerRecord]:
    """The players with these external ids, locked, created if needed."""
    players_by_id = await _locked(tx, ctx, ids)
    missing = [each for each in ids if each not in players_by_id]
    if missing:
        await tx.insert_all_absent(tables.players, (players.new_player(ctx, each) for each in missing))
        await player_refs.delete_alias(tx, ctx.tenant, ctx.environment, *missing)
        players_by_id |= await _locked(tx, ctx, missing)
    return players_by_id


async def _locked(tx: Transaction, ctx: Context, ids: Sequence[str]) -> dict[str, PlayerRecord]:
    rows = await tx.load(
        tables.players,
        *player_refs.in_environment(ctx.tenant, ctx.environment),
        tx.among(tables.players.c.external_player_id, ids),
        lock=True,
    )
    players_by_id = {row.external_player_id: row for row in rows}
    for external_id, row in players_by_id.items():
        players.cache_locked(tx, ctx, external_id, row)
    return players_by_id


async def _prepare(
    tx: Transaction,
    ctx: Context,
    holdings: tuple[RecordTable[OwnedByPlayer], str, str],
    lines: Sequence[tuple[PlayerRecord, ImportLine]],
) -> None:
    """Read the players' holdings at once, and create missing ones at zero."""
    table, key, field = holdings
    column = table.c
    ids = sorted({player.player_id for player, _ in lines})
    in_game = (column.studio_id == ctx.tenant.studio_id, column.game_id == ctx.tenant.game_id)
    held = {row.primary_key() for row in await tx.load(table, *in_game, tx.among(column.player_id, ids))}
    count = "balance" if table is tables.wallets else "quantity"
    for player, line in lines:
        primary_key = (*player.primary_key(), line.fields[field])
        if primary_key not in held:
            held.add(primary_key)
            owner = player.owner()
            times = {"created_at": ctx.now_ms, "updated_at": ctx.now_ms}
            tx.add(table, {**owner, key: line.fields[field], count: 0, **times})


def _serialize_failure(failure: ImportFailure) -> dict[str, Any]:
    named = {} if failure.external_id is None else {"externalPlayerId": failure.external_id}
    return {"rowIndex": failure.index, **named, "error": {"code": failure.code.value, "message": failure.message}}

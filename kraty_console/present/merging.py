"""A merge in words and columns: what it would come to, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kraty_console.present.numbers import total
from kraty_console.present.plain import table_text
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, Row
from kraty_console.present.times import exact
from kraty_console.support.measure import counted, ungrouped

if TYPE_CHECKING:
    from kraty_console.contract.server import MergeCounts, MergePlayerResult
    from kraty_console.support.merging import MergePlan, Sum

_ID_LIMIT = 80


def plan_text(plan: MergePlan, from_id: str, to_id: str) -> str:
    """What `server merge --dry-run` prints."""
    columns = (
        Column("what", "", 8, 60),
        Column("source", "FROM", 4, 24, right=True),
        Column("target", "INTO", 4, 24, right=True),
        Column("together", "TOGETHER", 8, 24, right=True),
    )
    parts = [f"{safe(from_id, limit=_ID_LIMIT)} into {safe(to_id, limit=_ID_LIMIT)}; nothing was changed.\n"]
    parts.append(table_text(columns, [_row(each) for each in plan.sums]))
    parts += [f"Note: {safe(note, limit=400)}.\n" for note in plan.notes]
    parts += [f"It would be refused: {safe(refusal, limit=400)}.\n" for refusal in plan.refusals]
    return ungrouped("\n".join(parts[:2]) + "".join(parts[2:]))


def _row(each: Sum) -> Row:
    name = safe(each.what, limit=_ID_LIMIT)
    label = SafeText(f"{name} (item)") if each.kind == "item" else name
    numbers = (each.source, each.target, each.together)
    return Row(
        each.what,
        "player",
        (Cell(label), *(Cell(total(value)) for value in numbers)),
        (each.what, *numbers),
        each.what,
        "key",
    )


def plan_json(plan: MergePlan, from_id: str, to_id: str) -> dict[str, Any]:
    """What `server merge --dry-run --json` prints."""
    return {
        "dryRun": True,
        "fromExternalPlayerId": from_id,
        "toExternalPlayerId": to_id,
        "sums": [
            {"kind": each.kind, "what": each.what, "from": each.source, "to": each.target, "together": each.together}
            for each in plan.sums
        ],
        "notes": [ungrouped(note) for note in plan.notes],
        "refusals": [ungrouped(refusal) for refusal in plan.refusals],
    }


def merged_text(result: MergePlayerResult) -> str:
    """What `server merge` prints."""
    source, target = (
        safe(each, limit=_ID_LIMIT) for each in (result.from_external_player_id, result.to_external_player_id)
    )
    if result.status == "no_op_already_merged":
        when = f", on {exact(result.merged_at)}" if result.merged_at else ""
        return f"{source} was merged into {target} before{when}; nothing was changed.\n"
    moved = ", ".join(_moved(result.counts)) or "nothing, for there was nothing"
    return ungrouped(f"{source} is merged into {target}: {moved}. The id {source} is free.\n")


def _moved(counts: MergeCounts) -> list[str]:
    named = (
        (counts.attempts_reassigned, "attempt", ""),
        (counts.grants_reassigned, "grant", ""),
        (counts.wallets_merged, "balance", ""),
        (counts.items_merged, "kind of item", "kinds of item"),
        (counts.wallet_ledger_rows_moved + counts.item_ledger_rows_moved, "ledger row", ""),
        (counts.lobbies_touched, "lobby", "lobbies"),
        (counts.leaderboards_scrubbed, "leaderboard entry", "leaderboard entries"),
    )
    return [counted(number_, one, many) for number_, one, many in named if number_]

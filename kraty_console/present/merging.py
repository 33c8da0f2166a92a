"""Text and JSON of a merge: the preview, and the result."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kraty_console.domain.formatting import counted, ungrouped
from kraty_console.present.numbers import total
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow
from kraty_console.present.text_output import table_text
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.server import MergeCounts, MergePlayerResult
    from kraty_console.domain.merging import MergePlan, Sum

_ID_LIMIT = 80


def plan_text(plan: MergePlan, from_id: str, to_id: str) -> str:
    """What `server merge --dry-run` prints."""
    columns = (
        Column("what", "", 8),
        Column("source", "FROM", 4, right=True),
        Column("target", "INTO", 4, right=True),
        Column("together", "TOGETHER", 8, right=True),
    )
    parts = [f"{safe(from_id, limit=_ID_LIMIT)} into {safe(to_id, limit=_ID_LIMIT)}; nothing was changed.\n"]
    parts.append(table_text(columns, [_row(each) for each in plan.sums]))
    parts += [f"Note: {safe(note, limit=400)}.\n" for note in plan.notes]
    parts += [f"It would be refused: {safe(refusal, limit=400)}.\n" for refusal in plan.refusals]
    return ungrouped("\n".join(parts[:2]) + "".join(parts[2:]))


def pair_text(plan: MergePlan, source: Snapshot, target: Snapshot, command: str, now: datetime) -> str:
    """The merge command and its notes, then both players side by side with the totals."""
    columns = (
        Column("what", "", 8, 19),
        Column("source", "FROM", 4, 18, right=True),
        Column("target", "INTO", 4, 18, right=True),
        Column("together", "TOGETHER", 8, 12, right=True),
    )
    who = [
        _plain_row("player", *(safe(each.player.external_player_id, limit=_ID_LIMIT) for each in (source, target))),
        _plain_row("name", *(_name(each) for each in (source, target))),
        _plain_row("e-mail", *(safe(each.player.email) for each in (source, target))),
        _plain_row("last seen", *(ago(each.player.last_seen_at, now) for each in (source, target))),
    ]
    rows = [*who, *(_row(each) for each in plan.sums)]
    notices = [f"It would be refused: {safe(each, limit=400)}." for each in plan.refusals]
    notices += [f"Note: {safe(each, limit=400)}." for each in plan.notes]
    return "\n".join(
        (
            "Nothing is changed from here: a merge takes a server key. c copies the command, which asks why:",
            f"  {safe(command, limit=1000)}",
            *notices,
            "",
            table_text(columns, rows),
        )
    )


def _name(snapshot: Snapshot) -> SafeText:
    identity = snapshot.player.display_identity
    return safe(identity.name if identity is not None else None)


def _plain_row(what: str, source: SafeText, target: SafeText) -> TableRow:
    cells = (SafeText(what), source, target, SafeText(""))
    return TableRow(what, "player", tuple(Cell(each) for each in cells), tuple(cells), what, "key")


def _row(each: Sum) -> TableRow:
    name = safe(each.what, limit=_ID_LIMIT)
    label = SafeText(f"{name} (item)") if each.kind == "item" else name
    numbers = (each.source, each.target, each.together)
    return TableRow(
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
    if result.was_merged_before:
        when = f", on {exact(result.merged_at)}" if result.merged_at else ""
        return f"{source} was merged into {target} before{when}; nothing was changed.\n"
    moved = ", ".join(_moved(result.counts)) or "nothing to move"
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

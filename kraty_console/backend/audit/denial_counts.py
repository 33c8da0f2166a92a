"""Count refused attempts beside their audit row, which is written once and never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit.serializers import AUDIT_ROW
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage.tables import AuditRecord, DenialRecord, audit, denials
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.storage.wire_forms import made

HOUR_MS: Final = 3_600_000


async def is_first(tx: Transaction, ctx: Context, route: str, audit_id: str) -> bool:
    """Count an attempt; True if it is the first of its hour, whose audit row gets this id.

    Of two first attempts at once, one waits for the other and counts as the second.
    """
    key = {
        "studio_id": ctx.tenant.studio_id,
        "hour": ctx.now_ms // HOUR_MS,
        "actor_id": ctx.actor.id or "",
        "route": route,
        "game_id": ctx.tenant.game_id if is_id(ctx.tenant.game_id) else "",
    }
    first = {"audit_id": audit_id, "first_at": ctx.now_ms, "last_at": ctx.now_ms, "count": 1}
    if await tx.insert_if_absent(denials, {**key, **first}):
        return True
    column = denials.c
    later = sa.case((column.last_at < ctx.now_ms, ctx.now_ms), else_=column.last_at)
    await tx.execute(
        sa.update(denials)
        .where(*(denials.columns[name] == value for name, value in key.items()))
        .values(count=column.count + 1, last_at=later)
    )
    return False


async def with_counts(tx: Transaction, studio_id: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put `first`, `last` and `count` into the metadata of those audit rows (in wire form) of refusals."""
    refused = {row["id"]: row for row in rows if row["outcome"] == "denied"}
    if not refused:
        return
    query = sa.select(denials.c.audit_id, denials.c.first_at, denials.c.last_at, denials.c.count)
    query = query.where(denials.c.studio_id == studio_id, tx.among(denials.c.audit_id, [*refused]))
    for denial in await tx.records(DenialRecord, query):
        add_counts(refused[denial.audit_id], denial)


def add_counts(row: dict[str, Any], denial: DenialRecord) -> None:
    """Put `first`, `last` and `count` into the metadata of the audit row (in wire form) of a refusal."""
    row["metadata"] = _counted(row["metadata"], denial.first_at, denial.last_at, denial.count)


class CountedAuditRow(AuditRecord):
    """An audit row with the `first_at`, `last_at` and `count` of its denial; None where there is none."""


def _counted(
    metadata: dict[str, Any] | None, first_at: int | None, last_at: int | None, count: int | None
) -> dict[str, Any] | None:
    if count is None:
        return metadata
    return {
        **(metadata or {}),
        "first": formats.timestamp(first_at),
        "last": formats.timestamp(last_at),
        "count": count,
    }


COUNTED_AUDIT_ROW: Final = AUDIT_ROW.with_values(
    {"metadata": made(_counted, audit.c.metadata, denials.c.first_at, denials.c.last_at, denials.c.count)}
)
"""An audit row with `first`, `last` and `count` in its metadata if it is that of a refusal."""

"""The players of an incident: who has one fault, as the backend tells of the whole game."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.client.paging import pages
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.queue_input import MOST_ROWS, InputRow

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace


@dataclass(frozen=True, slots=True)
class IncidentRows:
    """The rows of an incident, newest first; each means one attempt or grant."""

    rows: tuple[InputRow, ...]
    is_cut: bool
    """Whether there are more than a queue takes."""
    unreadable: int
    """Rows that could not be read."""


async def incident_rows(
    workspace: Workspace,
    kind: FaultKind,
    *,
    event_key: str | None = None,
    since: datetime | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> IncidentRows:
    """Read who has a fault, to the last one or as many as a queue takes.

    Raises:
        KratyError: as the client does; OperationMissing if this backend does not tell.
    """
    client = await workspace.game_client()
    rows: list[InputRow] = []
    unreadable = 0
    async for page in pages(
        lambda cursor: client.faults(kind=kind, event_key=event_key, since=since, cursor=cursor, limit=MAX_LIMIT)
    ):
        unreadable += unreadable_count(page.rows)
        for each in page.rows:
            if len(rows) == MOST_ROWS:
                return IncidentRows(tuple(rows), True, unreadable)
            rows.append(InputRow(len(rows) + 1, each.external_player_id, target_id=each.target.id))
        progress(len(rows))
    return IncidentRows(tuple(rows), False, unreadable)

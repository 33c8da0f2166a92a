"""What the rows of a timeline tell: rows that the lists of the look-up lack, and times without contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kraty_console.domain.completeness import is_provided
from kraty_console.domain.timestamps import as_utc

if TYPE_CHECKING:
    from kraty_console.contract.players import Player, Snapshot
    from kraty_console.contract.timeline import TimelineRow

GAP: Final = timedelta(days=3)
"""The shortest time without contact that is pointed out."""

_ID_OF: Final[Mapping[str, str]] = {"wallet_ledger": "ledger_id", "item_ledger": "ledger_id"}
"""The field that identifies a row of a list, if it is not `id`."""


def with_timeline_rows(snapshot: Snapshot, rows: Sequence[TimelineRow]) -> Snapshot:
    """The snapshot with the rows of a timeline that its lists do not have; lists that were not sent stay so."""
    found: dict[str, list[Any]] = {}
    for event in rows:
        for name, row in (
            ("attempts", event.attempt),
            ("grants", event.grant),
            ("lobbies", event.lobby),
            ("wallet_ledger", event.wallet),
            ("item_ledger", event.item),
            ("audit", event.ban or event.audit),
        ):
            if row is not None:
                found.setdefault(name, []).append(row)
    changed: dict[str, Any] = {}
    for name, more in found.items():
        listed, key = getattr(snapshot, name), _ID_OF.get(name, "id")
        known = {getattr(row, key) for row in listed}
        new = [row for row in more if getattr(row, key) not in known]
        if new and is_provided(snapshot, name):
            changed[name] = copy(listed)  # with the number of its unreadable rows
            changed[name].extend(new)
    return snapshot.model_copy(update=changed) if changed else snapshot


def gaps(rows: Sequence[TimelineRow], player: Player | None) -> dict[str, int]:
    """The times without contact in days, by the id of the row that follows them in a list that has the newest first.

    Args:
        rows: Newest first, without a gap of rows.
        player: Who was seen last and first at known times; None if the rows are only some kinds of events, between
            which there may have been contact.
    """
    moments = sorted({as_utc(moment) for moment in _contacts(rows, player)}, reverse=True)
    found: dict[str, int] = {}
    place = 0
    for later, earlier in pairwise(moments):
        if later - earlier < GAP:
            continue
        while place < len(rows) and not _is_before(rows[place], later):
            place += 1
        if 0 < place < len(rows):
            row_id = rows[place].id
            found[row_id] = max(found.get(row_id, 0), (later - earlier).days)
    return found


def _is_before(event: TimelineRow, moment: datetime) -> bool:
    return event.at is not None and as_utc(event.at) < moment


def _contacts(rows: Sequence[TimelineRow], player: Player | None) -> Iterator[datetime]:
    for event in rows:
        times: list[datetime | None] = [event.at]
        if player is not None and event.attempt is not None:
            times += [event.attempt.last_progress_at, event.attempt.completed_at]
        if player is not None and event.grant is not None:
            times.append(event.grant.claimed_at)
        yield from (each for each in times if each is not None)
    if player is not None:
        yield from (each for each in (player.first_seen_at, player.last_seen_at) if each is not None)

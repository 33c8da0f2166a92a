"""What events are called, learned wherever a name stands beside an id, for rows that carry the id alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from kraty_console.domain.labels import localized

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Lobby, Snapshot

    Row = TypeVar("Row", Attempt, Lobby)

MOST: Final = 2_000
"""Names that are kept; the one learned first goes first."""

LONGEST: Final = 200
"""Characters of an id or a name; what is longer is none."""


class EventNames(Mapping[str, str]):
    """Names by event id. What a person wrote down wins over what was learned."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """Start with the profile's own table."""
        self._own = dict(own or {})
        self._learned: dict[str, str] = {}

    def __getitem__(self, event_id: str) -> str:
        name = self._own.get(event_id)
        return name if name is not None else self._learned[event_id]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._learned, **self._own})

    def __len__(self) -> int:
        return len({**self._learned, **self._own})

    def learn(self, snapshot: Snapshot) -> bool:
        """Take in the names of a player's rows; True when one was new or has changed."""
        rows: tuple[Attempt | Lobby, ...] = (*snapshot.lobbies, *snapshot.attempts)
        told = [(row.event_id, row.event_key, row.event_name) for row in rows]
        told += [_told(grant.model_extra) for grant in snapshot.grants]
        return self._take(told)

    def learn_audit(self, rows: Iterable[AuditRow]) -> bool:
        """Take in the names of audit rows: what they were about, before and after; True as in `learn`."""
        return self._take(_told(each) for row in rows for each in (row.before, row.after, row.metadata))

    def label(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with names on the rows that have an id alone; itself where there is nothing to add."""
        changed: dict[str, Any] = {}
        for field in ("attempts", "lobbies"):
            rows = getattr(snapshot, field)
            labelled = [self._labelled(row) for row in rows]
            if any(new is not old for new, old in zip(labelled, rows, strict=True)):
                changed[field] = labelled
        return snapshot.model_copy(update=changed) if changed else snapshot

    def to_json(self) -> dict[str, str]:
        """What was learned, to be kept; the profile's own table is kept elsewhere."""
        return dict(self._learned)

    @classmethod
    def from_json(cls, kept: object, own: Mapping[str, str] | None = None) -> EventNames:
        """What was learned before; whatever is unusable in it is left out."""
        names = cls(own)
        if isinstance(kept, Mapping):
            names._take((event_id, name, None) for event_id, name in kept.items())
        return names

    def _labelled(self, row: Row) -> Row:
        if row.event_key or localized(row.event_name) or not row.event_id:
            return row
        name = self.get(row.event_id)
        return row if name is None or name == row.event_label else row.model_copy(update={"event_label": name})

    def _take(self, told: Iterable[tuple[Any, Any, Any]]) -> bool:
        before = dict(self._learned)
        for event_id, key, name in told:
            called = key if isinstance(key, str) and key else localized(name)
            if _usable(event_id) and _usable(called):
                self._learned[event_id] = called
        for oldest in list(self._learned)[: max(0, len(self._learned) - MOST)]:
            del self._learned[oldest]
        return self._learned != before


def _told(said: object) -> tuple[Any, Any, Any]:
    """Id, key and name of an event as a JSON object tells them."""
    if not isinstance(said, Mapping):
        return None, None, None
    return said.get("eventId"), said.get("eventKey"), said.get("eventName")


def _usable(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and 0 < len(text) <= LONGEST

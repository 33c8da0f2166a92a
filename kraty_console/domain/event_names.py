"""Event names, learned from rows that have both name and id, for rows that have only the id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from kraty_console.domain.labels import localized

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Lobby, Snapshot

    Row = TypeVar("Row", Attempt, Lobby)

MOST: Final = 2_000
"""Maximum number of names; the oldest is dropped first."""

LONGEST: Final = 200
"""Maximum length of an id or a name, in characters; longer ones are ignored."""


class EventNames(Mapping[str, str]):
    """Event names by id. Configured names win over learned ones."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """`own` holds the names from the profile."""
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
        """Learn the names in a player's rows; True when a name is new or has changed."""
        rows: tuple[Attempt | Lobby, ...] = (*snapshot.lobbies, *snapshot.attempts)
        events = [(row.event_id, row.event_key, row.event_name) for row in rows]
        events += [_event_of(grant.model_extra) for grant in snapshot.grants]
        return self._take(events)

    def learn_audit(self, rows: Iterable[AuditRow]) -> bool:
        """Learn the names in audit rows; True when a name is new or has changed."""
        return self._take(_event_of(each) for row in rows for each in (row.before, row.after, row.metadata))

    def label(self, snapshot: Snapshot) -> Snapshot:
        """A copy of the snapshot with names on rows that have only an id; the snapshot itself if nothing changes."""
        changed: dict[str, Any] = {}
        for field in ("attempts", "lobbies"):
            rows = getattr(snapshot, field)
            labelled = [self._labelled(row) for row in rows]
            if any(new is not old for new, old in zip(labelled, rows, strict=True)):
                changed[field] = labelled
        return snapshot.model_copy(update=changed) if changed else snapshot

    def to_json(self) -> dict[str, str]:
        """The learned names, without those of the profile."""
        return dict(self._learned)

    @classmethod
    def from_json(cls, kept: object, own: Mapping[str, str] | None = None) -> EventNames:
        """Restore learned names; invalid entries are skipped."""
        names = cls(own)
        if isinstance(kept, Mapping):
            names._take((event_id, name, None) for event_id, name in kept.items())
        return names

    def _labelled(self, row: Row) -> Row:
        if row.event_key or localized(row.event_name) or not row.event_id:
            return row
        name = self.get(row.event_id)
        return row if name is None or name == row.event_label else row.model_copy(update={"event_label": name})

    def _take(self, events: Iterable[tuple[Any, Any, Any]]) -> bool:
        before = dict(self._learned)
        for event_id, key, name in events:
            called = key if isinstance(key, str) and key else localized(name)
            if _usable(event_id) and _usable(called):
                self._learned[event_id] = called
        for oldest in list(self._learned)[: max(0, len(self._learned) - MOST)]:
            del self._learned[oldest]
        return self._learned != before


def _event_of(value: object) -> tuple[Any, Any, Any]:
    """Id, key and name of the event in a JSON object."""
    if not isinstance(value, Mapping):
        return None, None, None
    return value.get("eventId"), value.get("eventKey"), value.get("eventName")


def _usable(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and 0 < len(text) <= LONGEST

"""Keeps what was computed for the snapshots used last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

T = TypeVar("T")

KEPT: Final = 2
"""Snapshots whose results are kept: the one on screen, and one that is made ready meanwhile."""


class PerSnapshot(Generic[T]):
    """What `make` returns for a snapshot; the same result until other snapshots are used."""

    def __init__(self, make: Callable[[Snapshot], T]) -> None:
        self._make = make
        self._latest: list[tuple[Snapshot, T]] = []

    def __call__(self, snapshot: Snapshot) -> T:
        """The result of this snapshot."""
        for place, (each, result) in enumerate(self._latest):
            if each is snapshot:
                if place:
                    self._latest.insert(0, self._latest.pop(place))
                return result
        result = self._make(snapshot)
        self._latest = [(snapshot, result), *self._latest[: KEPT - 1]]
        return result

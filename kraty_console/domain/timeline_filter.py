"""The filter of the timeline: `kind:grant,wallet gold` shows grants and ledger rows that hold `gold`."""

from __future__ import annotations

from typing import NamedTuple

from kraty_console.contract.timeline_kinds import TimelineKind

_PREFIX = "kind:"


class TimelineFilter(NamedTuple):
    """What of a timeline to show."""

    kinds: tuple[TimelineKind, ...] = ()
    """Only these kinds of events; empty for all."""
    text: str = ""
    """Only rows that hold this text."""
    unknown: str = ""
    """What was typed as a kind and is the beginning of none."""

    @property
    def typed(self) -> str:
        """The filter as one types it."""
        return " ".join(part for part in (f"{_PREFIX}{','.join(self.kinds)}" if self.kinds else "", self.text) if part)


def read_timeline_filter(typed: str) -> TimelineFilter:
    """Read a filter. A kind may be shortened to its beginning, which may then mean several kinds."""
    kinds: set[TimelineKind] = set()
    words: list[str] = []
    unknown = ""
    for word in typed.split():
        if not word.lower().startswith(_PREFIX):
            words.append(word)
            continue
        for name in filter(None, word[len(_PREFIX) :].lower().split(",")):
            meant = [kind for kind in TimelineKind if kind.startswith(name)]
            kinds.update(meant)
            unknown = unknown or ("" if meant else name)
    return TimelineFilter(tuple(kind for kind in TimelineKind if kind in kinds), " ".join(words), unknown)

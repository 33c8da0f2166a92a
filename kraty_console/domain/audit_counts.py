"""Counts of audit rows while the log is read."""

from __future__ import annotations

from dataclasses import dataclass

from kraty_console.domain.completeness import unreadable_words
from kraty_console.domain.formatting import counted


@dataclass(slots=True)
class AuditCounts:
    """What was read."""

    read: int = 0
    matched: int = 0
    unreadable: int = 0
    undecided: int = 0
    """Rows without what the filter asks for."""
    is_cut: bool = False
    """Whether the limit ended it."""

    def shortcomings(self) -> list[str]:
        """What keeps the rows from being complete, without full stop."""
        words = [unreadable_words(self.unreadable, "audit row")] if self.unreadable else []
        if self.undecided:
            lacks = "lacks" if self.undecided == 1 else "lack"
            words.append(f"{counted(self.undecided, 'audit row')} {lacks} what the filter asks for")
        return words

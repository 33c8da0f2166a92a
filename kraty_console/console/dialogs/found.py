"""What a pasted text names, where that is more than one player, or not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.domain.finding import matched_words
from kraty_console.domain.formatting import counted
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.text_search import FoundInText
    from kraty_console.domain.finding import TextHit

_ID_CELLS = 40


class FoundDialog(PickDialog):
    """Returns the index of the chosen hit as text, None if closed."""

    def __init__(self, found: FoundInText) -> None:
        super().__init__(
            "Found in the text",
            [_row(found, place, hit) for place, hit in enumerate(found.decision.hits)],
            empty="nothing of the text is known",
        )
        self._more = "; ".join(
            words
            for words in (
                found.not_searched,
                f"{counted(found.not_looked_up, 'part')} of the text not looked up" if found.not_looked_up else "",
                f"{counted(found.unreadable, 'match', 'matches')} could not be read" if found.unreadable else "",
            )
            if words
        )

    def about(self, row: MenuRow | None) -> str:
        """Why the row cannot be opened, and what else there may be."""
        why = "this is about no player; l shows the audit log, h the deliveries" if row is not None and row.off else ""
        return "; ".join(words for words in (why, self._more) if words) or super().about(row)

    def choose(self, row: MenuRow) -> None:
        """A row of no player cannot be opened."""
        if not row.off:
            super().choose(row)


def _row(found: FoundInText, place: int, hit: TextHit) -> MenuRow:
    """A player, with what matched and the name that others see."""
    matched = matched_words(hit, found.pasted.candidates[hit.place])
    name = f" · {safe(hit.name, limit=40)}" if hit.name else ""
    player = "—" if hit.player is None else safe(hit.player, limit=_ID_CELLS)
    return MenuRow(str(place), player, f"{safe(matched, limit=80)}{name}", off=hit.player is None)

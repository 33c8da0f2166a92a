"""What an event of the timeline came from and led to, where that is more than one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.domain.scopes import PANE_OF, pane
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.domain.timeline_links import LinkedRow


class RelatedDialog(PickDialog):
    """Returns the index of the chosen row as text, the number of rows for the event itself, None if closed."""

    def __init__(self, rows: Sequence[LinkedRow]) -> None:
        shown = [
            MenuRow(str(place), f"{each.how}: {safe(each.name, limit=80)}", pane(PANE_OF[each.scope]).title)
            for place, each in enumerate(rows)
        ]
        super().__init__("Cause and effect", [*shown, MenuRow(str(len(rows)), "this row in full")], empty="")

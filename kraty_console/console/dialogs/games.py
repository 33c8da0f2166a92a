"""The choice of a game, for a session that may enter several under a profile that names none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.game_ref import GameRef


class GamesDialog(PickDialog):
    """Returns the index of the chosen game as text; None if closed."""

    def __init__(self, choices: Sequence[GameRef]) -> None:
        """
        Args:
            choices: The games that the session may enter.
        """
        super().__init__(
            "Which game?",
            [
                MenuRow(
                    str(number),
                    f"{safe(each.studio.name or each.studio.id, limit=40)} ▸ {safe(each.name, limit=40)}",
                    safe(each.game.role or "", limit=20),
                )
                for number, each in enumerate(choices)
            ],
            empty="this session may enter no game",
            hints="type to narrow · ↑↓ · enter choose · esc quit",
        )

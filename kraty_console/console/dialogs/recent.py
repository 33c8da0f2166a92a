"""`p`: the players opened before, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.present.safe import safe

_ID_CELLS = 60


class RecentDialog(PickDialog):
    """Returns the external id of the chosen player, None if closed."""

    def __init__(self, players: Sequence[tuple[str, str]], current: str | None = None) -> None:
        """
        Args:
            players: (external id, a few words such as "2 min ago"), newest first, ids as they are.
            current: The player to start on: the next one.
        """
        super().__init__(
            "Recent players",
            [MenuRow(player, safe(player, limit=_ID_CELLS), safe(words)) for player, words in players],
            empty="no player was opened yet; search with /",
            current=current,
        )

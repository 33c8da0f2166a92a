"""From a row to the one it came from or led to, and back again."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from kraty_console.console.player_finder import FoundPlayer
from kraty_console.console.screens.player_panes import PlayerPanes
from kraty_console.domain.finding import TextHit
from kraty_console.domain.keymap import key_label
from kraty_console.domain.related_rows import related_rows_of
from kraty_console.present.safe import safe
from kraty_console.present.table import TableRow

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.related_rows import RelatedRow
    from kraty_console.domain.scopes import PaneId

_NAMED: Final = 3
"""Further related rows that are named."""


class PlayerTrail(PlayerPanes):
    """Remembers the rows that were left for a related one; another pane or player forgets them."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._trail: list[tuple[PaneId, str | None]] = []

    @abstractmethod
    def show_document(self, row: TableRow, *, raw: bool) -> None:
        """Open a row, or the player, as a document."""

    def action_player_profile(self) -> None:
        """Open everything that is known of the player."""
        player = self.state.player
        self.show_document(TableRow(player, "player", (), (), player, "player id"), raw=False)

    def action_row_related(self) -> None:
        """Go to the first row that is related to the one under the cursor; the message names the others."""
        row, snapshot = self.table.row, self.state.snapshot
        if row is None or snapshot is None:
            return
        related = related_rows_of(snapshot).of(row.scope, row.id)
        if related.rows:
            self._follow(*related.rows)

    def _follow(self, target: RelatedRow, *others: RelatedRow) -> None:
        here = self.table.row
        self._trail.append((self.pane, here.id if here is not None else None))
        self.show_row(target.pane, target.row_id)
        words = f"now at {safe(target.name, limit=80)}"
        if others:
            named = ", ".join(safe(each.name, limit=40) for each in others[:_NAMED])
            more = len(others) - _NAMED
            words += f"; also related: {named}{f' and {more} more' if more > 0 else ''}"
        self.tell(f"{words} · {key_label(self.keymap['view.back'][0])} goes back", "accent")

    def show_grant(self, player: str, grant_id: str) -> None:
        """Go to a grant of a player, who is looked up unless the grant is on screen."""
        snapshot = self.state.snapshot
        target = None
        if snapshot is not None and snapshot.player.external_player_id == player:
            target = related_rows_of(snapshot).row("grant", grant_id)
        if target is not None:
            self._follow(target)
        else:
            self.open_player(player, found=FoundPlayer(player, row=TextHit(0, player, "id", "grant", grant_id)))

    def step_back(self) -> bool:
        """Return to the row that was left last; False if none was."""
        if not self._trail:
            return False
        pane, row_id = self._trail.pop()
        self.return_to(pane, row_id)
        return True

    def switch(self, pane: PaneId) -> None:
        """Show another pane; the way back is forgotten."""
        self._trail.clear()
        super().switch(pane)

    def left_player(self) -> None:
        """Another player is turned to: the rows that were left are not theirs."""
        self._trail.clear()
        super().left_player()

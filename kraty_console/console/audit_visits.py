"""From the player screen to the studio's audit log, from a row to the player concerned, and back to the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.console.player_finder import FoundPlayer
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.audit_filter import escaped, term
from kraty_console.domain.finding import TextHit
from kraty_console.domain.keymap import key_label
from kraty_console.domain.labels import short
from kraty_console.domain.scopes import PANE_OF
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.screens.audit_log import AuditListing
    from kraty_console.console.screens.player_offers import PlayerOffers
    from kraty_console.contract.audit import AuditRow

_FIND: Final = {
    "attempt": snapshot_lookup.attempt,
    "grant": snapshot_lookup.grant,
    "lobby": snapshot_lookup.lobby,
    "wallet": snapshot_lookup.balance,
    "item": snapshot_lookup.item,
    "audit": snapshot_lookup.audit,
}
"""How the targets of audit rows are found that have a row on the player screen, by kind."""


class _WayBack(NamedTuple):
    """The audit log that a player was opened from."""

    player: str
    row: AuditRow
    listing: AuditListing


class AuditVisits:
    """Opens the audit log above the player screen, and remembers the way back to it."""

    def __init__(self, screen: PlayerOffers) -> None:
        self._screen = screen
        self._way_back: _WayBack | None = None

    def open(self, shown: AuditListing | None = None, *, player: str = "", exports: bool = False) -> None:
        """Show the audit log.

        Args:
            shown: What it showed before; it begins anew without.
            player: Whose rows to show; those of all players if empty.
            exports: Open the dialog of the export, too.
        """
        from kraty_console.console.screens.audit_log import AuditLogScreen, listing  # 40 ms with its documents

        screen = self._screen
        if shown is None:
            shown = listing(term("player", escaped(player)) if player else "", screen.workspace.now())
        log = AuditLogScreen(screen.workspace, self._open_player, shown, screen.app.bottom.changes, exports=exports)
        screen.app.push_screen(log, screen.run_id)

    def _open_player(self, row: AuditRow, listing: AuditListing) -> None:
        player = row.player
        if player is None:
            return
        if player.external_player_id:
            name = player.external_player_id
            found = FoundPlayer(name, row=TextHit(0, name, "id", "audit", row.id))
            self._screen.open_player(name, found=found)
        else:
            name = player.id or ""
            self._screen.open_player(name, typed=True)
        self._way_back = _WayBack(name, row, listing)

    def forget(self) -> None:
        """Another player is opened in another way."""
        self._way_back = None

    def go_back(self, player: str) -> bool:
        """Back to the audit log that this player was opened from; False if it was not opened from there."""
        way, self._way_back = self._way_back, None
        if way is None or way.player != player:
            return False
        self.open(way.listing)
        return True

    def arrive(self, found: TextHit) -> bool:
        """The player was read: go to the row that the audit row is about. False if it was found in another way."""
        way = self._way_back
        if way is None or way.row.id != found.row_id:
            return False
        back = key_label(self._screen.keymap["app.back_or_quit"][0])
        self._go_to_target(way.row, f"; {back} goes back to the audit log")
        return True

    def go_to_target(self) -> None:
        """Go from the audit row under the cursor to the row that it is about."""
        snapshot, under_cursor = self._screen.state.snapshot, self._screen.table.row
        if snapshot is not None and under_cursor is not None:
            row = snapshot_lookup.audit(snapshot, under_cursor.id)
            if row is not None:
                self._go_to_target(row)

    def _go_to_target(self, row: AuditRow, more: str = "") -> None:
        """Go to the row that an audit row is about, or else to the audit row, as far as they were read.

        Args:
            row: The audit row.
            more: What to say, too.
        """
        screen, snapshot = self._screen, self._screen.state.snapshot
        if snapshot is None:
            return
        target, words = row.target, ""
        if target is not None and target.id and (find := _FIND.get(target.kind)) is not None:
            words = f"{target.kind} {safe(short(target.id), limit=40)}"
            if find(snapshot, target.id) is not None:
                screen.show_row(PANE_OF[target.kind], target.id)
                screen.tell(f"now at {words}{more}", "accent")
                return
        missing = f"{words} is not among the rows that were read" if words else "it names no other row"
        if snapshot_lookup.audit(snapshot, row.id) is not None:
            screen.show_row("audit", row.id)
            screen.tell(f"now at audit row {safe(short(row.id), limit=40)}; {missing}{more}", "accent")
        else:
            screen.tell(f"the audit row is not among the rows that were read; {missing}{more}", "warn")

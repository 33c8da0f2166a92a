"""The way from the player screen to the studio's audit log, and from an audit row to the row that it is about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kraty_console.console.audit_visits import AuditVisits
from kraty_console.console.screens.player_offers import PlayerOffers

if TYPE_CHECKING:
    from kraty_console.domain.finding import TextHit


class PlayerAudit(PlayerOffers):
    """Opens the audit log, and takes a player who was opened from it to the row concerned."""

    @cached_property
    def audit_visits(self) -> AuditVisits:
        """The way to the audit log and back."""
        return AuditVisits(self)

    def action_audit_open(self) -> None:
        """Show the studio's audit log."""
        self.audit_visits.open()

    def action_audit_export(self) -> None:
        """Show the audit log of the player on screen, or of the game, with the dialog of its export."""
        self.audit_visits.open(player=self.state.player if self.state.snapshot is not None else "", exports=True)

    def action_audit_player(self) -> None:
        """Go from an audit row to the row that it is about: its player is on screen already."""
        self.audit_visits.go_to_target()

    def show_found(self, row: TextHit) -> None:
        """Go to the row that led to this player."""
        if not self.audit_visits.arrive(row):
            super().show_found(row)

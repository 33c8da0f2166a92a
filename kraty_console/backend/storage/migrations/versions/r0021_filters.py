"""An index for every filter of the audit log, read game by game, and of the list of deliveries."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "r0021_filters"
down_revision = "r0020_denials"
branch_labels = None
depends_on = None

LOG: Final = {
    "ix_audit_in_game": [],
    "ix_audit_in_game_external": ["external_player_id"],
    "ix_audit_in_game_actor": ["actor_id"],
    "ix_audit_in_game_label": ["actor_label"],
    "ix_audit_in_game_action": ["action"],
    "ix_audit_in_game_ticket": ["ticket"],
    "ix_audit_in_game_outcome": ["outcome"],
}
SUPERSEDED: Final = ("external", "actor", "action", "ticket", "label", "denied")
DELIVERIES: Final = {
    "ix_webhook_deliveries_environment": "environment",
    "ix_webhook_deliveries_event_name": "event_name",
    "ix_webhook_deliveries_endpoint": "endpoint_id",
}


def upgrade() -> None:
    """Create the indexes, and drop those of the audit log that they take the place of."""
    for name, columns in LOG.items():
        op.create_index(name, "audit", ["studio_id", "game_id", *columns, "occurred_at", "audit_id"])
    for name in SUPERSEDED:
        op.drop_index(f"ix_audit_{name}", "audit")
    for name, column in DELIVERIES.items():
        op.create_index(name, "webhook_deliveries", ["studio_id", "game_id", column, "delivery_id"])

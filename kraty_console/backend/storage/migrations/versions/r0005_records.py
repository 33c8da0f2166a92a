"""Audit (append-only by the database itself), outbox, idempotency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0005_records"
down_revision = "r0004_holdings"
branch_labels = None
depends_on = None


_REFUSED = "audit rows are append-only"

_SQLITE = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    # INSERT OR REPLACE would otherwise take the place of a row.
    """CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE studio_id = NEW.studio_id AND audit_id = NEW.audit_id)
    BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END""",
)

_POSTGRESQL = (
    f"""CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
)


def upgrade() -> None:
    """Create the tables, and the triggers that keep the audit log."""
    op.create_table(
        "audit",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("audit_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=True),
        sa.Column("environment", TEXT, nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=True),
        sa.Column("actor_label", TEXT, nullable=True),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("target_kind", TEXT, nullable=True),
        sa.Column("target_id", TEXT, nullable=True),
        sa.Column("player_id", UUID, nullable=True),
        sa.Column("external_player_id", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("ticket", TEXT, nullable=True),
        sa.Column("metadata", JSON, nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("idempotency_key", TEXT, nullable=True),
        sa.Column("request_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("studio_id", "audit_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_action", "audit", ["studio_id", "action", "occurred_at", "audit_id"], unique=False)
    op.create_index("ix_audit_actor", "audit", ["studio_id", "actor_id", "occurred_at", "audit_id"], unique=False)
    op.create_index(
        "ix_audit_external", "audit", ["studio_id", "external_player_id", "occurred_at", "audit_id"], unique=False
    )
    op.create_index(
        "ix_audit_player", "audit", ["studio_id", "game_id", "player_id", "occurred_at", "audit_id"], unique=False
    )
    op.create_index("ix_audit_recent", "audit", ["studio_id", "occurred_at", "audit_id"], unique=False)
    op.create_index("ix_audit_ticket", "audit", ["studio_id", "ticket", "occurred_at", "audit_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("request_hash", TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_idempotency_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "operation", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "outbox",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("outbox_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("player_id", UUID, nullable=True),
        sa.Column("event_name", TEXT, nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_outbox_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "outbox_id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_state", "outbox", ["studio_id", "game_id", "state", "player_id", "outbox_id"], unique=False
    )

    statements = _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for statement in statements:
        op.execute(sa.text(statement))

"""Rewards settled from a frozen ranking, and rolls keyed by a secret of the game; rows that sweeps failed with.

And what erasing looks up, what comes with items, and when a score was last sent.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID

revision = "r0013_settling"
down_revision = "r0012_merging"
branch_labels = None
depends_on = None


UNSETTLED = sa.text("finalized_at IS NOT NULL AND frozen_at IS NULL")
DUE = sa.text("settled_at IS NULL")
ERASURES = sa.text("event_name = 'player.deleted' AND state <> 'forgotten'")


def upgrade() -> None:
    """Create the tables; boards that are final by now were paid for as each attempt was completed."""
    op.add_column("leaderboards", sa.Column("frozen_at", MOMENT, nullable=True))
    op.execute(sa.text("UPDATE leaderboards SET frozen_at = 0 WHERE finalized_at IS NOT NULL"))
    op.create_index(
        "ix_leaderboards_unsettled",
        "leaderboards",
        ["studio_id", "game_id", "finalized_at", "leaderboard_id"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
    op.create_table(
        "attempt_awards",
        sa.Column("studio_id", UUID, primary_key=True),
        sa.Column("game_id", UUID, primary_key=True),
        sa.Column("player_id", UUID, primary_key=True),
        sa.Column("attempt_id", UUID, primary_key=True),
        sa.Column("leaderboard_id", UUID, nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("reward", JSON, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"], ["players.studio_id", "players.game_id", "players.player_id"]
        ),
    )
    op.create_index(
        "ix_attempt_awards_due",
        "attempt_awards",
        ["studio_id", "game_id", "player_id", "attempt_id"],
        sqlite_where=DUE,
        postgresql_where=DUE,
    )
    op.create_table(
        "sweep_failures",
        sa.Column("studio_id", UUID, primary_key=True),
        sa.Column("game_id", UUID, primary_key=True),
        sa.Column("job", TEXT, primary_key=True),
        sa.Column("row_id", UUID, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", TEXT, nullable=False),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["studio_id", "game_id"], ["games.studio_id", "games.game_id"]),
    )
    op.create_index("ix_sweep_failures_retry", "sweep_failures", ["studio_id", "game_id", "job", "retry_at"])
    op.create_index(
        "ix_outbox_erasures",
        "outbox",
        ["studio_id", "game_id", "outbox_id"],
        sqlite_where=ERASURES,
        postgresql_where=ERASURES,
    )
    op.add_column("item_ledger", sa.Column("metadata", JSON, nullable=True))
    op.add_column("board_entries", sa.Column("scored_at", MOMENT, nullable=True))
    op.add_column("games", sa.Column("roll_secret", TEXT, nullable=True))
    _mint_secrets()


def _mint_secrets() -> None:
    """Give each game a secret of its own."""
    games = sa.table("games", sa.column("studio_id", UUID), sa.column("game_id", UUID), sa.column("roll_secret", TEXT))
    connection = op.get_bind()
    for studio_id, game_id in connection.execute(sa.select(games.c.studio_id, games.c.game_id)).all():
        connection.execute(
            sa.update(games)
            .where(games.c.studio_id == studio_id, games.c.game_id == game_id)
            .values(roll_secret=secrets.token_hex(32))
        )

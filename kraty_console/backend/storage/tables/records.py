"""Records that are written beside each change: audit, outbox, idempotency."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_game, tenant, where

audit: Final = sa.Table(
    "audit",
    metadata,
    sa.Column("studio_id", UUID, primary_key=True),
    sa.Column("audit_id", UUID, primary_key=True),
    sa.Column("game_id", UUID, nullable=True),
    sa.Column("environment", TEXT, nullable=True),
    sa.Column("occurred_at", MOMENT, nullable=False),
    sa.Column("actor_kind", TEXT, nullable=False),  # member, api_key, player, engine
    sa.Column("actor_id", TEXT, nullable=True),
    sa.Column("actor_label", TEXT, nullable=True),
    sa.Column("action", TEXT, nullable=False),
    sa.Column("outcome", TEXT, nullable=False),  # ok, denied
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
    sa.Index("ix_audit_recent", "studio_id", "occurred_at", "audit_id"),
    sa.Index("ix_audit_player", "studio_id", "game_id", "player_id", "occurred_at", "audit_id"),
    # One for each filter of the log, which is read game by game.
    sa.Index("ix_audit_in_game", "studio_id", "game_id", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_external", "studio_id", "game_id", "external_player_id", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_actor", "studio_id", "game_id", "actor_id", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_label", "studio_id", "game_id", "actor_label", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_action", "studio_id", "game_id", "action", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_ticket", "studio_id", "game_id", "ticket", "occurred_at", "audit_id"),
    sa.Index("ix_audit_in_game_outcome", "studio_id", "game_id", "outcome", "occurred_at", "audit_id"),
    where(
        "ix_audit_bans",
        "action IN ('player.ban', 'player.unban')",
        *("studio_id", "game_id", "player_id", "occurred_at", "audit_id"),
    ),
)

denials: Final = sa.Table(
    "denials",
    metadata,
    sa.Column("studio_id", UUID, primary_key=True),
    sa.Column("game_id", TEXT, primary_key=True),  # empty where the attempt was at none
    sa.Column("hour", sa.BigInteger, primary_key=True),  # since the epoch
    sa.Column("actor_id", TEXT, primary_key=True),
    sa.Column("route", TEXT, primary_key=True),
    sa.Column("audit_id", UUID, nullable=False),  # the row of the first attempt
    sa.Column("first_at", MOMENT, nullable=False),
    sa.Column("last_at", MOMENT, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Index("ix_denials_audit", "studio_id", "audit_id"),
)

outbox: Final = sa.Table(
    "outbox",
    metadata,
    *tenant(),
    sa.Column("outbox_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("player_id", UUID, nullable=True),
    sa.Column("event_name", TEXT, nullable=False),
    sa.Column("payload", JSON, nullable=False),
    sa.Column("occurred_at", MOMENT, nullable=False),
    sa.Column("state", TEXT, nullable=False, default="pending"),
    of_game(),
    where("ix_outbox_pending", "state = 'pending'", "studio_id", "game_id", "outbox_id"),
    where(
        "ix_outbox_erasures",
        "event_name = 'player.deleted' AND state <> 'forgotten'",
        *("studio_id", "game_id", "outbox_id"),
    ),
)

idempotency: Final = sa.Table(
    "idempotency",
    metadata,
    *tenant(),
    sa.Column("operation", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("request_hash", TEXT, nullable=False),  # SHA-256, hex
    sa.Column("status", sa.Integer, nullable=True),
    sa.Column("answer", TEXT, nullable=True),  # the JSON of `data`, or of `error` when the answer was one
    sa.Column("created_at", MOMENT, nullable=False),
    of_game(),
)

sweep_failures: Final = sa.Table(
    "sweep_failures",
    metadata,
    *tenant(),
    sa.Column("job", TEXT, primary_key=True),
    sa.Column("row_id", UUID, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", TEXT, nullable=False),  # the kind of the last failure; its text may quote what a player wrote
    sa.Column("failed_at", MOMENT, nullable=False),
    sa.Column("retry_at", MOMENT, nullable=False),  # the row is left alone until then
    of_game(),
    sa.Index("ix_sweep_failures_retry", "studio_id", "game_id", "job", "retry_at"),
)

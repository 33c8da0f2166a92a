"""Records that are written beside each change: audit, outbox, idempotency."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import (
    BIGINT,
    INTEGER,
    JSON,
    MOMENT,
    TEXT,
    UUID,
    of_game,
    of_player,
    where,
)
from kraty_console.backend.storage.tables.record import OwnedByGame, OwnedByPlayer, Record, column, key, optional, table


class AuditRecord(Record):
    """A row of the audit log."""

    studio_id = key(UUID)
    audit_id = key(UUID)
    game_id = optional(UUID)
    environment = optional(TEXT)
    occurred_at = column(MOMENT)
    actor_kind = column(TEXT)  # member, api_key, player, engine
    actor_id = optional(TEXT)
    actor_label = optional(TEXT)
    action = column(TEXT)
    outcome = column(TEXT)  # ok, denied
    target_kind = optional(TEXT)
    target_id = optional(TEXT)
    player_id = optional(UUID)
    external_player_id = optional(TEXT)
    reason = optional(TEXT)
    ticket = optional(TEXT)
    metadata = optional(JSON)
    before = optional(JSON)
    after = optional(JSON)
    idempotency_key = optional(TEXT)
    request_id = optional(TEXT)


audit: Final = table(
    "audit",
    AuditRecord,
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
    where(
        "ix_audit_corrections",
        "action = 'audit.correct'",
        *("studio_id", "game_id", "target_id", "occurred_at", "audit_id"),
    ),
)


class PlayerNoteRecord(OwnedByPlayer):
    """A note of the support staff on a player."""

    note_id = key(UUID)
    created_at = column(MOMENT)
    author_kind = column(TEXT)  # member
    author_id = optional(TEXT)
    author_label = optional(TEXT)
    text = column(TEXT)
    ticket = optional(TEXT)


player_notes: Final = table(
    "player_notes",
    PlayerNoteRecord,
    of_player(),
    sa.Index("ix_player_notes_recent", "studio_id", "game_id", "player_id", "created_at", "note_id"),
)


class DenialRecord(Record):
    """How often an actor was refused on a route in one hour."""

    studio_id = key(UUID)
    game_id = key(TEXT)  # empty where the attempt was at none
    hour = key(BIGINT)  # since the epoch
    actor_id = key(TEXT)
    route = key(TEXT)
    audit_id = column(UUID)  # the row of the first attempt
    first_at = column(MOMENT)
    last_at = column(MOMENT)
    count = column(BIGINT)


denials: Final = table(
    "denials",
    DenialRecord,
    sa.Index("ix_denials_audit", "studio_id", "audit_id"),
)


class OutboxRecord(OwnedByGame):
    """An event to be sent to webhook endpoints."""

    outbox_id = key(UUID)
    environment = column(TEXT)
    player_id = optional(UUID)
    event_name = column(TEXT)
    payload = column(JSON)
    occurred_at = column(MOMENT)
    state = column(TEXT, default="pending")


outbox: Final = table(
    "outbox",
    OutboxRecord,
    of_game(),
    where("ix_outbox_pending", "state = 'pending'", "studio_id", "game_id", "outbox_id"),
    where(
        "ix_outbox_erasures",
        "event_name = 'player.deleted' AND state <> 'forgotten'",
        *("studio_id", "game_id", "outbox_id"),
    ),
)


class IdempotencyRecord(OwnedByGame):
    """An idempotency key and the answer kept with it."""

    operation = key(TEXT)
    key = key(TEXT)
    request_hash = column(TEXT)  # SHA-256, hex
    status = optional(INTEGER)
    answer = optional(TEXT)  # the JSON of `data`, or of `error` when the answer was one
    created_at = column(MOMENT)


idempotency: Final = table(
    "idempotency",
    IdempotencyRecord,
    of_game(),
)


class SweepFailureRecord(OwnedByGame):
    """A row that a scheduled job could not process."""

    job = key(TEXT)
    row_id = key(UUID)
    failures = column(INTEGER)
    error = column(TEXT)  # the kind of the last failure; its text may quote what a player wrote
    failed_at = column(MOMENT)
    retry_at = column(MOMENT)  # the row is left alone until then


sweep_failures: Final = table(
    "sweep_failures",
    SweepFailureRecord,
    of_game(),
    sa.Index("ix_sweep_failures_retry", "studio_id", "game_id", "job", "retry_at"),
)

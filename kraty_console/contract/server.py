"""Answers of `/server/v1`, except the look-up, which the admin surface shares (contract/SERVER.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.players import Identity
from kraty_console.contract.wire import Answer

MERGED = "merged"
ALREADY_MERGED = "no_op_already_merged"

ERASED = "erased"
NEVER_EXISTED = "no_op_never_existed"


class MergeCounts(Answer):
    """How much a merge moved; all 0 if it was already done."""

    attempts_reassigned: int = 0
    grants_reassigned: int = 0
    items_merged: int = 0
    """Number of item keys, not quantities."""
    item_ledger_rows_moved: int = 0
    wallets_merged: int = 0
    """Number of balances, not amounts."""
    wallet_ledger_rows_moved: int = 0
    lobbies_touched: int = 0
    leaderboards_scrubbed: int = 0
    """Leaderboards that the source was on."""


class MergePlayerResult(Answer):
    """The result of a merge (contract/SERVER.md#merge)."""

    from_player_id: str
    from_external_player_id: str
    to_player_id: str
    to_external_player_id: str
    anonymized_external_player_id: str | None = None
    """The source's new external id."""
    counts: MergeCounts = Field(default_factory=MergeCounts)
    merged_at: datetime | None = None
    status: str = ""
    """`merged` or `no_op_already_merged`."""

    @property
    def was_merged_before(self) -> bool:
        """Whether nothing was changed, because the players had been merged already."""
        return self.status == ALREADY_MERGED


class DeletePlayerResult(Answer):
    """The result of an erasure (contract/SERVER.md#delete)."""

    player_id: str | None = None
    external_player_id: str
    """The requested id."""
    anonymized_external_id: str | None = None
    """The row's new external id; None if the id never existed."""
    deleted_at: datetime | None = None
    attempts_anonymized: int = 0
    lobbies_anonymized: int = 0
    leaderboards_scrubbed: int = 0
    status: str = ""
    """`erased`, `no_op_already_erased` or `no_op_never_existed`."""


class ExportedPlayer(Answer):
    """The player of an export."""

    id: str
    external_player_id: str
    studio_id: str | None = None
    game_id: str | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_context_snapshot: dict[str, Any] | None = None
    registered_at: datetime | None = None
    secret_rotated_at: datetime | None = None
    deleted_at: datetime | None = None


class ExportedLobby(Answer):
    """A lobby in which the player had a seat."""

    id: str
    event_id: str | None = None
    status: str = ""
    created_at: datetime | None = None


class PlayerExport(Answer):
    """All data of a player, for a data access request (contract/SERVER.md#export).

    Each list is newest first and has at most 1,000 rows.
    """

    schema_version: int = 1
    exported_at: datetime | None = None
    player: ExportedPlayer
    attempts: list[dict[str, Any]] = Field(default_factory=list)
    grants: list[dict[str, Any]] = Field(default_factory=list)
    inventory: list[dict[str, Any]] = Field(default_factory=list)
    wallet: list[dict[str, Any]] = Field(default_factory=list)
    lobbies: list[ExportedLobby] = Field(default_factory=list)


class IdentitySet(Answer):
    """A player's names after one was set, in both published forms (contract/SERVER.md#profile)."""

    external_player_id: str
    synthetic_identity: Identity | None = None
    """The display name, in the older form."""
    display_identity: Identity | None = None
    anonymized_identity: Identity | None = None


class EmailSet(Answer):
    """The address that support finds a player by."""

    external_player_id: str
    email: str | None = None


class PlayerBanned(Answer):
    """The current ban; `applied` is false if only the reason was updated (contract/SERVER.md#ban)."""

    player_id: str
    external_player_id: str
    banned_at: datetime
    reason: str | None = None
    applied: bool


class PlayerUnbanned(Answer):
    """`applied` is false when there was no ban to lift."""

    player_id: str
    external_player_id: str
    unbanned_at: datetime
    applied: bool


class RowError(Answer):
    """Why a row was refused."""

    code: str
    message: str = ""


class RowFailure(Answer):
    """A row of a migration that was refused."""

    row_index: int
    """Counted from 0."""
    external_player_id: str | None = None
    error: RowError


class Migrated(Answer):
    """The result of a migration call; the three numbers add up to all rows (contract/SERVER.md#migration)."""

    applied: int
    skipped: int
    """Rows that were already applied, under the same key."""
    failed: int
    failures: list[RowFailure] = Field(default_factory=list)

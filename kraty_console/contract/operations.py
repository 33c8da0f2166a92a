"""The table of operations of the admin surface (contract/README.md#admin-surface).

Client and backend take method, path, permission and models from it. A profile's `routes`, `backend serve --only`,
`health.features` and the journal use the names of operations. Four operations are published; the others follow their
pattern and may be missing on another backend.

Models are named by text and loaded on first use (`model_of`): the console reads this table before its first frame.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from pydantic import BaseModel


class Operation(StrEnum):
    """A call of the console to a backend, by name."""

    HEALTH = "health"
    ME = "me"
    END_SESSION = "end_session"
    SEARCH = "search"
    RESOLVE = "resolve"
    FAULTS = "faults"
    PLAYER = "player"
    TIMELINE = "timeline"
    NOTES = "notes"
    ATTEMPTS = "attempts"
    GRANTS = "grants"
    WALLET_LEDGER = "wallet_ledger"
    ITEM_LEDGER = "item_ledger"
    LOBBIES = "lobbies"
    PLAYER_AUDIT = "player_audit"
    CATALOG = "catalog"
    AUDIT_LOG = "audit_log"
    AUDIT_ROW = "audit_row"
    DELIVERIES = "deliveries"
    DELIVERY = "delivery"
    FORCE_COMPLETE = "force_complete"
    RETRY_ROLL = "retry_roll"
    MANUAL_GRANT = "manual_grant"
    FORCE_CLAIM = "force_claim"
    REVOKE_GRANT = "revoke_grant"
    CREDIT = "credit"
    BAN = "ban"
    UNBAN = "unban"
    ADD_NOTE = "add_note"
    CORRECT_TICKET = "correct_ticket"
    REPLAY_DELIVERY = "replay_delivery"
    DEBIT = "debit"
    MERGE = "merge"


GAME_IDS: Final = ("studioId", "gameId")
"""Ids of the game itself; they are never in a body."""

VersionedRow = Literal["attempt", "grant", "balance", "player"]
"""The kinds of rows with a version (contract/README.md#versions)."""


class OperationSpec(NamedTuple):
    """One operation. Each `{name}` in a path is one encoded segment."""

    method: str
    path: str
    """On the admin surface; empty if only a server key has the operation."""
    permission: str = ""
    """The permission that a member needs; empty if a session is enough."""
    request: str = ""
    """The model of the body of a write, as `module.Name` in `kraty_console.contract`; empty for reads."""
    answer: str = ""
    """The model of the answer's `data`, in the same form."""
    published: bool = False
    """Whether Kraty's public documents name it; the others are this project's extensions of their pattern."""
    debugger: bool = False
    """Whether `GAME_DEBUGGER` may make this write, besides `GAME_ADMIN`."""
    subject: str = ""
    """The field of the answer that a backend may give alone, as the server surface does (contract/SERVER.md#grants)."""
    key_path: str = ""
    """The path on the server surface, for a server key; empty if a key has no such call."""

    versioned: VersionedRow | None = None
    """The row whose version the write may name (contract/README.md#versions); None if it names none."""

    @property
    def is_write(self) -> bool:
        """Whether it changes something in the game; ending a session does not."""
        return bool(self.request)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def target(self) -> str:
        """The name in the path of the id of the object: `grantId`; empty if the path has none."""
        return next((name for name in reversed(self.names) if name not in GAME_IDS), "")


_STUDIO: Final = "/admin/v1/studios/{studioId}"
_GAME: Final = _STUDIO + "/games/{gameId}"
_PLAYER: Final = _GAME + "/players/{externalPlayerId}"
_ATTEMPT: Final = _GAME + "/attempts/{attemptId}"
_GRANT: Final = _GAME + "/grants/{grantId}"
_DELIVERIES: Final = _GAME + "/webhooks/deliveries"

_KEY: Final = "/server/v1"
_KEY_PLAYER: Final = _KEY + "/players/{externalPlayerId}"

_READ: Final = "player.read"
_READ_AUDIT: Final = "audit.read"
_BAN: Final = "player.ban"

OPERATIONS: Final[dict[Operation, OperationSpec]] = {
    Operation.HEALTH: OperationSpec(
        "GET", "/admin/v1/health", answer="session.Health", published=True, key_path="/admin/v1/health"
    ),
    Operation.ME: OperationSpec("GET", "/admin/v1/me", answer="session.Me", key_path=_KEY + "/ping"),
    Operation.END_SESSION: OperationSpec("DELETE", "/admin/v1/session"),
    Operation.SEARCH: OperationSpec("GET", _GAME + "/players", _READ, answer="players.SearchResult"),
    Operation.RESOLVE: OperationSpec("GET", _GAME + "/resolve", _READ, answer="resolve.Resolved"),
    Operation.FAULTS: OperationSpec("GET", _GAME + "/faults", _READ, answer="faults.FaultPage"),
    Operation.PLAYER: OperationSpec(
        "GET", _PLAYER, _READ, answer="players.Snapshot", published=True, key_path=_KEY_PLAYER
    ),
    Operation.TIMELINE: OperationSpec("GET", _PLAYER + "/timeline", _READ, answer="timeline.TimelinePage"),
    Operation.NOTES: OperationSpec("GET", _PLAYER + "/notes", _READ, answer="notes.NotePage"),
    Operation.ATTEMPTS: OperationSpec("GET", _PLAYER + "/attempts", _READ, answer="player_lists.AttemptPage"),
    Operation.GRANTS: OperationSpec("GET", _PLAYER + "/grants", _READ, answer="player_lists.GrantPage"),
    Operation.WALLET_LEDGER: OperationSpec("GET", _PLAYER + "/wallet-ledger", _READ, answer="player_lists.LedgerPage"),
    Operation.ITEM_LEDGER: OperationSpec("GET", _PLAYER + "/item-ledger", _READ, answer="player_lists.LedgerPage"),
    Operation.LOBBIES: OperationSpec("GET", _PLAYER + "/lobbies", _READ, answer="player_lists.LobbyPage"),
    Operation.PLAYER_AUDIT: OperationSpec(
        "GET", _PLAYER + "/audit", _READ_AUDIT, answer="player_lists.PlayerAuditPage"
    ),
    Operation.CATALOG: OperationSpec("GET", _GAME + "/catalog", _READ, answer="catalog.Catalog"),
    Operation.AUDIT_LOG: OperationSpec("GET", _STUDIO + "/audit-log", _READ_AUDIT, answer="audit.AuditPage"),
    Operation.AUDIT_ROW: OperationSpec("GET", _STUDIO + "/audit-log/{auditId}", _READ_AUDIT, answer="audit.AuditRow"),
    Operation.DELIVERIES: OperationSpec("GET", _DELIVERIES, _READ, answer="webhooks.DeliveryPage"),
    Operation.DELIVERY: OperationSpec("GET", _DELIVERIES + "/{deliveryId}", _READ, answer="webhooks.DeliveryDetail"),
    Operation.FORCE_COMPLETE: OperationSpec(
        "POST",
        _ATTEMPT + "/force-complete",
        "attempt.force_complete",
        "actions.ForceComplete",
        "actions.ForceCompleted",
        debugger=True,
        subject="attempt",
        versioned="attempt",
    ),
    Operation.RETRY_ROLL: OperationSpec(
        "POST",
        _ATTEMPT + "/retry-reward-roll",
        "grant.retry_reward_roll",
        "actions.RetryRewardRoll",
        "actions.RewardRolled",
        debugger=True,
        versioned="attempt",
    ),
    Operation.MANUAL_GRANT: OperationSpec(
        "POST",
        _GAME + "/grants",
        "grant.manual_create",
        "actions.ManualGrant",
        "actions.GrantCreated",
        published=True,
        subject="grant",
        key_path=_KEY_PLAYER + "/grants",
        versioned="player",
    ),
    Operation.FORCE_CLAIM: OperationSpec(
        "POST",
        _GRANT + "/force-claim",
        "grant.manual_force_claim",
        "actions.ForceClaim",
        "actions.ForceClaimed",
        published=True,
        debugger=True,
        subject="grant",
        key_path=_KEY_PLAYER + "/grants/{grantId}/ack",
        versioned="grant",
    ),
    Operation.REVOKE_GRANT: OperationSpec(
        "POST",
        _GRANT + "/revoke",
        "grant.revoke",
        "actions.RevokeGrant",
        "actions.GrantRevoked",
        subject="grant",
        versioned="grant",
    ),
    Operation.CREDIT: OperationSpec(
        "POST",
        _PLAYER + "/wallet/{economyKey}/credit",
        "wallet.credit",
        "actions.WalletCredit",
        "actions.Credited",
        key_path=_KEY_PLAYER + "/wallet/{economyKey}/credit",
        versioned="balance",
    ),
    Operation.BAN: OperationSpec(
        "POST",
        _PLAYER + "/ban",
        _BAN,
        "actions.BanPlayer",
        "actions.Banned",
        key_path=_KEY_PLAYER + "/ban",
        versioned="player",
    ),
    Operation.UNBAN: OperationSpec(
        "POST",
        _PLAYER + "/unban",
        _BAN,
        "actions.UnbanPlayer",
        "actions.Unbanned",
        key_path=_KEY_PLAYER + "/unban",
        versioned="player",
    ),
    Operation.ADD_NOTE: OperationSpec(
        "POST", _PLAYER + "/notes", "player.note", "notes.AddNote", "notes.NoteAdded", debugger=True, subject="note"
    ),
    Operation.CORRECT_TICKET: OperationSpec(
        "POST",
        _GAME + "/audit-log/{auditId}/correct-ticket",
        "audit.correct",
        "corrections.CorrectTicket",
        "corrections.TicketCorrected",
        debugger=True,
    ),
    Operation.REPLAY_DELIVERY: OperationSpec(
        "POST",
        _DELIVERIES + "/{deliveryId}/replay",
        "webhook.replay",
        "webhooks.ReplayDelivery",
        "webhooks.DeliveryReplayed",
    ),
    Operation.DEBIT: OperationSpec(
        "POST",
        "",
        request="actions.WalletDebit",
        answer="actions.Debited",
        key_path=_KEY_PLAYER + "/wallet/{economyKey}/debit",
    ),
    Operation.MERGE: OperationSpec(
        "POST",
        "",
        request="actions.MergePlayers",
        answer="actions.Merged",
        key_path=_KEY_PLAYER + "/merge-into/{targetId}",
    ),
}
"""All operations, in the order of lists."""

ADMIN_OPERATIONS: Final = {operation: spec for operation, spec in OPERATIONS.items() if spec.path}
"""The operations of the admin surface; the others need a server key."""

PlayerListName = Literal["attempts", "grants", "wallet_ledger", "item_ledger", "lobbies", "audit"]
"""A list of a player, by its name in a look-up (`Snapshot`)."""

PLAYER_LISTS: Final[dict[PlayerListName, Operation]] = {
    "attempts": Operation.ATTEMPTS,
    "grants": Operation.GRANTS,
    "wallet_ledger": Operation.WALLET_LEDGER,
    "item_ledger": Operation.ITEM_LEDGER,
    "lobbies": Operation.LOBBIES,
    "audit": Operation.PLAYER_AUDIT,
}
"""The operation that reads each list to its end (contract/README.md#lists-of-a-player)."""

PUBLISHED: Final = tuple(operation for operation, spec in OPERATIONS.items() if spec.published)
"""The operations that every Kraty has."""

CHANGED: Final = "actions.Changed"
"""The base model of the answers of all writes."""

FEATURE_PREFIX: Final = "operation:"
"""Prefix of the features in the answer of `health` that name operations; a backend that names one names all it has."""


@cache
def model_of(name: str) -> type[BaseModel]:
    """The model that a row of the table names as `module.Name`; its module is imported by the first call."""
    module, _, attribute = name.rpartition(".")
    model: type[BaseModel] = getattr(import_module(f"{__package__}.{module}"), attribute)
    return model

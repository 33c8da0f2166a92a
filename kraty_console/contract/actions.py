"""Requests of changes (strict) and their answers (contract/README.md#admin-surface)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.contract.audit import AuditLink
from kraty_console.contract.limits import (
    MAX_AMOUNT,
    MAX_BALANCE,
    MAX_ENTRIES,
    MAX_KEY,
    MAX_REASON,
    MAX_TICKET,
    MIN_KEY,
    MIN_REASON,
)
from kraty_console.contract.players import Attempt, Grant, LedgerRow
from kraty_console.contract.wire import Answer, Request


def _not_blank(reason: str) -> str:
    if len(reason.strip()) < MIN_REASON:
        raise PydanticCustomError(
            "blank", "must have {least} characters or more between its spaces", {"least": MIN_REASON}
        )
    return reason


Reason = Annotated[
    str,
    Field(min_length=MIN_REASON, max_length=MAX_REASON, json_schema_extra={"pattern": "\\S.+\\S"}),
    AfterValidator(_not_blank),
]
Ticket = Annotated[str, Field(min_length=1, max_length=MAX_TICKET)]
IdempotencyKey = Annotated[str, Field(min_length=MIN_KEY, max_length=MAX_KEY)]
Amount = Annotated[int, Field(ge=1, le=MAX_AMOUNT)]
EconomyKey = Annotated[str, Field(min_length=1, max_length=200)]
ExternalPlayerId = Annotated[str, Field(min_length=1, max_length=512)]


class ForceComplete(Request):
    """Complete an attempt that never finished (contract/README.md#force-complete)."""

    reason: Reason
    final_score: Annotated[float, Field(ge=0, le=MAX_BALANCE)] | None = None
    """From 0 to 9,007,199,254,740,991; without it the current score is kept."""
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class RetryRewardRoll(Request):
    """Roll an attempt's rewards again (contract/README.md#retry-roll)."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class CurrencyEntry(Request):
    """An amount of a currency."""

    type: Literal["currency"]
    currency_key: EconomyKey
    amount: Amount


class ItemEntry(Request):
    """A quantity of an item."""

    type: Literal["item"]
    item_key: EconomyKey
    quantity: Amount
    parameters: dict[str, Any] | None = None


class CrateEntry(Request):
    """A number of unopened crates."""

    type: Literal["crate"]
    crate_item_key: EconomyKey
    quantity: Amount


GrantEntry = Annotated[CurrencyEntry | ItemEntry | CrateEntry, Field(discriminator="type")]


class ManualGrant(Request):
    """Issue a grant to a player (contract/README.md#manual-grant)."""

    external_player_id: ExternalPlayerId
    entries: Annotated[list[GrantEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    reason: Reason
    kind: Literal["reward", "crate"] | None = None
    expires_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})] | None = None
    """An ISO-8601 time with a zone, in the future; without it the game's default applies."""
    metadata: dict[str, Any] | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ForceClaim(Request):
    """Mark a grant claimed and deliver it (contract/README.md#force-claim)."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class RevokeGrant(Request):
    """Revoke a pending grant (contract/README.md#revoke)."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class WalletCredit(Request):
    """Add to a balance (contract/README.md#wallet-credit)."""

    amount: Amount
    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class WalletDebit(Request):
    """Take from a balance, with a server key (contract/SERVER.md#wallet)."""

    amount: Amount
    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class MergePlayers(Request):
    """Merge a player into another, with a server key (contract/SERVER.md#merge)."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class BanPlayer(Request):
    """Ban a player; grants and scores are kept."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class UnbanPlayer(Request):
    """Lift the ban of a player."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class Changed(Answer):
    """Base class of the answers to changes, with the audit row."""

    audit: AuditLink | None = None


class ForceCompleted(Changed):
    """The updated attempt."""

    attempt: Attempt


class RewardRolled(Changed):
    """The attempt, and the grants that the roll created."""

    attempt: Attempt
    grants: list[Grant] = Field(default_factory=list)
    grant_count: int = 0


class GrantCreated(Changed):
    """The new grant."""

    grant: Grant


class Deposit(LedgerRow):
    """One ledger row of a claim."""


class ForceClaimed(Changed):
    """The updated grant, and the deposits of this call in wallet and inventory."""

    grant: Grant
    deposits: list[Deposit] = Field(default_factory=list)


class GrantRevoked(Changed):
    """The updated grant."""

    grant: Grant


class Credited(Changed):
    """The balance after the credit; `applied` is false on a replay."""

    economy_key: str
    balance: int | float
    applied: bool = True
    version: int | str | None = None
    """The version of the balance."""


class Banned(Changed):
    """The ban; `applied` is false if the player was banned already and only the reason was replaced."""

    player_id: str | None = None
    external_player_id: str
    banned_at: datetime | None = None
    reason: str | None = None
    applied: bool = True
    version: int | str | None = None
    """The version of the player."""


class Unbanned(Changed):
    """The lifted ban; `applied` is false if the player was not banned."""

    player_id: str | None = None
    external_player_id: str
    unbanned_at: datetime | None = None
    applied: bool = True
    version: int | str | None = None
    """The version of the player."""


class Debited(Changed):
    """The balance after the debit; `applied` is false on a replay."""

    economy_key: str
    balance: int | float
    applied: bool = True


class Merged(Changed):
    """The numbers of moved rows (contract/SERVER.md#merge); `status` is `no_op_already_merged` on a repeated merge."""

    from_external_player_id: str
    to_external_player_id: str
    counts: dict[str, int] = Field(default_factory=dict)
    merged_at: datetime | None = None
    status: str = ""

"""The changes a member can make: their requests (strict) and what they answer (contract/README.md#admin-surface)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.contract.audit import AuditLink
from kraty_console.contract.limits import MAX_AMOUNT, MAX_BALANCE, MAX_ENTRIES, MAX_REASON, MAX_TICKET, MIN_REASON
from kraty_console.contract.players import Attempt, Grant, LedgerRow
from kraty_console.contract.wire import Answer, Request


def _says_something(reason: str) -> str:
    if len(reason.strip()) < MIN_REASON:
        raise PydanticCustomError(
            "blank", "must have {least} characters or more between its spaces", {"least": MIN_REASON}
        )
    return reason


Reason = Annotated[
    str,
    Field(min_length=MIN_REASON, max_length=MAX_REASON, json_schema_extra={"pattern": "\\S.+\\S"}),
    AfterValidator(_says_something),
]
Ticket = Annotated[str, Field(min_length=1, max_length=MAX_TICKET)]
IdempotencyKey = Annotated[str, Field(min_length=8, max_length=200)]
Amount = Annotated[int, Field(ge=1, le=MAX_AMOUNT)]
EconomyKey = Annotated[str, Field(min_length=1, max_length=200)]
ExternalPlayerId = Annotated[str, Field(min_length=1, max_length=512)]


class ForceComplete(Request):
    """Complete an attempt that never finished (contract/README.md#force-complete)."""

    reason: Reason
    final_score: Annotated[float, Field(ge=0, le=MAX_BALANCE)] | None = None
    """From 0 to 9,007,199,254,740,991; left out, the current score stands."""
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class RetryRewardRoll(Request):
    """Roll an attempt's rewards again (contract/README.md#retry-roll)."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class CurrencyEntry(Request):
    """So much of a currency."""

    type: Literal["currency"]
    currency_key: EconomyKey
    amount: Amount


class ItemEntry(Request):
    """So many of an item."""

    type: Literal["item"]
    item_key: EconomyKey
    quantity: Amount
    parameters: dict[str, Any] | None = None


class CrateEntry(Request):
    """So many crates, still to be opened."""

    type: Literal["crate"]
    crate_item_key: EconomyKey
    quantity: Amount


GrantEntry = Annotated[CurrencyEntry | ItemEntry | CrateEntry, Field(discriminator="type")]


class ManualGrant(Request):
    """Give a player something (contract/README.md#manual-grant)."""

    external_player_id: ExternalPlayerId
    entries: Annotated[list[GrantEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    reason: Reason
    kind: Literal["reward", "crate"] | None = None
    expires_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})] | None = None
    """An ISO-8601 moment with a zone, in the future; left out, the game's default applies."""
    metadata: dict[str, Any] | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ForceClaim(Request):
    """Mark a grant claimed and deliver it (contract/README.md#force-claim)."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class RevokeGrant(Request):
    """Take back a grant that is still pending (contract/README.md#revoke)."""

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
    """Keep a player from playing; grants and scores stay."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class UnbanPlayer(Request):
    """Let a banned player play again."""

    reason: Reason
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class Changed(Answer):
    """What every change answers: the audit row it left."""

    audit: AuditLink | None = None


class ForceCompleted(Changed):
    """The attempt as it is now."""

    attempt: Attempt


class RewardRolled(Changed):
    """The attempt and the grants that the roll made."""

    attempt: Attempt
    grants: list[Grant] = Field(default_factory=list)
    grant_count: int = 0


class GrantCreated(Changed):
    """The new grant."""

    grant: Grant


class Deposit(LedgerRow):
    """One ledger row that a claim wrote."""


class ForceClaimed(Changed):
    """The grant as it is now, and what was put into wallet and inventory by this call (empty when nothing was)."""

    grant: Grant
    deposits: list[Deposit] = Field(default_factory=list)


class GrantRevoked(Changed):
    """The grant as it is now."""

    grant: Grant


class Credited(Changed):
    """The balance after the credit; `applied` is false on a replay."""

    economy_key: str
    balance: int | float
    applied: bool = True


class Banned(Changed):
    """The ban as it is now; `applied` is false when only the reason was refreshed."""

    player_id: str | None = None
    external_player_id: str
    banned_at: datetime | None = None
    reason: str | None = None
    applied: bool = True


class Unbanned(Changed):
    """`applied` is false when the player was not banned."""

    player_id: str | None = None
    external_player_id: str
    unbanned_at: datetime | None = None
    applied: bool = True


class Debited(Changed):
    """The balance after the debit; `applied` is false on a replay."""

    economy_key: str
    balance: int | float
    applied: bool = True


class Merged(Changed):
    """What a merge moved (contract/SERVER.md#merge); `status` says when the two were merged before."""

    from_external_player_id: str
    to_external_player_id: str
    counts: dict[str, int] = Field(default_factory=dict)
    merged_at: datetime | None = None
    status: str = ""

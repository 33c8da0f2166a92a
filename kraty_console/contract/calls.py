"""One intended change as a value: what is done to whom, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kraty_console.contract.actions import (
    BanPlayer,
    ForceClaim,
    ForceComplete,
    ManualGrant,
    RetryRewardRoll,
    UnbanPlayer,
    WalletCredit,
)

Change = ForceComplete | RetryRewardRoll | ManualGrant | ForceClaim | WalletCredit | BanPlayer | UnbanPlayer


class ActionKind(StrEnum):
    """The changes, by the name their audit rows carry (decisions: Audit rows)."""

    FORCE_COMPLETE = "attempt.force_complete"
    RETRY_REWARD_ROLL = "grant.retry_reward_roll"
    MANUAL_GRANT = "grant.manual_create"
    FORCE_CLAIM = "grant.manual_force_claim"
    WALLET_CREDIT = "wallet.credit"
    BAN = "player.ban"
    UNBAN = "player.unban"


@dataclass(frozen=True, slots=True)
class Call:
    """A change and what it is made to."""

    kind: ActionKind
    player: str
    """The external id of the player concerned, also where the route does not name it."""
    request: Change
    subject: str | None = None
    """The attempt's id, the grant's id, or the economy key; None where the player alone is meant."""

    @property
    def idempotency_key(self) -> str:
        """The key under which this change happens at most once."""
        return self.request.idempotency_key

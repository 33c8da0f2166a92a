"""The studio's support staff and its backend, which call the rules with reasons and tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kraty_console.backend.audit import corrections
from kraty_console.backend.demo.directory import Studio
from kraty_console.backend.demo.people import StaffMember
from kraty_console.backend.demo.stage import DemoStage
from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempt_rewards, attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.service import revoke
from kraty_console.backend.players import bans, notes
from kraty_console.backend.rules.context import LIVE, Actor, Context
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]

SHOP_KEY: Final = "api_key:sRabbit0"
"""How the audit log names the key that the studio's backend used in the past (contract/README.md#api-keys)."""


class DemoSupport:
    """The support desk of a studio."""

    def __init__(self, stage: DemoStage, tx: Transaction, studio: Studio, environment: str = LIVE) -> None:
        self.stage = stage
        self.environment = environment
        self._tx = tx
        self._studio = studio
        self._tickets = 4700
        self._note_stage = stage.with_ids("notes")

    def ticket(self) -> str:
        """The number of the next ticket."""
        self._tickets += 1
        return f"ZD-{self._tickets}"

    async def force_complete(
        self, who: StaffMember, attempt_id: str, reason: str, ticket: str, final_score: float | None = None
    ) -> None:
        """Force-complete a stuck attempt."""
        ctx = self._member(who, reason, ticket)
        await attempts.force_complete(self._tx, ctx, attempt_id, final_score=final_score)

    async def retry_roll(self, who: StaffMember, attempt_id: str, reason: str, ticket: str) -> list[str]:
        """Roll an attempt's rewards again; the ids of the grants."""
        answer = await attempt_rewards.retry_roll(self._tx, self._member(who, reason, ticket), attempt_id)
        return [grant["id"] for grant in answer.data["grants"]]

    async def give(
        self, who: StaffMember, player: str, entries: Sequence[Json], reason: str, ticket: str, kind: str | None = None
    ) -> str:
        """Issue a manual grant; returns its id."""
        ctx = self._member(who, reason, ticket)
        answer = await grants.create(self._tx, ctx, player, entries, kind=kind, source_kind="admin")
        grant_id: str = answer.data["grant"]["id"]
        return grant_id

    async def revoke(self, who: StaffMember, grant_id: str, reason: str, ticket: str) -> None:
        """Take a pending grant back."""
        await revoke(self._tx, self._member(who, reason, ticket), grant_id)

    async def force_claim(self, who: StaffMember, grant_id: str, reason: str, ticket: str) -> None:
        """Mark a grant claimed, and deliver it."""
        await grants.force_claim(self._tx, self._member(who, reason, ticket), grant_id)

    async def credit(
        self, who: StaffMember, player: str, economy_key: str, amount: int, reason: str, ticket: str
    ) -> str:
        """Add to a balance; the id of the audit row."""
        ctx = self._member(who, reason, ticket)
        answer = await wallet.credit(self._tx, ctx, player, economy_key, amount)
        audit_id: str = answer.data["audit"]["id"]
        return audit_id

    async def correct_ticket(self, who: StaffMember, audit_id: str, reason: str, ticket: str) -> None:
        """Correct the ticket of a change."""
        actor = self._studio.actor(who)
        ctx = self._note_stage.context(actor, "admin", self.environment, reason=reason, ticket=ticket)
        await corrections.correct_ticket(self._tx, ctx, audit_id)

    async def ban(self, who: StaffMember, player: str, reason: str, ticket: str) -> None:
        """Ban a player."""
        await bans.ban(self._tx, self._member(who, reason, ticket), player)

    async def unban(self, who: StaffMember, player: str, reason: str, ticket: str) -> None:
        """Lift a player's ban."""
        await bans.unban(self._tx, self._member(who, reason, ticket), player)

    async def note(self, who: StaffMember, player: str, text: str, ticket: str) -> None:
        """Write a note on a player."""
        ctx = self._note_stage.context(self._studio.actor(who), "admin", self.environment, ticket=ticket)
        await notes.add(self._tx, ctx, player, text)

    def _member(self, who: StaffMember, reason: str, ticket: str) -> Context:
        return self.stage.context(self._studio.actor(who), "admin", self.environment, reason=reason, ticket=ticket)


class StudioBackend:
    """The studio's backend, which delivers what players bought (contract/SERVER.md#grants)."""

    def __init__(self, stage: DemoStage, tx: Transaction, environment: str = LIVE, last_order: int = 71_200) -> None:
        self.stage = stage
        self.environment = environment
        self._tx = tx
        self._actor = Actor("api_key", SHOP_KEY, SHOP_KEY)
        self._orders = last_order

    async def deliver(
        self, player: str, entries: Sequence[Json], *, kind: str | None = None, expires_at: int | None = None
    ) -> str:
        """Grant the contents of an order; returns the grant's id."""
        self._orders += 1
        ctx = self.stage.context(self._actor, "server", self.environment, reason="iap")
        answer = await grants.create(
            self._tx,
            ctx,
            player,
            entries,
            kind=kind,
            expires_at=expires_at,
            source_kind="api",
            source_ref_id=f"order_{self._orders}",
        )
        grant_id: str = answer.data["id"]
        return grant_id

    async def acknowledge(self, player: str, grant_id: str) -> None:
        """Acknowledge a grant."""
        await grants.claim(self._tx, self.stage.context(self._actor, "server", self.environment), player, grant_id)

    async def spend(self, player: str, economy_key: str, amount: int) -> None:
        """Debit the price of a purchase in the game."""
        ctx = self.stage.context(self._actor, "server", self.environment, reason="shop_purchase")
        await wallet.debit(self._tx, ctx, player, economy_key, amount)

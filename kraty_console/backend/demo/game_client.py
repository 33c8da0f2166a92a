"""The game client of one player, which calls the rules at the stage's current time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.stage import DemoStage
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import ENGINE, LIVE, Actor, Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]


class DemoClient:
    """One player in one environment."""

    def __init__(self, stage: DemoStage, tx: Transaction, person: Person, environment: str = LIVE) -> None:
        self.stage = stage
        self.person = person
        self.environment = environment
        self._tx = tx
        self._row: PlayerRecord | None = None

    async def on(self, stage: DemoStage) -> DemoClient:
        """The same player on another stage, from which further rows get their ids."""
        other = DemoClient(stage, self._tx, self.person, self.environment)
        other._row = await self.register()
        return other

    @property
    def name(self) -> str:
        """The external id."""
        return self.person.external_id

    async def register(self) -> PlayerRecord:
        """Register the player: created on first contact, with e-mail, display name and context."""
        if self._row is None:
            self._row = players.insert_new(self._tx, self._client(), self.name)
            await players.upsert(
                self._tx,
                self._client(),
                self.name,
                email=self.person.email,
                display_name=self.person.display_name,
                context=self.person.context,
            )
        return self._row

    async def start(self, event_key: str) -> str:
        """Start an attempt; returns its id."""
        await self.register()
        answer = await attempts.start(self._tx, self._client(), self.name, event_key, context=self.person.context)
        attempt_id: str = answer.data["attempt"]["id"]
        return attempt_id

    async def report(self, attempt_id: str, **metrics: float) -> list[str]:
        """Report metrics; the ids of the grants that the attempt has since."""
        answer = await attempts.progress(self._tx, self._client(), self.name, attempt_id, metrics)
        milestones = [grant["id"] for fired in answer.data["milestonesFired"] for grant in fired["grants"]]
        return [*milestones, *(each for each in answer.data["attempt"]["grantIds"] if each not in milestones)]

    async def finish(self, attempt_id: str) -> list[str]:
        """Finish an attempt; the ids of all its grants."""
        answer = await attempts.finish(self._tx, self._client(), self.name, attempt_id)
        grant_ids: list[str] = answer.data["attempt"]["grantIds"]
        return grant_ids

    async def collect(self, grant_ids: Iterable[str]) -> None:
        """Claim what is pending, open crates and claim what they held (contract/SDK.md#collecting)."""
        for grant_id in grant_ids:
            if (await self.grant(grant_id)).status != "pending":
                continue
            if (await self.grant(grant_id)).kind == "crate":
                await self.open(grant_id)
            else:
                await grants.claim(self._tx, self._client(), self.name, grant_id)

    async def open(self, grant_id: str) -> None:
        """Open a crate and claim its contents."""
        opened = await grants.open_crate(self._tx, self._client(), self.name, grant_id)
        await grants.claim(self._tx, self._client(), self.name, opened.data["contents"]["id"])

    async def attempt(self, attempt_id: str) -> AttemptRecord:
        """An attempt of this player."""
        row = await self._tx.get(tables.attempts, *(await self.register()).primary_key(), attempt_id)
        assert row is not None, "an attempt that was started is there"
        return row

    async def grant(self, grant_id: str) -> GrantRecord:
        """A grant of this player."""
        row = await self._tx.get(tables.grants, *(await self.register()).primary_key(), grant_id)
        assert row is not None, "a grant that was made is there"
        return row

    async def join(self, lobby_id: str) -> None:
        """Take a seat in a lobby."""
        await self.register()
        await lobbies.join(self._tx, self._client(), lobby_id, self.name)

    async def expire_attempt(self, attempt_id: str) -> None:
        """The sweep that ends an overdue attempt."""
        await attempts.expire(self._tx, self._engine(), self.name, attempt_id)

    async def expire_grant(self, grant_id: str) -> None:
        """The sweep that expires unclaimed grants."""
        await grants.expire(self._tx, self._engine(), self.name, grant_id)

    def _client(self) -> Context:
        return self.stage.context(Actor("player", self.name, self.name), "sdk", self.environment)

    def _engine(self) -> Context:
        return self.stage.context(ENGINE, "engine", self.environment)

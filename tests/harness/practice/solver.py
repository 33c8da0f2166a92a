"""Somebody who solves practice tickets without a screen, well or badly, over the same routes as the console."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any

from kraty_console.client.admin import KratyClient
from kraty_console.client.server import ServerClient
from kraty_console.config.inbox import TicketState
from kraty_console.contract import actions
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.contract.players import Snapshot
from kraty_console.contract.secret import Credential, Secret
from kraty_console.practice.evaluation import PlayerStates, PracticeResult, TicketVerdict, evaluate
from kraty_console.practice.repairs import Repair, RepairKind
from kraty_console.practice.tickets import TICKETS, PracticeTicket
from kraty_console.practice.witness import read_log, read_players
from tests.harness.console.stage import NOW, DemoStage

REASON = "checked in the replay"
_OPERATIONS = {
    RepairKind.COMPLETE: Operation.FORCE_COMPLETE,
    RepairKind.ROLL: Operation.RETRY_ROLL,
    RepairKind.CLAIM: Operation.FORCE_CLAIM,
    RepairKind.REVOKE: Operation.REVOKE_GRANT,
    RepairKind.UNBAN: Operation.UNBAN,
    RepairKind.CREDIT: Operation.CREDIT,
}
_keys = count()


@dataclass(frozen=True)
class Solver:
    """Works on the players as they are in each copy of the world."""

    stage: DemoStage
    runner: asyncio.Runner
    client: KratyClient
    before: Mapping[str, Snapshot]

    @classmethod
    @contextmanager
    def on(cls, stage: DemoStage, before: Mapping[str, Snapshot] = MappingProxyType({})) -> Iterator[Solver]:
        """An administrator on a stage, where the players are as `before`."""
        credentials = stage.world.credentials
        client = KratyClient(
            stage.url,
            Credential(Secret(credentials["sessions"]["GAME_ADMIN"])),
            studio_id=credentials["studioId"],
            game_id=credentials["gameId"],
            environment="live",
        )
        with asyncio.Runner() as runner:
            yield cls(stage, runner, client, before)
            runner.run(client.close())

    def players(self, tickets: Sequence[PracticeTicket] = TICKETS) -> dict[str, Snapshot]:
        """The players of tickets as they are now."""
        return self.runner.run(read_players(self.client, [each.player for each in tickets]))

    def change(
        self,
        operation: Operation,
        player: str,
        target: str | None = None,
        *,
        ticket: str | None = None,
        reason: str | None = REASON,
        economy_key: str | None = None,
        **body: Any,
    ) -> Any:
        """Send one change; the answer."""
        request = model_of(OPERATIONS[operation].request)
        call = ChangeRequest(
            operation,
            player,
            request(**body, ticket=ticket, reason=reason, idempotency_key=f"practice-{next(_keys)}"),
            target_id=target,
            economy_key=economy_key,
        )
        return self.runner.run(self.client.send(call))

    def repair(self, ticket: PracticeTicket, repair: Repair, /, **said: str | None) -> Any:
        """Do one of the things that a ticket needs; `said` is reason and ticket, if others than the right ones."""
        words: dict[str, Any] = {"ticket": ticket.number, "reason": REASON, **said}
        if repair.kind is RepairKind.MERGE:
            return self.runner.run(self._merge(ticket.player, repair.into, words))
        if repair.kind is RepairKind.COMPLETE:
            words["final_score"] = repair.score
        if repair.kind is RepairKind.CREDIT:
            words |= {"economy_key": repair.holds, "amount": repair.amount}
        target = repair.target(self.before[ticket.player])
        return self.change(_OPERATIONS[repair.kind], ticket.player, target, **words)

    async def _merge(self, guest: str, account: str, words: Mapping[str, Any]) -> None:
        key = Secret(self.stage.world.credentials["keys"]["server_integration"])
        async with ServerClient(self.stage.url, key) as server:
            await server.players.merge(guest, account, reason=words["reason"], ticket=words["ticket"])

    def solve(self, ticket: PracticeTicket, /, **said: str | None) -> None:
        """Do all that a ticket needs."""
        for repair in ticket.repairs:
            self.repair(ticket, repair, **said)

    def credit(self, player: str, ticket: str | None, amount: int = 5) -> None:
        """A change that no ticket asks for."""
        self.change(Operation.CREDIT, player, ticket=ticket, economy_key="gold", amount=amount)

    def give(self, player: str, ticket: str | None, currency: str, amount: int) -> str:
        """Grant something by hand; the id of the grant."""
        entry = actions.CurrencyEntry(type="currency", currency_key=currency, amount=amount)
        answer = self.change(Operation.MANUAL_GRANT, player, ticket=ticket, external_player_id=player, entries=[entry])
        return str(answer.grant.id)

    def verdict(self, ticket: PracticeTicket) -> TicketVerdict:
        """What is said of one ticket, as if no other were dealt."""
        return self.judge(ticket).results[0].verdict

    def judge(self, *dealt: PracticeTicket, states: Sequence[TicketState] | None = None) -> PracticeResult:
        """Evaluate what the backend tells now of the dealt tickets, by default all; without `states` as answered."""
        tickets = dealt or TICKETS
        after = self.players(tickets)
        log = self.runner.run(read_log(self.client, NOW))
        players = {each.player: PlayerStates(self.before[each.player], after[each.player]) for each in tickets}
        answered = states or [TicketState.ANSWERED] * len(tickets)
        return evaluate(tickets, answered, [1] * len(tickets), players, log)

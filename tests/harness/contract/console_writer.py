"""The console's own writer on a backend of the tests: a client, a journal, and every change it can make."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kraty_console.backend.auth.api_keys import SERVER_INTEGRATION
from kraty_console.client.admin import KratyClient
from kraty_console.client.journal import Journal
from kraty_console.client.journal_entries import JournalEntry
from kraty_console.client.key_client import ServerKeyClient
from kraty_console.client.key_routes import KeyRouteTable
from kraty_console.client.routes import RouteTable
from kraty_console.client.writer import Writer
from kraty_console.contract import actions, notes
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from tests.harness.contract.troubled_game import TroubledGame

REASON = "the crash ate it"
TICKET = "ZD-4821"
PERSON = "maria@studio.example"

ENTRIES = [{"type": "currency", "currencyKey": "gold", "amount": 5}]

FIVE = (
    Operation.FORCE_COMPLETE,
    Operation.RETRY_ROLL,
    Operation.MANUAL_GRANT,
    Operation.FORCE_CLAIM,
    Operation.CREDIT,
)
"""What a support person does most."""


def call(world: TroubledGame, kind: Operation, *, key: str = "key-0000-0001", player: str = "alice") -> ChangeRequest:
    """A change of this kind to alice, which the world makes possible."""
    target = {
        Operation.FORCE_COMPLETE: world.attempts["stuck"],
        Operation.RETRY_ROLL: world.attempts["unrolled"],
        Operation.FORCE_CLAIM: world.grants["pending"],
        Operation.REVOKE_GRANT: world.grants["pending"],
        Operation.MERGE: "alicia",
    }
    shapes: dict[Operation, tuple[type[Any], dict[str, Any]]] = {
        Operation.FORCE_COMPLETE: (actions.ForceComplete, {"final_score": 7.0}),
        Operation.RETRY_ROLL: (actions.RetryRewardRoll, {}),
        Operation.MANUAL_GRANT: (actions.ManualGrant, {"externalPlayerId": player, "entries": ENTRIES}),
        Operation.FORCE_CLAIM: (actions.ForceClaim, {}),
        Operation.REVOKE_GRANT: (actions.RevokeGrant, {}),
        Operation.CREDIT: (actions.WalletCredit, {"amount": 30}),
        Operation.DEBIT: (actions.WalletDebit, {"amount": 3}),
        Operation.BAN: (actions.BanPlayer, {}),
        Operation.UNBAN: (actions.UnbanPlayer, {}),
        Operation.MERGE: (actions.MergePlayers, {}),
        Operation.ADD_NOTE: (notes.AddNote, {"text": REASON}),
    }
    shape, more = shapes[kind]
    request = shape.model_validate({"reason": REASON, "ticket": TICKET, "idempotency_key": key, **more})
    economy = "gold" if kind in (Operation.CREDIT, Operation.DEBIT) else None
    return ChangeRequest(kind, player, request, target_id=target.get(kind), economy_key=economy)


def prepare(world: TroubledGame, kind: Operation) -> None:
    """Make possible what is not so from the start."""
    if kind is Operation.RETRY_ROLL:
        world.mend_table()
    if kind is Operation.DEBIT:
        world.hold("alice", "gold", 100)
    if kind is Operation.UNBAN:
        assert world.serve("POST", "/players/alice/ban", {"reason": "cheating"}).status == 200


@asynccontextmanager
async def reading(world: TroubledGame, role: str = GAME_VIEWER) -> AsyncIterator[KratyClient]:
    """A client with the session of a role."""
    tenant: dict[str, Any] = {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id}
    credential = Credential(Secret(world.sessions[role]))
    client = KratyClient(f"http://127.0.0.1:{world.backend.port}", credential, **tenant, environment="live")
    try:
        yield client
    finally:
        await client.close()


@dataclass
class Writing:
    """A writer and what it works with."""

    writer: Writer
    client: KratyClient
    journal: Journal
    clock: list[datetime]
    """When it is for the journal; a test may move it."""

    async def open(self) -> list[JournalEntry]:
        """The undelivered events."""
        return await self.journal.open_entries()


@asynccontextmanager
async def writing(
    world: TroubledGame,
    folder: Path,
    *,
    role: str = GAME_ADMIN,
    uses_key: bool = False,
    routes: Callable[[], RouteTable] = RouteTable,
) -> AsyncIterator[Writing]:
    """A console's writer on a backend; with `uses_key` it speaks with the server key of the game."""
    clock = [datetime.now(UTC)]
    url = f"http://127.0.0.1:{world.backend.port}"
    tenant: dict[str, Any] = {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id}
    client: KratyClient
    if uses_key:
        credential = Credential(Secret(world.keys[SERVER_INTEGRATION]))
        client = ServerKeyClient(url, credential, **tenant, environment="live", routes=KeyRouteTable(PERSON))
    else:
        credential = Credential(Secret(world.sessions[role]))
        client = KratyClient(url, credential, **tenant, environment="live", routes=routes())
    journal = await Journal.open(folder / "state" / "journal.sqlite", clock=lambda: clock[0])
    try:
        yield Writing(Writer(client, journal, profile="x"), client, journal, clock)
    finally:
        await client.close()
        await journal.close()

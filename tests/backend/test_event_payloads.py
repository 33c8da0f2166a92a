"""The payload of every event: the ids, and the full state after the change
(contract/README.md#webhooks)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from kraty_console.backend.economy import inventory, wallet
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import bans, registration
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.contract.webhooks import Envelope, EventName
from tests.harness.backend.small_game import ALICE, DAY, HOUR, SmallGame
from tests.harness.backend.webhook_receiver import receiving
from tests.harness.backend.webhook_studio import Studio

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}
POTION = {"type": "item", "itemKey": "potion", "quantity": 2}

HAS: dict[EventName, dict[str, set[str]]] = {
    EventName.GRANT_CREATED: {"grant": {"id", "kind", "contents", "status", "sourceKind", "createdAt", "expiresAt"}},
    EventName.GRANT_EXPIRED: {"grant": {"id", "kind", "contents", "status", "expiresAt"}},
    EventName.GRANT_REVOKED: {"grant": {"id", "kind", "contents", "status", "expiresAt"}},
    EventName.WALLET_CHANGED: {
        "": {"ledgerId", "economyKey", "balance", "delta", "reason", "origin", "sourceRefId", "occurredAt"},
        "wallet": {"economyKey", "balance", "metadata", "createdAt", "updatedAt"},
    },
    EventName.INVENTORY_CHANGED: {
        "": {"ledgerId", "itemKey", "quantity", "delta", "reason", "origin", "sourceRefId", "occurredAt"},
        "item": {"itemKey", "quantity", "metadata", "createdAt", "updatedAt"},
    },
    EventName.PLAYER_REGISTERED: {"": {"registeredAt"}},
    EventName.PLAYER_BANNED: {"": {"bannedAt", "reason"}},
    EventName.PLAYER_DELETED: {"": {"anonymizedExternalId", "deletedAt", "reason", "status"}},
    EventName.PLAYER_MERGED: {
        "": {"fromPlayerId", "fromExternalPlayerId", "toPlayerId", "toExternalPlayerId", "counts", "mergedAt"},
        "counts": {
            *("attemptsReassigned", "grantsReassigned", "itemsMerged", "itemLedgerRowsMoved", "walletsMerged"),
            *("walletLedgerRowsMoved", "lobbiesTouched", "leaderboardsScrubbed"),
        },
    },
    EventName.LOBBY_CREATED: {"lobby": {"id", "eventId", "eventKey", "status", "capacity", "participantCount"}},
    EventName.LOBBY_STARTED: {"lobby": {"id", "leaderboardId", "startedAt", "endsAt", "status"}},
    EventName.LOBBY_CLOSED: {"lobby": {"id", "leaderboardId", "startedAt", "endsAt", "status"}},
    EventName.EVENT_WINDOW_OPENED: {"event": {"id", "key", "name"}, "window": {"id", "startsAt", "endsAt", "metadata"}},
    EventName.EVENT_WINDOW_CLOSED: {"": {"finalizedReason"}, "window": {"id", "startsAt", "endsAt", "metadata"}},
}


@pytest.fixture
async def studio(world: SmallGame) -> AsyncIterator[Studio]:
    made = Studio(world)
    yield made
    await made.leave()


async def live(studio: Studio) -> None:
    """Fire every event at least once."""

    async def do(rule: Any, *args: Any, player: str = ALICE, **kwargs: Any) -> Any:
        return await studio.world.run(rule, replace(studio.context(), surface="server"), player, *args, **kwargs)

    await do(registration.register)
    await do(registration.register, player="guest")
    made = await do(grants.create, [GOLD, POTION], expires_at=studio.now + 30 * DAY)
    await do(grants.claim, made.data["id"])
    await do(wallet.debit, "gold", 1)
    await do(inventory.consume, "potion", 1)
    await do(grants.create, [GOLD], expires_at=studio.now + HOUR)
    await do(grants.create, [POTION], player="guest")
    mistake = await do(grants.create, [GOLD])
    await studio.world.run(grants.revoke, studio.context(), mistake.data["id"])
    lobby = (await do(lobbies.create, player="arena")).data["lobby"]["id"]
    await do(lobbies.start, player=lobby)
    await do(lobbies.close, player=lobby)
    await do(merge.merge, ALICE, player="guest")
    await do(bans.ban)
    await do(erase.erase)
    sweeper = Sweeper(studio.world.db, lambda: studio.now, studio.new_id, only=studio.world.tenant)
    await sweeps.open_windows(sweeper)
    studio.now += 2 * DAY
    await sweeps.expire_grants(sweeper)
    await sweeps.close_windows(sweeper)


async def test_each_event_arrives_with_its_ids_and_the_full_state_after_it(studio: Studio) -> None:
    async with receiving() as receiver:
        await studio.endpoint(receiver)
        await live(studio)
        await studio.deliver()
        seen: dict[EventName, list[dict[str, Any]]] = {}
        for message in receiver.messages:
            envelope = Envelope.model_validate(message.envelope)
            seen.setdefault(EventName(envelope.event_name), []).append(envelope.data)
    assert set(seen) == set(EventName) == set(HAS)
    for name, payloads in seen.items():
        for data in payloads:
            for part, fields in HAS[name].items():
                assert fields <= (data[part] if part else data).keys(), (name, part)
            if name.startswith(("grant.", "wallet.", "inventory.", "player.")):
                assert {"playerId", "externalPlayerId"} <= data.keys(), name
            assert "secret" not in str(data).lower().replace("secretprefix", ""), name
    registered = {data["externalPlayerId"] for data in seen[EventName.PLAYER_REGISTERED]}
    gone = seen[EventName.PLAYER_DELETED][0]["anonymizedExternalId"]
    assert registered == {gone}  # erased, with the guest, before anything was delivered
    assert [data["grant"]["status"] for data in seen[EventName.GRANT_EXPIRED]] == ["expired"]
    assert sorted(data["delta"] for data in seen[EventName.WALLET_CHANGED]) == [-1, 5]
    assert sorted(data["delta"] for data in seen[EventName.INVENTORY_CHANGED]) == [-1, 2]
    assert seen[EventName.PLAYER_DELETED][0]["externalPlayerId"] == ALICE
    assert len(seen[EventName.PLAYER_MERGED]) == 1

"""Players who know each other, and what the matrix of routes needs to try what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kraty_console.backend.storage import tables
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import TroubledGame

BODIES: dict[str, dict[str, Any]] = {
    "player.register": {},
    "player.identity": {"name": "Ana"},
    "player.metadata": {"vip": True},
    "player.email": {"email": "ana@example.org"},
    "player.presence": {"status": "lobby"},
    "player.block": {"externalPlayerId": "alicia"},
    "migrate.players": {"rows": [{"externalPlayerId": "moved", "idempotencyKey": "row-1"}]},
    "migrate.wallet": {"rows": []},
    "migrate.inventory": {"rows": [7]},
    "friend.request": {"externalPlayerId": "alicia"},
    "friend.accept": {},
    "friend.decline": {},
    "gift.send": {"externalPlayerId": "alicia", "type": "currency", "resourceKey": "gold", "amount": 1},
    "gift.claim": {},
    "purchase.track": {
        "transactionId": "GPA.1",
        "store": "google_play",
        "productId": "gems",
        "amountMinor": 499,
        "currency": "USD",
    },
}


def player(external_id: str) -> str:
    """The path of a player on either key surface."""
    return f"/players/{segment(external_id)}"


def events_of(world: TroubledGame, event: str) -> list[Any]:
    """What the outbox holds of an event, in the order in which it happened."""
    column = tables.outbox.c
    of_it = (column.game_id == world.tenant.game_id, column.event_name == event)
    query = tables.outbox.select().where(*of_it).order_by(column.outbox_id)
    return [row["payload"] for row in world.backend.run(lambda tx: tx.all(query))]


def ask(world: TroubledGame, who: str, whom: str) -> str:
    """Ask to be friends; the answer is the id of the request."""
    world.secret(whom)
    answer = world.play("POST", f"{player(who)}/friends/requests", {"externalPlayerId": whom}, who=who)
    assert answer.status == 201, answer.raw
    return str(answer.data["request"]["requestId"])


def befriend(world: TroubledGame, who: str, whom: str) -> None:
    """Make two players friends, by asking and answering."""
    request = ask(world, who, whom)
    answer = world.play("POST", f"{player(whom)}/friends/requests/{request}/accept", who=whom)
    assert answer.status == 200, answer.raw


def allow_gifts(world: TroubledGame, **rules: Any) -> None:
    """Let players give gold, and swords that are their own; `rules` are more of the settings."""
    resources = [
        {"type": "currency", "key": "gold", "maxAmount": 10},
        {"type": "item", "key": "sword", "maxAmount": 2, "costsSender": True},
        {"type": "currency", "key": "old_coins", "maxAmount": 1},
    ]
    gifting = {"enabled": True, "resources": resources, **rules}
    column = tables.games.c
    change = tables.games.update().where(column.game_id == world.tenant.game_id).values(settings={"gifting": gifting})
    world.backend.run(lambda tx: tx.execute(change))


def _friends_who_may_give(world: TroubledGame) -> Mapping[str, str]:
    allow_gifts(world)
    befriend(world, "alice", "alicia")
    return {}


def _given(world: TroubledGame) -> Mapping[str, str]:
    _friends_who_may_give(world)
    gift = {"externalPlayerId": "alice", "type": "currency", "resourceKey": "gold", "amount": 1}
    answer = world.play("POST", f"{player('alicia')}/friends/gifts", gift, who="alicia")
    return {"giftId": str(answer.data["gift"]["giftId"])}


def _asked_by_alicia(world: TroubledGame) -> Mapping[str, str]:
    return {"requestId": ask(world, "alicia", "alice")}


def _asked_by_alice(world: TroubledGame) -> Mapping[str, str]:
    return {"requestId": ask(world, "alice", "alicia")}


SCENES = {
    "friend.accept": _asked_by_alicia,
    "friend.decline": _asked_by_alicia,
    "friend.cancel": _asked_by_alice,
    "gift.read": _friends_who_may_give,
    "gift.send": _friends_who_may_give,
    "gift.claim": _given,
    "friend.remove": lambda _world: {"friendExternalId": "alicia"},
    "player.unblock": lambda _world: {"blockedExternalId": "alicia"},
}

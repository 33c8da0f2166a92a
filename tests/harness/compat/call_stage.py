"""A game with one of everything that published calls are about, and players to make them for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote

from kraty_console.backend.auth.api_keys import CLIENT_SDK, SERVER_INTEGRATION
from tests.harness.compat.sdk_client import CLIENT_NAME, SERVER_NAME, Sdk
from tests.harness.contract import acquaintances, collectables, open_events
from tests.harness.contract.troubled_game import TroubledGame

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}

Filled = Mapping[str, str]


@dataclass
class CallStage:
    """The game and its players."""

    world: TroubledGame
    _numbers: count[int] = field(default_factory=count)

    def newcomer(self) -> str:
        """A player whom the game knows, with an id that has to be encoded."""
        name = f"p {next(self._numbers)}/é"
        self.world.secret(name)
        return name

    def server(self) -> Sdk:
        """The studio's backend."""
        return Sdk(self.world.backend.port, self.world.keys[SERVER_INTEGRATION], SERVER_NAME)

    def game(self, player: str | None = None) -> Sdk:
        """The game client of a player."""
        secret = None if player is None else self.world.secret(player)
        return Sdk(self.world.backend.port, self.world.keys[CLIENT_SDK], CLIENT_NAME, secret)


def make_stage(world: TroubledGame) -> CallStage:
    """Define the game; its players may grant to themselves, score and give."""
    collectables.define_progressions(world)
    gifting = {"enabled": True, "resources": [{"type": "currency", "key": "gold", "maxAmount": 5}]}
    collectables.manage(world, "permissive", acceptClientScores=True, gifting=gifting)
    collectables.put_board(world)
    milestone = {"key": "half", "metricKey": "laps", "threshold": 2, "entries": [GOLD]}
    open_events.define(world, "sprint", milestone_rewards=[milestone])
    open_events.arena(world)
    return CallStage(world)


def attempt(stage: CallStage, player: str) -> Filled:
    """The player is under way."""
    return {"eventKey": "sprint", "attemptId": open_events.begin(stage.world, "sprint", player)}


def sprint(_stage: CallStage, _player: str) -> Filled:
    """There is something to start."""
    return {"eventKey": "sprint"}


def board_of_event(stage: CallStage, player: str) -> Filled:
    """The player is on the board of an event."""
    attempt(stage, player)
    return {"leaderboardId": collectables.event_board(stage.world)}


def board(_stage: CallStage, _player: str) -> Filled:
    """There is a board of the game."""
    return {"key": "best_lap"}


def scored(stage: CallStage, player: str) -> Filled:
    """The player is on it."""
    stage.server().data("POST", "/server/v1/leaderboards/best_lap/score", {"externalPlayerId": player, "value": 2})
    return {"key": "best_lap"}


def lobby(stage: CallStage, player: str) -> Filled:
    """A lobby that forms."""
    return {"gameId": stage.world.tenant.game_id, "lobbyId": open_events.form(stage.world, players=[player])}


def arena(stage: CallStage, _player: str) -> Filled:
    """An event with lobbies."""
    return {"gameId": stage.world.tenant.game_id, "eventKey": "arena"}


def grant(stage: CallStage, player: str) -> Filled:
    """The player is owed something."""
    return {"grantId": collectables.give(stage.world, [GOLD], player)}


def crate(stage: CallStage, player: str) -> Filled:
    """The player is owed a crate."""
    return {"grantId": collectables.give(stage.world, [collectables.BOX], player, kind="crate")}


def sword(stage: CallStage, player: str) -> Filled:
    """The player has three swords."""
    collectables.hold_items(stage.world, 3, player=player)
    return {"itemKey": "sword"}


def gold(stage: CallStage, player: str) -> Filled:
    """The player has gold."""
    stage.world.hold(player, "gold", 100)
    return {"economyKey": "gold"}


def xp(_stage: CallStage, _player: str) -> Filled:
    """There is a progression that games may move."""
    return {"economyKey": "xp"}


def another(stage: CallStage, _player: str) -> Filled:
    """There is another player, into whom the player can be merged."""
    return {"to": stage.newcomer()}


def banned(stage: CallStage, player: str) -> Filled:
    """The player may not play."""
    stage.server().data("POST", path("/server/v1/players/:p/ban", {"p": player}), {"reason": "cheating"})
    return {}


def friend(stage: CallStage, player: str) -> Filled:
    """The player has a friend."""
    other = stage.newcomer()
    acquaintances.befriend(stage.world, player, other)
    return {"id": other}


def asked(stage: CallStage, player: str) -> Filled:
    """Another player sent the player a friend request."""
    return {"id": acquaintances.ask(stage.world, stage.newcomer(), player)}


def asks(stage: CallStage, player: str) -> Filled:
    """The player sent another one a friend request."""
    return {"id": acquaintances.ask(stage.world, player, stage.newcomer())}


def blocked(stage: CallStage, player: str) -> Filled:
    """The player has blocked another one."""
    other = stage.newcomer()
    stage.game(player).data("POST", path("/sdk/v1/players/:p/blocks", {"p": player}), {"externalPlayerId": other})
    return {"id": other}


def gift(stage: CallStage, player: str) -> Filled:
    """A friend gave the player something."""
    other = friend(stage, player)["id"]
    body = {"externalPlayerId": player, "type": "currency", "resourceKey": "gold", "amount": 1}
    gifts = path("/sdk/v1/players/:p/friends/gifts", {"p": other})
    return {"giftId": stage.game(other).data("POST", gifts, body)["gift"]["giftId"]}


def path(template: str, filled: Filled) -> str:
    """A published path with its places filled, each as one segment (contract/SERVER.md#sdk-compatibility)."""
    return "/".join(quote(filled[part[1:]], safe="") if part.startswith(":") else part for part in template.split("/"))

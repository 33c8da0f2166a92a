"""Handlers of lobbies."""

from __future__ import annotations

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.lobbies.schemas import LobbyPush


async def read(call: Call) -> HandlerReply:
    """One lobby; a due start or end takes effect with the first read."""
    lobby_id, context = call.id("lobbyId", "Lobby"), call.context()
    async with call.services.db.read() as tx:
        lobby = await lobbies.read_lobby(tx, context, lobby_id)
        if not await lobbies.is_due(tx, context, lobby):
            return HandlerReply((await lobbies.lobby_answer(tx, context, lobby))["lobby"])
    answer = await call.services.db.run(lambda tx: lobbies.settle(tx, context, lobby_id))
    return HandlerReply(answer.data)


async def read_of_game(call: Call) -> HandlerReply:
    """One lobby, of the game in the path."""
    _refuse_other_game(call)
    return await read(call)


async def push(call: Call) -> HandlerReply:
    """Create a lobby with its players; the same key returns the same lobby."""
    _refuse_other_game(call)
    event = call.text("eventKey")
    body = await call.body(LobbyPush)
    return await call.change(
        body,
        lambda tx, ctx: lobbies.push(
            tx,
            ctx,
            event,
            body.key,
            body.external_player_ids,
            capacity=body.capacity,
            fill_bots=body.fill_bots,
            metadata=body.metadata,
        ),
    )


def _refuse_other_game(call: Call) -> None:
    """The game in the path must be the key's own (contract/README.md#surfaces); the answer does not reveal whether
    another exists."""
    if call.text("gameId") != call.game.game_id:
        raise api_errors.wrong_game()

"""Handlers of players: registration, profile, presence, bans, notes.

A studio's backend may write everything that a game may (contract/SERVER.md#profile).
"""

from __future__ import annotations

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.players import bans, names, notes, profiles, registration
from kraty_console.backend.players.profiles import heartbeat
from kraty_console.backend.players.schemas import (
    EmailChange,
    IdentityChoice,
    MetadataBag,
    Presence,
    Registration,
    ServerBan,
)
from kraty_console.backend.rules import player_refs
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.actions import BanPlayer, UnbanPlayer
from kraty_console.contract.notes import AddNote


async def register(call: Call) -> HandlerReply:
    """Create the player's secret; `?force=true` rotates it, except with live keys."""
    player = call.text("externalPlayerId")
    force = query_parameters.flag(call, "force")
    body = await call.body(Registration)
    return await call.change(
        body,
        lambda tx, ctx: registration.register(tx, ctx, player, email=body.email, force=force),
    )


async def set_identity(call: Call) -> HandlerReply:
    """Choose the name that others see."""
    player = call.text("externalPlayerId")
    body = await call.body(IdentityChoice)
    return await call.change(
        body, lambda tx, ctx: profiles.set_identity(tx, ctx, player, body.name, avatar=body.avatar)
    )


async def replace_metadata(call: Call) -> HandlerReply:
    """Replace the player's metadata."""
    return await _metadata(call, merge=False)


async def merge_metadata(call: Call) -> HandlerReply:
    """Merge into the player's metadata, key by key."""
    return await _metadata(call, merge=True)


async def set_email(call: Call) -> HandlerReply:
    """Set or remove the e-mail that support finds the player by."""
    player = call.text("externalPlayerId")
    body = await call.body(EmailChange)
    return await call.change(body, lambda tx, ctx: profiles.set_email(tx, ctx, player, body.email))


async def _metadata(call: Call, *, merge: bool) -> HandlerReply:
    player = call.text("externalPlayerId")
    body = await call.body(MetadataBag)
    return await call.change(body, lambda tx, ctx: profiles.set_metadata(tx, ctx, player, body.bag(), merge=merge))


async def identity(call: Call) -> HandlerReply:
    """Both names of any player of the game, as leaderboards show them."""
    async with call.services.db.read() as tx:
        player = await player_of_path(call, tx)
    return HandlerReply({"displayIdentity": names.display(player), "anonymizedIdentity": names.anonymized(player)})


async def set_own_identity(call: Call) -> HandlerReply:
    """Choose one's own name."""
    return await set_identity(call)


async def presence(call: Call) -> HandlerReply:
    """The heartbeat of a running game."""
    player = call.text("externalPlayerId")
    body = await call.body(Presence)
    return await call.change(
        body,
        lambda tx, ctx: heartbeat(tx, ctx, player, body.status, keep_status=not body.names_status),
    )


async def ban_for_admin(call: Call) -> HandlerReply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    body = await call.body(BanPlayer)
    return await call.change(body, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban_for_admin(call: Call) -> HandlerReply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    body = await call.body(UnbanPlayer)
    return await call.change(body, lambda tx, ctx: bans.unban(tx, ctx, player))


async def notes_of_player(call: Call) -> HandlerReply:
    """The support staff's notes on the player, newest first."""
    after, limit = query_parameters.position(call), call.limit()
    async with call.services.db.read() as tx:
        rows, next_cursor = await notes.notes_page(tx, await player_of_path(call, tx), after, limit)
    return HandlerReply({"rows": rows, "nextCursor": next_cursor})


async def add_note(call: Call) -> HandlerReply:
    """Write a note on the player, which every colleague can read."""
    player = call.text("externalPlayerId")
    body = await call.body(AddNote)
    return await call.change(body, lambda tx, ctx: notes.add(tx, ctx, player, body.text))


async def ban_for_server(call: Call) -> HandlerReply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    body = await call.body(ServerBan)
    return await call.change(body, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban_for_server(call: Call) -> HandlerReply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    body = await call.body(ExplainedRequest)
    return await call.change(body, lambda tx, ctx: bans.unban(tx, ctx, player))


async def player_of_path(call: Call, tx: Transaction) -> PlayerRecord:
    """The player in the path; 404 if there is none."""
    return await player_refs.get_by_external_id(tx, call.game, call.environment, call.text("externalPlayerId"))

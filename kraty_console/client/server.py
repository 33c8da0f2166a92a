"""The server surface, typed: what a studio's backend does with a `server_integration` key (contract/SERVER.md).

    async with ServerClient("https://api.kraty.io", key) as server:
        await server.players.merge("guest_device_abc", "auth_user_42")
        await server.grants.create("auth_user_42", [CurrencyEntry(type="currency", currency_key="gold", amount=50)])

Ids are the studio's own. Every change takes an idempotency key; a program that can be started again gives one that it
can find again, such as a receipt's number, and the change happens once whatever becomes of the program.
"""

from __future__ import annotations

from kraty_console.client import server_routes as routes
from kraty_console.client.key_calls import KeyedCalls
from kraty_console.client.server_attempts import Attempts, Lobbies
from kraty_console.client.server_holdings import Entry, Grants, Inventory, Wallet
from kraty_console.client.server_players import Migration, Players
from kraty_console.contract.boards import Scored
from kraty_console.contract.holdings import Pong

__all__ = ["Entry", "ServerClient"]


class ServerClient(KeyedCalls):
    """One game, as the studio's backend sees it."""

    @property
    def players(self) -> Players:
        """Looking players up, merging, erasing, banning."""
        return Players(self)

    @property
    def grants(self) -> Grants:
        """Giving."""
        return Grants(self)

    @property
    def wallet(self) -> Wallet:
        """Balances."""
        return Wallet(self)

    @property
    def inventory(self) -> Inventory:
        """Items."""
        return Inventory(self)

    @property
    def attempts(self) -> Attempts:
        """What players play."""
        return Attempts(self)

    @property
    def lobbies(self) -> Lobbies:
        """Groups that the studio makes itself."""
        return Lobbies(self)

    @property
    def migration(self) -> Migration:
        """Bringing players from elsewhere."""
        return Migration(self)

    async def ping(self) -> Pong:
        """What the key is for."""
        return await self.read(Pong, routes.PING, {}, enveloped=False)

    async def score(
        self, board: str, external_id: str, value: float, *, segment: str | None = None, key: str | None = None
    ) -> Scored:
        """Count a score on a leaderboard of the game."""
        body = {"externalPlayerId": external_id, "value": value, "segment": segment}
        return await self.write(Scored, routes.SCORE, {"board": board}, body, key=key)

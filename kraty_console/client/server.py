"""A typed client of `/server/v1`, for a `server_integration` key (contract/SERVER.md).

    async with ServerClient("https://api.kraty.io", key) as server:
        await server.players.merge("guest_device_abc", "auth_user_42")
        await server.grants.create("auth_user_42", [CurrencyEntry(type="currency", currency_key="gold", amount=50)])

Ids are the studio's own. Every change takes an idempotency key. Pass a reproducible one, such as a receipt number, so
that the change takes effect once even if the program is restarted.
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
    """One game, as seen by the studio's backend."""

    @property
    def players(self) -> Players:
        """Look up, merge, erase and ban players."""
        return Players(self)

    @property
    def grants(self) -> Grants:
        """Grants."""
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
        """Attempts of players."""
        return Attempts(self)

    @property
    def lobbies(self) -> Lobbies:
        """Lobbies created by the studio."""
        return Lobbies(self)

    @property
    def migration(self) -> Migration:
        """Import of players from another system."""
        return Migration(self)

    async def ping(self) -> Pong:
        """The facts of the key."""
        return await self.read(Pong, routes.PING, {}, enveloped=False)

    async def score(
        self, board: str, external_id: str, value: float, *, segment: str | None = None, key: str | None = None
    ) -> Scored:
        """Submit a score to a leaderboard of the game."""
        body = {"externalPlayerId": external_id, "value": value, "segment": segment}
        return await self.write(Scored, routes.SCORE, {"board": board}, body, key=key)

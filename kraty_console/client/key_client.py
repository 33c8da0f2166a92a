"""The client of a `server_integration` key: what the console asks and changes on the server surface
(contract/SERVER.md)."""

from __future__ import annotations

from typing import Final

from kraty_console.client.admin import KratyClient
from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import data_of
from kraty_console.contract.audit import AuditLink, AuditRow
from kraty_console.contract.calls import ActionKind
from kraty_console.contract.errors import KratyError, OperationMissing
from kraty_console.contract.holdings import Pong
from kraty_console.contract.operations import Operation
from kraty_console.contract.permissions import KEY_PERMISSIONS, KEY_ROLE
from kraty_console.contract.session import GameAccess, Me, Member, StudioAccess

KEYS_KEPT_SECONDS: Final = 24 * 3600
"""How long the server surface answers a key that was sent before as it did
(contract/README.md#idempotency); grants keep theirs."""


class ServerKeyClient(KratyClient):
    """One game as its server key sees it; its routes are those of `KeyRouteTable`."""

    async def me(self) -> Me:
        """What the key is for: its studio, its game and its environment."""
        route = self.route_of(Operation.ME)
        reply = await self._retries.run(lambda: self._exchange(route, route.target({})))
        return me_of(parse_data(Pong, data_of(reply, write=False, enveloped=False), reply), self.game_id)

    def game_ids(self) -> dict[str, str]:
        """The key itself says which game is meant."""
        return {"studioId": self.studio_id or "", "gameId": self.game_id or ""}

    async def detect(self) -> None:
        """Nothing to learn: what a key may call is public."""

    async def keeps_keys(self, kind: ActionKind, age_seconds: float) -> bool:
        """The server surface keeps keys for a day, those of grants for good.

        What was sent before this machine's clock was known to be wrong may be older than it says, by as much.
        """
        kept = KEYS_KEPT_SECONDS - abs(self._transport.server_clock.skew.total_seconds())
        return kind is ActionKind.MANUAL_GRANT or 0 <= age_seconds < kept

    async def explain_missing(
        self, kind: ActionKind, path: str, player: str, error: KratyError
    ) -> OperationMissing | None:
        """A 404 of this surface is always about its object."""
        del kind, path, player, error
        return None

    def audit_url(self, link: AuditLink | AuditRow) -> str:
        """The portal's page of an audit row, where the profile names it; a key can read no audit row itself."""
        return super().audit_url(link) if self._audit_page is not None else ""


def me_of(pong: Pong, game_id: str | None) -> Me:
    """A key's facts in the shape of a session; `game_id` stands in where the key is for no single game."""
    key = pong.api_key
    facts = {"id": key.game_id or game_id or "", "role": KEY_ROLE, "permissions": list(KEY_PERMISSIONS)}
    game = GameAccess.model_validate({**facts, "environment": key.environment})
    studio = StudioAccess(id=key.studio_id, games=[game])
    return Me(member=Member(id=key.id, name=f"key {key.prefix}"), studios=[studio])

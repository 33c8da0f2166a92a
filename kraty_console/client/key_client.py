"""The console's client for a `server_integration` key, on the server surface
(contract/SERVER.md)."""

from __future__ import annotations

from typing import Final

from kraty_console.client.admin import KratyClient
from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import HttpReply, data_of
from kraty_console.contract.audit import AuditLink, AuditRow
from kraty_console.contract.errors import KratyError, OperationMissing
from kraty_console.contract.holdings import Pong
from kraty_console.contract.operations import Operation
from kraty_console.contract.permissions import KEY_PERMISSIONS, KEY_ROLE
from kraty_console.contract.session import GameAccess, Me, Member, StudioAccess

KEYS_KEPT_SECONDS: Final = 24 * 3600
"""How long the server surface keeps idempotency keys
(contract/README.md#idempotency); grants keep theirs."""


class ServerKeyClient(KratyClient):
    """The client of one game with a server key; its routes are those of `KeyRouteTable`."""

    async def me(self) -> Me:
        """The key's studio, game and environment, in the form of a session."""
        route = self.route_of(Operation.ME)
        reply = await self._retries.run(lambda: self._exchange(route, route.target({})))
        return me_of(reply, self.game_id)

    def game_ids(self) -> dict[str, str]:
        """No ids: the key implies studio and game."""
        return {"studioId": self.studio_id or "", "gameId": self.game_id or ""}

    async def detect(self) -> None:
        """Nothing to detect: the server surface is public."""

    async def keeps_keys(self, operation: Operation, age_seconds: float) -> bool:
        """The server surface keeps keys for a day, those of grants permanently.

        The clock skew is added to the age, which was measured by this machine's clock.
        """
        kept = KEYS_KEPT_SECONDS - abs(self._transport.server_clock.skew.total_seconds())
        return operation is Operation.MANUAL_GRANT or 0 <= age_seconds < kept

    async def explain_missing(
        self, operation: Operation, path: str, player: str, error: KratyError
    ) -> OperationMissing | None:
        """Always False: on this surface a 404 is always about the object."""
        del operation, path, player, error
        return None

    def audit_url(self, link: AuditLink | AuditRow) -> str:
        """The portal's URL of an audit row, if configured; a key cannot read audit rows."""
        return super().audit_url(link) if self._audit_page is not None else ""


def me_of(reply: HttpReply, game_id: str | None) -> Me:
    """Convert the reply about a key into a session; `game_id` is used if the key is not for a single game."""
    key = parse_data(Pong, data_of(reply, write=False, enveloped=False), reply).api_key
    facts = {"id": key.game_id or game_id or "", "role": KEY_ROLE, "permissions": list(KEY_PERMISSIONS)}
    game = GameAccess.model_validate({**facts, "environment": key.environment})
    studio = StudioAccess(id=key.studio_id, games=[game])
    return Me(member=Member(id=key.id, name=f"key {key.prefix}"), studios=[studio])

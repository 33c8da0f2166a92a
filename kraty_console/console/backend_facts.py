"""What is known of the backend of a launch: where its operations are, which are missing, where its portal is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from kraty_console.client.capabilities import DETECTION, Capabilities, Support, find_route, missing_operations
from kraty_console.client.connection import ConnectionSettings
from kraty_console.client.key_routes import KeyRouteTable
from kraty_console.client.routes import RouteTable
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.operations import Operation
from kraty_console.domain.missing_operations import why_missing

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.client.prefetcher import Prefetcher
    from kraty_console.client.server_clock import ServerClock
    from kraty_console.client.transport import Timeouts
    from kraty_console.config.launch import Launch


class BackendFacts:
    """Reads what earlier sessions learned; a client that is given its capabilities adds to them."""

    def __init__(self, launch: Launch, person: str) -> None:
        """`person` is who acts where the profile speaks with a server key."""
        self._launch = launch
        self._person = person
        self._missing: dict[str, tuple[int, Mapping[str, str]]] = {}
        profile = launch.profile
        self._ids = {"studioId": profile.studio or "", "gameId": profile.game or ""}

    def entered(self, studio_id: str, game_id: str) -> None:
        """A game was entered: portal links are about it."""
        self._ids = {"studioId": studio_id, "gameId": game_id}
        self._missing.clear()

    @property
    def names_ids(self) -> bool:
        """Whether the profile names studio and game by their ids; only then can requests go out before the session."""
        return _is_id(self._launch.profile.studio) and _is_id(self._launch.profile.game)

    @cached_property
    def routes(self) -> RouteTable:
        """Where the operations are."""
        profile = self._launch.profile
        if profile.uses_key:
            return KeyRouteTable(self._person)
        return RouteTable(profile.routes, profile.fields.of)

    @cached_property
    def capabilities(self) -> Capabilities:
        """Which operations it has, as far as that is known."""
        profile = self._launch.profile
        path = self._launch.state_dir / f"capabilities-{quote(profile.name, safe='')}.json"
        return Capabilities(path, backend=profile.backend_name)

    @cached_property
    def connection(self) -> ConnectionSettings:
        """The credentials that the way to it needs besides the session."""
        access, cookie = self._launch.access, self._launch.profile.cookie_name
        return ConnectionSettings(access.headers, cookie, access.certificate, access.key, access.passphrase)

    def make_client(
        self,
        clock: Callable[[], float],
        ahead: Prefetcher | None,
        *,
        timeouts: Timeouts | None = None,
        server_clock: ServerClock | None = None,
    ) -> KratyClient:
        """A client of this backend, for a session or for a server key.

        Args:
            clock: Seconds that only go up.
            ahead: The requests that were sent before there was a client.
            timeouts: How long to wait; the client's own if left out.
            server_clock: Is set by its answers.

        Raises:
            Invalid: the address cannot be used.
        """
        from kraty_console.client.admin import KratyClient  # 130 ms with HTTP and models, after the first frame

        kind, profile = KratyClient, self._launch.profile
        if profile.uses_key:
            from kraty_console.client.key_client import ServerKeyClient  # 30 ms that sessions do not need

            kind = ServerKeyClient
        return kind(
            profile.url or "",
            self._launch.credential,
            studio_id=profile.studio,
            game_id=profile.game,
            environment=profile.environment,
            audit_page=profile.audit_url,
            timeout=timeouts,
            clock=clock,
            ahead=ahead,
            routes=self.routes,
            capabilities=self.capabilities,
            connection=self.connection,
            server_clock=server_clock,
        )

    @property
    def tells_who_we_are(self) -> bool:
        """Whether it may answer who we are; False where it is known not to."""
        return self._may_have(Operation.ME)

    @property
    def can_search(self) -> bool:
        """Whether it may search; False where it is known not to, and only whole ids are found."""
        return self._may_have(Operation.SEARCH)

    @property
    def can_resolve(self) -> bool:
        """Whether it may resolve texts; False where it is known not to."""
        return self._may_have(Operation.RESOLVE)

    def _may_have(self, operation: Operation) -> bool:
        try:
            find_route(operation, self.routes, self.capabilities)
        except OperationMissing:
            return False
        return True

    def missing(self, player: str = "") -> Mapping[str, str]:
        """By operation: why this backend, or this credential, has none, in words; portal links are about `player`."""
        revision = self.capabilities.revision
        known = self._missing.get(player)
        if known is None or known[0] != revision:
            portal = self.portal(player)
            missing = missing_operations(self.routes, self.capabilities)
            known = revision, {operation: why_missing(error.route, portal) for operation, error in missing.items()}
            # Asked for with every key: about the player on screen, and about no player.
            self._missing = {name: kept for name, kept in self._missing.items() if not name} | {player: known}
        return known[1]

    def portal(self, player: str = "") -> str:
        """The portal's page for people, with the ids filled in; empty where the profile names none.

        Without a player it is the page above the player's own.
        """
        page = self._launch.profile.portal_url or ""
        if not player:
            page = page.partition("{externalPlayerId}")[0].partition("?")[0].rstrip("/")
        for name, value in {**self._ids, "externalPlayerId": player}.items():
            page = page.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
        return page

    async def detect(self, client: KratyClient) -> None:
        """Learn what it has, unless that was learned within a day; nothing is written to it.

        Raises:
            KratyError: As the client does.
        """
        import asyncio  # 50 ms: a player named at launch is painted before it is loaded

        if self.capabilities.of(DETECTION) is not Support.AVAILABLE:
            await client.detect()
            self.capabilities.learn(DETECTION, Support.AVAILABLE)
            await asyncio.to_thread(self.capabilities.save)

    def save(self) -> None:
        """Keep what was learned for the next session."""
        if "capabilities" in self.__dict__:
            self.capabilities.save()


def _is_id(text: str | None) -> bool:
    try:
        return str(UUID(text or "")) == text
    except ValueError:
        return False

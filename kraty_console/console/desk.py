"""What a person has on the desk: the session, the ticket, the players opened before, drafts, and what was done.

The application owns one `Desk`; screens get what they need of it in their constructors. It draws nothing. The client is
imported with the first question, behind the first frame.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.permissions import Permission

if TYPE_CHECKING:
    import asyncio

    from kraty_console.client.admin import KratyClient
    from kraty_console.client.ahead import Ahead
    from kraty_console.client.entries import Entry
    from kraty_console.client.fetched import Fetched
    from kraty_console.client.journal import Journal
    from kraty_console.client.places import Place
    from kraty_console.client.writer import Performed, Writer
    from kraty_console.config.launch import Launch
    from kraty_console.console.dialogs.draft import Draft
    from kraty_console.contract.calls import Call
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import SearchHit, Snapshot
    from kraty_console.contract.secret import Secret
    from kraty_console.contract.session import GameAccess, Me
    from kraty_console.support.worklog import Work

RECENT: Final = 30
"""How many players are remembered."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made from here: for the worklog, and for the link that `y` copies."""

    ticket: str
    work: Work


@dataclass(slots=True)
class Desk:
    """The state that outlives a screen."""

    launch: Launch
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = time.monotonic
    """Seconds that only ever go up, for how long an answer took."""
    ticket: str = ""
    me: Me | None = None
    access: GameAccess | None = None
    choices: tuple[Place, ...] = ()
    """The games that fit the profile, while it is not told which of several is meant."""
    done: list[Done] = field(default_factory=list)
    drafts: dict[tuple[str, str, str], Draft] = field(default_factory=dict)
    """By action, player and target: what was typed into a dialog that was closed without sending."""
    forced_lately: Mapping[str, int] = field(default_factory=dict)
    """By event key: force-completions in the whole game in the last seven days."""
    reasons: list[str] = field(default_factory=list)
    """The last reasons given, newest first."""
    ahead: Ahead | None = None
    """What was asked before there was a client."""
    _client: KratyClient | None = None
    _place: Place | None = None
    _journal: Journal | None = None
    _writer: Writer | None = None
    _catalog: Catalog | None = None
    waiting: list[str] = field(default_factory=list)
    """What was pasted with others and not opened yet; whether there are such players is not known."""
    _recents: list[str] | None = None
    _lock: asyncio.Lock | None = None

    # -- who we are ----------------------------------------------------------------------------------------------

    @property
    def role(self) -> str:
        """The member's role in this game, as the backend names it."""
        return (self.access.role if self.access else None) or ""

    @property
    def permissions(self) -> frozenset[str]:
        """What the member may do in this game."""
        return frozenset(self.access.permissions) if self.access else frozenset()

    @property
    def member(self) -> str:
        """The member's name, or e-mail, or id."""
        if self.me is None:
            return ""
        return self.me.member.name or self.me.member.email or self.me.member.id

    @property
    def game(self) -> str:
        """The game's short name."""
        if self.access is None:
            return ""
        return self.access.slug or self.access.name or self.access.id

    @property
    def names_ids(self) -> bool:
        """Whether the profile names studio and game by their ids; only these can be asked for before the session is."""
        return _is_id(self.launch.profile.studio) and _is_id(self.launch.profile.game)

    @property
    def environment(self) -> str:
        """`live`, `test`, or what the profile says."""
        return self.launch.profile.environment or "live"

    # -- talking to the backend ----------------------------------------------------------------------------------

    async def client(self) -> KratyClient:
        """The client, made with the first question; its imports happen off the event loop."""
        import asyncio

        async with self._making:  # who we are and the player at launch are asked for at the same time
            if self._client is None:
                self._client = await asyncio.to_thread(_make_client, self.launch, self.clock, self.ahead)
                self._turn_client()
        return self._client

    @property
    def _making(self) -> asyncio.Lock:
        if self._lock is None:
            import asyncio

            self._lock = asyncio.Lock()
        return self._lock

    async def sign_in(self, token: Secret | None = None) -> Me:
        """Ask who we are, and find the game of the profile; where several fit, the one that was chosen.

        While none was chosen of several, no game is entered: `choices` holds them.

        Raises:
            KratyError: As the client does; `NotFound` when the member is not in the profile's game.
        """
        from kraty_console.contract.secret import Credential

        client = await self.client()
        if token is not None:
            client.sign_in(Credential(token, self.launch.profile.credential))
        me = await client.me()
        self.settle(me)
        return me

    def settle(self, me: Me) -> None:
        """Take in who we are, and enter the game of the profile, unless several fit.

        Raises:
            NotFound: The member is not in the profile's game.
        """
        from kraty_console.client.places import find_places

        places = find_places(me, self.launch.profile.studio, self.launch.profile.game)
        self.me = me
        self.choices = tuple(places) if len(places) > 1 else ()
        if not self.choices:
            self._enter(places[0])

    async def choose(self, place: Place) -> None:
        """Turn to one of the `choices`, for as long as the console is open."""
        profile = replace(self.launch.profile, studio=place.studio.id, game=place.game.id)
        self.launch = replace(self.launch, profile=profile)
        self.choices = ()
        self._enter(place)

    def _enter(self, place: Place) -> None:
        self._place, self.access, self._recents = place, place.game, None
        self._turn_client()

    def _turn_client(self) -> None:
        """Turn the client to the game that was entered; either may come first."""
        if self._client is not None and self._place is not None:
            self._client.enter(self._place.studio.id, self._place.game.id, self.environment)

    async def search(self, query: str) -> list[SearchHit]:
        """Players that fit what was typed."""
        return await (await self.client()).search(query)

    async def snapshot(self, player: str, limit: int, etag: str | None = None) -> Fetched[Snapshot] | None:
        """Everything about a player, each list cut at `limit` rows, or None when nothing changed since `etag`."""
        return await (await self.client()).snapshot(player, limit=limit, etag=etag)

    @property
    def known_catalog(self) -> Catalog | None:
        """The catalog, once it was asked for."""
        return self._catalog

    async def catalog(self) -> Catalog:
        """What can be granted; asked for once."""
        if self._catalog is None:
            self._catalog = await (await self.client()).catalog()
        return self._catalog

    async def count_forced(self) -> None:
        """Count this week's force-completions by event: many of one event tell that its configuration is wrong."""
        page = await (await self.client()).audit_log(
            action=Permission.FORCE_COMPLETE, outcome="ok", since=self.now() - timedelta(days=7), limit=MAX_LIMIT
        )
        events = [row.after.get("eventKey") for row in page.rows if isinstance(row.after, dict)]
        self.forced_lately = Counter(event for event in events if isinstance(event, str))

    async def writer(self) -> Writer:
        """The one that journals and sends changes."""
        client, journal = await self.client(), await self.journal()
        if self._writer is None:
            from kraty_console.client.writer import Writer

            self._writer = Writer(client, journal, profile=self.launch.profile.name)
        return self._writer

    @property
    def has_journal(self) -> bool:
        """Whether a change was ever sent from here; where none was, the journal need not be loaded to be looked at."""
        return self._journal is not None or os.path.lexists(self.launch.journal_path)

    async def journal(self) -> Journal:
        """The journal of intended actions."""
        async with self._making:
            if self._journal is None:
                from kraty_console.client.journal import Journal

                self._journal = await Journal.open(self.launch.journal_path, clock=self.now)
        return self._journal

    async def perform(self, call: Call) -> Performed:
        """Send a change, journaled; where there can be no journal nothing is sent."""
        from kraty_console.client.writer import Performed
        from kraty_console.contract.errors import KratyError

        try:
            writer = await self.writer()
        except KratyError as error:
            return Performed("refused", None, error=error)
        return await writer.perform(call, ticket=self.ticket or None, member=self.member)

    async def resolve(self, entry: Entry) -> Performed:
        """Find out what became of a change of unknown outcome."""
        return await (await self.writer()).resolve(entry, member=self.member)

    def audit_url(self, row_id: str) -> str:
        """The address of an audit row; empty before the first question was asked."""
        if self._client is None:
            return ""
        from kraty_console.contract.audit import AuditLink

        return self._client.audit_url(AuditLink(id=row_id))

    async def close(self) -> None:
        """Close connections and the journal."""
        if self._client is not None:
            await self._client.close()
        if self._journal is not None:
            await self._journal.close()

    # -- what was done -------------------------------------------------------------------------------------------

    @property
    def last_link(self) -> str:
        """The audit link of the last change, for `y`."""
        return self.done[-1].work.audit_url if self.done else ""

    def work(self) -> list[Work]:
        """What was done under the present ticket."""
        return [each.work for each in self.done if each.ticket == self.ticket]

    def forget_drafts(self) -> None:
        """The player screen was left: what was typed for its rows is dropped."""
        self.drafts.clear()

    def gave_reason(self, reason: str) -> None:
        """Remember a reason, to be offered again."""
        if reason:
            self.reasons[:] = [reason, *(each for each in self.reasons if each != reason)][:10]

    # -- players opened before -----------------------------------------------------------------------------------

    @property
    def recents(self) -> list[str]:
        """Players opened before, the last one first; kept in the state folder, per game."""
        if self._recents is None:
            self._recents = _read_recents(self._recents_path)
        return self._recents

    def opened(self, player: str) -> None:
        """Remember a player that was found."""
        self.not_found(player)
        if self.recents[:1] == [player]:
            return
        self.recents[:] = [player, *(each for each in self.recents if each != player)][:RECENT]
        _write_recents(self._recents_path, self.recents)

    def queue(self, players: tuple[str, ...]) -> None:
        """Several players were pasted: the first is opened, the others wait to be."""
        self.waiting[:] = list(dict.fromkeys([*players, *self.waiting]))[:RECENT]

    def not_found(self, player: str) -> None:
        """Nobody is called so: it waits no more."""
        self.waiting[:] = [each for each in self.waiting if each != player]

    @property
    def _recents_path(self) -> Path:
        game = self.access.id if self.access else "none"
        return self.launch.state_dir / f"recent-{game}-{self.environment}.json"


def _make_client(launch: Launch, clock: Callable[[], float], ahead: Ahead | None) -> KratyClient:
    from kraty_console.client.admin import KratyClient

    profile = launch.profile
    return KratyClient(
        profile.url or "",
        launch.credential,
        studio_id=profile.studio,
        game_id=profile.game,
        environment=profile.environment,
        audit_page=profile.audit_url,
        clock=clock,
        ahead=ahead,
    )


def _is_id(text: str | None) -> bool:
    try:
        return str(UUID(text or "")) == text
    except ValueError:
        return False


def _read_recents(path: Path) -> list[str]:
    """A missing or damaged file means that nothing is remembered: it is a convenience, not a record."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in content if isinstance(each, str)][:RECENT] if isinstance(content, list) else []


def _write_recents(path: Path, players: list[str]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(players, file)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)

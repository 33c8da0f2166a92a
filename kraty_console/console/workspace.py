"""The state that outlives a screen: who is signed in, the ticket, recent players, drafts, and the changes made.

The application owns one `Workspace`; screens get it in their constructors. It draws nothing. The client is
imported with the first question, behind the first frame.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from kraty_console.client.server_clock import ServerClock
from kraty_console.config.actor import actor_name
from kraty_console.console.backend_facts import BackendFacts
from kraty_console.console.game_memory import GameMemory
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.permissions import Permission
from kraty_console.contract.secret import Credential
from kraty_console.domain.labels import short
from kraty_console.domain.player_resolution import first_hits

if TYPE_CHECKING:
    import asyncio

    from kraty_console.client.admin import KratyClient
    from kraty_console.client.fetched import Fetched
    from kraty_console.client.game_ref import GameRef
    from kraty_console.client.journal import Journal
    from kraty_console.client.journal_entries import JournalEntry
    from kraty_console.client.prefetcher import Prefetcher
    from kraty_console.client.writer import ChangeOutcome, Writer
    from kraty_console.config.launch import Launch
    from kraty_console.console.change_sender import ChangeSender
    from kraty_console.console.dialogs.draft import Draft
    from kraty_console.console.game_gate import GameGate
    from kraty_console.console.player_history import PlayerHistory
    from kraty_console.console.ticket_log import TicketLog
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import SearchHit, Snapshot
    from kraty_console.contract.secret import Secret
    from kraty_console.contract.session import GameAccess, Me
    from kraty_console.domain.worklog import PerformedChange

SEARCH_LIMIT: Final = 8
"""Players that a search offers at most."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Workspace:
    """The state that outlives a screen."""

    launch: Launch
    now: Callable[[], datetime] = utc_now
    """The current time: this machine's, and the server's after its first answer."""
    clock: Callable[[], float] = time.monotonic
    """Seconds that only ever go up, for how long an answer took."""
    ticket: str = ""
    me: Me | None = None
    access: GameAccess | None = None
    choices: tuple[GameRef, ...] = ()
    """The games that fit the profile, until one of several is chosen."""
    done: list[PerformedChange] = field(default_factory=list)
    drafts: dict[tuple[str, str, str], Draft] = field(default_factory=dict)
    """By action, player and target: what was typed into a dialog that was closed without sending."""
    forced_lately: Mapping[str, int] = field(default_factory=dict)
    """By event key: force-completions in the whole game in the last seven days."""
    reasons: list[str] = field(default_factory=list)
    """The last reasons given, newest first."""
    audit_filters: list[str] = field(default_factory=list)
    """The filter lines of the audit log, newest first."""
    ticket_log: TicketLog | None = None
    """The worklog, from the first record on."""
    ahead: Prefetcher | None = None
    """The requests that were sent before there was a client."""
    _client: KratyClient | None = None
    _place: GameRef | None = None
    _change_sender: ChangeSender | None = None
    _catalog: Catalog | None = None
    _memory: GameMemory | None = None
    _facts: BackendFacts | None = None
    _person: str | None = None
    _lock: asyncio.Lock | None = None
    _gate: GameGate | None = None
    server_clock: ServerClock = field(init=False)

    def __post_init__(self) -> None:
        self.server_clock = ServerClock(self.now, self.clock)
        self.now = self.server_clock.now

    # -- who we are ----------------------------------------------------------------------------------------------

    @property
    def role(self) -> str:
        """The member's role in this game, as the backend names it."""
        return (self.access.role if self.access else None) or ""

    @property
    def role_is_unknown(self) -> bool:
        """A game was entered, and the backend does not tell in which role."""
        return self.access is not None and not self.access.role

    @property
    def permissions(self) -> frozenset[str] | None:
        """What the member may do in this game; None while, or where, the backend does not tell."""
        access = self.access
        if access is None or "permissions" not in access.model_fields_set:
            return None
        return frozenset(access.permissions)

    def may(self, permission: str) -> bool:
        """Whether the member has a permission, as far as the backend tells."""
        return self.permissions is None or permission in self.permissions

    @property
    def uses_key(self) -> bool:
        """The profile speaks with a server key, not with a person's session."""
        return self.launch.profile.uses_key

    @property
    def person(self) -> str:
        """Who sits here, as the profile or the operating system calls them; named where the backend cannot know."""
        if self._person is None:
            self._person = actor_name(self.launch.profile)
        return self._person

    @property
    def member(self) -> str:
        """The member's name, or e-mail, or id; who sits here where the backend knows no member."""
        if self.me is None or self.uses_key:
            return self.person if self.access is not None else ""
        return self.me.member.name or self.me.member.email or self.me.member.id

    @property
    def key_label(self) -> str:
        """What the audit log calls the server key; empty for a session."""
        return f"api_{self.me.member.name}".replace(" ", ":") if self.uses_key and self.me is not None else ""

    @property
    def game(self) -> str:
        """The game's short name."""
        if self.access is None:
            return ""
        return self.access.slug or self.access.name or short(self.access.id)

    @property
    def environment(self) -> str:
        """`live`, `test`, or what the profile says; that of the server key where one is used."""
        own = self.access.only_environment if self.access is not None else None
        return own or self.launch.profile.environment or "live"

    @property
    def facts(self) -> BackendFacts:
        """What is known of the backend."""
        if self._facts is None:
            self._facts = BackendFacts(self.launch, self.person if self.uses_key else "")
        return self._facts

    def turn_to(self, launch: Launch) -> None:
        """Go on with another launch, which a first run completed."""
        self.launch, self._facts, self._memory = launch, None, None

    # -- talking to the backend ----------------------------------------------------------------------------------

    async def client(self) -> KratyClient:
        """The client, made with the first question; its imports happen off the event loop."""
        import asyncio  # 50 ms: a player named at launch is painted before it is loaded

        if self._lock is None:
            self._lock = asyncio.Lock()
        async with self._lock:  # the session and the player at launch are requested at the same time
            if self._client is None:
                self._client = await asyncio.to_thread(
                    self.facts.make_client, self.clock, self.ahead, server_clock=self.server_clock
                )
                self._turn_client()
        return self._client

    async def game_client(self) -> KratyClient:
        """The client for requests about the game; waits for the session if only that says which game it is.

        Raises:
            KratyError: The sign-in that was waited for failed.
        """
        if self.access is None and not self.facts.names_ids:
            await self.gate.passed()
        return await self.client()

    @property
    def gate(self) -> GameGate:
        """Holds back requests about the game while a sign-in is under way."""
        if self._gate is None:
            from kraty_console.console.game_gate import GameGate  # imports asyncio, as above

            self._gate = GameGate()
        return self._gate

    async def sign_in(self, token: Secret | None = None) -> None:
        """Ask who we are, and find the game of the profile; where several fit, the one that was chosen.

        While none was chosen of several, no game is entered: `choices` holds them. On a backend that does not tell who
        we are, the profile's game is entered in an unknown role.

        Raises:
            KratyError: As the client does; `NotFound` when the member is not in the profile's game.
        """
        client = await self.client()
        if token is not None:
            client.sign_in(Credential(token, self.launch.profile.credential))
        try:
            me = await client.me()
        except OperationMissing:
            me = None
        self.settle(me)

    def settle(self, me: Me | None) -> None:
        """Take in who we are, and enter the game of the profile, unless several fit.

        Args:
            me: Who we are; None on a backend that does not tell. The game is then entered in an unknown role, and the
                server decides what we may do.

        Raises:
            NotFound: The member is not in the profile's game.
            Invalid: The server key is for another environment than the profile's; or the backend does not tell who we
                are, and the profile does not name studio and game.
        """
        from kraty_console.client.game_ref import find_games, game_from_profile  # models: 80 ms after the first frame

        profile = self.launch.profile
        if me is None:
            games = [game_from_profile(profile.studio, profile.game)]
        else:
            games = find_games(me, profile.studio, profile.game, profile.environment)
        self.me, self.choices = me, tuple(games) if len(games) > 1 else ()
        if not self.choices:
            self._enter(games[0])

    async def choose(self, place: GameRef) -> None:
        """Turn to one of the `choices`, for as long as the console is open."""
        profile = replace(self.launch.profile, studio=place.studio.id, game=place.game.id)
        self.launch = replace(self.launch, profile=profile)
        self.choices = ()
        self._enter(place)

    def _enter(self, place: GameRef) -> None:
        self._place, self.access = place, place.game
        before, self._memory = self._memory, None
        if before is not None:
            self.players.waiting[:] = before.players.waiting
        self.facts.entered(place.studio.id, place.game.id)
        self._turn_client()
        if self._gate is not None:
            self._gate.open()

    def _turn_client(self) -> None:
        """Turn the client to the game that was entered; either may come first."""
        if self._client is not None and self._place is not None:
            self._client.enter(self._place.studio.id, self._place.game.id, self.environment)

    async def search(self, query: str, limit: int = SEARCH_LIMIT) -> list[SearchHit]:
        """Players that fit what was typed; where none does, without what a mail or a chat put around it."""
        return await first_hits(query, partial((await self.game_client()).search, limit=limit))

    async def snapshot(self, player: str, limit: int, etag: str | None = None) -> Fetched[Snapshot] | None:
        """Everything about a player, each list cut at `limit` rows, or None when nothing changed since `etag`."""
        fetched = await (await self.game_client()).snapshot(player, limit=limit, etag=etag)
        return None if fetched is None else replace(fetched, value=self.memory.named(fetched.value.read_with(limit)))

    @property
    def known_catalog(self) -> Catalog | None:
        """The catalog, once it was requested."""
        return self._catalog

    async def catalog(self) -> Catalog:
        """What can be granted; requested once."""
        if self._catalog is None:
            self._catalog = await (await self.game_client()).catalog()
        return self._catalog

    async def count_forced(self) -> None:
        """Count this week's force-completions by event: many of one event tell that its configuration is wrong."""
        page = await (await self.game_client()).audit_log(
            action=Permission.FORCE_COMPLETE, outcome="ok", since=self.now() - timedelta(days=7), limit=MAX_LIMIT
        )
        self.memory.event_names.learn_audit(page.rows)
        events = [row.after.get("eventKey") for row in page.rows if isinstance(row.after, dict)]
        self.forced_lately = Counter(event for event in events if isinstance(event, str))

    @property
    def _sender(self) -> ChangeSender:
        if self._change_sender is None:
            from kraty_console.console.change_sender import ChangeSender  # 45 ms with SQLite, for changes only

            self._change_sender = ChangeSender(self)
        return self._change_sender

    async def writer(self) -> Writer:
        """What journals and sends changes."""
        return await self._sender.writer()

    @property
    def has_journal(self) -> bool:
        """Whether a change was ever sent from here; if none was, the journal is not loaded to be looked at."""
        is_open = self._change_sender is not None and self._change_sender.has_journal
        return is_open or os.path.lexists(self.launch.journal_path)

    async def journal(self) -> Journal:
        """The journal of intended changes."""
        return await self._sender.journal()

    async def perform(self, call: ChangeRequest, before: Snapshot | None = None) -> ChangeOutcome:
        """Send a change, journaled, once it is known who makes it; `before` is the player as last read."""
        return await self._sender.perform(call, before)

    async def resolve(self, entry: JournalEntry) -> ChangeOutcome:
        """Look up a change whose outcome is unknown."""
        return await self._sender.resolve(entry)

    async def decide(self, entry: JournalEntry, *, applied: bool) -> ChangeOutcome:
        """Close an unknown outcome by a person's decision."""
        return await self._sender.decide(entry, applied=applied)

    async def look_back(self) -> list[ChangeOutcome]:
        """Look for the changes of earlier sessions without a confirmed outcome."""
        return await self._sender.look_back()

    def date_changes(self, audit: Sequence[AuditRow]) -> None:
        """Give the changes made here the times of their rows in the audit log."""
        if self.done:
            self._sender.date_changes(audit)

    def audit_url(self, row_id: str) -> str:
        """The address of an audit row; empty before the first request."""
        if self._client is None:
            return ""
        from kraty_console.contract.audit import AuditLink  # a model, loaded with the client and not before it

        return self._client.audit_url(AuditLink(id=row_id))

    async def close(self) -> None:
        """Close connections and the journal; what was learned of the backend is kept."""
        if self._facts is not None:
            self._facts.save()
        if self._client is not None:
            await self._client.close()
        if self._change_sender is not None:
            await self._change_sender.close()

    # -- what was done -------------------------------------------------------------------------------------------

    def last_done(self, player: str, row_id: str | None = None) -> PerformedChange | None:
        """The last change to a player that left an audit link: one to this row, where there is any."""
        made = [each for each in reversed(self.done) if each.work.player == player and each.work.audit_url]
        of_row = (each for each in made if row_id is not None and each.target_id == row_id)
        return next(of_row, made[0] if made else None)

    @property
    def has_work(self) -> bool:
        """Whether there may be a worklog: one is kept of each ticket, and without a ticket of this session."""
        return bool(self.ticket) or any(not each.ticket for each in self.done)

    def gave_reason(self, reason: str) -> None:
        """Remember a reason, to be offered again."""
        if reason:
            self.reasons[:] = [reason, *(each for each in self.reasons if each != reason)][:10]

    def leave_player(self) -> None:
        """Forget what was typed for the player who is left, except where a change was sent and is not settled."""
        self.drafts = {key: draft for key, draft in self.drafts.items() if draft.is_under_way}

    # -- what is kept of the game --------------------------------------------------------------------------------

    @property
    def memory(self) -> GameMemory:
        """What is kept of this game; while no game is entered, of the one that the profile names by its id."""
        if self._memory is None:
            named = self.launch.profile.game if self.facts.names_ids else None
            game = self.access.id if self.access is not None else named or ""
            self._memory = GameMemory(self.launch.state_dir, game, self.environment, self.launch.profile.events)
        return self._memory

    @property
    def players(self) -> PlayerHistory:
        """Players opened before in this game."""
        return self.memory.players

"""Detects which operations a backend has, from its answers, its health, and harmless requests.

A 404 may be about the route or about the requested object. If its message does not say, an object that is known to
exist decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

from kraty_console.client.capabilities import REQUEST_IDS, Capabilities, Support, no_route
from kraty_console.client.not_found import subject_of, subject_of_words
from kraty_console.client.replies import NOT_KRATY, HttpReply, not_from_kraty
from kraty_console.client.routes import ClientRoute, RouteTable
from kraty_console.contract.errors import BadAnswer, KratyError, OperationMissing
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.operations import ADMIN_OPERATIONS, FEATURE_PREFIX, OPERATIONS, PUBLISHED, Operation

if TYPE_CHECKING:
    from kraty_console.client.fetched import Fetched
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.session import Health

NOBODY: Final = "kraty-console-probe"
"""An id that no player has: the answer to its look-up shows whether the game exists."""

_NO_ID: Final = "00000000-0000-0000-0000-000000000000"

_OF_NOTHING: Final = (Operation.ME, Operation.END_SESSION)
"""Operations without an object."""

_OF_THE_GAME: Final = (
    Operation.SEARCH,
    Operation.RESOLVE,
    Operation.FAULTS,
    Operation.CATALOG,
    Operation.AUDIT_LOG,
    Operation.DELIVERIES,
)
"""Reads whose only object is the game: if that is visible, a 404 is about the route."""

_PLAYER: Final = "externalPlayerId"
"""Reads of a player: if that player is found, a 404 is about the route."""

_CHANGES: Final = tuple(operation for operation, spec in ADMIN_OPERATIONS.items() if spec.is_write)

_SHOWS_THE_ROUTE: Final = (400, 403, 409, 412, 422)
"""Error statuses that prove that the route exists; 401 and 429 are answered before routing."""


class DetectionClient(Protocol):
    """The client methods that detection uses."""

    def game_ids(self) -> dict[str, str]: ...

    async def ask(self, route: ClientRoute, target: str, **more: Any) -> HttpReply: ...  # noqa: ANN401

    async def health(self) -> Health: ...

    async def snapshot(self, external_id: str, *, limit: int = ...) -> Fetched[Snapshot] | None: ...

    def snapshot_target(self, external_id: str, limit: int = ...) -> str: ...


class Detector:
    """Keeps the capabilities of one backend up to date."""

    def __init__(self, client: DetectionClient, routes: RouteTable, capabilities: Capabilities) -> None:
        self._client = client
        self._routes = routes
        self._known = capabilities
        self._game_was_checked = False

    async def detect(self) -> None:
        """Detect every operation, without sending a write.

        A backend may list its operations in its health. Otherwise the routes of changes are requested with GET: a
        backend that answers 405 for a published change answers 404 for one that it does not have.

        Raises:
            KratyError: the backend does not answer.
        """
        features = (await self._client.health()).features
        named = {each.removeprefix(FEATURE_PREFIX) for each in features if each.startswith(FEATURE_PREFIX)}
        for operation in ADMIN_OPERATIONS if named else ():
            if not self._routes.is_own(operation):
                self._note(operation, Support.AVAILABLE if operation in named else Support.MISSING)
        if not named:
            await self._probe_changes()

    async def _probe_changes(self) -> None:
        unknown = [
            operation
            for operation in _CHANGES
            if operation not in PUBLISHED and self._known.of(operation) is Support.UNKNOWN
        ]
        if not unknown or await self._probe(Operation.MANUAL_GRANT) is not Support.AVAILABLE:
            return
        for operation, state in zip(unknown, await asyncio.gather(*map(self._probe, unknown)), strict=True):
            if state is not Support.UNKNOWN:
                self._note(operation, state)

    async def _probe(self, operation: Operation) -> Support:
        """What a GET on the route of a change shows; unknown if the object may be missing."""
        try:
            route = self._routes.route(operation)
        except OperationMissing:
            return Support.UNKNOWN
        target = route.target({**dict.fromkeys(route.names, _NO_ID), **self._client.game_ids()})
        reply = await self._client.ask(ClientRoute("GET", ""), target)
        if reply.status == 405:
            return Support.AVAILABLE
        about_nothing_else = reply.status == 404 and subject_of(reply, [_NO_ID]) != "object"
        return Support.MISSING if about_nothing_else and not self._is_anothers(reply) else Support.UNKNOWN

    def learn_change(self, operation: Operation, reply: HttpReply) -> None:
        """Record that the answer to a change shows that its route exists; `explain_missing` detects missing ones."""
        if subject_of(reply) is None and (reply.status < 400 or reply.status in _SHOWS_THE_ROUTE):
            self._note(operation, Support.AVAILABLE)

    async def learn(self, operation: Operation, reply: HttpReply, named: Iterable[str] = ()) -> None:
        """Record what the answer to a read shows; `named` are the ids in the request.

        Raises:
            OperationMissing: the backend has no such route.
            BadAnswer: the answer does not come from a Kraty backend.
        """
        if 400 <= reply.status < 500 and self._is_anothers(reply):
            raise BadAnswer(not_from_kraty(reply.status), status=reply.status, request_id=reply.request_id)
        subject = subject_of(reply, named)
        if subject is None:
            if reply.status < 400 or reply.status in _SHOWS_THE_ROUTE:
                self._note(operation, Support.AVAILABLE)
                self._known.game_is_visible |= operation is Operation.PLAYER and reply.status < 400
            return
        if subject == "object" or operation in PUBLISHED:
            self._known.game_is_visible |= subject == "object"
            return
        if not await self._answers_as_kraty():
            raise BadAnswer(NOT_KRATY, status=reply.status, request_id=reply.request_id)
        if subject == "route" or operation in _OF_NOTHING or await self._is_about_the_route(operation, named):
            raise self._missing(operation)

    def _is_anothers(self, reply: HttpReply) -> bool:
        """Whether an answer lacks the request id, although this backend always echoes it."""
        always = self._known.of(REQUEST_IDS) is Support.AVAILABLE
        return always and bool(reply.sent_id) and not reply.echoes_id

    async def _is_about_the_route(self, operation: Operation, named: Iterable[str]) -> bool:
        if OPERATIONS[operation].target == _PLAYER:
            return await self._player_is_visible(*named)
        return operation in _OF_THE_GAME and await self._game_is_visible()

    async def _player_is_visible(self, player: str) -> bool:
        target = self._client.snapshot_target(player, 1)
        return (await self._client.ask(self._routes.route(Operation.PLAYER), target)).status == 200

    async def _answers_as_kraty(self) -> bool:
        if not self._known.answers_as_kraty:
            try:
                await self._client.health()
            except KratyError:
                return False
        return self._known.answers_as_kraty

    async def _game_is_visible(self) -> bool:
        """Whether the game is visible: the published look-up of an unknown player shows it."""
        if not self._known.game_is_visible and not self._game_was_checked:
            self._game_was_checked = True
            reply = await self._client.ask(
                self._routes.route(Operation.PLAYER), self._client.snapshot_target(NOBODY, 1)
            )
            await self.learn(Operation.PLAYER, reply, [NOBODY])
        return self._known.game_is_visible

    async def explain_missing(
        self, operation: Operation, path: str, player: str, error: KratyError
    ) -> OperationMissing | None:
        """Whether a change got a 404 or 405 because its route is missing.

        A 405, or a 404 without Kraty's envelope, is about the route if a Kraty backend answers. Any other 404 is about
        the route if the object of the change exists.

        Raises:
            KratyError: the player cannot be looked up.
        """
        if operation in PUBLISHED:
            return None
        if isinstance(error, BadAnswer) and self._known.of(REQUEST_IDS) is Support.AVAILABLE:
            return None  # another server answered, which shows nothing about Kraty's routes
        if error.status == 405 or isinstance(error, BadAnswer):
            return self._missing(operation) if await self._answers_as_kraty() else None
        subject = subject_of_words(error.code, error.message, [player])
        if subject == "object":
            return None
        fetched = await self._client.snapshot(player, limit=MAX_LIMIT)
        if fetched is None:
            return None
        known = {
            "attemptId": [each.id for each in fetched.value.attempts],
            "grantId": [each.id for each in fetched.value.grants],
        }.get(OPERATIONS[operation].target)
        if subject != "route" and known is not None and not any(each in path for each in known):
            return None
        return self._missing(operation)

    def _missing(self, operation: Operation) -> OperationMissing:
        self._note(operation, Support.MISSING)
        return no_route(operation, self._routes.route(operation))

    def _note(self, operation: str, state: Support) -> None:
        """Record whether an operation exists; a published one is never recorded as missing."""
        if operation in ADMIN_OPERATIONS and not (state is Support.MISSING and operation in PUBLISHED):
            self._known.learn(operation, state)

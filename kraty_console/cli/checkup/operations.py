"""Checks each operation: reads are requested, changes are only probed with GET."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from kraty_console.cli.checkup.session import refused
from kraty_console.client.admin import KEEPS_KEYS, KratyClient
from kraty_console.client.capabilities import DETECTION, Capabilities, Support
from kraty_console.client.detection import NOBODY
from kraty_console.client.not_found import subject_of_words
from kraty_console.client.routes import ClientRoute, RouteTable
from kraty_console.contract.errors import (
    BadAnswer,
    KratyError,
    NotAllowed,
    NotFound,
    OperationMissing,
    RateLimited,
    SignInNeeded,
)
from kraty_console.contract.operations import ADMIN_OPERATIONS, FEATURE_PREFIX, PUBLISHED, Operation
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.present.errors import error_text

NO_ID: Final = "00000000-0000-0000-0000-000000000000"
"""An id without a row."""

_PUBLISHED_CHANGES: Final = (Operation.MANUAL_GRANT, Operation.FORCE_CLAIM)


@dataclass(slots=True)
class ReadResults:
    """The results of the read operations."""

    started: bool = False
    """Whether a Kraty answered; cached capabilities were then dropped."""
    why_not: str = ""
    """Why operations were not checked."""
    errors: dict[Operation, KratyError] = field(default_factory=dict)


async def probe_reads(
    client: KratyClient, routes: RouteTable, reads: ReadResults, findings: list[Finding], *, uses_key: bool
) -> None:
    """Request one row of every list, and objects that do not exist; `reads` collects the refusals."""
    findings.append(await _game(client, reads, uses_key=uses_key))
    if findings[-1].state is CheckState.PROBLEM:
        reads.why_not = "not checked, because a look-up fails"
        return
    await detect(client, findings)
    if not uses_key:
        await asyncio.gather(*(_probe_change(client, routes, each) for each in _PUBLISHED_CHANGES))
    requests = {operation: request for operation, request in _reads(client).items() if _has_route(routes, operation)}
    answers = await asyncio.gather(*(request() for request in requests.values()), return_exceptions=True)
    for operation, answer in zip(requests, answers, strict=True):
        if isinstance(answer, KratyError):
            reads.errors[operation] = answer
            if _is_about_object(answer):  # the route exists
                client.capabilities.learn(operation, Support.AVAILABLE)
        elif isinstance(answer, BaseException):
            raise answer


async def detect(client: KratyClient, findings: list[Finding]) -> None:
    """Detect all operations, as the console does."""
    if client.capabilities.of(DETECTION) is Support.AVAILABLE:
        return
    try:
        await client.detect()
        client.capabilities.learn(DETECTION, Support.AVAILABLE)
    except KratyError as error:
        words = f"changes could not be detected: {error_text(error).text}"
        findings.append(Finding(CheckArea.OPERATIONS, "detection", CheckState.UNKNOWN, words))


def names_operations(features: list[str]) -> bool:
    """Whether a backend lists its operations in its health."""
    return any(each.startswith(FEATURE_PREFIX) for each in features)


async def _probe_change(client: KratyClient, routes: RouteTable, operation: Operation) -> None:
    """Check whether a published change answers GET with 405, which shows that its route exists."""
    if client.capabilities.of(operation) is not Support.UNKNOWN or not _has_route(routes, operation):
        return
    route = routes.route(operation)
    target = route.target({**dict.fromkeys(route.names, NO_ID), **client.game_ids()})
    with suppress(KratyError):
        if (await client.ask(ClientRoute("GET", ""), target)).status == 405:
            client.capabilities.learn(operation, Support.AVAILABLE)


async def _game(client: KratyClient, reads: ReadResults, *, uses_key: bool) -> Finding:
    """Whether the game is visible to this credential: a look-up of an unknown id shows it."""
    try:
        await client.snapshot(NOBODY, limit=1)
    except KratyError as error:
        reads.errors[Operation.PLAYER] = error
        if isinstance(error, SignInNeeded):
            return refused(error, uses_key=uses_key)
        if isinstance(error, RateLimited):
            return Finding(CheckArea.SESSION, "game", CheckState.UNKNOWN, "too many requests: it could not be checked")
        if isinstance(error, NotFound) and not client.capabilities.game_is_visible:
            words = "the look-up of an unknown id does not show whether the game exists"
            advice = "If no player is found, check studio, game and environment."
            return Finding(CheckArea.SESSION, "game", CheckState.UNKNOWN, words, advice)
        if not isinstance(error, NotFound):
            return Finding(CheckArea.SESSION, "game", CheckState.PROBLEM, f"a look-up fails: {error_text(error).text}")
    client.capabilities.learn(Operation.PLAYER, Support.AVAILABLE)
    return Finding(
        CheckArea.SESSION, "game", CheckState.OK, "the game exists (a look-up of an unknown id returned not found)"
    )


def _reads(client: KratyClient) -> dict[Operation, Callable[[], Awaitable[Any]]]:
    return {
        Operation.SEARCH: lambda: client.search(NOBODY, 1),
        Operation.TIMELINE: lambda: client.timeline(NOBODY, limit=1),
        Operation.CATALOG: client.catalog,
        Operation.AUDIT_LOG: lambda: client.audit_log(limit=1),
        Operation.AUDIT_ROW: lambda: client.audit_row(NO_ID),
        Operation.DELIVERIES: lambda: client.deliveries(limit=1),
        Operation.DELIVERY: lambda: client.delivery(NO_ID),
    }


def _has_route(routes: RouteTable, operation: Operation) -> bool:
    try:
        routes.route(operation)
    except OperationMissing:
        return False
    return True


def _is_about_object(error: KratyError) -> bool:
    if not isinstance(error, NotFound):
        return False
    return subject_of_words(error.code, error.message, [NOBODY, NO_ID]) == "object"


def keys_finding(features: list[str], *, uses_key: bool) -> Finding:
    """The finding about idempotency keys."""
    if uses_key:
        words = "the server surface keeps them for a day"
        return Finding(CheckArea.OPERATIONS, "idempotency keys", CheckState.OK, words, facts={"kept": True})
    if KEEPS_KEYS in features:
        return Finding(CheckArea.OPERATIONS, "idempotency keys", CheckState.OK, "kept", facts={"kept": True})
    words = "not promised: changes of unknown outcome are never resent automatically"
    return Finding(CheckArea.OPERATIONS, "idempotency keys", CheckState.NOTE, words, facts={"kept": False})


def operation_findings(routes: RouteTable, known: Capabilities, reads: ReadResults, *, uses_key: bool) -> list[Finding]:
    """One finding per operation: its effective method and path, and whether it exists."""
    return [_operation(operation, routes, known, reads, uses_key=uses_key) for operation in ADMIN_OPERATIONS]


def missing_finding(operations: list[Finding], portal: str, *, uses_key: bool) -> Iterator[Finding]:
    """The number of missing operations, and what to do instead; empty if none is missing."""
    missing = [each.name for each in operations if each.facts["support"] == Support.MISSING]
    if missing:
        location = f"the portal ({portal})" if portal else "the portal"
        words = f"{len(missing)} of {len(operations)} operations are missing here"
        advice = f"Configure them under routes in the profile, or use {location}."
        if uses_key:
            advice = f"Use a profile with a session, or {location}."
        yield Finding(CheckArea.OPERATIONS, "missing", CheckState.NOTE, words, advice, {"operations": missing})


def _operation(
    operation: Operation, routes: RouteTable, known: Capabilities, reads: ReadResults, *, uses_key: bool
) -> Finding:
    try:
        route = routes.route(operation)
    except OperationMissing as missing:
        facts = {"support": Support.MISSING.value, "route": None, "own": routes.is_own(operation)}
        words = "missing: the profile says so" if missing.route else "missing: it needs a member's session, not a key"
        return Finding(CheckArea.OPERATIONS, operation, CheckState.NOTE, words, facts=facts)
    own = routes.is_own(operation)
    support = known.of(operation)
    facts = {"support": support.value, "route": f"{route.method} {route.template}", "own": own}
    location = f"{route.method} {route.template} (the profile's own route)" if own else route.short

    def finding(state: CheckState, words: str, advice: str = "") -> Finding:
        return Finding(CheckArea.OPERATIONS, operation, state, words, advice, facts)

    error = reads.errors.get(operation)
    if support is Support.MISSING:
        if own:
            return finding(
                CheckState.WARNING, f"missing: this Kraty has no route {location}", "Correct it under routes."
            )
        return finding(CheckState.NOTE, f"missing: this Kraty has no route {location}")
    if isinstance(error, NotAllowed):
        return finding(CheckState.NOTE, f"{location}: exists, but is not allowed in this role")
    if support is Support.AVAILABLE:
        return finding(CheckState.OK, location)
    if isinstance(error, BadAnswer | NotFound) or error is None:
        return finding(*_unknown(operation, location, reads, error, uses_key=uses_key))
    return finding(CheckState.UNKNOWN, f"{location}: {error_text(error).text}")


def _unknown(
    operation: Operation, location: str, reads: ReadResults, error: KratyError | None, *, uses_key: bool
) -> tuple[CheckState, str]:
    """Why it is unknown whether an operation exists."""
    if reads.why_not:
        return CheckState.UNKNOWN, f"{location}: {reads.why_not}"
    if uses_key:
        return CheckState.NOTE, f"{location}: published for server keys; not tried, because it is a change"
    if operation in PUBLISHED:
        return CheckState.NOTE, f"{location}: published, so every Kraty should have it; its answers do not show it"
    if operation is Operation.END_SESSION:
        return CheckState.UNKNOWN, f"{location}: not checked, because it would end the session"
    if error is not None:
        return CheckState.UNKNOWN, f"{location}: the answer does not show whether the route is missing"
    return CheckState.UNKNOWN, f"{location}: detected on first use"

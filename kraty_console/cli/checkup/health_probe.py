"""Checks unauthenticated requests: the backend's health, TLS, round trip time, and clock."""

from __future__ import annotations

import ssl
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kraty_console.cli.checkup.address import authorities
from kraty_console.cli.checkup.configuration import validity
from kraty_console.cli.checkup.operations import NO_ID
from kraty_console.client.connection_probe import ProbeTransport, TimedReply, TlsInfo
from kraty_console.client.detection import NOBODY
from kraty_console.client.fetched import parse_data
from kraty_console.client.http_dates import http_date
from kraty_console.client.replies import HttpReply, data_of, parsed
from kraty_console.client.server_clock import WORTH_TELLING
from kraty_console.client.transport import Timeouts
from kraty_console.contract.errors import BadAnswer, Code, Invalid, KratyError, OperationMissing, Unavailable
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Health
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import duration_words
from kraty_console.present.errors import error_text

if TYPE_CHECKING:
    from kraty_console.console.backend_facts import BackendFacts

TIMES: Final = 5
"""Number of requests to measure the round trip."""

ENOUGH_SECONDS: Final = 4.0
"""No further request starts after this time: on a slow link fewer are enough."""

SLOW_MS: Final = 1_000.0
"""A longer round trip makes the console noticeably slow."""


@dataclass(slots=True)
class HealthReplies:
    """The answers to unauthenticated requests."""

    connect_ms: float = 0.0
    tls: TlsInfo | None = None
    round_trips: list[float] = field(default_factory=list)
    date: str | None = None
    """The `Date` of the first answer."""
    received_at: datetime | None = None
    """When that answer was received, by this machine's clock."""
    features: list[str] = field(default_factory=list)
    encrypted: bool = False


class HealthProbe:
    """Requests the health several times, over one connection."""

    def __init__(self, url: str, facts: BackendFacts, timeouts: Timeouts) -> None:
        self._facts = facts
        self._transport = ProbeTransport(url, None, timeouts=timeouts, connection=facts.connection)

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()

    async def ask(self, findings: list[Finding]) -> HealthReplies | None:
        """The answers; None if no Kraty answers, with a finding in `findings`."""
        try:
            target = self._facts.routes.route(Operation.HEALTH).target({})
        except OperationMissing as error:
            findings.append(Finding(CheckArea.ADDRESS, "health", CheckState.UNKNOWN, error_text(error).text))
            return await self._look_up_unknown_player(findings)
        try:
            timed = await self._transport.ask(target)
            features = _health(timed.reply, findings)
        except KratyError as error:
            findings.append(unreached(error))
            return None
        answers = self._answers(timed)
        answers.round_trips.append(timed.reply.elapsed_ms - timed.connect_ms)
        answers.features = features
        await self._measure(target, answers, findings)
        return answers

    async def _look_up_unknown_player(self, findings: list[Finding]) -> HealthReplies | None:
        """Recognize a Kraty without health by its answer to a look-up of an unknown player."""
        try:
            route = self._facts.routes.route(Operation.PLAYER)
        except OperationMissing:
            words = "the profile names no route for health or player, so a Kraty cannot be recognized"
            advice = "Name one of them under routes. The token was not sent."
            findings.append(Finding(CheckArea.ADDRESS, "player", CheckState.PROBLEM, words, advice))
            return None
        target = route.target({**dict.fromkeys(route.names, NO_ID), "externalPlayerId": NOBODY}, {"limit": 1})
        try:
            timed = await self._transport.ask(target)
            _check_envelope(timed.reply)
        except KratyError as error:
            findings.append(unreached(error, "player"))
            return None
        findings.append(Finding(CheckArea.ADDRESS, "player", CheckState.OK, "a Kraty answers"))
        return self._answers(timed)

    def _answers(self, timed: TimedReply) -> HealthReplies:
        return HealthReplies(
            timed.connect_ms,
            self._transport.tls,
            date=timed.reply.headers.get("date"),
            received_at=datetime.now(UTC),
            encrypted=self._transport.base_url.startswith("https:"),
        )

    async def _measure(self, target: str, answers: HealthReplies, findings: list[Finding]) -> None:
        started = time.monotonic()
        while len(answers.round_trips) < TIMES and time.monotonic() - started < ENOUGH_SECONDS:
            try:
                timed = await self._transport.ask(target)
            except KratyError as error:
                words = f"request {len(answers.round_trips) + 1} of {TIMES} failed: {error_text(error).text}"
                findings.append(Finding(CheckArea.LINK, "answers", CheckState.WARNING, words))
                return
            answers.round_trips.append(timed.reply.elapsed_ms - timed.connect_ms)


def _health(reply: HttpReply, findings: list[Finding]) -> list[str]:
    health = parse_data(Health, data_of(reply, write=False, enveloped=False), reply)
    if "ok" not in health.model_fields_set:
        raise BadAnswer("Its health does not contain a status.", status=reply.status, request_id=reply.request_id)
    version = f"version {health.version}" if health.version else "version unknown"
    facts = {"ok": health.ok, "version": health.version, "features": health.features}
    if health.ok:
        findings.append(Finding(CheckArea.ADDRESS, "health", CheckState.OK, f"a Kraty answers, {version}", facts=facts))
    else:
        words = f"its health check reports a failure ({version})"
        findings.append(
            Finding(CheckArea.ADDRESS, "health", CheckState.PROBLEM, words, "Report it to its operators.", facts)
        )
    return health.features


def _check_envelope(reply: HttpReply) -> None:
    """Check that an answer has Kraty's envelope, with data or a known error code.

    Raises:
        KratyError: it has not.
    """
    body = parsed(reply.content)
    error = body.get("error") if isinstance(body, dict) else None
    if reply.status < 400 or not isinstance(error, dict) or error.get("code") not in tuple(Code):
        data_of(reply, write=False)


def unreached(error: KratyError, name: str = "health") -> Finding:
    """The finding if no Kraty answers: a TLS error or a wrong address; `name` is the requested operation."""
    words = error_text(error).text
    if _is_tls(error):
        advice = "Check the port and the certificate; put custom authorities into SSL_CERT_FILE."
        return Finding(CheckArea.TLS, "certificate", CheckState.PROBLEM, words, advice)
    if isinstance(error, Invalid) and error.status is None:  # the client certificate cannot be used
        return Finding(
            CheckArea.TLS, "client certificate", CheckState.PROBLEM, words, "Check client_certificate and client_key."
        )
    if isinstance(error, Unavailable) and error.status is None:
        advice = "Check the address, the network, a VPN, and the proxy."
    elif isinstance(error, BadAnswer):
        advice = "Check the address: is it a Kraty backend? The token was not sent there."
    else:
        advice = "A gateway may require headers or a certificate: see `headers` in config example."
    return Finding(CheckArea.ADDRESS, name, CheckState.PROBLEM, words, advice)


_WAITING: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError)
"""TLS errors that a slow or broken connection causes too."""


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _WAITING):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def connection_findings(answers: HealthReplies, now: datetime) -> Iterator[Finding]:
    """The findings about TLS, round trip and clock."""
    if answers.tls is not None:
        what = f"{answers.tls.version}, {authorities()}"
        yield validity(CheckArea.TLS, "certificate", what, answers.tls.valid_until, now)
    elif not answers.encrypted:
        yield Finding(CheckArea.TLS, "certificate", CheckState.OK, "none: plain http to this machine")
    if answers.round_trips:
        yield from _link(answers)
    if answers.received_at is not None:
        yield clock_finding(answers.date, answers.received_at)


def _link(answers: HealthReplies) -> Iterator[Finding]:
    median, worst = statistics.median(answers.round_trips), max(answers.round_trips)
    words = f"connecting took {answers.connect_ms:.0f} ms"
    yield Finding(CheckArea.LINK, "connect", CheckState.OK, words, facts={"ms": round(answers.connect_ms, 1)})
    words = f"median {median:.0f} ms, worst {worst:.0f} ms of {len(answers.round_trips)}"
    facts = {"medianMs": round(median, 1), "worstMs": round(worst, 1), "requests": len(answers.round_trips)}
    state = CheckState.WARNING if median >= SLOW_MS else CheckState.OK
    advice = "The console works, and every look-up takes that long." if state is CheckState.WARNING else ""
    yield Finding(CheckArea.LINK, "round trip", state, words, advice, facts)


def clock_finding(date: str | None, received_at: datetime) -> Finding:
    """The difference between this machine's clock and the backend's, from the date of an answer."""
    sent_at = http_date(date or "")
    if sent_at is None:
        return Finding(CheckArea.CLOCK, "skew", CheckState.UNKNOWN, "the backend's answers carry no date")
    skew = received_at - sent_at
    seconds = skew.total_seconds()
    facts = {"skewSeconds": round(seconds)}
    if abs(skew) < WORTH_TELLING:
        words = f"within {WORTH_TELLING.total_seconds():.0f} s of the backend's"
        return Finding(CheckArea.CLOCK, "skew", CheckState.OK, words, facts=facts)
    relation = "ahead of" if seconds > 0 else "behind"
    words = f"this machine's clock is {abs(seconds):.0f} s ({duration_words(abs(seconds))}) {relation} the backend's"
    advice = "Set the clock; the console shows times by the server's clock."
    return Finding(CheckArea.CLOCK, "skew", CheckState.WARNING, words, advice, facts)

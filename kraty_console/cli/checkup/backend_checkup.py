"""Checks the backend with GET requests: health, session, and available operations.

The token is sent only after a Kraty answered without it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kraty_console.cli.checkup.failed_checks import failed_check
from kraty_console.cli.checkup.health_probe import HealthProbe, connection_findings
from kraty_console.cli.checkup.operations import (
    ReadResults,
    detect,
    keys_finding,
    missing_finding,
    names_operations,
    operation_findings,
    probe_reads,
)
from kraty_console.cli.checkup.session import session_findings
from kraty_console.client.capabilities import Capabilities, Support
from kraty_console.client.transport import Timeouts
from kraty_console.contract.operations import Operation
from kraty_console.domain.checkup import CheckArea, CheckState, Finding

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.config.launch import Launch
    from kraty_console.console.backend_facts import BackendFacts

BUDGET: Final = 13.0
"""Time limit for all requests, in seconds; what is not answered by then is reported as unknown."""

TIMEOUTS: Final = Timeouts(connect=3.0, answer=4.0, whole=5.0)


def utc_now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class BackendCheckup:
    """The checkup of one backend; its findings remain after a timeout."""

    launch: Launch
    facts: BackendFacts
    budget: float = BUDGET
    timeouts: Timeouts = TIMEOUTS
    now: Callable[[], datetime] = utc_now
    findings: list[Finding] = field(default_factory=list)
    reads: ReadResults = field(default_factory=ReadResults)

    async def examine(self) -> list[Finding]:
        """All findings about the backend, and the state of each operation."""
        try:
            async with asyncio.timeout(self.budget):
                await self._ask()
        except TimeoutError:
            self.reads.why_not = self.reads.why_not or "not answered in time"
            words = f"not every request was answered within {self.budget:g} s"
            self.findings.append(
                Finding(CheckArea.LINK, "time", CheckState.WARNING, words, "Try again on a better link.")
            )
        except Exception as error:  # noqa: BLE001 (it is reported)
            self.reads.why_not = self.reads.why_not or "could not be checked"
            self.findings.append(failed_check(CheckArea.SESSION, "answers", error))
        self._keep()
        return [*self.findings, *self._operations()]

    def unasked(self) -> list[Finding]:
        """The state of each operation if the backend cannot be reached."""
        self.reads.why_not = "the backend was not reached"
        return self._operations()

    def _operations(self) -> list[Finding]:
        uses_key, portal = self.launch.profile.uses_key, self.facts.portal()
        known = self.facts.capabilities if self.reads.started else Capabilities()  # cached facts are not reported
        findings = operation_findings(self.facts.routes, known, self.reads, uses_key=uses_key)
        return [*findings, *missing_finding(findings, portal, uses_key=uses_key)]

    async def _ask(self) -> None:
        probe = HealthProbe(self.launch.profile.url or "", self.facts, self.timeouts)
        try:
            answers = await probe.ask(self.findings)
        finally:
            await probe.close()
        if answers is None:
            self.reads.why_not = "the backend was not reached"
            return
        self.findings += connection_findings(answers, self.now())
        self.facts.capabilities.forget()
        self.reads.started = True
        if answers.round_trips:
            self.facts.capabilities.learn(Operation.HEALTH, Support.AVAILABLE)
        self.findings.append(keys_finding(answers.features, uses_key=self.launch.profile.uses_key))
        client = await asyncio.to_thread(self.facts.make_client, time.monotonic, None, timeouts=self.timeouts)
        try:
            if names_operations(answers.features):  # public, even if the token is refused
                await detect(client, self.findings)
            await self._ask_as_member(client)
        finally:
            await client.close()

    async def _ask_as_member(self, client: KratyClient) -> None:
        if self.launch.token is None:
            self.reads.why_not = "not checked without a token"
            return
        signed_in = await session_findings(client, self.launch.profile, self.now(), self.findings)
        if not signed_in:
            self.reads.why_not = "not checked, because there is no session in a game"
            return
        await probe_reads(client, self.facts.routes, self.reads, self.findings, uses_key=self.launch.profile.uses_key)

    def _keep(self) -> None:
        """Save the capabilities for the console, if the state folder exists and is private."""
        folder = self.launch.state_dir
        with suppress(OSError):
            if self.reads.started and folder.is_dir() and not folder.stat().st_mode & 0o077:
                self.facts.save()

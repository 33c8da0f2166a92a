"""Runs all checks of `kraty-console doctor` and prints the findings."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kraty_console.cli.checkup import configuration, credential, state
from kraty_console.cli.checkup.address import host_findings, password_in, proxy_finding, unusable_proxy, usable_address
from kraty_console.cli.checkup.backend_checkup import BackendCheckup
from kraty_console.cli.checkup.failed_checks import run_check
from kraty_console.cli.checkup.terminal import screen_at_hand, terminal_findings
from kraty_console.cli.config_commands import profile_with_sources
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json
from kraty_console.cli.session import token_and_source_of
from kraty_console.client.proxies import proxy_of
from kraty_console.config.access import resolve_access
from kraty_console.config.actor import actor_name
from kraty_console.config.errors import ConfigError
from kraty_console.config.launch import Launch
from kraty_console.config.paths import Paths
from kraty_console.console.backend_facts import BackendFacts
from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import HIDDEN
from kraty_console.domain.checkup import CheckArea, CheckState, Finding, has_problem, without
from kraty_console.present.checkup import checkup_json, checkup_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kraty_console.config.access import Access
    from kraty_console.config.profiles import Profile
    from kraty_console.config.tokens import FoundToken


def run_checkup(options: Options, *, as_json: bool) -> int:
    """Run the checks and print the findings; the exit code says whether one is a problem."""
    findings = Checkup(options).examine()
    if as_json:
        emit_json(checkup_json(findings))
    else:
        emit(checkup_text(findings))
    return Exit.FAILED if has_problem(findings) else Exit.FOUND


@dataclass(slots=True)
class Checkup:
    """One run of `doctor`: the findings, and the secrets to hide in them."""

    options: Options
    findings: list[Finding] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """In plain text, to be removed from answers and errors."""

    def examine(self) -> list[Finding]:
        """Run all checks, except those that depend on a failed one."""
        paths = Paths.of(os.environ)
        launch = self._launch(paths)
        if launch is not None:
            self._backend(launch)
        self._run(CheckArea.STATE, "folder", lambda: state.folder_findings(paths.state_dir))
        self._run(CheckArea.JOURNAL, "file", lambda: state.journal_findings(paths.state_dir / "journal.sqlite"))
        self._run(CheckArea.TERMINAL, "terminal", lambda: terminal_findings(screen_at_hand(os.environ), os.environ))
        return without(self.findings, self.secrets, HIDDEN)

    def _run(self, area: CheckArea, name: str, check: Any) -> None:  # noqa: ANN401 (a function without arguments)
        self.findings += run_check(area, name, check)

    def _launch(self, paths: Paths) -> Launch | None:
        """The parameters to open the console with; None if the profile is invalid."""
        self._run(CheckArea.CONFIGURATION, "file", lambda: configuration.file_findings(paths.config_file))
        try:
            profile, sources, _ = profile_with_sources(self.options)
        except ConfigError as error:
            advice = "Correct it; kraty-console config example shows all settings."
            self.findings.append(Finding(CheckArea.CONFIGURATION, "profile", CheckState.PROBLEM, str(error), advice))
            return None
        self.secrets.append(password_in(profile.url or ""))
        self._run(CheckArea.CONFIGURATION, "settings", lambda: configuration.setting_findings(profile, sources))
        now = datetime.now(UTC)
        token, token_failed = self._token(profile, paths)
        if not token_failed:
            self._run(CheckArea.TOKEN, "token", lambda: credential.credential_findings(profile, token, now))
        access = self._access(profile)
        if access is None:
            return None
        self._run(CheckArea.TLS, "client certificate", lambda: configuration.certificate_findings(profile, now))
        secret = token.secret if token is not None else None
        launch = Launch(profile, secret, paths.state_dir, paths.state_dir, access=access)
        self._run(CheckArea.CONFIGURATION, "console", lambda: configuration.use_findings(launch))
        return launch

    def _token(self, profile: Profile, paths: Paths) -> tuple[FoundToken | None, bool]:
        """The token, and whether resolving it failed, which adds a finding."""
        try:
            token = token_and_source_of(self.options, profile, paths)
        except ConfigError as error:
            self.findings.append(Finding(CheckArea.TOKEN, "source", CheckState.PROBLEM, str(error)))
            return None, True
        if token is not None:
            self.secrets.append(token.secret.reveal())
        return token, False

    def _access(self, profile: Profile) -> Access | None:
        """Headers and certificate; None if they cannot be resolved, which adds a finding."""
        try:
            access = resolve_access(profile, os.environ)
        except ConfigError as error:
            self.findings.append(Finding(CheckArea.CONFIGURATION, "access", CheckState.PROBLEM, str(error)))
            return None
        self.secrets += [value.reveal() for _, value in access.headers]
        if access.passphrase is not None:
            self.secrets.append(access.passphrase.reveal())
        return access

    def _backend(self, launch: Launch) -> None:
        """Check address, proxy and backend, as far as they can be reached."""
        base, finding = usable_address(launch.profile.url)
        self.findings.append(finding)
        if base is None:
            return
        try:
            proxy = proxy_of(base, os.environ)
        except Invalid as error:
            path_findings = [unusable_proxy(error)]
        else:
            if proxy is not None:
                self.secrets += proxy.secrets
            path_findings = [proxy_finding(base, proxy), *host_findings(base, proxy)]
        self.findings += path_findings
        is_open = all(each.state is not CheckState.PROBLEM for each in path_findings)
        self._run(CheckArea.OPERATIONS, "operations", lambda: self._backend_findings(launch, is_open))

    def _backend_findings(self, launch: Launch, is_open: bool) -> Iterator[Finding]:
        backend = BackendCheckup(launch, BackendFacts(launch, actor_name(launch.profile)))
        yield from asyncio.run(backend.examine()) if is_open else backend.unasked()

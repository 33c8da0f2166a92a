"""`kraty-console doctor`: check everything that the console needs, without changing anything."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.backend_database import json_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options, where_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kraty_console.config.access import Access
    from kraty_console.config.launch import Launch
    from kraty_console.config.paths import Paths
    from kraty_console.config.profiles import Profile
    from kraty_console.config.tokens import FoundToken
    from kraty_console.domain.checkup import CheckArea, Finding


@click.command()
@json_option
@where_options
@click.pass_obj
def doctor(before: Options, /, as_json: bool, **said: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Check everything that the console needs, without changing anything.

    Configuration, token, address, TLS, proxy, session, the operations of the backend, clock, round trip, state,
    journal, terminal. Only GET is sent, and only to the profile's own backend. The console uses the
    detected operations from then on.

    Exit codes: 0 no problem, 1 a problem, the most important one first, 2 usage.
    """
    from kraty_console.cli.output import emit, emit_json
    from kraty_console.domain.checkup import has_problem
    from kraty_console.present.checkup import checkup_json, checkup_text

    findings = Checkup(before.then(Options(**said))).examine()
    if as_json:
        emit_json(checkup_json(findings))
    else:
        emit(checkup_text(findings))
    return Exit.FAILED if has_problem(findings) else Exit.FOUND


@dataclass(slots=True)
class Checkup:
    """One run of `doctor`: the findings, and the secrets to hide in them."""

    options: Options
    found: list[Finding] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """In plain text, to be removed from answers and errors."""

    def examine(self) -> list[Finding]:
        """Run all checks, except those that depend on a failed one."""
        from kraty_console.cli.checkup.state import folder_findings, journal_findings
        from kraty_console.cli.checkup.terminal import screen_at_hand, terminal_findings
        from kraty_console.config.paths import Paths
        from kraty_console.contract.secret import HIDDEN
        from kraty_console.domain.checkup import CheckArea, without

        paths = Paths.of(os.environ)
        launch = self._launch(paths)
        if launch is not None:
            self._backend(launch)
        self._look(CheckArea.STATE, "folder", lambda: folder_findings(paths.state_dir))
        self._look(CheckArea.JOURNAL, "file", lambda: journal_findings(paths.state_dir / "journal.sqlite"))
        self._look(CheckArea.TERMINAL, "terminal", lambda: terminal_findings(screen_at_hand(os.environ), os.environ))
        return without(self.found, self.secrets, HIDDEN)

    def _look(self, area: CheckArea, name: str, check: Any) -> None:  # noqa: ANN401 (a function without arguments)
        from kraty_console.cli.checkup.failed_checks import run_check

        self.found += run_check(area, name, check)

    def _launch(self, paths: Paths) -> Launch | None:
        """The parameters to open the console with; None if the profile is invalid."""
        from kraty_console.cli.checkup import configuration, credential
        from kraty_console.cli.checkup.address import password_in
        from kraty_console.cli.config_commands import profile_with_sources
        from kraty_console.config.errors import ConfigError
        from kraty_console.config.launch import Launch
        from kraty_console.domain.checkup import CheckArea, CheckState, Finding

        self._look(CheckArea.CONFIGURATION, "file", lambda: configuration.file_findings(paths.config_file))
        try:
            profile, sources, _ = profile_with_sources(self.options)
        except ConfigError as error:
            advice = "Correct it; kraty-console config example shows all settings."
            self.found.append(Finding(CheckArea.CONFIGURATION, "profile", CheckState.PROBLEM, str(error), advice))
            return None
        self.secrets.append(password_in(profile.url or ""))
        self._look(CheckArea.CONFIGURATION, "settings", lambda: configuration.setting_findings(profile, sources))
        now = datetime.now(UTC)
        token, token_failed = self._token(profile, paths)
        if not token_failed:
            self._look(CheckArea.TOKEN, "token", lambda: credential.credential_findings(profile, token, now))
        access = self._access(profile)
        if access is None:
            return None
        self._look(CheckArea.TLS, "client certificate", lambda: configuration.certificate_findings(profile, now))
        secret = token.secret if token is not None else None
        launch = Launch(profile, secret, paths.state_dir, paths.state_dir, access=access)
        self._look(CheckArea.CONFIGURATION, "console", lambda: configuration.use_findings(launch))
        return launch

    def _token(self, profile: Profile, paths: Paths) -> tuple[FoundToken | None, bool]:
        """The token, and whether resolving it failed, which adds a finding."""
        from kraty_console.cli.session import token_and_source_of
        from kraty_console.config.errors import ConfigError
        from kraty_console.domain.checkup import CheckArea, CheckState, Finding

        try:
            found = token_and_source_of(self.options, profile, paths)
        except ConfigError as error:
            self.found.append(Finding(CheckArea.TOKEN, "source", CheckState.PROBLEM, str(error)))
            return None, True
        if found is not None:
            self.secrets.append(found.secret.reveal())
        return found, False

    def _access(self, profile: Profile) -> Access | None:
        """Headers and certificate; None if they cannot be resolved, which adds a finding."""
        from kraty_console.config.access import resolve_access
        from kraty_console.config.errors import ConfigError
        from kraty_console.domain.checkup import CheckArea, CheckState, Finding

        try:
            access = resolve_access(profile, os.environ)
        except ConfigError as error:
            self.found.append(Finding(CheckArea.CONFIGURATION, "access", CheckState.PROBLEM, str(error)))
            return None
        self.secrets += [value.reveal() for _, value in access.headers]
        if access.passphrase is not None:
            self.secrets.append(access.passphrase.reveal())
        return access

    def _backend(self, launch: Launch) -> None:
        """Check address, proxy and backend, as far as they can be reached."""
        from kraty_console.cli.checkup.address import host_findings, proxy_finding, unusable_proxy, usable_address
        from kraty_console.client.proxies import proxy_of
        from kraty_console.contract.errors import Invalid
        from kraty_console.domain.checkup import CheckArea, CheckState

        base, finding = usable_address(launch.profile.url)
        self.found.append(finding)
        if base is None:
            return
        try:
            proxy = proxy_of(base, os.environ)
        except Invalid as error:
            way = [unusable_proxy(error)]
        else:
            if proxy is not None:
                self.secrets += proxy.secrets
            way = [proxy_finding(base, proxy), *host_findings(base, proxy)]
        self.found += way
        is_open = all(each.state is not CheckState.PROBLEM for each in way)
        self._look(CheckArea.OPERATIONS, "operations", lambda: self._answers(launch, is_open))

    def _answers(self, launch: Launch, is_open: bool) -> Iterator[Finding]:
        import asyncio

        from kraty_console.cli.checkup.backend_checkup import BackendCheckup
        from kraty_console.config.actor import actor_name
        from kraty_console.console.backend_facts import BackendFacts

        backend = BackendCheckup(launch, BackendFacts(launch, actor_name(launch.profile)))
        yield from asyncio.run(backend.examine()) if is_open else backend.unasked()

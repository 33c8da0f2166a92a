"""Checks the profile file, the effective settings with their sources, and the client certificate."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from kraty_console.client.connection_probe import certificate_in, valid_until
from kraty_console.config.effective import leaves, routes_in_effect, settings
from kraty_console.config.launch import Launch
from kraty_console.config.profiles import DEFAULT, Profile
from kraty_console.console.startup.profile_checks import problems
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import duration_words

SOON_DAYS = 14
"""A certificate that expires within this many days is a warning."""

_WITHOUT_PROXY: Final = {"no_proxy": "*"}
"""An environment without a proxy: the proxy has its own finding."""


def file_findings(path: Path) -> Iterator[Finding]:
    """The findings about the profile file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        advice = "kraty-console config example prints one to start from."
        yield Finding(CheckArea.CONFIGURATION, "file", CheckState.NOTE, f"there is no {path}", advice)
        return
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    facts = {"path": str(path), "mode": mode}
    if status.st_mode & 0o022:
        words = f"{path} ({mode}) can be changed by others, and it contains commands to run"
        yield Finding(CheckArea.CONFIGURATION, "file", CheckState.WARNING, words, f"chmod go-w {path}", facts)
    elif status.st_mode & 0o044:
        words = f"{path} ({mode}); others can read it, but it contains no secret"
        yield Finding(CheckArea.CONFIGURATION, "file", CheckState.NOTE, words, facts=facts)
    else:
        yield Finding(CheckArea.CONFIGURATION, "file", CheckState.OK, f"{path} ({mode})", facts=facts)


def setting_findings(profile: Profile, sources: Mapping[str, str]) -> Iterator[Finding]:
    """The profile, and every non-default setting with its source."""
    yield _setting("profile", profile.name, sources["name"])
    for each in settings(profile, sources):
        if each.source != DEFAULT and each.value not in (None, {}, []):
            for key, words in leaves(each):
                yield _setting(key, words, each.source)
    for route in routes_in_effect(profile, sources):
        words = route.route or "this backend does not have it"
        yield _setting(f"routes.{route.operation}", words, route.source)
    if not profile.url_is_own:
        words = "not the profile's own: its stored token or key, its headers and its certificate are not used there"
        yield Finding(CheckArea.CONFIGURATION, "address", CheckState.NOTE, words)


def _setting(key: str, value: str, source: str) -> Finding:
    facts = {"value": value, "source": source}
    return Finding(CheckArea.CONFIGURATION, key, CheckState.OK, f"{value} ({source})", facts=facts)


def use_findings(launch: Launch) -> Iterator[Finding]:
    """An unknown theme or key, with which the console would not open."""
    for each in problems(launch, _WITHOUT_PROXY):
        yield Finding(CheckArea.CONFIGURATION, "console", CheckState.PROBLEM, each, "Correct it in the profile file.")


def certificate_findings(profile: Profile, now: datetime) -> Iterator[Finding]:
    """The client certificate, if the profile names one and it is used at this address."""
    if profile.client_certificate is None or not profile.url_is_own:
        return

    der = certificate_in(profile.client_certificate.read_text("ascii", "replace"))
    until = valid_until(der) if der is not None else None
    yield validity(CheckArea.TLS, "client certificate", str(profile.client_certificate), until, now)


def validity(area: CheckArea, name: str, what: str, until: datetime | None, now: datetime) -> Finding:
    """The finding about a certificate's expiry."""
    if until is None:
        return Finding(area, name, CheckState.UNKNOWN, f"{what}; its expiry cannot be read")
    left = (until - now).total_seconds()
    facts = {"validUntil": until.isoformat(), "days": int(left // 86_400)}
    day = f"{until:%Y-%m-%d}"
    if left < 0:
        return Finding(area, name, CheckState.PROBLEM, f"{what}; it expired on {day}", "Get a new certificate.", facts)
    words = f"{what}; valid until {day}, {duration_words(left)} from now"
    soon = left < SOON_DAYS * 86_400
    return Finding(
        area, name, CheckState.WARNING if soon else CheckState.OK, words, "Renew it soon." if soon else "", facts
    )

"""Checks the token or the server key: kind, source and age. Its text is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from kraty_console.client.headers import credential_header
from kraty_console.config.profiles import Profile
from kraty_console.config.tokens import FoundToken
from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import Credential
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import since
from kraty_console.present.errors import error_text

SHORTEST: Final = 16
"""A token with fewer characters was probably not pasted completely."""

LONGEST: Final = 4_096
"""Many gateways refuse a header with more characters."""


def kind_of(profile: Profile) -> str:
    """The kind of credential and how it is sent."""
    if profile.uses_key:
        return "API key of the studio's backend (server_integration)"
    if profile.credential == "cookie":
        return f"session token, sent as the cookie {profile.cookie_name}"
    return "session token, sent as Authorization: Bearer"


def credential_findings(profile: Profile, token: FoundToken | None, now: datetime) -> Iterator[Finding]:
    """The findings about the credential before it is sent."""
    name = "server key" if profile.uses_key else "session token"
    if token is None:
        yield Finding(CheckArea.TOKEN, name, CheckState.PROBLEM, f"there is no {name}", _how_to_provide(profile))
        return
    facts = {"kind": profile.credential, "source": token.source}
    yield Finding(CheckArea.TOKEN, "kind", CheckState.OK, kind_of(profile), facts=facts)
    yield Finding(CheckArea.TOKEN, "source", CheckState.OK, f"from {token.source}")
    yield _age(token, now)
    yield from _form(profile, token)


def _how_to_provide(profile: Profile) -> str:
    variable = "KRATY_SERVER_KEY" if profile.uses_key else "KRATY_TOKEN"
    words = f"Give {variable} or --token-stdin, or set its source in the profile."
    if not profile.url_is_own:
        words += " Credentials in the profile are only used for its own address."
    return words


def _age(token: FoundToken, now: datetime) -> Finding:
    if token.file is None:
        return Finding(CheckArea.TOKEN, "age", CheckState.UNKNOWN, "unknown: this source has no date")
    written = datetime.fromtimestamp(token.file.stat().st_mtime, UTC)
    words = f"its file was written {since(written, now)}, on {written:%Y-%m-%d}"
    return Finding(CheckArea.TOKEN, "age", CheckState.OK, words, facts={"writtenAt": written.isoformat()})


def _form(profile: Profile, token: FoundToken) -> Iterator[Finding]:
    length = len(token.secret.reveal())
    try:
        credential_header(Credential(token.secret, profile.credential), profile.cookie_name)
    except Invalid as error:
        yield Finding(
            CheckArea.TOKEN, "form", CheckState.PROBLEM, error_text(error).text, "Copy the whole token again."
        )
        return
    if length < SHORTEST:
        yield Finding(CheckArea.TOKEN, "form", CheckState.WARNING, "shorter than a token", "Was it pasted completely?")
    elif length > LONGEST:
        words = "longer than many gateways accept in a header"
        yield Finding(CheckArea.TOKEN, "form", CheckState.WARNING, words, "Was only the token pasted?")

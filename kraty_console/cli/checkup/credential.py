"""The token or the server key: which kind, where it came from and how old it is. Nothing of its text is told."""

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

SHORTEST: Final = 16
"""Characters below which a token could be guessed: it was probably not pasted whole."""

LONGEST: Final = 4_096
"""Characters above which many gateways refuse the header."""


def kind_of(profile: Profile) -> str:
    """What the credential is and how it is sent."""
    if profile.uses_key:
        return "API key of the studio's backend (server_integration)"
    if profile.credential == "cookie":
        return f"session token, sent as the cookie {profile.cookie_name}"
    return "session token, sent as Authorization: Bearer"


def credential_findings(profile: Profile, found: FoundToken | None, now: datetime) -> Iterator[Finding]:
    """What is known of the credential before it is sent."""
    name = "server key" if profile.uses_key else "session token"
    if found is None:
        yield Finding(CheckArea.TOKEN, name, CheckState.PROBLEM, f"there is no {name}", _how_to_give(profile))
        return
    facts = {"kind": profile.credential, "source": found.source}
    yield Finding(CheckArea.TOKEN, "kind", CheckState.OK, kind_of(profile), facts=facts)
    yield Finding(CheckArea.TOKEN, "source", CheckState.OK, f"from {found.source}")
    yield _age(found, now)
    yield from _form(profile, found)


def _how_to_give(profile: Profile) -> str:
    variable = "KRATY_SERVER_KEY" if profile.uses_key else "KRATY_TOKEN"
    words = f"Give {variable} or --token-stdin, or name its source in the profile."
    if not profile.url_is_own:
        words += " What the profile stores is for its own address alone."
    return words


def _age(found: FoundToken, now: datetime) -> Finding:
    if found.file is None:
        return Finding(CheckArea.TOKEN, "age", CheckState.UNKNOWN, "not known: this source keeps no date")
    written = datetime.fromtimestamp(found.file.stat().st_mtime, UTC)
    words = f"its file was written {since(written, now)}, on {written:%Y-%m-%d}"
    return Finding(CheckArea.TOKEN, "age", CheckState.OK, words, facts={"writtenAt": written.isoformat()})


def _form(profile: Profile, found: FoundToken) -> Iterator[Finding]:
    length = len(found.secret.reveal())
    try:
        credential_header(Credential(found.secret, profile.credential), profile.cookie_name)
    except Invalid as error:
        yield Finding(CheckArea.TOKEN, "form", CheckState.PROBLEM, error.message, "Copy it again, whole.")
        return
    if length < SHORTEST:
        yield Finding(CheckArea.TOKEN, "form", CheckState.WARNING, "shorter than tokens are", "Was it pasted whole?")
    elif length > LONGEST:
        words = "longer than many gateways take in a header"
        yield Finding(CheckArea.TOKEN, "form", CheckState.WARNING, words, "Was only the token pasted?")

"""What a way to a backend asks for besides the session: fixed headers, a cookie's name, a client certificate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kraty_console.contract.secret import Secret

SESSION_COOKIE: Final = "kraty_session"
"""The session cookie's name where the profile says nothing (contract/README.md#session)."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How requests get to a backend; access gateways ask for headers or a certificate of their own."""

    headers: tuple[tuple[str, Secret], ...] = ()
    cookie_name: str = SESSION_COOKIE
    certificate: Path | None = None
    """A PEM file with the certificate, and the private key where `key` names none."""
    key: Path | None = None
    passphrase: Secret | None = None
    """Of the private key."""

"""Connection settings besides the session: fixed headers, cookie name, client certificate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kraty_console.contract.secret import Secret

SESSION_COOKIE: Final = "kraty_session"
"""The default name of the session cookie (contract/README.md#session)."""


BeforeSend = Callable[[], Awaitable[None]]
"""Awaited on an open connection, before the first byte of a request; if it raises, nothing is sent."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Connection settings; access gateways may require headers or a client certificate."""

    headers: tuple[tuple[str, Secret], ...] = ()
    cookie_name: str = SESSION_COOKIE
    certificate: Path | None = None
    """A PEM file with the certificate, and with the private key if `key` is None."""
    key: Path | None = None
    passphrase: Secret | None = None
    """The passphrase of the private key."""

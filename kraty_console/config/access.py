"""Resolves what an access gateway requires: extra headers and a client certificate.

Like stored tokens they belong to the profile's own address: for another address from a flag or the environment nothing
is resolved or sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kraty_console.config.commands import printed_line
from kraty_console.config.errors import ConfigError
from kraty_console.config.files import open_setting_file
from kraty_console.config.headers import HeaderSource
from kraty_console.config.profiles import Profile
from kraty_console.contract.secret import Secret

LONGEST_VALUE: Final = 16_384
"""Maximum length of a header's value, in characters."""

LONGEST_PASSPHRASE: Final = 1_023
"""Maximum length that the TLS library accepts, in bytes."""

_LARGEST_PEM: Final = 1 << 20
_CERTIFICATE: Final = "CERTIFICATE-----"
_KEY: Final = "PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Access:
    """What is added to every connection and request, with resolved values."""

    headers: tuple[tuple[str, Secret], ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    """None if the certificate's file contains the key."""
    passphrase: Secret | None = None


def resolve_access(profile: Profile, environ: Mapping[str, str]) -> Access:
    """Resolve headers and certificate; an empty `Access` if the address is not the profile's own.

    Raises:
        ConfigError: a variable is not set, a command fails, a header value is invalid, or a file cannot be used.
    """
    if not profile.url_is_own:
        return Access()
    _check_certificate(profile)
    headers = tuple((name, _value(name, source, environ)) for name, source in profile.headers.items())
    command = profile.client_key_passphrase_command
    passphrase = _passphrase(command, environ) if command is not None else None
    return Access(headers, profile.client_certificate, profile.client_key, passphrase)


def _value(name: str, source: HeaderSource, environ: Mapping[str, str]) -> Secret:
    where = f"header {name}"
    if source.command is not None:
        value = printed_line(source.command, environ, where, "value").strip()
    else:
        value = environ.get(source.env or "", "").strip()
        if not value:
            raise ConfigError(f"{where}: the variable {source.env} is not set, or empty: set it to the header's value")
        where = f"{where}, variable {source.env}"
    if len(value) > LONGEST_VALUE or not all(" " <= character <= "~" for character in value):
        raise ConfigError(
            f"{where}: this cannot be the value of a header (it is longer than {LONGEST_VALUE} characters, or holds "
            "others than visible ASCII and blanks)"
        )
    return Secret(value)


def _passphrase(command: tuple[str, ...], environ: Mapping[str, str]) -> Secret:
    name = "client_key_passphrase_command"
    line = printed_line(command, environ, name, "passphrase")
    if len(line.encode()) > LONGEST_PASSPHRASE:
        raise ConfigError(f"{name}: this is no passphrase (it is longer than {LONGEST_PASSPHRASE} bytes)")
    return Secret(line)


def _check_certificate(profile: Profile) -> None:
    certificate, key = profile.client_certificate, profile.client_key
    if certificate is None:
        return
    text = _pem(certificate, "client_certificate", private=key is None)
    if _CERTIFICATE not in text:
        raise ConfigError(f"client_certificate: {certificate} holds no certificate in PEM")
    if key is not None:
        text = _pem(key, "client_key", private=True)
    if _KEY not in text:
        where = f"client_key: {key}" if key is not None else f"client_certificate: {certificate}"
        advice = "" if key is not None else ", and `client_key` names no other file"
        raise ConfigError(f"{where} holds no private key in PEM{advice}")


def _pem(path: Path, name: str, *, private: bool) -> str:
    file = open_setting_file(path, name, private=private)
    if file is None:
        raise ConfigError(f"{name}: there is no {path}")
    with file:
        return file.read(_LARGEST_PEM)

"""Encrypt values that the backend must read and the database must not reveal; the key is kept elsewhere.

The key comes from `KRATY_BACKEND_SECRET`, else from a private file that is made when it is first needed: beside a
SQLite database, and in the user's data folder for PostgreSQL. What the one sealed can be opened beside the other.

Sealing is AES-256-GCM under a random nonce; the place a text belongs to is authenticated with it, so that a value moved
to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import URL

from kraty_console.backend.storage.private_files import NoFolder, data_folder, read_or_make

SECRET_VARIABLE: Final = "KRATY_BACKEND_SECRET"  # noqa: S105 (a name)
SHORTEST: Final = 16
"""Characters of the variable."""

SEALED: Final = "sealed:1:"
"""How a sealed text begins."""

_NONCE: Final = 12
"""Bytes."""


class NoKey(Exception):
    """There is no usable key, in words."""


class WrongKey(Exception):
    """The text was sealed with another key than the configured one, or was changed."""


class _Key:
    def __init__(self, root: bytes) -> None:
        self._cipher = AESGCM(_derived(root, b"cipher"))
        self.name = _derived(root, b"name")[:4].hex()

    def seal(self, text: bytes, place: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except (InvalidTag, ValueError):
            raise WrongKey from None


def _derived(root: bytes, purpose: bytes) -> bytes:
    return hmac.digest(root, b"kraty-console vault 1 " + purpose, hashlib.sha256)


class Vault:
    """Seals and opens texts of one database."""

    def __init__(self, url: URL) -> None:
        """Looks for no key yet."""
        self._url = url
        self._keys: dict[str, _Key] = {}

    @property
    def file(self) -> Path:
        """The file of the key if none is configured. Raises NoKey if there is no such file."""
        if self._url.drivername.startswith("sqlite"):
            path = os.path.realpath(self._url.database or "")
            return Path(f"{path}.key")
        try:
            return data_folder() / "backend.key"
        except NoFolder as error:
            raise NoKey(f"{error}, or {SECRET_VARIABLE}") from None

    def seal(self, text: str, *place: str) -> str:
        """The text as it may be stored, for this place alone.

        Raises NoKey.
        """
        key = self._named() or self._filed(make=True)
        assert key is not None, "it was made"
        sealed = key.seal(text.encode("utf-8"), _joined(place))
        return f"{SEALED}{key.name}:{base64.urlsafe_b64encode(sealed).decode('ascii')}"

    def open(self, stored: str, *place: str) -> str:
        """What was sealed for this place; a text from before there was sealing is answered as it is.

        Raises WrongKey, and NoKey when the variable holds no usable key.
        """
        if not stored.startswith(SEALED):
            return stored
        name, _, sealed = stored.removeprefix(SEALED).partition(":")
        key = self._keys.get(name) or self._found(name)
        if key is None:
            raise WrongKey
        try:
            return key.open(base64.urlsafe_b64decode(sealed), _joined(place)).decode("utf-8")
        except ValueError:
            raise WrongKey from None

    def _found(self, name: str) -> _Key | None:
        for key in self._at_hand():
            self._keys[key.name] = key
            if key.name == name:
                return key
        return None

    def _at_hand(self) -> Iterator[_Key]:
        for key in (self._named(), self._filed(make=False)):
            if key is not None:
                yield key

    def _named(self) -> _Key | None:
        value = os.environ.get(SECRET_VARIABLE, "").strip()
        if not value:
            return None
        if len(value) < SHORTEST:
            raise NoKey(f"{SECRET_VARIABLE} needs {SHORTEST} characters or more")
        return _Key(value.encode("utf-8", "surrogateescape"))

    def _filed(self, *, make: bool) -> _Key | None:
        path = self.file
        try:
            if not make and not path.exists():
                return None
            raw = read_or_make(path, secrets.token_hex(32).encode("ascii") + b"\n").strip()
        except OSError as error:
            raise NoKey(f"the key file {path} cannot be read or made: {error.strerror}") from None
        if len(raw) < SHORTEST:
            raise NoKey(f"the key file {path} holds no key")
        return _Key(raw)


def _joined(place: tuple[str, ...]) -> bytes:
    return "\0".join(place).encode("utf-8")

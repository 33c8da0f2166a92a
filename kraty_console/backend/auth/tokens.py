"""Formats of session tokens, API keys and player secrets, and the hash that is stored of them.

A token is 256 random bits, so one round of SHA-256 is enough: there is nothing to guess from a hash, and a look-up by
hash reveals nothing by its timing. Values from the database are compared in constant time nevertheless.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

SESSION_PREFIX: Final = "kst_"
KEY_PREFIX_LENGTH: Final = 8
MAX_CREDENTIAL_LENGTH: Final = 256
"""Longer than any token or key there is; longer ones are not even hashed."""

RandomBytes = Callable[[int], bytes]
"""Gives so many random bytes: `secrets.token_bytes`, or a seeded one in tests and the demo world."""


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def new_session_token(random_bytes: RandomBytes) -> str:
    """A session token: `kst_` and 43 characters."""
    return SESSION_PREFIX + _urlsafe(random_bytes(32))


def new_api_key(random_bytes: RandomBytes, first: str = "s") -> str:
    """An API key `{prefix of 8}.{secret of 43}`
    (contract/README.md#api-keys); they start with `s` (server) or `p` (client)."""
    prefix = (first + _urlsafe(random_bytes(6)))[:KEY_PREFIX_LENGTH]
    return f"{prefix}.{_urlsafe(random_bytes(32))}"


def new_player_secret(random_bytes: RandomBytes) -> str:
    """A player's secret: 43 characters (contract/SDK.md#registration)."""
    return _urlsafe(random_bytes(32))


def secret_prefix(secret: str) -> str:
    """The part of a player's secret that may be shown again, to identify it."""
    return secret[:KEY_PREFIX_LENGTH]


def key_prefix(key: str) -> str | None:
    """The public part of an API key; None when this is no API key at all."""
    prefix, dot, secret = key.partition(".")
    return prefix if dot and secret and len(prefix) == KEY_PREFIX_LENGTH else None


def digest(credential: str) -> str:
    """What is stored of a token or key: the hex SHA-256."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def matches(credential: str, stored_digest: str) -> bool:
    """Whether the credential is the one whose digest was stored, in constant time."""
    return hmac.compare_digest(digest(credential), stored_digest)

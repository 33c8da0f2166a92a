"""The signature of a webhook: `X-Signature: t=<unix seconds>,v1=<hex>` (contract/README.md#webhooks).

`v1` is HMAC-SHA256 with the endpoint's secret over `"<t>." + body`, the body exactly as received. A receiver in
Python can use `verify` directly.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Signature"

OLDEST_SECONDS: Final = 300
"""A message signed longer ago is refused: it may be a replay attack."""

FARTHEST_AHEAD_SECONDS: Final = 60
"""A message signed further in the future is refused; less is tolerated as clock skew."""

_HEX_DIGITS: Final = 64
_LONGEST_MOMENT: Final = 15


def sign(secret: str, body: bytes, at: int) -> str:
    """The header for a body sent `at` this time (whole seconds since the epoch)."""
    return f"t={at},v1={_digest(secret, body, at)}"


def verify(
    secret: str,
    header: str | None,
    body: bytes,
    *,
    now: float,
    oldest: float = OLDEST_SECONDS,
    farthest_ahead: float = FARTHEST_AHEAD_SECONDS,
) -> bool:
    """Whether the signature matches the body and is recent at `now` (seconds since the epoch). Constant-time.

    A missing or malformed header is false, never an error.
    """
    parts = dict(_parted(part) for part in (header or "").split(","))
    moment, given = parts.get("t", ""), parts.get("v1", "")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= _LONGEST_MOMENT):
        return False
    at = int(moment)
    if at < now - oldest or at > now + farthest_ahead:
        return False
    if len(given) != _HEX_DIGITS or not given.isascii():
        return False
    return hmac.compare_digest(_digest(secret, body, moment).encode(), given.lower().encode())


def _parted(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _digest(secret: str, body: bytes, at: int | str) -> str:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

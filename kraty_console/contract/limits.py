"""Limits of requests (contract/README.md#limits)."""

from __future__ import annotations

from typing import Final

MAX_AMOUNT: Final = 1_000_000_000
"""The largest amount or quantity in a request."""

MAX_BALANCE: Final = 2**53 - 1
"""The largest balance: the largest integer that every JSON parser reads exactly."""

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

MAX_TEXTS: Final = 20
"""Maximum number of texts that are resolved at once."""

MAX_ENTRIES: Final = 50
"""Maximum number of entries in a manual grant."""

MIN_KEY: Final = 8
MAX_KEY: Final = 200
"""Characters of an idempotency key."""

MIN_REASON: Final = 3
MAX_REASON: Final = 1000
MAX_TICKET: Final = 200
MAX_NOTE: Final = 2000
"""Characters."""

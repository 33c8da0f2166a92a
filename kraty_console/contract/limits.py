"""How much of anything one request may hold (contract/README.md#limits). Plain data."""

from __future__ import annotations

from typing import Final

MAX_AMOUNT: Final = 1_000_000_000
"""The largest amount or quantity one request may name."""

MAX_BALANCE: Final = 2**53 - 1
"""No balance passes this; it is the largest integer every JSON reader keeps exactly."""

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

MAX_ENTRIES: Final = 50
"""Entries in one manual grant."""

MIN_REASON: Final = 3
MAX_REASON: Final = 1000
MAX_TICKET: Final = 200
"""Characters."""

"""A seeded random generator: repeatable with its key, unpredictable without.

The same key and seed give the same numbers on every machine and every Python. Seeds are ids that players can see; the
key is a secret of the game (`rolls.rng_for`).
"""

from __future__ import annotations

import hmac
from typing import Final

_RANGE: Final = 2**64


class SeededRng:
    """A stream of random numbers from HMAC-SHA-256 with the key, over the seed and a counter."""

    def __init__(self, seed: str, key: str = "") -> None:
        """Without a key the numbers are predictable: for checks only."""
        self._key = key.encode()
        self._seed = seed.encode("utf-8", "surrogatepass")
        self._count = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound - 1`, each equally likely."""
        limit = _RANGE - _RANGE % bound
        while True:
            self._count += 1
            digest = hmac.digest(self._key, self._seed + b"\0" + self._count.to_bytes(8, "big"), "sha256")
            value = int.from_bytes(digest[:8], "big")
            if value < limit:
                return value % bound

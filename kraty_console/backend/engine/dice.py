"""Chance that can be repeated: the same seed gives the same throws, on every machine and every Python."""

from __future__ import annotations

import hashlib
from typing import Final

_RANGE: Final = 2**64


class Dice:
    """A stream of throws from SHA-256 over the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode("utf-8", "surrogatepass")
        self._count = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound - 1`, each equally likely."""
        limit = _RANGE - _RANGE % bound
        while True:
            self._count += 1
            digest = hashlib.sha256(self._seed + b"\0" + self._count.to_bytes(8, "big")).digest()
            value = int.from_bytes(digest[:8], "big")
            if value < limit:
                return value % bound

"""UUIDv7: ids that sort by creation time and need no coordination."""

from __future__ import annotations

import uuid
from collections.abc import Callable


class IdSource:
    """Makes UUIDv7s, strictly ascending per source, also within a millisecond and if the clock steps back."""

    def __init__(self, now_ms: Callable[[], int], randbits: Callable[[int], int]) -> None:
        self._now_ms = now_ms
        self._randbits = randbits
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        """The next id."""
        now = self._now_ms()
        if now > self._last_ms:
            self._last_ms = now
            self._counter = self._randbits(11)
        else:
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms += 1
                self._counter = self._randbits(11)
        value = (self._last_ms & 0xFFFF_FFFF_FFFF) << 80
        value |= 0x7 << 76 | self._counter << 64
        value |= 0b10 << 62 | self._randbits(62)
        digits = f"{value:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: str) -> bool:
    """Whether the text can be an internal id; other texts are answered with 404."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False

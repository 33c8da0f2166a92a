"""Which operations of the admin surface a reduced backend has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.contract.operations import ADMIN_OPERATIONS, PUBLISHED, Operation

PUBLISHED_WORD: Final = "published"
"""Means every published operation, with answers that have published fields only."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """The operations of a reduced admin surface."""

    operations: tuple[Operation, ...]
    """The available operations, in the order of the table."""
    published_fields: bool = False
    """Whether answers have published fields only."""

    @classmethod
    def parse(cls, text: str) -> Reduction:
        """Parse comma-separated names of operations; `published` may be among them.

        Raises ValueError for an unknown name.
        """
        words = [word.strip() for word in text.split(",")]
        known = (PUBLISHED_WORD, *ADMIN_OPERATIONS)
        for word in words:
            if word not in known:
                raise ValueError(f"{word!r:.40} is not an operation; choose from {', '.join(known)}")
        published = PUBLISHED_WORD in words
        wanted = {*words, *(PUBLISHED if published else ())}
        return cls(tuple(each for each in ADMIN_OPERATIONS if each in wanted), published)

    @classmethod
    def from_plain(cls, payload: Mapping[str, Any]) -> Reduction:
        """The inverse of `dataclasses.asdict`."""
        return cls(tuple(map(Operation, payload["operations"])), payload["published_fields"])

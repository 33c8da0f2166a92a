"""Which operations of the admin surface remain when a backend is told to have fewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.contract.operations import ADMIN_OPERATIONS, PUBLISHED, Operation

PUBLISHED_WORD: Final = "published"
"""Stands for every published operation, and for answers that hold published fields alone."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is left of the admin surface."""

    operations: tuple[Operation, ...]
    """Those that are there, in the order of their table."""
    published_fields: bool = False
    """Whether answers hold published fields alone."""

    @classmethod
    def parse(cls, text: str) -> Reduction:
        """Names of operations with commas between; `published` may be among them.

        Raises ValueError in words when a name is not known.
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
        """From what `dataclasses.asdict` makes of one."""
        return cls(tuple(map(Operation, payload["operations"])), payload["published_fields"])

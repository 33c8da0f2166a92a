"""The two names of a player: the one that others see, and the one from the pool that never changes (kraty-api 5.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def display(row: Row) -> dict[str, Any] | None:
    """What other players see: the name that was chosen, else the one from the pool.

    None for a player who has neither, made before names were given out. The row needs `display_identity`,
    `anonymized_identity` and `country`.
    """
    return _with_country(row["display_identity"] or row["anonymized_identity"], row["country"])


def anonymized(row: Row) -> dict[str, Any] | None:
    """The name from the pool; the same row as for `display`."""
    return _with_country(row["anonymized_identity"], row["country"])


def synthetic(row: Row) -> dict[str, Any] | None:
    """The name that others see, in the older form without a country (decisions: C9)."""
    identity = row["display_identity"] or row["anonymized_identity"]
    return None if identity is None else {name: value for name, value in identity.items() if name != "country"}


def _with_country(identity: dict[str, Any] | None, country: str | None) -> dict[str, Any] | None:
    """The country is the player's, not the name's; it is told where one is known."""
    if identity is None or country is None:
        return identity
    return {**identity, "country": country}

"""The two names of a player: the one that others see, and the one from the pool that never changes (kraty-api 5.10).

A row needs `display_identity`, `anonymized_identity` and `country`. A player made before names were given out may have
neither; then there is no identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Identity = dict[str, Any]


def display(row: Row) -> Identity | None:
    """What other players see, `{name, avatar, country}`: the name that was chosen, else the one from the pool."""
    return _with_country(chosen(row), row)


def anonymized(row: Row) -> Identity | None:
    """The name from the pool, `{name, avatar, country}`: whatever the player calls themselves."""
    return _with_country(row["anonymized_identity"], row)


def synthetic(identity: Identity | None) -> Identity | None:
    """An identity in the older form, `{name, avatar}` (decisions: C9)."""
    return None if identity is None else {"name": identity["name"], "avatar": identity.get("avatar")}


def chosen(row: Row) -> Identity | None:
    """What other players see, as it is kept: only what was said of it."""
    identity: Identity | None = row["display_identity"] or row["anonymized_identity"]
    return identity


def _with_country(identity: Identity | None, row: Row) -> Identity | None:
    """The country is the player's, not the name's: the same on either view."""
    if identity is None:
        return None
    return {"name": identity["name"], "avatar": identity.get("avatar"), "country": row["country"]}

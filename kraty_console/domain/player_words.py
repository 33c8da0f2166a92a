"""What a change means for the player, in plain words without ids: the sentences of a reply (domain/reply.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.domain.formatting import plain
from kraty_console.domain.grant_contents import entries_of, listed
from kraty_console.domain.labels import spaced

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant

COLLECT: Final = "Please open the game and collect it from your rewards."
RESTART: Final = "If you do not see it yet, please restart the game."
SIGN_IN: Final = "Please start the game again and sign in as usual."


class PlayerWords(NamedTuple):
    """What was done, and what the player should do; both are whole sentences, the second may be empty."""

    told: str
    advice: str = ""


def things(grants: Iterable[Grant]) -> str:
    """`500 gold, 1 potion and 1 magic box`; empty if it is not known."""
    entries = [entry for grant in grants for entry in entries_of(grant.contents)]
    return listed(amount_words(entry.count, entry.key) for entry in entries)


def amount_words(amount: float, key: str) -> str:
    """`500 gold`; keys of the catalog lose their underscores."""
    return f"{plain(amount)} {spaced(key)}"

"""What a row is, and the panes that hold rows."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scope = Literal["attempt", "grant", "wallet", "ledger", "lobby", "item", "audit", "delivery", "player", "anywhere"]
"""What an action is about. `player`: any time a player is open; `anywhere`: always; `delivery`: on their own screen."""

PaneId = Literal["attempts", "grants", "wallet", "lobbies", "items", "audit"]


class Pane(NamedTuple):
    """One pane of the player screen: its key, its title, and what it says while it is empty."""

    id: PaneId
    key: str
    title: str
    empty: str
    holds: str
    """What its rows are called."""


PANES: Final[tuple[Pane, ...]] = (
    Pane("attempts", "1", "Attempts", "No attempts yet. Each try of this player at an event shows here.", "attempts"),
    Pane("grants", "2", "Grants", "No grants yet. What this player is owed or was given shows here.", "grants"),
    Pane("wallet", "3", "Wallet", "No balances yet. A claimed grant or a credit makes the first one.", "balances"),
    Pane("lobbies", "4", "Lobbies", "No lobbies yet. A seat in a matched event shows here.", "lobbies"),
    Pane("items", "5", "Items", "No items yet. A claimed grant that holds an item makes the first one.", "items"),
    Pane("audit", "6", "Audit", "No audit rows yet. Every change made to this player shows here.", "audit rows"),
)
"""The panes in the order of their keys."""

PANE_OF: Final[dict[str, PaneId]] = {
    "attempt": "attempts",
    "grant": "grants",
    "wallet": "wallet",
    "ledger": "wallet",
    "lobby": "lobbies",
    "item": "items",
    "audit": "audit",
}
"""The pane that lists rows of a scope."""


def pane(pane_id: str) -> Pane:
    """The pane of that id."""
    return next(each for each in PANES if each.id == pane_id)

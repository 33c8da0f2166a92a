"""Kinds of rows, and the panes of the player screen."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scope = Literal["attempt", "grant", "wallet", "ledger", "lobby", "item", "audit", "delivery", "player", "anywhere"]
"""What an action applies to. `player`: whenever a player is open; `anywhere`: always; `delivery`: a delivery."""

PaneId = Literal["attempts", "grants", "wallet", "lobbies", "items", "audit"]


class Pane(NamedTuple):
    """One pane of the player screen: its key, title, and the text when it is empty."""

    id: PaneId
    key: str
    title: str
    empty: str
    holds: str
    """The plural noun for its rows."""


PANES: Final[tuple[Pane, ...]] = (
    Pane(
        "attempts", "1", "Attempts", "No attempts yet. Every attempt of this player at an event shows here.", "attempts"
    ),
    Pane("grants", "2", "Grants", "No grants yet. Pending and claimed rewards of this player show here.", "grants"),
    Pane("wallet", "3", "Wallet", "No balances yet. A claimed grant or a credit creates the first one.", "balances"),
    Pane("lobbies", "4", "Lobbies", "No lobbies yet. A seat in a matched event shows here.", "lobbies"),
    Pane("items", "5", "Items", "No items yet. A claimed grant with an item creates the first one.", "items"),
    Pane("audit", "6", "Audit", "No audit rows yet. Every change made to this player shows here.", "audit rows"),
)
"""The panes in key order."""

PANE_OF: Final[dict[str, PaneId]] = {
    "attempt": "attempts",
    "grant": "grants",
    "wallet": "wallet",
    "ledger": "wallet",
    "lobby": "lobbies",
    "item": "items",
    "audit": "audit",
}
"""The pane for each scope."""


def pane(pane_id: str) -> Pane:
    """The pane with this id."""
    return next(each for each in PANES if each.id == pane_id)

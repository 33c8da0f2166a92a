"""Kinds of rows, and the panes of the player screen."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scope = Literal[
    "attempt", "grant", "wallet", "ledger", "lobby", "item", "audit", "delivery", "event", "player", "anywhere"
]
"""What an action applies to, or what a row is.

`player`: whenever a player is open; `anywhere`: always; `delivery`: a webhook delivery; `event`: a row of the timeline
of an unknown kind.
"""

PaneId = Literal["attempts", "grants", "wallet", "lobbies", "items", "audit", "timeline"]


class Pane(NamedTuple):
    """One pane of the player screen: its key, titles, and the text when it is empty."""

    id: PaneId
    key: str
    title: str
    empty: str
    holds: str
    """The plural noun for its rows."""
    short: str
    """The title where there is little room."""


PANES: Final[tuple[Pane, ...]] = (
    Pane(
        "attempts",
        "1",
        "Attempts",
        "No attempts yet. Every attempt of this player at an event shows here.",
        "attempts",
        "Att",
    ),
    Pane(
        "grants",
        "2",
        "Grants",
        "No grants yet. Pending and claimed rewards of this player show here.",
        "grants",
        "Grants",
    ),
    Pane(
        "wallet",
        "3",
        "Wallet",
        "No balances yet. A claimed grant or a credit creates the first one.",
        "balances",
        "Wallet",
    ),
    Pane("lobbies", "4", "Lobbies", "No lobbies yet. A seat in a matched event shows here.", "lobbies", "Lobby"),
    Pane("items", "5", "Items", "No items yet. A claimed grant with an item creates the first one.", "items", "Items"),
    Pane(
        "audit", "6", "Audit", "No audit rows yet. Every change made to this player shows here.", "audit rows", "Audit"
    ),
    Pane("timeline", "7", "Timeline", "Nothing happened to this player yet.", "events", "Time"),
)
"""The panes in key order."""

LIST_PANES: Final = tuple(each for each in PANES if each.id != "timeline")
"""The panes that show lists of the look-up."""

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

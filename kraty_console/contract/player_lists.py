"""Pages of one player's lists (contract/README.md#lists-of-a-player)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby
from kraty_console.contract.wire import Answer

ListOrder = Literal["newest", "oldest"]
"""Which rows come first."""

LIST_ORDERS: Final[tuple[ListOrder, ...]] = ("newest", "oldest")


class PlayerListPage(Answer):
    """A page of one list of a player, in the order that was asked for."""

    rows: list[Any] = Field(default_factory=list)
    next_cursor: str | None = None
    """None on the last page."""
    total: int | None = None
    """The number of rows in the whole list; None if the backend does not count them."""


class AttemptPage(PlayerListPage):
    """A page of a player's attempts, by their start."""

    rows: list[Attempt] = Field(default_factory=list)


class GrantPage(PlayerListPage):
    """A page of a player's grants, by their creation."""

    rows: list[Grant] = Field(default_factory=list)


class LedgerPage(PlayerListPage):
    """A page of a player's wallet or item ledger."""

    rows: list[LedgerRow] = Field(default_factory=list)


class LobbyPage(PlayerListPage):
    """A page of the lobbies in which a player has a seat, by when it was taken."""

    rows: list[Lobby] = Field(default_factory=list)


class PlayerAuditPage(PlayerListPage):
    """A page of the audit rows about a player."""

    rows: list[AuditRow] = Field(default_factory=list)

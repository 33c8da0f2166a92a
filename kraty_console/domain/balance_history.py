"""How balances and quantities changed, as far as the ledgers are loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kraty_console.domain.per_snapshot import PerSnapshot
from kraty_console.domain.snapshot_lookup import ledger_row_id

if TYPE_CHECKING:
    from datetime import datetime

    from kraty_console.contract.players import LedgerRow, Snapshot

_LARGEST: Final = 1e300
"""Of an amount; also what is no number compares as beyond it."""


class BalancePoint(NamedTuple):
    """What there was after one change."""

    row_id: str
    """Of the ledger row."""
    at: datetime | None
    amount: int | float


class BalanceHistory:
    """The points of one snapshot; get it with `balance_history_of`. Rows without an amount have none."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._points: dict[tuple[str, str], list[BalancePoint]] = defaultdict(list)
        self._keys: dict[str, tuple[str, str]] = {}
        self._add("item", snapshot.item_ledger)
        self._add("wallet", snapshot.wallet_ledger)

    def _add(self, scope: str, ledger: Sequence[LedgerRow]) -> None:
        for place in range(len(ledger) - 1, -1, -1):
            entry = ledger[place]
            key, amount = (scope, entry.economy_key or entry.item_key or ""), entry.balance
            if amount is None:
                amount = entry.quantity
            row_id = ledger_row_id(entry, place)
            self._keys[row_id] = key
            if amount is not None and -_LARGEST < amount < _LARGEST:
                self._points[key].append(BalancePoint(row_id, entry.occurred_at, amount))

    def of(self, scope: Literal["wallet", "item"], key: str) -> Sequence[BalancePoint]:
        """The points of a balance or an item, oldest first."""
        return self._points.get((scope, key), ())

    def around(self, row_id: str) -> Sequence[BalancePoint]:
        """The points of what a ledger row changed, oldest first."""
        return self._points.get(self._keys.get(row_id, ("", "")), ())


balance_history_of: Final = PerSnapshot(BalanceHistory)
"""The points of a snapshot."""

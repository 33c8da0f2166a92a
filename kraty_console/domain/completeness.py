"""What a backend told of a player, what it left out, and what cannot be read: unknown is neither zero nor no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.formatting import counted
from kraty_console.domain.scopes import PaneId, pane

if TYPE_CHECKING:
    from kraty_console.contract.players import Player, Snapshot
    from kraty_console.contract.wire import Answer

UNKNOWN: Final = "?"
"""Stands for a number that nobody told."""

NOT_PROVIDED: Final = "not provided by this backend"
NOT_READ: Final = "could not be read"

LISTS_OF: Final[dict[PaneId, tuple[str, ...]]] = {
    "attempts": ("attempts",),
    "grants": ("grants",),
    "wallet": ("wallet", "wallet_ledger"),
    "lobbies": ("lobbies",),
    "items": ("inventory", "item_ledger"),
    "audit": ("audit",),
}
"""The lists of a snapshot that a pane shows; the first is the one it is named for."""

_ROW_OF: Final = {
    "attempts": ("attempt", "attempts"),
    "grants": ("grant", "grants"),
    "wallet": ("balance", "balances"),
    "wallet_ledger": ("row of the wallet ledger", "rows of the wallet ledger"),
    "lobbies": ("lobby", "lobbies"),
    "inventory": ("item", "items"),
    "item_ledger": ("row of the item ledger", "rows of the item ledger"),
    "audit": ("audit row", "audit rows"),
}


class Amount(NamedTuple):
    """How much there is of something."""

    number: int | float | None
    """None when it is not known."""
    why: str = ""
    """Why it is not known, to stand behind the word for what it is."""


def is_provided(answer: Answer, *names: str) -> bool:
    """Whether the backend told these fields in a usable form; null is told, and means that there is none."""
    said = answer.model_fields_set
    return all(name in said for name in names)


def why_unknown(answer: Answer, name: str) -> str:
    """Why a field is not known, in words; empty when it was told."""
    if is_provided(answer, name):
        return ""
    return NOT_READ if name in answer.unreadable_fields else NOT_PROVIDED


def unreadable_count(rows: object) -> int:
    """How many rows of a list could not be read."""
    missing = getattr(rows, "unreadable", 0)
    return missing if isinstance(missing, int) else 0


def is_complete(answer: Answer, name: str) -> bool:
    """Whether a list came and all its rows could be read; it may still be cut at the limit asked for."""
    return is_provided(answer, name) and not unreadable_count(getattr(answer, name))


def unreadable_words(count: int, one: str = "row", many: str = "") -> str:
    """`1 row could not be read`."""
    return f"{counted(count, one, many)} {NOT_READ}"


def pane_unreadable_count(pane_id: PaneId, snapshot: Snapshot) -> int:
    """How many rows of a pane could not be read."""
    return sum(unreadable_count(getattr(snapshot, name)) for name in LISTS_OF[pane_id])


def unreadable_lists(snapshot: Snapshot, pane_id: PaneId | None = None) -> Iterator[str]:
    """What is missing of the lists since it could not be read: `1 attempt could not be read`."""
    for name in LISTS_OF[pane_id] if pane_id is not None else _ROW_OF:
        one, many = _ROW_OF[name]
        if name in snapshot.unreadable_fields:
            yield f"the {many} {NOT_READ}"
        elif missing := unreadable_count(getattr(snapshot, name)):
            yield unreadable_words(missing, one, many)


def unreadable_parts(snapshot: Snapshot) -> Iterator[str]:
    """What is missing of the whole answer since it could not be read."""
    if "ban" in snapshot.player.unreadable_fields:
        yield f"the ban status {NOT_READ}"
    if "summary" in snapshot.unreadable_fields or snapshot.summary.unreadable_fields:
        yield f"some totals {NOT_READ}"
    yield from unreadable_lists(snapshot)


def sentence(words: str) -> str:
    """The words with a capital letter and a stop."""
    return f"{words[:1].upper()}{words[1:]}."


def empty_words(pane_id: PaneId, snapshot: Snapshot) -> str:
    """What an empty pane says: that there is nothing only when the backend said so."""
    each = pane(pane_id)
    name = LISTS_OF[pane_id][0]
    if name in snapshot.unreadable_fields:
        return sentence(f"the {each.holds} {NOT_READ}")
    if not is_provided(snapshot, name):
        return f"This backend does not provide {each.holds}."
    if missing := unreadable_count(getattr(snapshot, name)):
        return sentence(unreadable_words(missing))
    return each.empty


def missing_from_panes(snapshot: Snapshot) -> list[str]:
    """What the backend does not provide, of what the panes show."""
    lists = ((LISTS_OF[each][0], pane(each).holds) for each in LISTS_OF)
    return [holds for name, holds in lists if why_unknown(snapshot, name) == NOT_PROVIDED]


def why_ban_unknown(player: Player) -> str:
    """Why it is not known whether the player is banned: `ban status not provided by this backend`; empty when it is."""
    why = why_unknown(player, "ban")
    return f"ban status {why}" if why else ""


def balance_of(snapshot: Snapshot, economy_key: str, limit: int = DEFAULT_LIMIT) -> Amount:
    """The balance of a currency: 0 only where a list that came whole, and ends before `limit`, does not hold it."""
    held = next((each for each in snapshot.wallet if each.economy_key == economy_key), None)
    if held is not None:
        return Amount(held.balance, "" if held.balance is not None else _why_empty(held, "balance"))
    return _absent(snapshot, "wallet", limit)


def quantity_of(snapshot: Snapshot, item_key: str, limit: int = DEFAULT_LIMIT) -> Amount:
    """As `balance_of`, for an item."""
    held = next((each for each in snapshot.inventory if each.item_key == item_key), None)
    if held is not None:
        return Amount(held.quantity, "" if held.quantity is not None else _why_empty(held, "quantity"))
    return _absent(snapshot, "inventory", limit)


def _why_empty(answer: Answer, name: str) -> str:
    return why_unknown(answer, name) or "not provided"


def _absent(snapshot: Snapshot, name: str, limit: int) -> Amount:
    if why := why_unknown(snapshot, name):
        return Amount(None, why)
    rows = getattr(snapshot, name)
    if unreadable_count(rows):
        return Amount(None, f"not known: {unreadable_words(unreadable_count(rows), *_ROW_OF[name])}")
    if len(rows) >= limit:
        return Amount(None, "not in the list, which may be cut short")
    return Amount(0)

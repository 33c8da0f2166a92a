"""Which data of a player is known, not provided or unreadable: unknown is neither zero nor "no"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.domain.formatting import counted
from kraty_console.domain.scopes import PaneId, pane

if TYPE_CHECKING:
    from kraty_console.contract.players import Player, Snapshot
    from kraty_console.contract.wire import Answer

UNKNOWN: Final = "?"
"""Shown for an unknown number."""

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
"""The snapshot lists shown in a pane, which is named after the first; the timeline shows none."""

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
    """An amount that may be unknown."""

    number: int | float | None
    """None when unknown."""
    why: str = ""
    """Why it is unknown; follows the name of the thing."""


def is_provided(answer: Answer, *names: str) -> bool:
    """Whether the backend provided these fields in a usable form; null counts as provided."""
    provided = answer.model_fields_set
    return all(name in provided for name in names)


def why_unknown(answer: Answer, name: str) -> str:
    """Why a field is unknown, in words; empty when it was provided."""
    if is_provided(answer, name):
        return ""
    return NOT_READ if name in answer.unreadable_fields else NOT_PROVIDED


def unreadable_count(rows: object) -> int:
    """The number of unreadable rows of a list."""
    missing = getattr(rows, "unreadable", 0)
    return missing if isinstance(missing, int) else 0


def is_complete(answer: Answer, name: str) -> bool:
    """Whether a list was provided and every row is readable; it may still be cut at the requested limit."""
    return is_provided(answer, name) and not unreadable_count(getattr(answer, name))


def may_be_cut(snapshot: Snapshot, name: str) -> bool:
    """Whether a list is as long as a look-up may be, so that there may be more rows."""
    rows = getattr(snapshot, name)
    return len(rows) + unreadable_count(rows) >= snapshot.requested_limit


def unreadable_words(count: int, one: str = "row", many: str = "") -> str:
    """`1 row could not be read`."""
    return f"{counted(count, one, many)} {NOT_READ}"


def pane_unreadable_count(pane_id: PaneId, snapshot: Snapshot) -> int:
    """The number of unreadable rows of a pane."""
    return sum(unreadable_count(getattr(snapshot, name)) for name in LISTS_OF[pane_id])


def unreadable_lists(snapshot: Snapshot, pane_id: PaneId | None = None) -> Iterator[str]:
    """The unreadable rows of each list: `1 attempt could not be read`."""
    for name in LISTS_OF[pane_id] if pane_id is not None else _ROW_OF:
        one, many = _ROW_OF[name]
        if name in snapshot.unreadable_fields:
            yield f"the {many} {NOT_READ}"
        elif missing := unreadable_count(getattr(snapshot, name)):
            yield unreadable_words(missing, one, many)


def unreadable_parts(snapshot: Snapshot) -> Iterator[str]:
    """The unreadable parts of the whole snapshot."""
    if "ban" in snapshot.player.unreadable_fields:
        yield f"the ban status {NOT_READ}"
    if "summary" in snapshot.unreadable_fields or snapshot.summary.unreadable_fields:
        yield f"some totals {NOT_READ}"
    yield from unreadable_lists(snapshot)


def sentence(words: str) -> str:
    """The text as a sentence: capital letter and full stop."""
    return f"{words[:1].upper()}{words[1:]}."


def empty_words(pane_id: PaneId, snapshot: Snapshot) -> str:
    """The text of an empty pane; it says that there is nothing only if the backend said so."""
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
    """The contents of panes that the backend does not provide."""
    lists = ((LISTS_OF[each][0], pane(each).holds) for each in LISTS_OF)
    return [holds for name, holds in lists if why_unknown(snapshot, name) == NOT_PROVIDED]


def why_ban_unknown(player: Player) -> str:
    """Why the ban status is unknown: `ban status not provided by this backend`; empty when it is known."""
    why = why_unknown(player, "ban")
    return f"ban status {why}" if why else ""


def balance_of(snapshot: Snapshot, economy_key: str, limit: int | None = None) -> Amount:
    """The balance of a currency: 0 only if the list is complete, shorter than `limit`, and lacks the key.

    Without `limit` it is that of the look-up.
    """
    held = next((each for each in snapshot.wallet if each.economy_key == economy_key), None)
    if held is not None:
        return Amount(held.balance, "" if held.balance is not None else _why_empty(held, "balance"))
    return _absent(snapshot, "wallet", limit)


def quantity_of(snapshot: Snapshot, item_key: str, limit: int | None = None) -> Amount:
    """Like `balance_of`, for an item."""
    held = next((each for each in snapshot.inventory if each.item_key == item_key), None)
    if held is not None:
        return Amount(held.quantity, "" if held.quantity is not None else _why_empty(held, "quantity"))
    return _absent(snapshot, "inventory", limit)


def _why_empty(answer: Answer, name: str) -> str:
    return why_unknown(answer, name) or "not provided"


def _absent(snapshot: Snapshot, name: str, limit: int | None) -> Amount:
    if why := why_unknown(snapshot, name):
        return Amount(None, why)
    rows = getattr(snapshot, name)
    if unreadable_count(rows):
        return Amount(None, f"not known: {unreadable_words(unreadable_count(rows), *_ROW_OF[name])}")
    if len(rows) >= (limit or snapshot.requested_limit):
        return Amount(None, "not in the list, which may be cut short")
    return Amount(0)

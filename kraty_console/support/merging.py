"""What a merge would come to, from what is known of both players before it (decisions: Merge)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kraty_console.contract.limits import MAX_BALANCE
from kraty_console.support.contents import listed
from kraty_console.support.measure import counted, grouped

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


@dataclass(frozen=True, slots=True)
class Sum:
    """One thing that both have, and what it comes to."""

    kind: Literal["total", "balance", "item"]
    what: str
    """What it is called; an economy or item key is raw."""
    source: int | float
    target: int | float
    together: int | float


@dataclass(frozen=True, slots=True)
class MergePlan:
    """A merge before it is made."""

    sums: tuple[Sum, ...]
    notes: tuple[str, ...]
    """What else there is to know."""
    refusals: tuple[str, ...]
    """Why it would be refused; empty when it would not."""


_TOTALS = (
    ("attempts", "attempt_count"),
    ("attempts completed", "attempts_completed"),
    ("attempts expired", "attempts_expired"),
    ("grants pending", "grants_pending"),
    ("grants claimed", "grants_claimed"),
)


def merge_plan(source: Snapshot, target: Snapshot, *, limit: int) -> MergePlan:
    """The sums before and after, from two look-ups whose lists end at `limit` rows."""
    sums = [_total(name, _known(source, field), _known(target, field)) for name, field in _TOTALS]
    shared = _active(source) & _active(target)
    active = [_known(each, "lobbies_active") for each in (source, target)]
    sums.append(Sum("total", "lobbies active", active[0], active[1], sum(active) - len(shared)))
    sums += _held("balance", _wallet(source), _wallet(target))
    sums += _held("item", _items(source), _items(target))
    return MergePlan(tuple(sums), tuple(_notes(source, target, len(shared), limit)), tuple(_refusals(target, sums)))


def same_player(from_id: str, to_id: str) -> str | None:
    """Why these two cannot be merged, before anything is asked; None when they may be."""
    return "a player cannot be merged into itself" if from_id == to_id else None


def _known(snapshot: Snapshot, field: str) -> int:
    value = getattr(snapshot.summary, field)
    return value if isinstance(value, int) else 0


def _total(name: str, source: int, target: int) -> Sum:
    return Sum("total", name, source, target, source + target)


def _active(snapshot: Snapshot) -> set[str]:
    return {lobby.id for lobby in snapshot.lobbies if lobby.status == "active"}


def _wallet(snapshot: Snapshot) -> dict[str, int | float]:
    return {row.economy_key: row.balance or 0 for row in snapshot.wallet}


def _items(snapshot: Snapshot) -> dict[str, int | float]:
    return {row.item_key: row.quantity or 0 for row in snapshot.inventory}


def _held(
    kind: Literal["balance", "item"], source: dict[str, int | float], target: dict[str, int | float]
) -> list[Sum]:
    keys = sorted({*source, *target})
    return [Sum(kind, key, a, b, a + b) for key in keys for a, b in ((source.get(key, 0), target.get(key, 0)),)]


def _notes(source: Snapshot, target: Snapshot, shared: int, limit: int) -> Iterable[str]:
    if source.player.ban is not None:
        reason = f" ({source.player.ban.reason})" if source.player.ban.reason else ""
        yield f"{source.player.external_player_id} is banned{reason}: the ban goes over"
    if shared:
        yield f"both sit in {counted(shared, 'active lobby', 'active lobbies')}: one seat in each falls free"
    cut = [
        name
        for name, lists in (
            ("balances", (source.wallet, target.wallet)),
            ("items", (source.inventory, target.inventory)),
        )
        if any(len(each) >= limit for each in lists)
    ]
    if cut:
        yield f"only the {grouped(limit)} latest {listed(cut)} of each are shown; the merge takes all"


def _refusals(target: Snapshot, sums: list[Sum]) -> Iterable[str]:
    name = target.player.external_player_id
    if target.player.ban is not None:
        yield f"{name} is banned: lift the ban first"
    if target.player.merged_into is not None:
        yield f"{name} was itself merged into {target.player.merged_into}"
    for each in sums:
        if each.kind != "total" and each.together > MAX_BALANCE:
            yield f"{each.what} would come to {grouped(each.together)}, more than anybody can have"

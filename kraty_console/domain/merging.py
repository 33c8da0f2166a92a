"""Previews a merge from both players' snapshots (contract/SERVER.md#merge)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kraty_console.contract.limits import MAX_BALANCE
from kraty_console.domain.completeness import Amount, balance_of, is_complete, quantity_of, why_ban_unknown
from kraty_console.domain.formatting import counted, grouped
from kraty_console.domain.grant_contents import listed

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


@dataclass(frozen=True, slots=True)
class Sum:
    """One amount of both players, and the total after the merge."""

    kind: Literal["total", "balance", "item"]
    what: str
    """The label; economy and item keys are unsanitized."""
    source: int | float | None
    """None when unknown."""
    target: int | float | None
    together: int | float | None


@dataclass(frozen=True, slots=True)
class MergePlan:
    """The preview of a merge."""

    sums: tuple[Sum, ...]
    notes: tuple[str, ...]
    """Further information."""
    refusals: tuple[str, ...]
    """Why it would be refused; empty if it would not be."""


_HELD = (("wallet", "balances"), ("inventory", "items"))
_TOTALS = (
    ("attempts", "attempt_count"),
    ("attempts completed", "attempts_completed"),
    ("attempts expired", "attempts_expired"),
    ("grants pending", "grants_pending"),
    ("grants claimed", "grants_claimed"),
)


def merge_plan(source: Snapshot, target: Snapshot, *, limit: int) -> MergePlan:
    """Compute the preview from two snapshots whose lists end at `limit` rows."""
    sums = [_total(name, _known(source, field), _known(target, field)) for name, field in _TOTALS]
    both = (source, target)
    shared = _active(source) & _active(target)
    active = (_known(source, "lobbies_active"), _known(target, "lobbies_active"))
    seats = _added(*active)
    if seats is not None:
        all_seen = all(is_complete(each, "lobbies") and len(each.lobbies) < limit for each in both) or 0 in active
        seats = seats - len(shared) if all_seen else None
    sums.append(Sum("total", "lobbies active", *active, seats))
    sums += _held("balance", {row.economy_key for each in both for row in each.wallet}, balance_of, both, limit)
    sums += _held("item", {row.item_key for each in both for row in each.inventory}, quantity_of, both, limit)
    return MergePlan(tuple(sums), tuple(_notes(source, target, len(shared), limit)), tuple(_refusals(target, sums)))


def same_player(from_id: str, to_id: str) -> str | None:
    """Why these two ids cannot be merged at all; None when they can."""
    return "a player cannot be merged into itself" if from_id == to_id else None


def _known(snapshot: Snapshot, field: str) -> int | None:
    value = getattr(snapshot.summary, field)
    return value if isinstance(value, int) else None


def _added(source: int | float | None, target: int | float | None) -> int | float | None:
    return None if source is None or target is None else source + target


def _total(name: str, source: int | None, target: int | None) -> Sum:
    return Sum("total", name, source, target, _added(source, target))


def _active(snapshot: Snapshot) -> set[str]:
    return {lobby.id for lobby in snapshot.lobbies if lobby.status == "active"}


def _held(
    kind: Literal["balance", "item"],
    keys: set[str],
    held: Callable[[Snapshot, str, int], Amount],
    both: tuple[Snapshot, Snapshot],
    limit: int,
) -> Iterator[Sum]:
    for key in sorted(keys):
        source, target = (held(each, key, limit).number for each in both)
        yield Sum(kind, key, source, target, _added(source, target))


def _notes(source: Snapshot, target: Snapshot, shared: int, limit: int) -> Iterable[str]:
    if source.player.ban is not None:
        reason = f" ({source.player.ban.reason})" if source.player.ban.reason else ""
        yield f"{source.player.external_player_id} is banned{reason}: the ban moves to the target"
    for each, then in ((source, "a ban moves to the target"), (target, "a banned target is refused")):
        if unknown := why_ban_unknown(each.player):
            yield f"{each.player.external_player_id}: {unknown}; {then}"
    if shared:
        yield f"both have a seat in {counted(shared, 'active lobby', 'active lobbies')}: one seat in each is freed"
    cut = [
        name
        for name, lists in (
            ("balances", (source.wallet, target.wallet)),
            ("items", (source.inventory, target.inventory)),
        )
        if any(len(each) >= limit for each in lists)
    ]
    for each in (source, target):
        missing = [holds for name, holds in _HELD if not is_complete(each, name)]
        if missing:
            name = each.player.external_player_id
            yield f"the {listed(missing)} of {name} are not fully known; the merge moves all of them"
    if cut:
        yield f"only the {grouped(limit)} latest {listed(cut)} of each are shown; the merge moves all of them"


def _refusals(target: Snapshot, sums: list[Sum]) -> Iterable[str]:
    name = target.player.external_player_id
    if target.player.ban is not None:
        yield f"{name} is banned: lift the ban first"
    if target.player.merged_into is not None:
        yield f"{name} was itself merged into {target.player.merged_into}"
    for each in sums:
        if each.kind != "total" and each.together is not None and each.together > MAX_BALANCE:
            yield f"{each.what} would be {grouped(each.together)}, more than the maximum"

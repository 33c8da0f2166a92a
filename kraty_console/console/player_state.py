"""The state of the player on screen: one immutable value, replaced as answers arrive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kraty_console.domain.formatting import counted

if TYPE_CHECKING:
    from kraty_console.client.fetched import Fetched
    from kraty_console.console.timeline.state import TimelineState
    from kraty_console.contract.errors import KratyError
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.notes import NewestNote


class LoadStatus(StrEnum):
    """The state of a look-up."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    STALE = "stale"
    """There is data, and the last attempt to renew it failed."""
    FAILED = "failed"
    """There is no data, and the attempt to get it failed."""
    MISSING = "missing"
    """The backend answered that there is no such player."""


@dataclass(frozen=True, slots=True)
class PlayerState:
    """One player's data and its age."""

    status: LoadStatus = LoadStatus.IDLE
    player: str = ""
    """The requested external id, as it is."""
    snapshot: Snapshot | None = None
    etag: str | None = None
    at: datetime | None = None
    """When the data was read."""
    latency_ms: float | None = None
    error: KratyError | None = None
    since: datetime | None = None
    """While loading: when it began."""
    newest_note: NewestNote | None = None
    """The newest note of the support staff; None until it was asked for."""
    timeline: TimelineState | None = None
    """What is loaded of the timeline; None until its pane was looked at."""
    note: str = ""
    """Why another player than the one searched for is shown."""
    nearest: tuple[str, ...] = ()
    """When there is no such player: ids that begin most like the requested one."""
    not_offered: str = ""
    """Why there may be more of them."""
    tried: tuple[str, ...] = ()
    """When a pasted text names nobody: what of it was looked up, and why."""
    not_searched: str = ""
    """What of it this backend cannot look up."""
    typed: bool = False
    """`player` is what was typed, such as an e-mail; a retry sends it again."""
    step: int = 0
    """With `typed`: how often down (negative: up) was pressed in what it finds."""

    def loading(self, player: str, now: datetime, *, typed: bool = False, step: int = 0, note: str = "") -> PlayerState:
        """A look-up began; data of the same player stays on screen meanwhile."""
        if player == self.player and self.snapshot is not None:
            return replace(self, status=LoadStatus.LOADING, since=now, typed=typed, step=step)
        return PlayerState(LoadStatus.LOADING, player, since=now, typed=typed, step=step, note=note)

    def arrived(self, fetched: Fetched[Snapshot] | None, now: datetime) -> PlayerState:
        """The answer arrived; None means that nothing changed."""
        if fetched is None:
            return replace(self, status=LoadStatus.READY, at=now, since=None, error=None, typed=False, step=0)
        snapshot = fetched.value
        is_same = snapshot.player.external_player_id == self.player
        return PlayerState(
            LoadStatus.READY,
            snapshot.player.external_player_id,
            snapshot,
            fetched.etag,
            now,
            fetched.elapsed_ms,
            newest_note=self.newest_note if is_same else None,
            timeline=self.timeline if is_same else None,
            note=self.note,
        )

    def with_note(self, newest: NewestNote) -> PlayerState:
        """The newest note was asked for."""
        return replace(self, newest_note=newest)

    def with_timeline(self, timeline: TimelineState | None) -> PlayerState:
        """More of the timeline was requested or loaded."""
        return replace(self, timeline=timeline)

    def failed(self, error: KratyError, *, missing: bool = False) -> PlayerState:
        """No answer: earlier data stays, with its age."""
        if missing:
            return PlayerState(LoadStatus.MISSING, self.player, error=error, typed=self.typed, step=self.step)
        status = LoadStatus.STALE if self.snapshot is not None else LoadStatus.FAILED
        return replace(self, status=status, error=error, since=None)

    def nobody_in_text(self, tried: tuple[str, ...], not_searched: str) -> PlayerState:
        """None of these parts of the text is known."""
        return replace(self, tried=tried, not_searched=not_searched)

    def near(self, players: tuple[str, ...], not_offered: str = "") -> PlayerState:
        """There is no such player, but these; in words, why there may be more."""
        return replace(self, nearest=players, not_offered=not_offered)

    def cancelled(self) -> PlayerState:
        """The person cancelled the look-up."""
        if self.snapshot is not None:
            return replace(self, status=LoadStatus.READY, since=None, typed=False, step=0)
        return PlayerState()


_ID_OF_ROW: Final = {
    "attempts": "id",
    "grants": "id",
    "lobbies": "id",
    "wallet": "economy_key",
    "inventory": "item_key",
    "wallet_ledger": "ledger_id",
    "item_ledger": "ledger_id",
    "audit": "id",
}
"""The lists of a snapshot, and the field by which a row is known in the next one."""


def changed_by_list(before: Snapshot | None, after: Snapshot | None) -> dict[str, frozenset[str]]:
    """For each list with changes: ids of the rows of `after` that are new or different."""
    if before is None or after is None or before.player.external_player_id != after.player.external_player_id:
        return {}
    changed: dict[str, frozenset[str]] = {}
    for name, key in _ID_OF_ROW.items():
        old = {getattr(row, key): row for row in getattr(before, name)}
        rows = frozenset(getattr(row, key) for row in getattr(after, name) if old.get(getattr(row, key)) != row)
        if rows:
            changed[name] = rows
    return changed


def changed_rows(before: Snapshot | None, after: Snapshot | None) -> frozenset[str]:
    """Ids of the rows of `after` that are new or different."""
    return frozenset().union(*changed_by_list(before, after).values())


_ROWS_OF_LIST: Final = {
    "attempts": ("attempt", "attempts"),
    "grants": ("grant", "grants"),
    "lobbies": ("lobby", "lobbies"),
    "wallet": ("balance", "balances"),
    "inventory": ("item", "items"),
    "wallet_ledger": ("wallet movement", "wallet movements"),
    "item_ledger": ("item movement", "item movements"),
    "audit": ("audit row", "audit rows"),
}


def changed_words(before: Snapshot | None, after: Snapshot | None) -> str:
    """How many rows of which lists are new or different, and whether the profile is; empty if nothing is."""
    changed = [counted(len(rows), *_ROWS_OF_LIST[name]) for name, rows in changed_by_list(before, after).items()]
    if before is not None and after is not None and before.player != after.player:
        changed.insert(0, "the profile")
    return f"changed: {', '.join(changed)}" if changed else ""

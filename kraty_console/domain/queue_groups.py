"""The players of a queue, grouped by what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.coverage import loaded_words
from kraty_console.domain.next_step import next_steps
from kraty_console.domain.problems import URGENCY, Fault
from kraty_console.domain.scopes import PANE_OF, Scope

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

ALL: Final = "all"
"""The group of all players that were found, whatever is wrong with them."""

NOT_KNOWN: Final = "not_known"
"""The group of players without a known fault of whom not everything could be read."""

GROUP_WORDS: Final[Mapping[str, str]] = {
    Fault.ROLL_FAILED: "the reward roll failed",
    Fault.NOT_ROLLED: "complete, rewards never rolled",
    Fault.BANNED_PENDING: "banned, with a grant that waits",
    Fault.BANNED_PLAYING: "banned",
    Fault.GRANT_EXPIRED: "a grant expired unclaimed",
    Fault.TARGET_MET: "target met, finish never arrived",
    Fault.WINDOW_OVER: "in progress, window closed",
    Fault.STUCK: "no progress for a day",
    Fault.GRANT_OVERDUE: "a pending grant past its expiry",
    Fault.GRANT_PENDING: "a grant waits to be claimed",
    Fault.NO_GRANTS_LINKED: "no grants; may pay, not known",
    Fault.NEVER_FINISHED: "expired before a finish arrived",
    Fault.PROGRESS_UNKNOWN: "begun long ago, progress unknown",
    Fault.LOBBY_LATE: "a lobby not filled in time",
    Fault.FINE: "nothing is known to be wrong",
    NOT_KNOWN: "not everything could be read",
}
"""What players of a group have, in words."""

GROUPS: Final = (*GROUP_WORDS, ALL)
"""The names of groups, most urgent first."""

_SCOPE_OF_PANE: Final[dict[str, Scope]] = {PANE_OF[scope]: scope for scope in ("attempt", "grant", "lobby")}


class QueuedFault(NamedTuple):
    """A fault of a player, and the row that it is fixed on."""

    kind: str
    scope: Scope
    row_id: str
    action_id: str | None
    """The action that fixes it; None if a person has to decide first."""


@dataclass(frozen=True, slots=True)
class QueuedPlayer:
    """What a queue keeps of a player that was looked up."""

    external_player_id: str
    faults: tuple[QueuedFault, ...]
    """Most urgent first."""
    unread: bool = False
    """Whether something that may hide faults could not be read."""
    partial: bool = False
    """Whether a list was cut, so that older rows were not looked at."""

    def kinds(self) -> tuple[str, ...]:
        """The groups that the player is in, most urgent first; never empty."""
        kinds = tuple(dict.fromkeys(fault.kind for fault in self.faults))
        return kinds or ((NOT_KNOWN,) if self.unread else (Fault.FINE.value,))


@dataclass(slots=True)
class QueueGroup:
    """The players who have one fault. A player with several faults is in several groups."""

    kind: str
    players: int = 0
    rows: int = 0
    """Rows with the fault; a player may have several."""
    actions: dict[str, int] = field(default_factory=dict)
    """How many rows each action fixes."""

    @property
    def action_id(self) -> str | None:
        """The action that fixes most of its rows; None if there is none."""
        return max(self.actions, key=lambda each: self.actions[each], default=None)


def queued_player(snapshot: Snapshot, now: datetime) -> QueuedPlayer:
    """What is wrong with a player, as `diagnose` finds it."""
    faults = [
        QueuedFault(
            intern(str(trouble.diagnosis.code.value)),
            _SCOPE_OF_PANE[trouble.row.pane],
            trouble.row.row_id,
            trouble.diagnosis.action_id,
        )
        for trouble in next_steps(snapshot, now).troubles
    ]
    player = snapshot.player
    if player.ban is not None and not any(fault.kind == Fault.BANNED_PLAYING for fault in faults):
        faults.append(QueuedFault(Fault.BANNED_PLAYING.value, "player", "", None))
    unread = "ban" in player.unreadable_fields or any(
        name in snapshot.unreadable_fields or unreadable_count(getattr(snapshot, name))
        for name in ("attempts", "grants", "lobbies")
    )
    return QueuedPlayer(player.external_player_id, tuple(faults), bool(unread), bool(loaded_words(snapshot)))


def groups_of(players: Iterable[QueuedPlayer]) -> list[QueueGroup]:
    """The groups that have players, most urgent first. Each player is counted once in a group."""
    groups: dict[str, QueueGroup] = {}
    for player in players:
        for kind in player.kinds():
            group = groups.setdefault(kind, QueueGroup(kind))
            group.players += 1
        for fault in player.faults:
            group = groups[fault.kind]
            group.rows += 1
            if fault.action_id is not None:
                group.actions[fault.action_id] = group.actions.get(fault.action_id, 0) + 1
    last = len(URGENCY)
    return sorted(groups.values(), key=lambda each: URGENCY.get(_as_fault(each.kind), last))


def _as_fault(kind: str) -> Fault:
    return Fault(kind) if kind in tuple(Fault) else Fault.FINE


def rows_in_group(player: QueuedPlayer, kind: str, scope: Scope) -> list[str] | None:
    """The rows of a player to act on for a group; None if the player is not in it.

    Args:
        player: The player.
        kind: The group, or `all`.
        scope: What the action applies to; one that applies to the player has one row, without id.
    """
    if kind != ALL and kind not in player.kinds():
        return None
    if scope == "player":
        return [""]
    return list(
        dict.fromkeys(each.row_id for each in player.faults if kind in (ALL, each.kind) and each.scope == scope)
    )

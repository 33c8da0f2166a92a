"""Plans the changes of a queue: each as its dialog would check and show it, on the player as just read."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.change_commands import ChangeCommand
from kraty_console.domain.change_totals import Totals
from kraty_console.domain.form_values import FieldErrors
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.planned_change import ChangeNotPossible, PlannedChange
from kraty_console.domain.problems import Fault
from kraty_console.domain.queue_groups import QueuedPlayer, rows_in_group
from kraty_console.domain.queue_state import FoundRow, QueueIntent, RefusedRow, RowState, intent_of

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

PREVIEW: Final = 240
"""Characters of a preview that are kept of each change."""

NOT_IN_QUEUES: Final = frozenset({Operation.REPLAY_DELIVERY, Operation.CORRECT_TICKET, Operation.MERGE})
"""Changes that are about a delivery, an audit row or a second player."""

PlanOne = Callable[["Snapshot", str, str], PlannedChange]
"""Plans one change: the player, the id of the row (empty for the player), and the idempotency key. The number that is
confirmed stands for the player's id, where the change asks for that.

Raises `ChangeNotPossible`, and `FieldErrors` if the fields are not valid for this row.
"""


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """One change that would be sent."""

    intent: QueueIntent
    effects: str
    """What will change, in a line; unsanitized and cut."""
    notes: str
    """What to know before; unsanitized and cut."""


@dataclass(slots=True)
class QueuePlan:
    """What a queue would do. It is filled player by player, and keeps no snapshots."""

    command: ChangeCommand
    group: str
    plan_one: PlanOne
    changes: dict[str, list[PreviewedChange]] = field(default_factory=dict)
    """By player."""
    refused: dict[str, list[RefusedRow]] = field(default_factory=dict)
    totals: Totals = field(default_factory=Counter)
    missed: set[str] = field(default_factory=set)
    """Players of whom single rows are meant, and none of them was found with the fault."""
    _texts: dict[str, str] = field(default_factory=dict)

    def visit(self, player: QueuedPlayer, snapshot: Snapshot, only: Collection[str] = ()) -> None:
        """Plan the changes of one player, if they are in the group.

        Args:
            player: What is wrong with the player.
            snapshot: The player.
            only: The ids of the attempts and grants that are meant; none for all that are in the group.
        """
        scope = self.command.change.spec.scope
        rows = rows_in_group(player, self.group, scope) or ()
        for row_id in (meant := [each for each in rows if not each or not only or each in only]):
            self._plan(player.external_player_id, row_id, snapshot)
        if only and not meant:
            self.missed.add(player.external_player_id)

    def _plan(self, player: str, row_id: str, snapshot: Snapshot) -> None:
        key = idempotency_key(uuid.uuid4())
        try:
            planned = self.plan_one(snapshot, row_id, key)
        except (ChangeNotPossible, FieldErrors) as error:
            self._refuse(player, row_id, str(error))
        else:
            about = " · ".join(planned.form.subject_lines[:1]).removeprefix(f"{player} · ")
            intent = intent_of(planned.call, planned.follow_up(None), about[:PREVIEW])
            unusual = self.command.change.unusual(planned.form, planned.values)
            notes = [unusual] if unusual is not None else []
            notes.extend(each.words for each in planned.effects if each.note)
            effects = [f"{each.label}: {each.words}" for each in planned.effects if not each.note]
            change = PreviewedChange(intent, self._line(effects), self._line(notes))
            self.changes.setdefault(player, []).append(change)
            self.totals.update(self.command.change.totals(planned.call, snapshot))

    def _refuse(self, player: str, row_id: str, words: str) -> None:
        row = RefusedRow(player, row_id or None, self._shared(words))
        self.refused.setdefault(player, []).append(row)

    def _line(self, parts: Sequence[str]) -> str:
        return self._shared("; ".join(parts)[:PREVIEW])

    def _shared(self, words: str) -> str:
        """The same text for equal words, for most rows say the same."""
        return self._texts.setdefault(words, words)

    @property
    def count(self) -> int:
        """The number of changes that would be sent: what is typed to confirm."""
        return sum(map(len, self.changes.values()))

    def in_order(self, players: Sequence[str]) -> Iterator[PreviewedChange]:
        """The changes in the order of players, each player once."""
        for player in dict.fromkeys(players):
            yield from self.changes.get(player, ())


def found_row(player: QueuedPlayer | None, state: RowState | None, words: str, plan: QueuePlan) -> FoundRow:
    """What is kept of a row of the input once the plan is made."""
    if player is None:
        return FoundRow(state=state or RowState.NOT_FOUND, words=words)
    name = player.external_player_id
    if name in plan.changes or name in plan.refused:
        return FoundRow(name)
    if name in plan.missed:
        return FoundRow(name, RowState.NOT_IN_GROUP, "not broken any more, or older than the rows that were loaded")
    kinds = player.kinds()
    if kinds == (Fault.FINE,):
        return FoundRow(name, RowState.HEALTHY)
    return FoundRow(name, RowState.NOT_IN_GROUP, ", ".join(kinds))

"""Merge a player into another, with a server key (contract/SERVER.md#merge)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.changes.subject_lines import player_line
from kraty_console.domain.completeness import UNKNOWN
from kraty_console.domain.fields import (
    CannotOpen,
    ChangeDialog,
    Effect,
    EffectContext,
    Form,
    FormContext,
    Values,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import grouped
from kraty_console.domain.merging import MergePlan, Sum, merge_plan, same_player
from kraty_console.domain.player_words import SIGN_IN, PlayerWords

if TYPE_CHECKING:
    from kraty_console.contract.actions import Merged
    from kraty_console.contract.players import Snapshot


def form(context: FormContext) -> Form:
    """Asks for ticket and reason, and for the player's id to be typed; `context.other` is the target."""
    if context.other is None:
        raise CannotOpen("name the player to merge into first")
    source, target = context.snapshot.player.external_player_id, context.other.player.external_player_id
    if (why := same_player(source, target)) is not None:
        raise CannotOpen(why)
    return Form(
        actions.MERGE.id,
        Operation.MERGE,
        "Merge",
        (f"from  {player_line(context.snapshot)}", f"into  {player_line(context.other)}"),
        ticket_and_reason(context),
        "Merge",
        "merging",
        source,
        context.now,
        typed_id_for(context.snapshot),
        target_id=target,
        danger=True,
        needs_typed_id=True,
    )


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The amounts of both players and their sums."""
    del values
    if context.other is None:
        return [Effect("note", "the player to merge into is not known any more", note=True)]
    plan = merge_plan(context.snapshot, context.other, limit=DEFAULT_LIMIT)
    lines = list(_totals(plan))
    lines.append(Effect("id", f"{form.external_player_id} is free again"))
    lines += [Effect("note", f"it would be refused: {words}", note=True) for words in plan.refusals]
    return [*lines, *(Effect("note", words, note=True) for words in plan.notes)]


_GROUPS: Final = ("attempts", "grants", "lobbies")
"""Prefixes of the names of totals."""


def _totals(plan: MergePlan) -> Iterator[Effect]:
    """The sums, one line per kind, so that the notes below stay in sight."""
    shown = [each for each in plan.sums if each.source or each.source is None]
    totals = [each for each in shown if each.kind == "total"]
    for group in _GROUPS:
        parts = [_named(each.what.removeprefix(group).strip(), each) for each in totals if each.what.startswith(group)]
        if parts:
            yield Effect(group, ", ".join(parts))
    for label, kind in (("balances", "balance"), ("items", "item")):
        parts = [_named(each.what, each) for each in shown if each.kind == kind]
        if parts:
            yield Effect(label, ", ".join(parts))


def _named(name: str, each: Sum) -> str:
    return f"{name} {_sum(each)}" if name else _sum(each)


def _sum(each: Sum) -> str:
    source, target, together = (
        UNKNOWN if number is None else grouped(number) for number in (each.source, each.target, each.together)
    )
    return f"{source} + {target} → {together}"


def summary(_call: ChangeRequest, answer: Merged, _before: Snapshot | None) -> str:
    """`merged into auth_user_42`."""
    if answer.status == "no_op_already_merged":
        return f"was merged into {answer.to_external_player_id} before; nothing was changed"
    return f"merged into {answer.to_external_player_id}"


def told(_call: ChangeRequest | None, _answer: Merged | None) -> PlayerWords:
    """That both are one now."""
    return PlayerWords("We moved everything from your guest account into your account.", SIGN_IN)


CHANGE: Final = ChangeDialog(actions.MERGE, form, effects, summary, told=told, names_other=True)

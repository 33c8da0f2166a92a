"""The changes of the registry as commands: their names, their targets, and the fields they take (cli/act.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from kraty_console.contract.operations import Operation, model_of
from kraty_console.domain.fields import ChangeDialog, Field, Form, FormContext, Values
from kraty_console.domain.form_values import values_of
from kraty_console.domain.forms import CHANGES

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery

KEPT_DEFAULTS: Final = ("ticket",)
"""Fields that keep their default without a dialog; the others are empty unless they are given."""


@dataclass(frozen=True, slots=True)
class ChangeCommand:
    """One change as a command."""

    name: str
    """`force-claim`."""
    change: ChangeDialog
    operation: Operation
    """What it asks of the backend; a dialog may have two."""

    @property
    def target(self) -> str:
        """What its first argument names: `attempt`, `grant`, `audit`, `delivery` or `player`."""
        return self.change.spec.scope

    @property
    def title(self) -> str:
        """What it does, in one word: `Force-claim`, `unban`."""
        return self.change.spec.title if self.change.other_operation is None else self.operation.value.capitalize()


class StatelessContext(NamedTuple):
    """What a request depends on besides its texts."""

    player: str
    target: str
    """The id of the row, or of the second player."""
    ticket: str
    opened_at: datetime


def change_commands() -> dict[str, ChangeCommand]:
    """All commands by name, in the order of the registry; a dialog with two operations makes two."""
    commands: dict[str, ChangeCommand] = {}
    for change in CHANGES.values():
        spec = change.spec
        assert spec.operation is not None
        own = spec.command or spec.id.rpartition(".")[2].replace("_", "-")
        commands[own] = ChangeCommand(own, change, spec.operation)
        if (other := change.other_operation) is not None:
            name = other.value.replace("_", "-")
            commands[name] = ChangeCommand(name, change, other)
    return commands


def blank(form: Form) -> Form:
    """The form with nothing filled in but what a launch gives: a default that a person would see is no consent."""
    fields = tuple(
        each if each.name in KEPT_DEFAULTS else replace(each, default=False if each.kind == "check" else "")
        for each in form.fields
    )
    return replace(form, fields=fields)


def asks_which(command: ChangeCommand, form: Form) -> bool:
    """Whether the form asks which of two operations is meant."""
    chosen = command.change.choices.get(command.operation, {})
    return any(each.name in chosen for each in form.fields)


def asked_values(command: ChangeCommand, form: Form, values: Values) -> Values:
    """The values, with the choice that the command itself makes where its form asks for one."""
    chosen = command.change.choices.get(command.operation, {})
    return {**values, **chosen} if asks_which(command, form) else values


def fields_of(command: ChangeCommand) -> tuple[Field, ...]:
    """The fields that the command takes, as of a player with one row of each kind."""
    chosen = command.change.choices.get(command.operation, {})
    form = command.change.form(_sample("player", "row"))
    return tuple(each for each in form.fields if each.name not in chosen)


def stateless_requests(
    command: ChangeCommand, context: StatelessContext, texts: Mapping[str, str], key: str
) -> tuple[ChangeRequest, ChangeRequest | None]:
    """The request that these texts make whatever the state of the player is, and the one that follows it.

    They equal those of `planned_change.plan_change`; only what counts from the opening of the form depends on
    `opened_at`.

    Raises:
        ValueError: texts that no request takes.
    """
    sample = _sample(context.player, context.target)
    form = blank(command.change.form(replace(sample, now=context.opened_at, ticket=context.ticket)))
    values = asked_values(command, form, values_of(form, texts))
    call = replace(command.change.call(form, values, key), operation=command.operation)
    return call, command.change.follow_up(form, values, key)


def _sample(player: str, row: str) -> FormContext:
    sample = {"id": row}
    lists: Mapping[str, Any] = {"attempts": [{**sample, "score": 0}], "grants": [sample]}
    audited = {**sample, "player": {"externalPlayerId": player}, "outcome": "ok"}
    delivery = {**sample, "player": {"externalPlayerId": player}}
    return FormContext(
        cast("Snapshot", _player(player, **lists)),
        datetime(2000, 1, 1, tzinfo=UTC),
        row_id=row,
        delivery=cast("Delivery", model_of("webhooks.Delivery").model_validate(delivery)),
        audit_row=cast("AuditRow", model_of("audit.AuditRow").model_validate(audited)),
        other=cast("Snapshot", _player(row)),
    )


def _player(external_id: str, **lists: Any) -> Any:  # noqa: ANN401 (rows of every kind)
    player = {"externalPlayerId": external_id, "ban": None}
    return model_of("players.Snapshot").model_validate({"player": player, **lists})

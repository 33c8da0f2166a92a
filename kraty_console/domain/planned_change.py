"""One change without a dialog, decided on a player as read: refused with the reason, or ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kraty_console.domain.change_commands import ChangeCommand, asked_values, asks_which, blank
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import CannotOpen, Effect, EffectContext, Form, FormContext, Values
from kraty_console.domain.form_values import check_values, values_of
from kraty_console.domain.row_versions import version_of

if TYPE_CHECKING:
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.action_spec import ActionContext


class ChangeNotPossible(Exception):
    """The change cannot be made now: the words of a disabled action, or of a dialog that cannot open."""

    def __init__(self, words: str, *, forbidden: bool = False) -> None:
        super().__init__(words)
        self.forbidden = forbidden
        """Whether this person may never make it with this credential, whatever the state of the row is."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change that passed every check that its dialog makes."""

    command: ChangeCommand
    form: Form
    values: Values
    call: ChangeRequest
    """What is sent, with the idempotency key and the version of the row that it was decided on."""
    effects: tuple[Effect, ...]
    """What will change; the words are raw text."""
    snapshot: Snapshot
    """The player as read."""

    def follow_up(self, version: int | str | None) -> ChangeRequest | None:
        """The second request, to be sent after the first was applied; None if there is none.

        `version` is that of the row as the first request left it.
        """
        key: str = getattr(self.call.request, "idempotency_key", "")
        call = self.command.change.follow_up(self.form, self.values, key)
        return None if call is None else replace(call, version=version)


def plan_change(
    command: ChangeCommand,
    context: ActionContext,
    form_context: FormContext,
    effect_context: EffectContext,
    texts: Mapping[str, str],
    *,
    idempotency_key: str,
    typed_id: str = "",
) -> PlannedChange:
    """Check and build one change as its dialog does, from the texts of its fields.

    Args:
        command: The change.
        context: Who acts, and the row; its `row_scope` and `row_id` are those of the target.
        form_context: The player as read, the row, the ticket and the catalog.
        effect_context: The same player, for what will change.
        texts: The fields that were given, by name (`form_values.values_of`).
        idempotency_key: The key to send it with.
        typed_id: The player's id, where the change asks for it to be repeated.

    Raises:
        ChangeNotPossible: the action is disabled, or its row is gone.
        FieldErrors: the fields are not valid.
    """
    spec = command.change.spec
    if spec.key_only and not context.uses_key:
        raise ChangeNotPossible("needs a server key, not a member's session", forbidden=True)
    if (words := spec.disabled_reason(context)) is not None:
        forbidden = context.read_only or spec.operation in context.missing or not spec.is_permitted(context)
        raise ChangeNotPossible(words, forbidden=forbidden)
    try:
        form = blank(command.change.form(form_context))
    except CannotOpen as error:
        raise ChangeNotPossible(str(error)) from None
    if form.operation is not command.operation and not asks_which(command, form):
        raise ChangeNotPossible(_other_words(form))
    values = asked_values(command, form, values_of(form, texts))
    check_values(form, values, typed_id)
    call = command.change.call(form, values, idempotency_key)
    call = replace(call, version=version_of(call, form_context.snapshot))
    return PlannedChange(
        command, form, values, call, tuple(effects(form, values, effect_context)), form_context.snapshot
    )


def _other_words(form: Form) -> str:
    """Why a dialog with two operations now makes the other one."""
    return f"the player is {'; '.join(form.subject_lines[1:])}: only {form.operation.value} is possible"

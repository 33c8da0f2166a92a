"""The dialogs, by action: open one, check it, say what it will do, and turn it into the call that is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kraty_console.contract.calls import ActionKind, ChangeRequest
from kraty_console.domain import actions
from kraty_console.domain.changes import (
    ban,
    credit,
    debit,
    force_claim,
    force_complete,
    manual_grant,
    merge,
    replay,
    retry_roll,
)
from kraty_console.domain.fields import TYPED_ID, CannotOpen, Effect, EffectContext, Form, FormContext, Values
from kraty_console.domain.formatting import grouped

ROLL_SUFFIX: Final = ".roll"
"""Ends the idempotency key of the roll that follows a force-complete, so that both are known from one key."""


def _nothing_unusual(_form: Form, _values: Values) -> str | None:
    return None


def _over_limit(amount: Callable[[Form, Values], int]) -> Callable[[Form, Values], str | None]:
    def unusual(form: Form, values: Values) -> str | None:
        over = form.amount_limit is not None and amount(form, values) > form.amount_limit
        return f"over {grouped(form.amount_limit)}" if over else None

    return unusual


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """How one action asks, sends and explains itself."""

    form: Callable[[FormContext], Form]
    call: Callable[[Form, Values, str], ChangeRequest]
    effects: Callable[[Form, Values, EffectContext], list[Effect]]
    unusual: Callable[[Form, Values], str | None] = _nothing_unusual
    """Why the player's id has to be typed for these values, in words; None when it has not."""


CHANGES: Final[dict[str, ChangeForm]] = {
    actions.FORCE_COMPLETE.id: ChangeForm(
        force_complete.form, force_complete.call, force_complete.effects, force_complete.unusual
    ),
    actions.RETRY_ROLL.id: ChangeForm(retry_roll.form, retry_roll.call, retry_roll.effects),
    actions.MANUAL_GRANT.id: ChangeForm(
        manual_grant.form, manual_grant.call, manual_grant.effects, _over_limit(manual_grant.largest)
    ),
    actions.FORCE_CLAIM.id: ChangeForm(force_claim.form, force_claim.call, force_claim.effects),
    actions.CREDIT.id: ChangeForm(credit.form, credit.call, credit.effects, _over_limit(credit.amount)),
    actions.BAN.id: ChangeForm(ban.form, ban.call, ban.effects),
    actions.DEBIT.id: ChangeForm(debit.form, debit.call, debit.effects, _over_limit(credit.amount)),
    actions.MERGE.id: ChangeForm(merge.form, merge.call, merge.effects),
    actions.REPLAY.id: ChangeForm(replay.form, replay.call, replay.effects),
}


def form_for(action_id: str, asked: FormContext) -> Form:
    """The dialog of an action. Raises `CannotOpen` when its row is gone, or the action has no dialog."""
    change = CHANGES.get(action_id)
    if change is None:
        raise CannotOpen(f"{action_id} has no dialog")
    return change.form(asked)


def asks_for_id(form: Form, values: Values) -> str | None:
    """Why the player's id has to be typed, in words; None when it has not."""
    if form.needs_typed_id:
        return f"type {form.typed_id} to confirm"
    why = CHANGES[form.action_id].unusual(form, values)
    return f"{why}: type {form.typed_id} to confirm" if why is not None else None


def problems(form: Form, values: Values) -> dict[str, str]:
    """What is wrong, by field name (`fields.TYPED_ID` for the typed id); empty when the form can be sent."""
    found: dict[str, str] = {}
    for field in form.fields:
        words = field.validate(values.get(field.name, field.default))
        if words is not None:
            found[field.name] = words
    asks = asks_for_id(form, values)
    if asks is not None and form.text(values, TYPED_ID) != form.typed_id:
        found[TYPED_ID] = asks
    return found


def build_call(form: Form, values: Values, idempotency_key: str) -> ChangeRequest:
    """The call to send. The same form, values and key always make the same call. Check `problems` first."""
    return CHANGES[form.action_id].call(form, values, idempotency_key)


def follow_up(form: Form, values: Values, idempotency_key: str) -> ChangeRequest | None:
    """The second call, to be sent only after the first succeeded: the roll after a force-complete
    (contract/README.md#force-complete)."""
    if form.kind is ActionKind.FORCE_COMPLETE and form.ticked(values, "then_roll"):
        return retry_roll.call(form, values, idempotency_key + ROLL_SUFFIX)
    return None

"""The dialogs of changes by action: opening, validation, and the requests they make."""

from __future__ import annotations

from typing import Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.domain.changes import (
    ban,
    correct_ticket,
    credit,
    debit,
    force_claim,
    force_complete,
    manual_grant,
    merge,
    note,
    replay,
    retry_roll,
    revoke,
)
from kraty_console.domain.fields import TYPED_ID, CannotOpen, ChangeDialog, Form, FormContext, Values

_MODULES: Final = (
    force_complete,
    retry_roll,
    manual_grant,
    force_claim,
    revoke,
    credit,
    ban,
    debit,
    merge,
    note,
    correct_ticket,
    replay,
)

CHANGES: Final[dict[str, ChangeDialog]] = {each.CHANGE.spec.id: each.CHANGE for each in _MODULES}
"""By the id of the action."""


def form_for(action_id: str, context: FormContext) -> Form:
    """The dialog of an action. Raises `CannotOpen` if its row is gone, or the action has no dialog."""
    change = CHANGES.get(action_id)
    if change is None:
        raise CannotOpen(f"{action_id} has no dialog")
    return change.form(context)


def asks_for_id(form: Form, values: Values) -> str | None:
    """Why the player's id must be typed, in words; None if it need not."""
    if form.needs_typed_id:
        return f"type {form.typed_id} to confirm"
    why = CHANGES[form.action_id].unusual(form, values)
    return f"{why}: type {form.typed_id} to confirm" if why is not None else None


def problems(form: Form, values: Values) -> dict[str, str]:
    """The errors by field name (`fields.TYPED_ID` for the typed id); empty if the form can be sent."""
    errors: dict[str, str] = {}
    for field in form.fields:
        words = field.validate(values.get(field.name, field.default))
        if words is not None:
            errors[field.name] = words
    typed_id_reason = asks_for_id(form, values)
    if typed_id_reason is not None and form.text(values, TYPED_ID) != form.typed_id:
        errors[TYPED_ID] = typed_id_reason
    return errors


def build_call(form: Form, values: Values, idempotency_key: str) -> ChangeRequest:
    """The request to send. The same form, values and key always make the same request. Check `problems` first."""
    return CHANGES[form.action_id].call(form, values, idempotency_key)


def follow_up(form: Form, values: Values, idempotency_key: str) -> ChangeRequest | None:
    """The second request, to be sent only after the first succeeded; None if there is none."""
    return CHANGES[form.action_id].follow_up(form, values, idempotency_key)

"""Builds the request of a change from its dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import OPERATIONS, Operation, model_of

if TYPE_CHECKING:
    from kraty_console.contract.wire import Request
    from kraty_console.domain.fields import Form, Values


def change_request(
    form: Form,
    values: Values,
    idempotency_key: str,
    *,
    operation: Operation | None = None,
    economy_key: str | None = None,
    **own_fields: Any,  # noqa: ANN401 (the fields of any request)
) -> ChangeRequest:
    """The request of a dialog, with reason, ticket and idempotency key.

    The same arguments always make the same request.

    Args:
        form: The dialog.
        values: What was entered.
        idempotency_key: The key of the request.
        operation: The operation, if it is not the form's.
        economy_key: The currency in the path, if the operation has one.
        own_fields: The other fields of the request's model, by name.
    """
    sent = operation or form.operation
    model = cast("type[Request]", model_of(OPERATIONS[sent].request))
    fields = {
        "reason": form.text(values, "reason") or None,
        "ticket": form.text(values, "ticket") or None,
        "idempotency_key": idempotency_key,
        **own_fields,
    }
    return ChangeRequest(
        sent, form.external_player_id, model(**fields), target_id=form.target_id, economy_key=economy_key
    )

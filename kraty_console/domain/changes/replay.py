"""Send a webhook delivery again (contract/README.md#webhooks)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.fields import (
    CannotOpen,
    ChangeDialog,
    Effect,
    EffectContext,
    Form,
    FormContext,
    Values,
    ticket_and_reason,
)
from kraty_console.domain.formatting import counted, since

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery, DeliveryReplayed


def form(context: FormContext) -> Form:
    """Asks for ticket and reason, which may stay empty."""
    delivery = context.delivery
    if delivery is None:
        raise CannotOpen("no delivery is selected")
    player = player_of(delivery)
    tried = counted(delivery.attempt_count, "attempt")
    last = delivery.attempts[-1].error if delivery.attempts else None
    return Form(
        actions.REPLAY.id,
        Operation.REPLAY_DELIVERY,
        "Replay delivery",
        (
            " · ".join(part for part in (player, delivery.event_name, delivery.id) if part),
            f"{delivery.status} after {tried}, created {since(delivery.created_at, context.now)}"
            if delivery.created_at is not None
            else f"{delivery.status} after {tried}",
            *((f"last time: {last}",) if last else ()),
        ),
        ticket_and_reason(context, reason_required=False),
        "Replay",
        "replaying",
        player,
        context.now,
        delivery.id[-8:],
        target_id=delivery.id,
    )


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The next attempt; the id is kept, so that the receiver can ignore a repeated delivery."""
    del form, values
    delivery = context.delivery
    if delivery is None:
        return [Effect("note", "this delivery is no longer in the list", note=True)]
    where = delivery.endpoint.url if delivery.endpoint is not None else "its endpoint"
    lines = [
        Effect("sent", f"again, at once, to {where}"),
        Effect("attempt", f"{delivery.attempt_count + 1}; if it fails, the schedule starts again"),
    ]
    if delivery.status == "delivered":
        lines.append(Effect("note", "it was delivered; the receiver knows it by its id and may ignore it", note=True))
    return lines


def player_of(delivery: Delivery) -> str:
    """The external id of its player; empty if it has none."""
    return (delivery.player.external_player_id or "") if delivery.player is not None else ""


def summary(_call: ChangeRequest, answer: DeliveryReplayed, _before: Snapshot | None) -> str:
    """`grant.created is sent again, attempt 4`."""
    return f"{answer.delivery.event_name} is sent again, attempt {answer.delivery.attempt_count + 1}"


CHANGE: Final = ChangeDialog(actions.REPLAY, form, effects, summary)

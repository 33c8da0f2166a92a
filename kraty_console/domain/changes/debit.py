"""Take from a balance, with a server key (contract/SERVER.md#wallet); the admin surface has no such call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.change_totals import Totals, negative
from kraty_console.domain.changes.credit import AMOUNT_SHORTHAND, amount, amount_fields, amount_request, given_amount
from kraty_console.domain.changes.credit import totals as credit_totals
from kraty_console.domain.changes.subject_lines import player_line
from kraty_console.domain.completeness import balance_of
from kraty_console.domain.fields import (
    ChangeDialog,
    Effect,
    EffectContext,
    Form,
    FormContext,
    Values,
    over_limit,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import grouped, signed
from kraty_console.domain.player_words import PlayerWords

if TYPE_CHECKING:
    from kraty_console.contract.actions import Debited
    from kraty_console.contract.players import Snapshot


def form(context: FormContext) -> Form:
    """Asks for currency, amount, ticket and reason. The currency of the balance under the cursor is filled in."""
    fields = amount_fields(context, "taken from the balance")
    return Form(
        actions.DEBIT.id,
        Operation.DEBIT,
        "Debit",
        (player_line(context.snapshot),),
        (*fields, *ticket_and_reason(context)),
        "Debit",
        "debiting",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        danger=True,
        amount_limit=context.amount_limit,
    )


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The balance before and after; it cannot become negative."""
    key, taken = form.text(values, "economy_key"), amount(form, values)
    if not key or taken <= 0:
        return [Effect("wallet", "nothing yet: name a currency and an amount")]
    before, why = balance_of(context.snapshot, key)
    if before is None:
        return [Effect("wallet", f"{key}: balance {why}; {grouped(taken)} are taken, at once")]
    if before < taken:
        return [
            Effect("wallet", f"{key} {grouped(before)}, {grouped(taken)} are to be taken"),
            Effect("note", "there is less than that; the server will refuse", note=True),
        ]
    return [Effect("wallet", f"{key} {grouped(before)} → {grouped(before - taken)}, at once")]


def summary(call: ChangeRequest, answer: Debited, _before: Snapshot | None) -> str:
    """`gold −500, balance 1 240`."""
    taken = getattr(call.request, "amount", None)
    return f"{answer.economy_key} {signed(None if taken is None else -taken)}, balance {grouped(answer.balance)}"


def totals(call: ChangeRequest, snapshot: Snapshot) -> Totals:
    """The amount, which is taken."""
    return negative(credit_totals(call, snapshot))


def told(call: ChangeRequest | None, answer: Debited | None) -> PlayerWords:
    """With the amount, where it is known."""
    return PlayerWords(f"We took {given_amount(call, answer)} from your balance.")


CHANGE: Final = ChangeDialog(
    actions.DEBIT,
    form,
    effects,
    summary,
    amount_request,
    over_limit(amount),
    shorthand=AMOUNT_SHORTHAND,
    totals=totals,
    told=told,
)

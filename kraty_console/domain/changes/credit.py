"""Add to a balance (contract/README.md#wallet-credit)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.limits import MAX_BALANCE
from kraty_console.contract.operations import Operation
from kraty_console.contract.spelling import closest
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.change_totals import Holding, Totals
from kraty_console.domain.changes.subject_lines import ban_note, paid_note, player_line
from kraty_console.domain.completeness import balance_of
from kraty_console.domain.fields import (
    ChangeDialog,
    Effect,
    EffectContext,
    Field,
    Form,
    FormContext,
    Shorthand,
    Values,
    check_amount,
    over_limit,
    ticket_and_reason,
    typed_id_for,
    whole_number,
)
from kraty_console.domain.formatting import grouped, signed
from kraty_console.domain.labels import spaced
from kraty_console.domain.player_words import RESTART, PlayerWords, amount_words
from kraty_console.domain.requests import change_request

if TYPE_CHECKING:
    from kraty_console.contract.actions import Credited, Debited
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Snapshot


def economy_keys(snapshot: Snapshot, catalog: Catalog | None) -> tuple[str, ...]:
    """The currencies that can be credited: the catalog's, the player's first; without a catalog only the player's."""
    held = [each.economy_key for each in snapshot.wallet]
    if catalog is None:
        return tuple(held)
    known = [each.key for each in catalog.currencies]
    return tuple(dict.fromkeys([*(key for key in held if key in known), *known]))


def form(context: FormContext) -> Form:
    """Asks for currency, amount, ticket and reason. The currency of the balance under the cursor is filled in."""
    fields = amount_fields(context, "added to the balance")
    return Form(
        actions.CREDIT.id,
        Operation.CREDIT,
        "Credit",
        (player_line(context.snapshot),),
        (*fields, *ticket_and_reason(context)),
        "Credit",
        "crediting",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        amount_limit=context.amount_limit,
    )


def amount_fields(context: FormContext, hint: str) -> tuple[Field, Field]:
    """The fields for currency and amount; `hint` says what is done with the amount."""
    keys = economy_keys(context.snapshot, context.catalog)
    under_cursor = snapshot_lookup.balance(context.snapshot, context.row_id)
    first = under_cursor.economy_key if under_cursor is not None else (keys[0] if len(keys) == 1 else "")
    certain = context.catalog is not None

    def check_key(text: str) -> str | None:
        if not certain or text in keys:
            return None
        begun = next((key for key in keys if key.startswith(text)), None)
        if begun is not None:
            return f"no whole key yet; enter takes {begun}"
        near = closest(text, keys)
        return "the catalog has no such key" + (f"; nearest is {near}" if near else "")

    key = Field(
        "economy_key",
        "currency",
        "key",
        required=True,
        default=context.prefill.get("economy_key", first),
        choices=keys,
        check=check_key,
    )
    return key, Field(
        "amount",
        "amount",
        "number",
        required=True,
        default=context.prefill.get("amount", ""),
        hint=hint,
        check=check_amount,
    )


def amount(form: Form, values: Values) -> int:
    """The amount; 0 if it is not valid."""
    return whole_number(form.text(values, "amount")) or 0


def amount_request(form: Form, values: Values, key: str) -> ChangeRequest:
    """The request of a credit or debit: the currency is in the path, the amount in the body."""
    economy_key = form.text(values, "economy_key")
    return change_request(form, values, key, economy_key=economy_key, amount=amount(form, values))


def _amount_texts(words: Sequence[str]) -> dict[str, str]:
    key, equals, amount = words[0].rpartition("=")
    if not equals or not key:
        raise ValueError(f"{words[0]!r} is not KEY=AMOUNT, such as gold=50")
    return {"economy_key": key, "amount": amount}


def totals(call: ChangeRequest, _snapshot: Snapshot) -> Totals:
    """The amount."""
    return Counter({Holding("currency", call.economy_key or ""): getattr(call.request, "amount", 0)})


AMOUNT_SHORTHAND: Final = Shorthand("KEY=AMOUNT", False, _amount_texts)
"""`gold=50` on a command line."""


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The balance before and after."""
    key, added = form.text(values, "economy_key"), amount(form, values)
    if not key or added <= 0:
        return [Effect("wallet", "nothing yet: name a currency and an amount")]
    if context.catalog is not None and key not in economy_keys(context.snapshot, context.catalog):
        return [Effect("wallet", f"nothing yet: the catalog has no currency {key}")]
    before, why = balance_of(context.snapshot, key)
    if before is None:
        return [
            Effect("wallet", f"{key}: balance {why}; {grouped(added)} are added, at once"),
            *_notes(form, values, context),
        ]
    lines = [Effect("wallet", f"{key} {grouped(before)} → {grouped(before + added)}, at once")]
    if before + added > MAX_BALANCE:
        lines.append(Effect("note", f"no balance passes {grouped(MAX_BALANCE)}; the server will refuse", note=True))
    return [*lines, *_notes(form, values, context)]


def _notes(form: Form, values: Values, context: EffectContext) -> tuple[Effect, ...]:
    return (
        *paid_note(context.snapshot, form.text(values, "ticket"), context.now),
        *ban_note(context.snapshot, "the balance grows all the same"),
    )


def summary(call: ChangeRequest, answer: Credited, _before: Snapshot | None) -> str:
    """`gold +500, balance 2 740`."""
    added = getattr(call.request, "amount", None)
    return f"{answer.economy_key} {signed(added)}, balance {grouped(answer.balance)}"


def told(call: ChangeRequest | None, answer: Credited | None) -> PlayerWords:
    """With the amount, where it is known."""
    return PlayerWords(f"We added {given_amount(call, answer)} to your balance.", RESTART)


def given_amount(call: ChangeRequest | None, answer: Credited | Debited | None) -> str:
    """`50 gold`; without the request only the currency."""
    amount = getattr(call.request, "amount", None) if call is not None else None
    key = call.economy_key if call is not None else answer.economy_key if answer is not None else None
    return amount_words(amount, key) if amount is not None and key else spaced(key) if key else "the amount"


CHANGE: Final = ChangeDialog(
    actions.CREDIT,
    form,
    effects,
    summary,
    amount_request,
    over_limit(amount),
    shorthand=AMOUNT_SHORTHAND,
    totals=totals,
    told=told,
)

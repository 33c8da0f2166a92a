"""Claim a grant for the player and deliver it (contract/README.md#force-claim)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.cautions import OFTEN_CLAIMED, lately_claimed
from kraty_console.domain.change_totals import Totals, grant_totals
from kraty_console.domain.changes.subject_lines import ban_note, grant_lines
from kraty_console.domain.completeness import NOT_READ, Amount, balance_of, is_complete, quantity_of
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
from kraty_console.domain.formatting import grouped, signed
from kraty_console.domain.grant_contents import GrantEntry, entries_of, listed
from kraty_console.domain.labels import status_words
from kraty_console.domain.player_words import RESTART, PlayerWords, things
from kraty_console.domain.revocations import NOT_IN_AUDIT, revocation_words

if TYPE_CHECKING:
    from kraty_console.contract.actions import ForceClaimed
    from kraty_console.contract.players import Grant, Snapshot


def form(context: FormContext) -> Form:
    """Asks for ticket and reason."""
    grant = snapshot_lookup.grant(context.snapshot, context.row_id)
    if grant is None:
        raise CannotOpen("this grant is no longer in the list")
    return Form(
        actions.FORCE_CLAIM.id,
        Operation.FORCE_CLAIM,
        "Force-claim",
        (*_revoked_line(grant, context), *grant_lines(grant, context.snapshot, context.now)),
        ticket_and_reason(context),
        "Force-claim",
        "claiming",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        target_id=grant.id,
    )


def _revoked_line(grant: Grant, context: FormContext) -> tuple[str, ...]:
    """When, by whom and why the grant was revoked, as the first line."""
    if grant.status != "revoked":
        return ()
    return (revocation_words(grant, context.snapshot, context.now) or NOT_IN_AUDIT,)


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The status, and every balance and quantity that will change."""
    del values
    grant = snapshot_lookup.grant(context.snapshot, form.target_id)
    if grant is None:
        return [Effect("note", "this grant is no longer in the list", note=True)]
    if grant.status == "claimed":
        return [Effect("note", "this grant is claimed by now; nothing will change", note=True)]
    lines = [Effect("status", f"{status_words(grant.status)} → claimed"), *_deposits(grant, context.snapshot)]
    if grant.status == "expired":
        lines.append(Effect("note", "the grant expired; it is delivered all the same", note=True))
    if grant.status == "revoked":
        lines.append(Effect("note", "the grant was revoked; it is delivered all the same", note=True))
    forced = len(lately_claimed(context.snapshot, context.now))
    if forced >= OFTEN_CLAIMED:
        lines.append(
            Effect(
                "note",
                f"{forced} grants of this player were force-claimed in 7 days: is the studio's receiver failing?",
                note=True,
            )
        )
    return [*lines, *ban_note(context.snapshot, "this delivers in spite of the ban")]


def _deposits(grant: Grant, snapshot: Snapshot) -> list[Effect]:
    if any(row.source_ref_id == grant.id for row in (*snapshot.wallet_ledger, *snapshot.item_ledger)):
        return [Effect("wallet", "unchanged: the grant was delivered before, it is only marked")]
    lines = []
    deposited: dict[tuple[str, str], Amount] = {}
    for entry in entries_of(grant.contents):
        if entry.type in ("currency", "item"):
            key = (entry.type, entry.key)
            holding = balance_of if entry.type == "currency" else quantity_of
            before = deposited[key] if key in deposited else holding(snapshot, entry.key)
            deposited[key] = Amount(None if before.number is None else before.number + entry.count, before.why)
            lines.append(_deposit(entry, before))
        else:
            lines.append(Effect("crate", f"{entry.words()} is handed over"))
    if grant.kind == "crate" and not lines:
        lines.append(Effect("crate", "opened, and what is inside is claimed too"))
    if lines:
        lines.append(
            Effect("note", "where the studio keeps the inventory itself, it is only marked claimed", note=True)
        )
    return lines


def _deposit(entry: GrantEntry, before: Amount) -> Effect:
    label, what = ("wallet", "balance") if entry.type == "currency" else ("items", "quantity")
    if before.number is None:
        return Effect(label, f"{entry.key}: {what} {before.why}; {grouped(entry.count)} are added")
    return Effect(label, f"{entry.key} {grouped(before.number)} → {grouped(before.number + entry.count)}")


def summary(_call: ChangeRequest, answer: ForceClaimed, before: Snapshot | None) -> str:
    """`pending → claimed, delivered gold +500`."""
    was = snapshot_lookup.grant(before, answer.grant.id) if before is not None else None
    status = f"{status_words(was.status)} → " if was is not None and was.status != answer.grant.status else ""
    delivered = [
        f"{each.economy_key or each.item_key} {signed(each.delta)}"
        for each in answer.deposits
        if each.delta is not None
    ]
    known = is_complete(answer, "deposits")
    what = f"delivered {listed(delivered)}" if delivered else "nothing was delivered by it"
    if not known:
        what = f"{what}, and what {NOT_READ}" if delivered else "the answer does not tell what was delivered"
    return f"{status}{status_words(answer.grant.status)}, {what}"


def totals(call: ChangeRequest, snapshot: Snapshot) -> Totals:
    """What the grant delivers."""
    return grant_totals(snapshot_lookup.grant(snapshot, call.target_id), snapshot)


def told(_call: ChangeRequest | None, answer: ForceClaimed | None) -> PlayerWords:
    """With what was in the grant."""
    gave = things([answer.grant]) if answer is not None else ""
    return PlayerWords(f"We delivered your reward{f': {gave}' if gave else ''}.", RESTART)


CHANGE: Final = ChangeDialog(actions.FORCE_CLAIM, form, effects, summary, totals=totals, told=told)

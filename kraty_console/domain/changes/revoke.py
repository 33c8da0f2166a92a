"""Revoke a pending grant (contract/README.md#revoke)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.change_totals import Totals, grant_totals, negative
from kraty_console.domain.changes.subject_lines import grant_lines
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
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.grant_status import is_overdue
from kraty_console.domain.labels import status_words
from kraty_console.domain.player_words import PlayerWords, things

if TYPE_CHECKING:
    from kraty_console.contract.actions import GrantRevoked
    from kraty_console.contract.players import Snapshot


def form(context: FormContext) -> Form:
    """Asks for ticket and reason."""
    grant = snapshot_lookup.grant(context.snapshot, context.row_id)
    if grant is None:
        raise CannotOpen("this grant is no longer in the list")
    return Form(
        actions.REVOKE.id,
        Operation.REVOKE_GRANT,
        "Revoke",
        grant_lines(grant, context.snapshot, context.now),
        ticket_and_reason(context),
        "Revoke",
        "revoking",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        target_id=grant.id,
        danger=True,
    )


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """What the player can no longer collect, and what is kept."""
    del values
    grant = snapshot_lookup.grant(context.snapshot, form.target_id)
    if grant is None:
        return [Effect("note", "this grant is no longer in the list", note=True)]
    lines = [
        Effect("status", f"{status_words(grant.status)} → revoked"),
        Effect("player", f"cannot {'open' if grant.kind == 'crate' else 'collect'} it any more, at once"),
        Effect("wallet", "unchanged: a pending grant is not delivered yet"),
        Effect("note", "to take this back, force-claim it (F): that delivers it in any status", note=True),
    ]
    if links_of(context.snapshot).attempt_of(grant) is not None:
        lines.append(Effect("attempt", "stays linked to the grant, so a second roll is still refused"))
    if is_overdue(grant, context.now):
        lines.append(Effect("note", "its time has run out by now; the server will refuse", note=True))
    elif grant.status != "pending":
        words = f"this grant is {status_words(grant.status)} by now; the server will refuse"
        lines.append(Effect("note", words, note=True))
    if grant.source_kind == "api":
        lines.append(Effect("note", "the studio's backend gave it: there may be a purchase behind it", note=True))
    return lines


def summary(_call: ChangeRequest, answer: GrantRevoked, before: Snapshot | None) -> str:
    """`pending → revoked, 500 gold`."""
    grant = answer.grant
    was = snapshot_lookup.grant(before, grant.id) if before is not None else None
    status = f"{status_words(was.status)} → " if was is not None and was.status != grant.status else ""
    return f"{status}{status_words(grant.status)}, {contents_words(grant.contents, grant.kind)}"


def totals(call: ChangeRequest, snapshot: Snapshot) -> Totals:
    """What the grant would have delivered, which is taken."""
    return negative(grant_totals(snapshot_lookup.grant(snapshot, call.target_id), snapshot))


def told(_call: ChangeRequest | None, answer: GrantRevoked | None) -> PlayerWords:
    """With what was in the grant."""
    took = things([answer.grant]) if answer is not None else ""
    return PlayerWords(f"We took back a reward that was sent by mistake{f': {took}' if took else ''}.")


CHANGE: Final = ChangeDialog(actions.REVOKE, form, effects, summary, totals=totals, told=told)

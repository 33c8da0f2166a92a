"""Ban a player, or lift the ban (contract/SERVER.md#ban)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.changes.subject_lines import player_line
from kraty_console.domain.completeness import why_ban_unknown
from kraty_console.domain.fields import (
    ChangeDialog,
    Effect,
    EffectContext,
    Field,
    Form,
    FormContext,
    Values,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import counted, since
from kraty_console.domain.grant_status import can_be_collected
from kraty_console.domain.player_words import PlayerWords
from kraty_console.domain.requests import change_request

if TYPE_CHECKING:
    from kraty_console.contract.actions import Banned, Unbanned
    from kraty_console.contract.players import Snapshot

BAN, LIFT = "ban", "lift the ban"
"""The choices if it is not known whether the player is banned."""


def form(context: FormContext) -> Form:
    """Lifts the ban of a banned player, and bans another one after the id was typed; both need a reason.

    If the ban status is not known, the dialog asks for one of the two.
    """
    ban, unknown = context.snapshot.player.ban, why_ban_unknown(context.snapshot.player)
    if ban is not None:
        when = f" {since(ban.banned_at, context.now)}" if ban.banned_at is not None else ""
        status = f"banned{when}" + (f": {ban.reason}" if ban.reason else "")
    else:
        status = unknown or "not banned"
    banning = ban is None
    label = "Ban or lift the ban" if unknown else "Ban" if banning else "Lift the ban"
    what = Field("do", "do", "choice", required=True, default=BAN, choices=(BAN, LIFT))
    return Form(
        actions.BAN.id,
        Operation.BAN if banning else Operation.UNBAN,
        label,
        (player_line(context.snapshot), status),
        (*([what] if unknown else []), *ticket_and_reason(context)),
        "Confirm" if unknown else label,
        "lifting the ban" if not banning else "sending" if unknown else "banning",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        danger=banning,
        needs_typed_id=banning,
    )


def _operation(form: Form, values: Values) -> Operation:
    """The chosen operation."""
    return Operation.UNBAN if form.text(values, "do") == LIFT else form.operation


def call(form: Form, values: Values, key: str) -> ChangeRequest:
    """Bans, or lifts the ban."""
    return change_request(form, values, key, operation=_operation(form, values))


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """What the player can and cannot do afterwards."""
    banned, unknown = context.snapshot.player.ban is not None, why_ban_unknown(context.snapshot.player)
    before = "not known" if unknown else "banned" if banned else "may play"
    pending = sum(can_be_collected(grant, context.now) for grant in context.snapshot.grants)
    if _operation(form, values) is Operation.UNBAN:
        lines = [Effect("player", f"{before if unknown else 'banned'} → may play again, at once")]
        if pending:
            lines.append(Effect("grants", f"{counted(pending, 'pending grant')} can be collected again"))
        if not banned and not unknown:
            lines.append(Effect("note", "the player is not banned any more; nothing will change", note=True))
        return lines
    before = before if unknown else "may play"
    lines = [
        Effect("player", f"{before} → banned: starting, progress, claiming and spending are refused"),
        Effect("kept", "scores, balances and grants stay as they are"),
    ]
    if pending:
        lines.append(Effect("grants", f"{counted(pending, 'pending grant')} cannot be collected meanwhile"))
    if unknown:
        lines.append(Effect("note", f"{unknown}; on a banned player only the reason is refreshed", note=True))
    if banned:
        lines.append(Effect("note", "the player is banned by now; only the reason is refreshed", note=True))
    return lines


def summary(call: ChangeRequest, answer: Banned | Unbanned, _before: Snapshot | None) -> str:
    """`banned`, `ban lifted`, or that nothing changed."""
    if call.operation is Operation.BAN:
        return "banned" if answer.applied else "was banned already; the reason was replaced"
    return "ban lifted" if answer.applied else "was not banned"


def told(call: ChangeRequest | None, answer: Banned | Unbanned | None) -> PlayerWords | None:
    """That the account is suspended, or open again; nothing if it is not known which."""
    operation = call.operation if call is not None else _OF_ANSWER.get(type(answer).__name__)
    if operation is None:
        return None
    if operation is Operation.BAN:
        return PlayerWords("Your account is suspended.")
    return PlayerWords("Your account is open again.", "You can play right away.")


_OF_ANSWER: Final = {"Banned": Operation.BAN, "Unbanned": Operation.UNBAN}
"""The operation by the model of its answer."""


CHANGE: Final = ChangeDialog(
    actions.BAN,
    form,
    effects,
    summary,
    call,
    other_operation=Operation.UNBAN,
    told=told,
    choices={Operation.BAN: {"do": BAN}, Operation.UNBAN: {"do": LIFT}},
)

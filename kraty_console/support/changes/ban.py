"""Ban a player, or lift the ban (kraty-api 9: Ban; decisions: The admin surface)."""

from __future__ import annotations

from kraty_console.contract.calls import ActionKind, Call
from kraty_console.support import actions
from kraty_console.support.changes.about import player_line
from kraty_console.support.fields import (
    Asked,
    Effect,
    Form,
    Seen,
    Values,
    reason_field,
    ticket_field,
    typed_id_for,
)
from kraty_console.support.measure import counted, since
from kraty_console.support.provided import ban_unknown


def form(asked: Asked) -> Form:
    """A player known to be banned gets the dialog that lifts the ban, others the one that bans and asks for the id."""
    ban = asked.snapshot.player.ban
    lines: tuple[str, ...] = (player_line(asked.snapshot),)
    if ban is not None:
        when = f" {since(ban.banned_at, asked.now)}" if ban.banned_at is not None else ""
        lines = (*lines, f"banned{when}" + (f": {ban.reason}" if ban.reason else ""))
    else:
        lines = (*lines, ban_unknown(asked.snapshot.player) or "not banned")
    banning = ban is None
    return Form(
        actions.BAN.id,
        ActionKind.BAN if banning else ActionKind.UNBAN,
        "Ban" if banning else "Lift the ban",
        lines,
        (ticket_field(asked.ticket), reason_field(required=banning, default=asked.prefill.get("reason", ""))),
        "Ban" if banning else "Lift the ban",
        "banning" if banning else "lifting the ban",
        asked.snapshot.player.external_player_id,
        asked.now,
        typed_id_for(asked.snapshot),
        danger=banning,
        needs_typed_id=banning,
    )


def call(form: Form, values: Values, key: str) -> Call:
    """Which of the two was settled when the dialog opened."""
    from kraty_console.contract.actions import BanPlayer, UnbanPlayer

    reason, ticket = form.text(values, "reason"), form.text(values, "ticket") or None
    if form.kind is ActionKind.UNBAN:
        lift = UnbanPlayer(reason=reason or None, ticket=ticket, idempotency_key=key)
        return Call(form.kind, form.external_player_id, lift)
    request = BanPlayer(reason=reason, ticket=ticket, idempotency_key=key)
    return Call(form.kind, form.external_player_id, request)


def effects(form: Form, values: Values, seen: Seen) -> list[Effect]:
    """What the player can and cannot do from then on."""
    del values
    banned = seen.snapshot.player.ban is not None
    pending = sum(grant.status == "pending" for grant in seen.snapshot.grants)
    if form.kind is ActionKind.UNBAN:
        found = [Effect("player", "banned → may play again, at once")]
        if pending:
            found.append(Effect("grants", f"{counted(pending, 'pending grant')} can be collected again"))
        if not banned:
            found.append(Effect("note", "the player is not banned any more; nothing will change", note=True))
        return found
    unknown = ban_unknown(seen.snapshot.player)
    found = [
        Effect(
            "player",
            f"{'not known' if unknown else 'may play'} → banned: starting, progress, claiming and spending are refused",
        ),
        Effect("kept", "scores, balances and grants stay as they are"),
    ]
    if pending:
        found.append(Effect("grants", f"{counted(pending, 'pending grant')} cannot be collected meanwhile"))
    if unknown:
        found.append(Effect("note", f"{unknown}; on a banned player only the reason is refreshed", note=True))
    if banned:
        found.append(Effect("note", "the player is banned by now; only the reason is refreshed", note=True))
    return found

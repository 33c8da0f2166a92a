"""Issue a grant to a player (contract/README.md#manual-grant)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.iso_time import iso
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.change_totals import Totals, entry_totals
from kraty_console.domain.changes.subject_lines import ban_note, paid_note, player_line
from kraty_console.domain.fields import (
    ChangeDialog,
    Effect,
    EffectContext,
    Field,
    Form,
    FormContext,
    Shorthand,
    Values,
    over_limit,
    ticket_and_reason,
    typed_id_for,
    whole_number,
)
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_contents import contents_words, entries_of
from kraty_console.domain.grant_entries import parse_entries, templates, write_entries
from kraty_console.domain.grant_words import ENTRY_USAGE, read_entry
from kraty_console.domain.labels import status_words
from kraty_console.domain.player_words import COLLECT, PlayerWords, things
from kraty_console.domain.requests import change_request
from kraty_console.domain.timestamps import as_utc

if TYPE_CHECKING:
    from kraty_console.contract.actions import GrantCreated
    from kraty_console.contract.players import Snapshot

MAX_DAYS: Final = 3650
"""Maximum number of days until a grant expires."""


def form(context: FormContext) -> Form:
    """Asks for the entries as JSON, the days until it expires, ticket and reason."""
    catalog = context.catalog
    start = context.prefill.get("entries", templates(catalog)[0][1] if templates(catalog) else "[\n]")

    def check_entries(text: str) -> str | None:
        problems = parse_entries(text, catalog).problems
        return f"line {problems[0].line}: {problems[0].words}" if problems else None

    return Form(
        actions.MANUAL_GRANT.id,
        Operation.MANUAL_GRANT,
        "Manual grant",
        (player_line(context.snapshot),),
        (
            Field("entries", "entries", "json", required=True, default=start, check=check_entries),
            Field(
                "expires_in",
                "expires in",
                "number",
                default=context.prefill.get("expires_in", ""),
                hint="days; empty takes the game's own",
                check=_check_days,
            ),
            *ticket_and_reason(context),
        ),
        "Grant",
        "granting",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        amount_limit=context.amount_limit,
    )


def _check_days(text: str) -> str | None:
    days = whole_number(text)
    return None if days is not None and 1 <= days <= MAX_DAYS else f"whole days, 1 to {MAX_DAYS}"


def largest(form: Form, values: Values) -> int:
    """The largest count among the entries; 0 if they are not valid."""
    return max((entry.count for entry in parse_entries(form.text(values, "entries")).entries), default=0)


def call(form: Form, values: Values, key: str) -> ChangeRequest:
    """The expiry counts from the opening of the dialog, so that equal values make equal requests."""
    days = whole_number(form.text(values, "expires_in"))
    return change_request(
        form,
        values,
        key,
        external_player_id=form.external_player_id,
        entries=[entry.as_json() for entry in parse_entries(form.text(values, "entries")).entries],
        expires_at=iso(as_utc(form.opened_at) + timedelta(days=days)) if days else None,
    )


def preview(form: Form, values: Values, context: EffectContext) -> str | None:
    """`500 gold and 1 legendary_box (crate), expires in 14 days`; None if the entries are not valid."""
    entries = parse_entries(form.text(values, "entries"), context.catalog)
    if not entries.ok:
        return None
    days = whole_number(form.text(values, "expires_in"))
    return entries.words() + (f", expires in {counted(days, 'day')}" if days else "")


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The contents of the new grant; the wallet changes when it is claimed."""
    words = preview(form, values, context)
    if words is None:
        return [Effect("grant", "nothing yet: the entries cannot be read")]
    return [
        Effect("grant", words),
        Effect("status", "pending, until the game collects it"),
        Effect("wallet", "unchanged until it is claimed"),
        *paid_note(context.snapshot, form.text(values, "ticket"), context.now),
        *ban_note(context.snapshot, "the grant waits until the ban is lifted"),
    ]


def summary(_call: ChangeRequest, answer: GrantCreated, _before: Snapshot | None) -> str:
    """`granted 500 gold, pending`."""
    grant = answer.grant
    return f"granted {contents_words(grant.contents, grant.kind)}, {status_words(grant.status)}"


def _entry_texts(words: Sequence[str]) -> dict[str, str]:
    return {"entries": write_entries(map(read_entry, words))}


def totals(call: ChangeRequest, _snapshot: Snapshot) -> Totals:
    """The entries."""
    return entry_totals(entries_of(call.request.body()))


def told(_call: ChangeRequest | None, answer: GrantCreated | None) -> PlayerWords:
    """With what was given."""
    gave = things([answer.grant]) if answer is not None else ""
    return PlayerWords(f"We sent you {gave or 'a reward'}.", COLLECT)


CHANGE: Final = ChangeDialog(
    actions.MANUAL_GRANT,
    form,
    effects,
    summary,
    call,
    over_limit(largest),
    shorthand=Shorthand(ENTRY_USAGE, True, _entry_texts),
    totals=totals,
    told=told,
)

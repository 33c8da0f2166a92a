"""Why an action is disabled, in words; None if it is enabled. One function per action that can be disabled."""

from __future__ import annotations

from kraty_console.domain.action_spec import COMPLETE, ActionContext, select_first
from kraty_console.domain.corrections import is_correction
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.grant_status import has_expired
from kraty_console.domain.labels import short
from kraty_console.domain.related_rows import related_rows_of


def force_complete_disabled(context: ActionContext) -> str | None:
    """If the attempt is already complete."""
    attempt = context.attempt()
    if attempt is None:
        return select_first("attempt")
    return "this attempt is already complete" if attempt.status in COMPLETE else None


def retry_roll_disabled(context: ActionContext) -> str | None:
    """If the attempt has grants, is not complete, or belongs to an event without rewards."""
    attempt = context.attempt()
    if attempt is None or context.snapshot is None:
        return select_first("attempt")
    linked = links_of(context.snapshot).of_attempt(attempt)
    if linked.ids:
        are = "is" if len(linked.ids) == 1 else "are"
        them = "it" if len(linked.ids) == 1 else "them"
        open_them = "" if context.how is not None else f"; open {them} with 2"
        return f"{counted(len(linked.ids), 'grant')} {are} already linked to this attempt{open_them}"
    if attempt.status in ("in_progress", "expired"):
        first = context.how.to("force-complete", attempt.id) if context.how is not None else "F"
        return f"this attempt is not complete; force-complete it first ({first})"
    if attempt.reward_policy == "none":
        return "this event gives no rewards, so there is nothing to roll"
    return None


def force_claim_disabled(context: ActionContext) -> str | None:
    """If the grant is already claimed."""
    grant = context.grant()
    if grant is None:
        return select_first("grant")
    return "this grant is already claimed" if grant.status == "claimed" else None


def revoke_disabled(context: ActionContext) -> str | None:
    """If the grant is no longer pending."""
    grant = context.grant()
    if grant is None:
        return select_first("grant")
    if has_expired(grant, context.now):
        return "this grant has expired"
    if grant.status == "claimed":
        return "this grant is already claimed; only a pending one can be revoked"
    return "this grant is already revoked" if grant.status == "revoked" else None


def replay_disabled(context: ActionContext) -> str | None:
    """If the endpoint is not active, or the delivery is being sent or waits for an earlier one."""
    delivery = context.delivery
    if delivery is None:
        return "select a delivery first (h)"
    if delivery.endpoint is not None and delivery.endpoint.state not in ("", "active"):
        return f"its endpoint is {delivery.endpoint.state}"
    if delivery.status == "pending":
        if delivery.sending:
            return "it is being sent right now"
        if delivery.next_attempt_at is None:
            return "it waits for an earlier one of its player: replay that one"
    return None


def correct_ticket_disabled(context: ActionContext) -> str | None:
    """If the audit row is a refused attempt, or a correction itself."""
    row = context.audited()
    if row is None:
        return select_first("audit") if context.snapshot is not None else "there is no row under the cursor"
    if is_correction(row):
        first = row.target.id if row.target is not None else None
        return f"this row is a correction itself; correct the row {short(first)}" if first else "this is a correction"
    return None if row.outcome == "ok" else "this row is a refused attempt, which belongs to no ticket"


def link_disabled(context: ActionContext) -> str | None:
    """If there is no audit row to link to."""
    if context.audit_link:
        return None
    if context.made:
        return "this backend named no audit row for the last change; w copies what was done"
    return "nothing was changed for this player yet, and the cursor is on no audit row"


def step_disabled(context: ActionContext) -> str | None:
    """If this person cannot do the next step."""
    return context.step_disabled_reason or None


def worklog_disabled(context: ActionContext) -> str | None:
    """If nothing was done."""
    if context.worklog:
        return None
    return "nothing was done under this ticket yet" if context.ticket else "nothing was done yet"


def related_disabled(context: ActionContext) -> str | None:
    """If no other row is known to belong to the one under the cursor, or none of them is loaded."""
    if context.row_scope == "delivery":
        event = context.delivery.event_name if context.delivery is not None else ""
        return None if event.startswith("grant.") else "this delivery is not about a grant"
    if context.snapshot is None:
        return "open a player first (/)"
    return related_rows_of(context.snapshot).of(context.row_scope, context.row_id).why_none or None


def copy_disabled(context: ActionContext) -> str | None:
    """If there is nothing to copy."""
    return None if context.snapshot is not None or context.row_id is not None else "there is nothing to copy"


def row_disabled(context: ActionContext) -> str | None:
    """If there is no row under the cursor."""
    return None if context.row_id is not None else "there is no row under the cursor"


def audit_player_disabled(context: ActionContext) -> str | None:
    """If the audit row names no player."""
    if context.row_id is None:
        return "there is no row under the cursor"
    player = context.audit_row.player if context.audit_row is not None else None
    if context.offered is not None and (player is None or not (player.external_player_id or player.id)):
        return "this audit row names no player"
    return None


def list_disabled(context: ActionContext) -> str | None:
    """If there is no list, because no player is open."""
    return None if context.snapshot is not None or context.offered is not None else "open a player first (/)"


def ticket_disabled(context: ActionContext) -> str | None:
    """The last ticket was left."""
    inbox = context.inbox
    return "every ticket is done" if inbox is not None and inbox.position >= inbox.total else None


def previous_ticket_disabled(context: ActionContext) -> str | None:
    """The first ticket has none before it."""
    return "this is the first ticket" if context.inbox is not None and not context.inbox.position else None

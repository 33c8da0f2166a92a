"""What a change that was applied altered, in a few words for the ticket: from the server's answer, not from a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.completeness import NOT_READ, is_complete
from kraty_console.domain.formatting import counted, grouped, signed
from kraty_console.domain.grant_contents import contents_words, listed
from kraty_console.domain.labels import status_words

if TYPE_CHECKING:
    from kraty_console.contract.actions import Changed, ForceClaimed, RewardRolled
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Attempt, Grant, Snapshot


def outcome_summary(call: ChangeRequest, answer: Changed | None, before: Snapshot | None) -> str:
    """`in progress → force-completed, score 320 → 1 500`; empty where the answer does not tell.

    Args:
        call: What was sent.
        answer: What the server answered; None when the effect is known from its audit log alone.
        before: The player as last read before it, for what was there.
    """
    from kraty_console.contract import actions, webhooks

    match answer:
        case actions.ForceCompleted():
            return _completed(answer.attempt, before)
        case actions.RewardRolled():
            return _rolled(answer)
        case actions.GrantCreated():
            return f"granted {_contents(answer.grant)}, {status_words(answer.grant.status)}"
        case actions.ForceClaimed():
            return _claimed(answer, before)
        case actions.Credited():
            added = call.request.amount if isinstance(call.request, actions.WalletCredit) else None
            return f"{answer.economy_key} {signed(added)}, balance {grouped(answer.balance)}"
        case actions.Debited():
            taken = call.request.amount if isinstance(call.request, actions.WalletDebit) else None
            return (
                f"{answer.economy_key} {signed(None if taken is None else -taken)}, balance {grouped(answer.balance)}"
            )
        case actions.Merged():
            if answer.status == "no_op_already_merged":
                return f"was merged into {answer.to_external_player_id} before; nothing was changed"
            return f"merged into {answer.to_external_player_id}"
        case actions.Banned():
            return "banned" if answer.applied else "was banned already; the reason was replaced"
        case actions.Unbanned():
            return "ban lifted" if answer.applied else "was not banned"
        case webhooks.DeliveryReplayed():
            return f"{answer.delivery.event_name} is sent again, attempt {answer.delivery.attempt_count + 1}"
        case _:
            return ""


def _completed(attempt: Attempt, before: Snapshot | None) -> str:
    was = snapshot_lookup.attempt(before, attempt.id) if before is not None else None
    status = status_words(attempt.status)
    if was is None:
        return f"{status}, score {grouped(attempt.score)}"
    same = was.score == attempt.score
    score = grouped(attempt.score) if same else f"{grouped(was.score)} → {grouped(attempt.score)}"
    return f"{status_words(was.status)} → {status}, score {score}{' (unchanged)' if same else ''}"


def _rolled(answer: RewardRolled) -> str:
    known = is_complete(answer, "grants")
    if answer.grants:
        granted = f"the roll granted {listed(_contents(grant) for grant in answer.grants)}"
        return granted if known else f"{granted}, and what {NOT_READ}"
    if answer.grant_count:
        return f"the roll made {counted(answer.grant_count, 'grant')}"
    return "the roll gave nothing" if known else "the answer does not tell what the roll gave"


def _claimed(answer: ForceClaimed, before: Snapshot | None) -> str:
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


def _contents(grant: Grant) -> str:
    return contents_words(grant.contents, grant.kind)

"""Diagnoses attempts, grants and lobbies by the rules of the walkthrough, as pure functions

(contract/README.md#a-lost-reward, contract/README.md#actions).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.contract.fault_kinds import IDLE_AFTER, IDLE_AFTER_TARGET, PENDING_IS_NORMAL
from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.completeness import is_provided, why_unknown
from kraty_console.domain.failed_rolls import failed_when, failed_why, later_roll_words
from kraty_console.domain.formatting import counted, grouped, since, span
from kraty_console.domain.grant_links import MILESTONE, Linked, Links, links_of
from kraty_console.domain.grant_status import is_overdue
from kraty_console.domain.problems import FINE, URGENCY, Diagnosis, Fault
from kraty_console.domain.revocations import diagnose_revoked
from kraty_console.domain.timestamps import age, is_past

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Ban, Grant, Lobby, Snapshot


def diagnose_attempt(attempt: Attempt, snapshot: Snapshot, now: datetime, links: Links | None = None) -> Diagnosis:
    """The most urgent diagnosis of an attempt."""
    return attempt_faults(attempt, snapshot, now, links)[0]


def diagnose_grant(grant: Grant, snapshot: Snapshot, now: datetime) -> Diagnosis:
    """The most urgent diagnosis of a grant."""
    return grant_faults(grant, snapshot, now)[0]


def attempt_faults(
    attempt: Attempt, snapshot: Snapshot, now: datetime, links: Links | None = None
) -> tuple[Diagnosis, ...]:
    """All diagnoses of an attempt, most urgent first; never empty."""
    linked = (links or links_of(snapshot)).of_attempt(attempt)
    if attempt.status in COMPLETE:
        diagnoses = _completed(attempt, linked, snapshot, now)
    elif attempt.status == "in_progress":
        diagnoses = _in_progress(attempt, linked, snapshot, now)
    elif attempt.status == "expired":
        diagnoses = _expired(attempt, linked, snapshot, now)
    else:
        diagnoses = iter((_unknown(attempt.status),))
    return _sorted(diagnoses)


def grant_faults(grant: Grant, snapshot: Snapshot, now: datetime) -> tuple[Diagnosis, ...]:
    """All diagnoses of a grant, most urgent first; never empty."""
    if grant.status == "claimed":
        return (FINE,)
    if grant.status == "expired":
        diagnoses = (_grant_expired(grant, now), *_banned_note(snapshot))
    elif grant.status == "revoked":
        diagnoses = (diagnose_revoked(grant, snapshot, now),)
    elif grant.status == "pending":
        diagnoses = tuple(_pending(grant, snapshot, now))
    else:
        diagnoses = (_unknown(grant.status),)
    if snapshot.player.ban is not None:
        # A person decides whether a banned player gets the grant anyway, so no action is suggested.
        diagnoses = tuple(replace(each, action_id=None) for each in diagnoses)
    return _sorted(iter(diagnoses))


def diagnose_lobby(lobby: Lobby, now: datetime) -> Diagnosis:
    """Diagnose a lobby: one that did not fill in time gets a notice; the console has no action for it."""
    if lobby.status == "forming" and lobby.fill_by is not None and is_past(lobby.fill_by, now):
        return Diagnosis(
            Fault.LOBBY_LATE,
            f"not filled for {span(lobby.fill_by, now)}",
            "notice",
            f"It should have been filled {since(lobby.fill_by, now)} and is still forming. "
            "Lobbies are managed in the portal.",
        )
    return FINE


def _sorted(diagnoses: Iterator[Diagnosis]) -> tuple[Diagnosis, ...]:
    return tuple(sorted(diagnoses, key=lambda each: URGENCY[each.code])) or (FINE,)


def _unknown(status: str) -> Diagnosis:
    why = f'This console does not know the status "{status}"' if status else "Its status is not known"
    return Diagnosis(Fault.UNKNOWN_STATUS, "", "fine", f"{why}, so it gives no advice.")


def _not_shown(linked: Linked) -> Diagnosis:
    """No linked grant is shown, but the list of grants may be incomplete."""
    why = {
        "unreadable": "Some grants could not be read, and its own may be among them.",
        "absent": "This backend does not provide grants, so it is not known whether there are any.",
    }.get(linked.doubt, "Its grants may be older than the list shows.")
    return Diagnosis(
        Fault.GRANTS_NOT_SHOWN,
        "grants not known" if linked.doubt in ("unreadable", "absent") else "grants not shown",
        "fine",
        f"{why} Retry the roll finds out: it is refused when there are any.",
    )


def _pay_unknown(attempt: Attempt) -> Diagnosis:
    """No grant is linked, and it is unknown whether the event pays rewards."""
    forced = "It was force-completed, and that rolls no rewards by itself. " * (attempt.status == "force_completed")
    return Diagnosis(
        Fault.NO_GRANTS_LINKED,
        "no grants linked",
        "notice",
        f"{forced}No grants are linked to this attempt; this backend does not say whether the event pays rewards. "
        "If it does, retry the roll.",
        "attempt.retry_roll",
        attempt.id,
    )


def is_paid_at_close(attempt: Attempt, now: datetime) -> bool:
    """Whether the rewards depend on a final ranking: there is nothing to roll before the window closes."""
    ends = attempt.window_ends_at
    if attempt.reward_policy not in ("rank_scaled", "shared_pool") or ends is None or is_past(ends, now):
        return False
    return attempt.roll is None or attempt.roll.status == "none"


def _completed(attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime) -> Iterator[Diagnosis]:
    waits = is_paid_at_close(attempt, now)
    if waits and linked.certain:
        yield Diagnosis(
            Fault.PAID_AT_CLOSE,
            "paid at the close",
            "fine",
            "Its event pays by the final ranking: rewards are granted when the window closes.",
        )
    if linked.ids:
        if not waits and _terminal_roll_missing(attempt, linked):
            yield _blocked(attempt, linked, now)
        for grant in linked.grants:
            yield from grant_faults(grant, snapshot, now)
        return
    if waits and linked.certain:
        yield from _banned_note(snapshot)
        return
    roll = attempt.roll.status if attempt.roll is not None else None
    if attempt.reward_policy == "none" or roll == "not_configured":
        yield Diagnosis(Fault.NO_REWARDS, "", "fine", "This event gives no rewards, so no grant is missing.")
        return
    if roll == "failed":
        known = f"{failed_why(attempt)} {later_roll_words(attempt, snapshot, now)}"
        yield Diagnosis(
            Fault.ROLL_FAILED,
            "roll failed",
            "wrong",
            f"The roll failed{failed_when(attempt, now)}, so nothing was granted. Retry the roll. {known}",
            "attempt.retry_roll",
            attempt.id,
        )
    elif roll == "rolled" and linked.certain:
        yield Diagnosis(
            Fault.ROLLED_NOTHING,
            "rolled nothing",
            "fine",
            "The roll succeeded and gave nothing: no grant is missing.",
        )
    elif not linked.certain:
        yield _not_shown(linked)
    elif roll is None and attempt.reward_policy is None:
        yield _pay_unknown(attempt)
    else:
        forced = attempt.status == "force_completed"
        yield Diagnosis(
            Fault.NOT_ROLLED,
            "not rolled",
            "wrong",
            "It was force-completed, and that rolls no rewards by itself. Retry the roll."
            if forced
            else "It is complete and no grant is linked to it: the roll failed or never ran. Retry the roll.",
            "attempt.retry_roll",
            attempt.id,
        )
    yield from _banned_note(snapshot)


def _force_complete(attempt: Attempt, linked: Linked, now: datetime) -> dict[str, str | bool]:
    waits = is_paid_at_close(attempt, now)
    prefill: dict[str, str | bool] = {"then_roll": not linked.ids and attempt.reward_policy != "none" and not waits}
    if attempt.score is not None:
        prefill["final_score"] = f"{attempt.score:.15g}"
    return prefill


def _terminal_roll_missing(attempt: Attempt, linked: Linked) -> bool:
    """Whether all grants of a complete attempt are from milestones, which are granted however it ends
    (contract/SDK.md#progress-and-finish), and its own rewards were never rolled."""
    roll = attempt.roll.status if attempt.roll is not None else None
    only_milestones = all(grant.source_kind == MILESTONE for grant in linked.grants)
    listed = len(linked.grants) == len(linked.ids)
    never = roll == "none" and attempt.reward_policy != "none" and listed
    return only_milestones and (roll == "failed" or never)


def _blocked(attempt: Attempt, linked: Linked, now: datetime) -> Diagnosis:
    failed = attempt.roll is not None and attempt.roll.status == "failed"
    first = f"The roll failed{failed_when(attempt, now)}" if failed else "Its rewards were not rolled"
    why = f" {failed_why(attempt)}" if failed else ""
    return Diagnosis(
        Fault.ROLL_FAILED if failed else Fault.NOT_ROLLED,
        "roll failed" if failed else "not rolled",
        "wrong",
        f"{first}, and {_linked_already(linked)}, so a retry is refused. Give what is due by hand (M).{why}",
        "player.grant",
    )


def _linked_already(linked: Linked) -> str:
    return f"{counted(len(linked.ids), 'grant')} {'is' if len(linked.ids) == 1 else 'are'} linked already"


def _then_roll(attempt: Attempt, linked: Linked, now: datetime) -> str:
    """The end of the advice to force-complete: what happens to the rewards."""
    if is_paid_at_close(attempt, now):
        return "; its rewards come when the window closes."
    if attempt.reward_policy == "none":
        return "."
    if not linked.ids:
        return ", then roll its rewards."
    return f". {_linked_already(linked)}, so a roll is refused: give what is due by hand (M)."


def _in_progress(attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime) -> Iterator[Diagnosis]:
    fix = ("attempt.force_complete", attempt.id, _force_complete(attempt, linked, now))
    last = attempt.last_progress_at or attempt.started_at
    idle = age(last, now) if last is not None else None
    ends = attempt.window_ends_at or attempt.ends_at
    met = attempt.target is not None and attempt.score is not None and attempt.score >= attempt.target > 0
    if met and (idle is None or idle > IDLE_AFTER_TARGET):
        yield Diagnosis(
            Fault.TARGET_MET,
            "target met, not finished",
            "wrong",
            f"The target of {grouped(attempt.target)} is met, but the server never received the finish. "
            f"Force-complete it{_then_roll(attempt, linked, now)}",
            *fix,
        )
    elif ends is not None and is_past(ends, now):
        yield Diagnosis(
            Fault.WINDOW_OVER,
            f"window over for {span(ends, now)}",
            "wrong",
            f"Its window closed {since(ends, now)} and it is still in progress. "
            f"Force-complete it{_then_roll(attempt, linked, now)}",
            *fix,
        )
    elif last is not None and idle is not None and idle > IDLE_AFTER and not is_provided(attempt, "last_progress_at"):
        yield Diagnosis(
            Fault.PROGRESS_UNKNOWN,
            f"started {since(last, now)}",
            "notice",
            f"It was started {since(last, now)}, and its last progress is {why_unknown(attempt, 'last_progress_at')}. "
            f"If the player finished, force-complete it with the true score{_then_roll(attempt, linked, now)}",
            *fix,
        )
    elif last is not None and idle is not None and idle > IDLE_AFTER:
        yield Diagnosis(
            Fault.STUCK,
            f"stuck for {span(last, now)}",
            "wrong",
            f"No progress for {span(last, now)}; the client may have crashed. "
            f"If the player finished, force-complete it with the true score{_then_roll(attempt, linked, now)}",
            *fix,
        )
    elif snapshot.player.ban is None:
        progress = f" Its last progress was {since(last, now)}." if last is not None else ""
        yield Diagnosis(Fault.STILL_PLAYING, "", "fine", f"This row is fine: the player is still playing.{progress}")
    if (ban := snapshot.player.ban) is not None:
        yield Diagnosis(
            Fault.BANNED_PLAYING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}), so progress is refused. If the ban is wrong, B lifts it.",
        )
    for grant in linked.grants:
        yield from (each for each in grant_faults(grant, snapshot, now) if each is not FINE)


def _expired(attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime) -> Iterator[Diagnosis]:
    yield Diagnosis(
        Fault.NEVER_FINISHED,
        "never finished",
        "notice",
        "It expired before a finish reached the server. If the player did finish, force-complete it with the true "
        f"score{_then_roll(attempt, linked, now)}",
        "attempt.force_complete",
        attempt.id,
        _force_complete(attempt, linked, now),
    )
    for grant in linked.grants:
        yield from (each for each in grant_faults(grant, snapshot, now) if each is not FINE)
    yield from _banned_note(snapshot)


def _banned_note(snapshot: Snapshot) -> tuple[Diagnosis, ...]:
    """What the ban blocks. Lifting it is never suggested: a person decides that after reading the reason."""
    if (ban := snapshot.player.ban) is None:
        return ()
    return (
        Diagnosis(
            Fault.BANNED_PLAYING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}) and cannot claim what is granted until the ban is lifted.",
        ),
    )


def ban_why(ban: Ban) -> str:
    """The quoted reason of a ban, or that it is unknown."""
    return f'"{ban.reason}"' if ban.reason else "reason not known"


def _grant_expired(grant: Grant, now: datetime) -> Diagnosis:
    when = f" {since(grant.expires_at, now)}" if grant.expires_at is not None else ""
    return Diagnosis(
        Fault.GRANT_EXPIRED,
        "grant expired",
        "wrong",
        f"The grant expired{when} before it was claimed. Force-claim delivers it anyway.",
        "grant.force_claim",
        grant.id,
    )


def _pending(grant: Grant, snapshot: Snapshot, now: datetime) -> Iterator[Diagnosis]:
    claim = ("grant.force_claim", grant.id)
    if (ban := snapshot.player.ban) is not None:
        yield Diagnosis(
            Fault.BANNED_PENDING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}), so claims are refused and this grant waits. "
            "If the ban is wrong, B lifts it; if the player should get this anyway, F delivers it.",
            target_id=grant.id,
        )
    if grant.expires_at is not None and is_overdue(grant, now):
        yield Diagnosis(
            Fault.GRANT_OVERDUE,
            f"past its expiry for {span(grant.expires_at, now)}",
            "wrong",
            f"It expired {since(grant.expires_at, now)}; the game can no longer claim it. Force-claim delivers it now.",
            *claim,
        )
        return
    if grant.kind == "crate":
        if snapshot.player.ban is not None:
            return
        yield Diagnosis(
            Fault.CRATE_UNOPENED,
            "",
            "fine",
            "This crate is fine: the player can open it in the game. If that fails there, F opens it and delivers "
            "what is inside.",
        )
        return
    born = grant.created_at or grant.rolled_at
    if born is not None and age(born, now) < PENDING_IS_NORMAL:
        yield Diagnosis(
            Fault.JUST_GRANTED,
            "",
            "fine",
            f"This grant is fine: made {since(born, now)}, it waits for the game's collectAll(). F delivers it now.",
        )
        return
    words = "unclaimed" if born is None else f"unclaimed {span(born, now)}"
    if grant.source_kind in ("api", "admin"):
        advice = (
            "Waiting for the game's collectAll() or the studio's acknowledgement. If the acknowledgement was lost, "
            "or to deliver at once: force-claim."
        )
    else:
        advice = "Waiting for the game's collectAll(); force-claim delivers now."
    yield Diagnosis(Fault.GRANT_PENDING, words, "notice", advice, *claim)

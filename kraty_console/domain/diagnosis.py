"""Diagnoses attempts, grants and lobbies by the rules of the walkthrough, as pure functions

(contract/README.md#a-lost-reward, contract/README.md#actions).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.contract.fault_kinds import IDLE_AFTER, IDLE_AFTER_TARGET
from kraty_console.domain.action_hints import KEYS, ActionHints
from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.bans import ban_why, banned_note, lift_words
from kraty_console.domain.completeness import NOT_READ, is_provided, why_unknown
from kraty_console.domain.failed_rolls import failed_when, failed_why, later_roll_words, usual_reward_words
from kraty_console.domain.formatting import counted, grouped, since, since_past, span
from kraty_console.domain.grant_diagnosis import by_urgency, grant_faults, unknown_status
from kraty_console.domain.grant_links import MILESTONE, Linked, Links, links_of
from kraty_console.domain.problems import FINE, Diagnosis, Fault
from kraty_console.domain.timestamps import age, is_past

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Lobby, Snapshot

_BAN_FIRST: Final = "The ban comes first: while it stands the player can neither go on nor collect."


def diagnose_attempt(attempt: Attempt, snapshot: Snapshot, now: datetime, links: Links | None = None) -> Diagnosis:
    """The most urgent diagnosis of an attempt."""
    return attempt_faults(attempt, snapshot, now, links)[0]


def attempt_faults(
    attempt: Attempt, snapshot: Snapshot, now: datetime, links: Links | None = None, how: ActionHints = KEYS
) -> tuple[Diagnosis, ...]:
    """All diagnoses of an attempt, most urgent first; never empty."""
    linked = (links or links_of(snapshot)).of_attempt(attempt)
    if attempt.status in COMPLETE:
        diagnoses = _completed(attempt, linked, snapshot, now, how)
    elif attempt.status == "in_progress":
        diagnoses = _in_progress(attempt, linked, snapshot, now, how)
    elif attempt.status == "expired":
        diagnoses = _expired(attempt, linked, snapshot, now, how)
    else:
        diagnoses = iter((unknown_status(attempt.status),))
    return by_urgency(diagnoses)


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


def _pay_unknown(attempt: Attempt, gives: str) -> Diagnosis:
    """No grant is linked, and it is unknown whether the event pays rewards."""
    forced = "It was force-completed, and that rolls no rewards by itself. " * (attempt.status == "force_completed")
    return Diagnosis(
        Fault.NO_GRANTS_LINKED,
        "no grants linked",
        "notice",
        f"{forced}No grants are linked to this attempt; this backend does not say whether the event pays rewards. "
        f"If it does, retry the roll.{gives}",
        "attempt.retry_roll",
        attempt.id,
    )


def is_paid_at_close(attempt: Attempt, now: datetime) -> bool:
    """Whether the rewards depend on a final ranking: there is nothing to roll before the window closes."""
    ends = attempt.window_ends_at
    if attempt.reward_policy not in ("rank_scaled", "shared_pool") or ends is None or is_past(ends, now):
        return False
    return attempt.roll is None or attempt.roll.status == "none"


def _completed(
    attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime, how: ActionHints
) -> Iterator[Diagnosis]:
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
            yield _blocked(attempt, linked, now, how)
        for grant in linked.grants:
            yield from grant_faults(grant, snapshot, now, how)
        return
    if waits and linked.certain:
        yield from banned_note(snapshot)
        return
    roll = attempt.roll.status if attempt.roll is not None else None
    gives = usual_reward_words(attempt, snapshot)
    if attempt.reward_policy == "none" or roll == "not_configured":
        yield Diagnosis(Fault.NO_REWARDS, "", "fine", "This event gives no rewards, so no grant is missing.")
        return
    if roll == "failed":
        known = f"{failed_why(attempt)} {later_roll_words(attempt, snapshot, now)}{gives}"
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
        yield _pay_unknown(attempt, gives)
    else:
        yield _not_rolled(attempt, gives)
    yield from banned_note(snapshot)


def _not_rolled(attempt: Attempt, gives: str) -> Diagnosis:
    """No grant is linked, and the event pays rewards."""
    if attempt.status == "force_completed":
        why = "It was force-completed, and that rolls no rewards by itself."
    elif attempt.roll is None and attempt.reward_policy != "fixed_bundle":
        # Tables may give nothing; without the result of the roll that cannot be told from a roll that failed.
        why = "It is complete and no grant is linked to it: the roll failed, never ran or gave nothing."
    else:
        why = "It is complete and no grant is linked to it: the roll failed or never ran."
    words = f"{why} Retry the roll.{gives}"
    return Diagnosis(Fault.NOT_ROLLED, "not rolled", "wrong", words, "attempt.retry_roll", attempt.id)


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


def _blocked(attempt: Attempt, linked: Linked, now: datetime, how: ActionHints) -> Diagnosis:
    failed = attempt.roll is not None and attempt.roll.status == "failed"
    first = f"The roll failed{failed_when(attempt, now)}" if failed else "Its rewards were not rolled"
    why = f" {failed_why(attempt)}" if failed else ""
    return Diagnosis(
        Fault.ROLL_FAILED if failed else Fault.NOT_ROLLED,
        "roll failed" if failed else "not rolled",
        "wrong",
        f"{first}, and {_linked_already(linked)}, so a retry is refused. "
        f"Give what is due by hand ({how.to('manual-grant')}).{why}",
        "player.grant",
    )


def _linked_already(linked: Linked) -> str:
    return f"{counted(len(linked.ids), 'grant')} {'is' if len(linked.ids) == 1 else 'are'} linked already"


def _then_roll(attempt: Attempt, linked: Linked, now: datetime, how: ActionHints) -> str:
    """The end of the advice to force-complete: what happens to the rewards."""
    if is_paid_at_close(attempt, now):
        return "; its rewards come when the window closes."
    if attempt.reward_policy == "none":
        return "."
    if not linked.ids:
        return ", then roll its rewards."
    return f". {_linked_already(linked)}, so a roll is refused: give what is due by hand ({how.to('manual-grant')})."


def _in_progress(
    attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime, how: ActionHints
) -> Iterator[Diagnosis]:
    ban = snapshot.player.ban
    prefill = _force_complete(attempt, linked, now) if ban is None else {}
    fix = ("attempt.force_complete" if ban is None else None, attempt.id, prefill)
    rest = _then_roll(attempt, linked, now, how)
    complete = f"Force-complete it{rest}" if ban is None else _BAN_FIRST
    if_finished = f"If the player finished, force-complete it with the true score{rest}" if ban is None else _BAN_FIRST
    last = attempt.last_progress_at or attempt.started_at
    idle = age(last, now) if last is not None else None
    ends = attempt.window_ends_at or attempt.ends_at
    met = attempt.target is not None and attempt.score is not None and attempt.score >= attempt.target > 0
    if met and (idle is None or idle > IDLE_AFTER_TARGET):
        yield Diagnosis(
            Fault.TARGET_MET,
            "target met, not finished",
            "wrong",
            f"The target of {grouped(attempt.target)} is met, but the server never received the finish. {complete}",
            *fix,
        )
    elif ends is not None and is_past(ends, now):
        yield Diagnosis(
            Fault.WINDOW_OVER,
            f"window over for {span(ends, now)}",
            "wrong",
            f"Its window closed {since(ends, now)} and it is still in progress. {complete}",
            *fix,
        )
    elif last is not None and idle is not None and idle > IDLE_AFTER and not is_provided(attempt, "last_progress_at"):
        yield Diagnosis(
            Fault.PROGRESS_UNKNOWN,
            f"started {since(last, now)}",
            "notice",
            f"It was started {since(last, now)}, and its last progress {_why_no_progress(attempt)}. {if_finished}",
            *fix,
        )
    elif last is not None and idle is not None and idle > IDLE_AFTER:
        yield Diagnosis(
            Fault.STUCK,
            f"stuck for {span(last, now)}",
            "wrong",
            f"No progress for {span(last, now)}; the client may have crashed. {if_finished}",
            *fix,
        )
    elif ban is None:
        yield Diagnosis(Fault.STILL_PLAYING, "", "fine", _playing_words(attempt, now))
    if ban is not None:
        yield Diagnosis(
            Fault.BANNED_PLAYING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}), so progress is refused. {lift_words(snapshot, how)}",
        )
    for grant in linked.grants:
        yield from (each for each in grant_faults(grant, snapshot, now, how) if each is not FINE)


def _playing_words(attempt: Attempt, now: datetime) -> str:
    """What is known of an attempt in progress with which nothing is known to be wrong."""
    if attempt.last_progress_at is not None:
        last = since_past(attempt.last_progress_at, now)
        return f"This row is fine: the player is still playing. Its last progress was {last}."
    if attempt.started_at is None:
        return "It is in progress; since when, and when it was last played, is not known."
    started = f"It was started {since_past(attempt.started_at, now)}"
    if is_provided(attempt, "last_progress_at"):
        return f"This row is fine: the player is still playing. {started}, and has no progress yet."
    return f"It is in progress. {started}; its last progress {_why_no_progress(attempt)}."


def _why_no_progress(attempt: Attempt) -> str:
    why = why_unknown(attempt, "last_progress_at")
    return why if why == NOT_READ else f"is {why}"


def _expired(
    attempt: Attempt, linked: Linked, snapshot: Snapshot, now: datetime, how: ActionHints
) -> Iterator[Diagnosis]:
    is_banned = snapshot.player.ban is not None
    finished = f"If the player did finish, force-complete it with the true score{_then_roll(attempt, linked, now, how)}"
    yield Diagnosis(
        Fault.NEVER_FINISHED,
        "never finished",
        "notice",
        f"It expired before a finish reached the server. {_BAN_FIRST if is_banned else finished}",
        None if is_banned else "attempt.force_complete",
        attempt.id,
        {} if is_banned else _force_complete(attempt, linked, now),
    )
    for grant in linked.grants:
        yield from (each for each in grant_faults(grant, snapshot, now, how) if each is not FINE)
    yield from banned_note(snapshot)

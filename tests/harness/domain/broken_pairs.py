"""Broken players with two faults at once, most urgent or blocking first; banned and merged ones."""

from __future__ import annotations

from typing import Final

from kraty_console.domain.cautions import CautionRule
from kraty_console.domain.problems import Fault
from tests.harness.domain.broken_players import (
    BAN,
    CLAIM,
    EXPIRED,
    FAILED,
    FORCE,
    GRANT,
    IN_REVIEW,
    NOT_ROLLED,
    RETRY,
    STUCK,
    broken,
)
from tests.harness.domain.snapshots import ago, attempt, grant, plain_attempt, published

A, B, G = "a1", "a2", "g1"
WAITING = [grant(id=G, sourceRefId="order", sourceKind="api")]
OVERDUE = [grant(id=G, sourceRefId="order", expiresAt=ago(days=2))]
LATE_LOBBY = [{"id": "l1", "status": "forming", "fillBy": ago(hours=1)}]

PAIRS: Final = (
    broken(
        "a failed roll and a stuck attempt",
        (Fault.ROLL_FAILED, B),
        (Fault.STUCK, A),
        action=RETRY,
        attempts=[attempt(id=A, **STUCK), attempt(id=B, roll=FAILED)],
    ),
    broken(
        "a failed roll and a waiting grant",
        (Fault.ROLL_FAILED, A),
        (Fault.GRANT_PENDING, G),
        action=RETRY,
        attempts=[attempt(id=A, roll=FAILED)],
        grants=WAITING,
    ),
    broken(
        "a waiting grant and a late lobby",
        (Fault.GRANT_PENDING, G),
        (Fault.LOBBY_LATE, "l1"),
        action=CLAIM,
        grants=WAITING,
        lobbies=LATE_LOBBY,
    ),
    broken(
        "two failed rolls, the newest first",
        (Fault.ROLL_FAILED, A),
        (Fault.ROLL_FAILED, B),
        action=RETRY,
        attempts=[attempt(id=A, roll=FAILED), attempt(id=B, roll=FAILED)],
    ),
    broken(
        "never rolled and an expired grant",
        (Fault.NOT_ROLLED, A),
        (Fault.GRANT_EXPIRED, G),
        action=RETRY,
        attempts=[attempt(id=A, roll=NOT_ROLLED)],
        grants=[grant(id=G, sourceRefId="order", status="expired")],
    ),
    broken(
        "an expired attempt and a stuck one",
        (Fault.STUCK, B),
        (Fault.NEVER_FINISHED, A),
        action=FORCE,
        attempts=[attempt(id=A, **EXPIRED), attempt(id=B, **STUCK)],
    ),
    broken(
        "a target met, and its milestone waits",
        (Fault.TARGET_MET, A),
        (Fault.GRANT_PENDING, G),
        action=FORCE,
        says=("1 grant is linked already, so a roll is refused",),
        attempts=[attempt(id=A, **{**STUCK, "score": 1500, "grantIds": [G]})],
        grants=[grant(id=G, sourceRefId=A, sourceKind="event_milestone")],
    ),
    broken(
        "a failed roll beside a milestone that waits",
        (Fault.ROLL_FAILED, A),
        (Fault.GRANT_PENDING, G),
        action=GRANT,
        never=(RETRY,),
        attempts=[attempt(id=A, roll=FAILED, grantIds=[G])],
        grants=[grant(id=G, sourceRefId=A, sourceKind="event_milestone")],
    ),
    broken(
        "a waiting grant and one past its expiry",
        (Fault.GRANT_OVERDUE, G),
        (Fault.GRANT_PENDING, "g2"),
        action=CLAIM,
        grants=[grant(id="g2", sourceRefId="other"), *OVERDUE],
    ),
    broken(
        "window over, and a grant expired",
        (Fault.GRANT_EXPIRED, G),
        (Fault.WINDOW_OVER, A),
        action=CLAIM,
        attempts=[attempt(id=A, **{**STUCK, "windowEndsAt": ago(days=1)})],
        grants=[grant(id=G, sourceRefId="order", status="expired")],
    ),
    broken(
        "published fields alone: open and unpaid",
        (Fault.NO_GRANTS_LINKED, A),
        (Fault.PROGRESS_UNKNOWN, B),
        action=RETRY,
        make=published,
        attempts=[
            plain_attempt(id=A),
            plain_attempt(id=B, status="in_progress", completedAt=None, startedAt=ago(days=3)),
        ],
    ),
)

BANNED: Final = (
    broken(
        "banned, and a grant waits",
        (Fault.BANNED_PENDING, G),
        (Fault.GRANT_PENDING, G),
        never=(CLAIM,),
        says=("a banned player cannot collect it", f"kraty-console act force-claim {G} --reason"),
        player=BAN,
        grants=WAITING,
    ),
    broken(
        "banned, and a grant is past its expiry",
        (Fault.BANNED_PENDING, G),
        (Fault.GRANT_OVERDUE, G),
        never=(CLAIM,),
        says=("decided together with the ban",),
        player=BAN,
        grants=OVERDUE,
    ),
    broken(
        "banned, and a grant expired",
        (Fault.BANNED_PLAYING, G),
        (Fault.GRANT_EXPIRED, G),
        never=(CLAIM,),
        player=BAN,
        grants=[grant(id=G, sourceRefId="order", status="expired")],
    ),
    broken(
        "banned, and stuck since",
        (Fault.BANNED_PLAYING, A),
        (Fault.STUCK, A),
        never=(FORCE,),
        says=("The ban comes first",),
        player=BAN,
        attempts=[attempt(id=A, **STUCK)],
    ),
    broken(
        "banned, and the window closed",
        (Fault.BANNED_PLAYING, A),
        (Fault.WINDOW_OVER, A),
        never=(FORCE,),
        player=BAN,
        attempts=[attempt(id=A, **{**STUCK, "windowEndsAt": ago(days=1)})],
    ),
    broken(
        "banned with the target met",
        (Fault.BANNED_PLAYING, A),
        (Fault.TARGET_MET, A),
        never=(FORCE,),
        player=BAN,
        attempts=[attempt(id=A, **{**STUCK, "score": 1500})],
    ),
    broken(
        "banned, and an attempt expired",
        (Fault.BANNED_PLAYING, A),
        (Fault.NEVER_FINISHED, A),
        never=(FORCE,),
        player=BAN,
        attempts=[attempt(id=A, **EXPIRED)],
    ),
    broken(
        "banned, and a roll failed: it can be rolled, the player collects later",
        (Fault.ROLL_FAILED, A),
        (Fault.BANNED_PLAYING, A),
        action=RETRY,
        player=BAN,
        attempts=[attempt(id=A, roll=FAILED)],
    ),
    broken(
        "the case is open, and a grant waits",
        (Fault.BANNED_PENDING, G),
        (Fault.GRANT_PENDING, G),
        rules=(CautionRule.BAN_UNDER_REVIEW,),
        never=(CLAIM, "player.ban"),
        says=("until it is decided there is nothing to do",),
        player=IN_REVIEW,
        grants=WAITING,
    ),
    broken(
        "merged, with a failed roll left behind",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("merged into auth_user_42",),
        player={"mergedInto": "auth_user_42"},
        attempts=[attempt(id=A, roll=FAILED)],
    ),
)

"""Broken players with one fault, and those of whom not everything is known."""

from __future__ import annotations

from typing import Final

from kraty_console.contract.catalog import Catalog
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
    PLAYING,
    RETRY,
    STUCK,
    broken,
)
from tests.harness.domain.snapshots import CATALOG, ago, attempt, grant, plain_attempt, published

A, G = "a1", "g1"
WITH_BUNDLES = Catalog.model_validate(
    {"bundles": [{"key": "cup", "entries": [{"type": "currency", "currencyKey": "gold", "amount": 900}]}]}
)


def one(**fields: object) -> list[dict[str, object]]:
    """One attempt."""
    return [attempt(**{"id": A, **fields})]


def given(**fields: object) -> list[dict[str, object]]:
    """One grant of that attempt."""
    return [grant(**{"id": G, "sourceRefId": A, **fields})]


SINGLE: Final = (
    broken("roll failed", (Fault.ROLL_FAILED, A), action=RETRY, attempts=one(roll=FAILED)),
    broken(
        "roll failed without a reason", (Fault.ROLL_FAILED, A), action=RETRY, attempts=one(roll={"status": "failed"})
    ),
    broken(
        "roll failed, and worked for the next attempt",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("so the cause seems fixed", "Such a roll gave 500 gold."),
        attempts=[
            attempt(id="a2", grantIds=["g2"], roll={"status": "rolled", "at": ago(minutes=20)}),
            *one(roll=FAILED),
        ],
        grants=[grant(id="g2", status="claimed", sourceRefId="a2")],
    ),
    broken(
        "roll failed, its bundle is gone",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=('The catalog has no bundle "race_box" now, so it will fail again.',),
        catalog=WITH_BUNDLES,
        attempts=one(roll={**FAILED, "error": 'bundle "race_box" is not in the catalog'}),
    ),
    broken(
        "roll failed, its bundle is back",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=('The catalog has the bundle "cup" now, which gives 900 gold.',),
        catalog=WITH_BUNDLES,
        attempts=one(roll={**FAILED, "error": 'bundle "cup" was archived'}),
    ),
    broken(
        "roll failed, its currency is back",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=('The catalog has the currency "gold" now.',),
        catalog=CATALOG,
        attempts=one(roll={**FAILED, "error": 'currency "gold" was archived'}),
    ),
    broken(
        "roll failed, of its table nothing is told",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("table now not told by this backend", "another roll gave not known"),
        catalog=CATALOG,
        attempts=one(roll=FAILED),
    ),
    broken("never rolled", (Fault.NOT_ROLLED, A), action=RETRY, attempts=one(roll=NOT_ROLLED)),
    broken(
        "force-completed, never rolled",
        (Fault.NOT_ROLLED, A),
        action=RETRY,
        attempts=one(status="force_completed", roll=NOT_ROLLED),
    ),
    broken(
        "a roll from a table, of which nothing is told",
        (Fault.NOT_ROLLED, A),
        action=RETRY,
        says=("failed, never ran or gave nothing",),
        attempts=one(rewardPolicy="random_pool", roll=None),
    ),
    broken("target met", (Fault.TARGET_MET, A), action=FORCE, attempts=one(**{**STUCK, "score": 1500})),
    broken(
        "target met, no time of progress",
        (Fault.TARGET_MET, A),
        action=FORCE,
        attempts=one(**{**PLAYING, "score": 1500, "startedAt": None, "lastProgressAt": None}),
    ),
    broken("window over", (Fault.WINDOW_OVER, A), action=FORCE, attempts=one(**{**STUCK, "windowEndsAt": ago(days=2)})),
    broken(
        "own end over, no window told",
        (Fault.WINDOW_OVER, A),
        action=FORCE,
        attempts=one(**{**PLAYING, "windowEndsAt": None, "endsAt": ago(hours=5)}),
    ),
    broken("stuck", (Fault.STUCK, A), action=FORCE, attempts=one(**STUCK)),
    broken("stuck at the start", (Fault.STUCK, A), action=FORCE, attempts=one(**{**STUCK, "lastProgressAt": None})),
    broken("expired", (Fault.NEVER_FINISHED, A), action=FORCE, attempts=one(**EXPIRED)),
    broken("grant waits", (Fault.GRANT_PENDING, G), action=CLAIM, attempts=one(grantIds=[G]), grants=given()),
    broken("order waits", (Fault.GRANT_PENDING, G), action=CLAIM, grants=given(sourceKind="api", sourceRefId="o1")),
    broken(
        "make-good waits", (Fault.GRANT_PENDING, G), action=CLAIM, grants=given(sourceKind="admin", sourceRefId=None)
    ),
    broken("grant expired", (Fault.GRANT_EXPIRED, G), action=CLAIM, grants=given(status="expired")),
    broken("grant past its expiry", (Fault.GRANT_OVERDUE, G), action=CLAIM, grants=given(expiresAt=ago(days=2))),
    broken(
        "crate past its expiry",
        (Fault.GRANT_OVERDUE, G),
        action=CLAIM,
        grants=given(kind="crate", expiresAt=ago(days=2)),
    ),
    broken(
        "what came out of a crate waits",
        (Fault.GRANT_PENDING, "g2"),
        action=CLAIM,
        attempts=one(grantIds=[G]),
        grants=[
            grant(id="g2", sourceKind="crate_open", sourceRefId=G, parentGrantId=G),
            *given(kind="crate", status="claimed", contents={}),
        ],
    ),
    broken("lobby late", (Fault.LOBBY_LATE, "l1"), lobbies=[{"id": "l1", "status": "forming", "fillBy": ago(hours=1)}]),
    broken(
        "banned while playing",
        (Fault.BANNED_PLAYING, A),
        says=("progress is refused", "kraty-console act unban alice_42 --reason"),
        player=BAN,
        attempts=one(**{**PLAYING, "lastProgressAt": ago(minutes=3)}),
    ),
    broken(
        "banned with an open crate",
        (Fault.BANNED_PENDING, G),
        never=(CLAIM,),
        player=BAN,
        grants=given(kind="crate"),
    ),
    broken(
        "banned, the case is open",
        (Fault.BANNED_PLAYING, A),
        rules=(CautionRule.BAN_UNDER_REVIEW,),
        never=("player.ban",),
        says=("Its review is open", "Do not lift the ban before its review is decided"),
        player=IN_REVIEW,
        attempts=one(**{**PLAYING, "lastProgressAt": ago(minutes=3)}),
    ),
)

PARTIAL: Final = (
    broken(
        "published fields alone: no grant is linked",
        (Fault.NO_GRANTS_LINKED, A),
        action=RETRY,
        says=("does not say whether the event pays rewards", "What was done for this player before is not provided"),
        make=published,
        attempts=[plain_attempt(id=A)],
    ),
    broken(
        "published fields alone: forced, no grant is linked",
        (Fault.NO_GRANTS_LINKED, A),
        action=RETRY,
        make=published,
        attempts=[plain_attempt(id=A, status="force_completed")],
    ),
    broken(
        "published fields alone: in progress since days",
        (Fault.PROGRESS_UNKNOWN, A),
        action=FORCE,
        says=("its last progress is not provided by this backend",),
        make=published,
        attempts=[plain_attempt(id=A, status="in_progress", completedAt=None, startedAt=ago(days=3))],
    ),
    broken(
        "published fields alone: grant found by its source",
        (Fault.GRANT_PENDING, G),
        action=CLAIM,
        make=published,
        attempts=[plain_attempt(id=A)],
        grants=given(),
        summary={"grantsPending": 1},
    ),
    broken(
        "published fields alone: expired grant",
        (Fault.GRANT_EXPIRED, G),
        action=CLAIM,
        make=published,
        attempts=[plain_attempt(id=A)],
        grants=given(status="expired"),
    ),
    broken(
        "list cut: the grants of an old attempt may be further down",
        (Fault.NEVER_FINISHED, "a2"),
        action=FORCE,
        says=("0 of 80 grants",),
        attempts=[attempt(id="a2", **EXPIRED), *one(grantIds=None, roll=None, rewardPolicy=None)],
        summary={"grantsClaimed": 80},
    ),
    broken(
        "list cut at a limit of one, no totals",
        (Fault.GRANT_PENDING, G),
        action=CLAIM,
        says=("1 attempt and 1 grant loaded, and there may be more",),
        make=published,
        attempts=[plain_attempt(id=A)],
        grants=[grant(id=G, sourceRefId="other")],
        summary={"attemptCount": None, "grantsPending": None, "grantsClaimed": None},
        changes={"requested_limit": 1},
    ),
    broken(
        "attempts cut",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("1 fault in the 1 of 69 attempts loaded",),
        attempts=one(roll=FAILED),
        summary={"attemptCount": 69},
    ),
    broken(
        "one attempt unreadable",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("1 attempt could not be read",),
        attempts=[{}, *one(roll=FAILED)],
    ),
    broken(
        "grants unreadable, a grant id told",
        (Fault.STUCK, A),
        action=FORCE,
        says=("The grants could not be read",),
        attempts=one(**STUCK),
        grants="none",
    ),
    broken(
        "roll unreadable, policy known",
        (Fault.NOT_ROLLED, A),
        action=RETRY,
        attempts=one(roll="odd", rewardPolicy="fixed_bundle"),
    ),
    broken(
        "ban unreadable", (Fault.STUCK, A), action=FORCE, says=("ban status",), player={"ban": 1}, attempts=one(**STUCK)
    ),
    broken(
        "past changes unreadable",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("past changes could not be read",),
        attempts=one(roll=FAILED),
        audit="none",
    ),
    broken(
        "score unreadable",
        (Fault.STUCK, A),
        action=FORCE,
        attempts=one(**{**STUCK, "score": "many"}),
    ),
    broken("lobbies cut", (Fault.STUCK, A), action=FORCE, attempts=one(**STUCK), lobbies="x"),
    broken(
        "made by a clock ahead, stuck elsewhere",
        (Fault.STUCK, A),
        action=FORCE,
        attempts=one(**STUCK),
        grants=[grant(id=G, sourceRefId=None, createdAt=ago(hours=-2))],
    ),
    broken(
        "rolled by a clock ahead",
        (Fault.ROLL_FAILED, A),
        action=RETRY,
        says=("in 2h by a clock that is wrong",),
        attempts=one(roll={**FAILED, "at": ago(hours=-2)}),
    ),
    broken(
        "times without a zone",
        (Fault.STUCK, A),
        action=FORCE,
        says=("stuck for 3d",),
        attempts=one(**{**STUCK, "lastProgressAt": "2026-03-07T12:00:00"}),
    ),
    broken(
        "milestone claimed, the end was never rolled",
        (Fault.NOT_ROLLED, A),
        action=GRANT,
        never=(RETRY,),
        attempts=one(roll=NOT_ROLLED, grantIds=[G]),
        grants=given(sourceKind="event_milestone", status="claimed"),
    ),
    broken(
        "milestone claimed, the roll failed",
        (Fault.ROLL_FAILED, A),
        action=GRANT,
        never=(RETRY,),
        attempts=one(roll=FAILED, grantIds=[G]),
        grants=given(sourceKind="event_milestone", status="claimed"),
    ),
)

"""Attempts: rows of the Attempts pane, and the detail document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.completeness import NOT_PROVIDED, UNKNOWN
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import Linked
from kraty_console.domain.labels import event_words, localized, short, spaced, status_words
from kraty_console.domain.player_analysis import RowAnalysis, analysis_of
from kraty_console.domain.problems import Diagnosis, Severity
from kraty_console.domain.timestamps import age
from kraty_console.present.document import (
    Document,
    DocumentSection,
    LabelledValue,
    amount_text,
    item,
    mapping,
    non_empty,
    safe_item,
    section,
)
from kraty_console.present.numbers import number, short_id
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, Tone, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Snapshot
    from kraty_console.domain.cautions import Caution

COLUMNS: Final = (
    Column("status", "STATUS", 9, priority=1),
    Column("event", "EVENT", 8, priority=2, middle=True),
    Column("score", "SCORE", 5, priority=5, right=True),
    Column("started", "STARTED", 7, priority=6),
    Column("ended", "ENDED", 7, priority=7),
    Column("grants", "GRANTS", 9, priority=4),
    Column("wrong", "WHAT IS WRONG", 13, priority=3),
)

SEVERITY_TONE: Final[dict[Severity, Tone]] = {"fine": "dim", "notice": "warn", "wrong": "bad"}
STATUS_TONE: Final[dict[str, Tone]] = {
    "completed": "good",
    "force_completed": "good",
    "claimed": "good",
    "in_progress": "accent",
    "pending": "warn",
    "expired": "dim",
    "revoked": "dim",
    "active": "good",
    "forming": "accent",
    "closed": "dim",
}
"""Known statuses; any other is shown in the plain tone."""


def status_cell(status: str) -> Cell:
    """The cell of a status, in words."""
    return cell(status_words(status) or None, STATUS_TONE.get(status, "plain"))


def wrong_cell(faults: tuple[Diagnosis, ...]) -> Cell:
    """The cell of the diagnosis, most urgent fault first."""
    words = list(dict.fromkeys(each.words for each in faults if each.words))
    return Cell(safe("; ".join(words)), SEVERITY_TONE[faults[0].severity])


def grants_words(attempt: Attempt, linked: Linked) -> SafeText:
    """`none`, `1 claimed`, `1 pending 2 claimed`, `2 linked` when the grants are not in the list."""
    if not linked.ids:
        if attempt.status not in COMPLETE:
            return SafeText("")
        return SafeText({"": "none", "cut": "not shown"}.get(linked.doubt, UNKNOWN))
    counts = Counter(grant.status for grant in linked.grants)
    order = ("pending", "expired", "revoked", "claimed")
    non_empty = [f"{counts.pop(status)} {status}" for status in order if counts.get(status)]
    non_empty += [f"{count} {safe(status)}" for status, count in counts.items()]
    unseen = len(linked.ids) - len(linked.grants)
    return SafeText(" ".join([*non_empty, f"{unseen} linked"] if unseen else non_empty))


def no_grants_words(linked: Linked) -> str:
    """Why no linked grants are shown for an attempt."""
    return {
        "": "no grants are linked to this attempt",
        "cut": "its grants are not in the list",
        "unreadable": "its grants may be among those that could not be read",
        "absent": f"grants are {NOT_PROVIDED}",
    }[linked.doubt]


def ended_at(attempt: Attempt, now: datetime) -> datetime | None:
    """When the attempt was completed or expired; an expired one ended with its own deadline or the event window."""
    if attempt.completed_at is not None or attempt.status != "expired":
        return attempt.completed_at
    ends = (attempt.ends_at, attempt.window_ends_at)
    return min((end for end in ends if end is not None and age(end, now) >= 0), default=None)


def row(attempt: Attempt, snapshot: Snapshot, now: datetime) -> TableRow:
    """The table row of an attempt."""
    analysis = analysis_of(snapshot)
    linked = analysis.links.of_attempt(attempt)
    faults = analysis.attempt_faults(attempt, now)
    grants = grants_words(attempt, linked)
    event = event_words(attempt)
    return TableRow(
        attempt.id,
        "attempt",
        (
            status_cell(attempt.status),
            cell(event),
            Cell(number(attempt.score)),
            Cell(ago(attempt.started_at, now), "dim"),
            Cell(ago(ended_at(attempt, now), now), "dim"),
            Cell(grants, "bad" if grants == "none" and faults[0].severity == "wrong" else "plain"),
            wrong_cell(faults),
        ),
        (
            attempt.status,
            event,
            attempt.score,
            attempt.started_at,
            ended_at(attempt, now),
            float(len(linked.ids)),
            -{"fine": 0.0, "notice": 1.0, "wrong": 2.0}[faults[0].severity],
        ),
        attempt.id,
        "attempt id",
    )


def faults_section(found: RowAnalysis) -> DocumentSection | None:
    """The diagnosis as a section, with what not to do; None when there is neither."""
    items = [
        safe_item(
            "wrong" if each.severity == "wrong" else "note", safe(each.advice, limit=2000), SEVERITY_TONE[each.severity]
        )
        for each in found.faults
        if each.severity != "fine"
    ]
    items += [
        safe_item("do not", safe(f"{each.words}{_rows_words(each)}", limit=2000), "warn") for each in found.cautions
    ]
    return section("What is wrong", items) if items else None


def _rows_words(caution: Caution) -> str:
    """The audit rows that a caution follows from."""
    return f" (row {', '.join(short(row) for row in caution.rows)})" if caution.rows else ""


def document(attempt: Attempt, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    """The detail document of an attempt."""
    analysis = analysis_of(snapshot)
    links = analysis.links
    linked = links.of_attempt(attempt)
    roll = attempt.roll

    def sections() -> Iterator[DocumentSection | None]:
        yield section(
            "",
            (
                item("status", status_words(attempt.status) or None, STATUS_TONE.get(attempt.status, "plain")),
                safe_item("score", number(attempt.score)),
                safe_item("target", number(attempt.target)) if attempt.target is not None else None,
                item("event", event_words(attempt, whole=True)),
                item("event name", localized(attempt.event_name)) if localized(attempt.event_name) else None,
                item("rewards", spaced(attempt.reward_policy)) if attempt.reward_policy else None,
            ),
        )
        yield faults_section(analysis.attempt(attempt, now))
        yield section(
            "Times",
            (
                safe_item("started", exact(attempt.started_at, now, local)),
                safe_item("last progress", exact(attempt.last_progress_at, now, local))
                if attempt.last_progress_at
                else None,
                safe_item("completed", exact(attempt.completed_at, now, local)),
                safe_item("ends", exact(attempt.ends_at, now, local)) if attempt.ends_at else None,
                safe_item("window ends", exact(attempt.window_ends_at, now, local)) if attempt.window_ends_at else None,
            ),
        )
        if roll is not None:
            yield section(
                "Reward roll",
                (
                    item(
                        "status", status_words(roll.status or "") or None, "bad" if roll.status == "failed" else "plain"
                    ),
                    item("error", roll.error, "bad") if roll.error else None,
                    safe_item("at", exact(roll.at, now, local)) if roll.at else None,
                ),
            )
        yield section(
            "Grants",
            [
                *(
                    LabelledValue(
                        short_id(grant.id),
                        safe(f"{status_words(grant.status)}: {contents_words(grant.contents, grant.kind)}"),
                        STATUS_TONE.get(grant.status, "plain"),
                    )
                    for grant in linked.grants
                ),
                *(
                    LabelledValue(short_id(grant_id), SafeText("not in the list"), "dim")
                    for grant_id in linked.ids
                    if links.grant(grant_id) is None
                ),
            ]
            or [safe_item("none", SafeText(no_grants_words(linked)), "dim")],
        )
        yield mapping("Metrics", attempt.metrics, amount_text)
        if attempt.metrics_raw != attempt.metrics:
            yield mapping("Metrics before capping", attempt.metrics_raw, amount_text)
        yield section(
            "Ids",
            (
                item("attempt", attempt.id),
                item("event", attempt.event_id) if attempt.event_id else None,
                item("window", attempt.event_window_id) if attempt.event_window_id else None,
                item("leaderboard", attempt.leaderboard_id) if attempt.leaderboard_id else None,
                item("player", attempt.player_id) if attempt.player_id else None,
            ),
        )

    title = SafeText(f"{safe(event_words(attempt), limit=80)} · attempt {short_id(attempt.id)}")
    return Document(title, non_empty(sections()), attempt.raw())

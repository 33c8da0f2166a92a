"""Grants: rows of the Grants pane, and the detail document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import Links
from kraty_console.domain.labels import event_words, source_kind_words, status_words
from kraty_console.domain.player_analysis import analysis_of
from kraty_console.present.attempts import STATUS_TONE, faults_section, status_cell, wrong_cell
from kraty_console.present.document import Document, DocumentSection, item, non_empty, safe_item, section
from kraty_console.present.numbers import short_id
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant, Snapshot

COLUMNS: Final = (
    Column("status", "STATUS", 7, priority=1),
    Column("contents", "CONTENTS", 18, priority=2),
    Column("from", "FROM", 8, priority=4),
    Column("created", "CREATED", 7, priority=6),
    Column("expires", "EXPIRES", 7, priority=7),
    Column("claimed", "CLAIMED", 7, priority=5),
    Column("wrong", "WHAT IS WRONG", 13, priority=3),
)

NOTHING: Final = Cell(SafeText(""))
"""A claimed or revoked grant no longer expires."""


def source_words(grant: Grant, links: Links) -> SafeText | None:
    """The source of a grant: the event it was won in, when that is known; an unknown kind of source is unchanged."""
    attempt = links.attempt_of(grant)
    if grant.source_kind in ("event_completion", "event") and attempt is not None:
        return safe(event_words(attempt))
    if grant.source_kind == "event_milestone" and attempt is not None:
        return safe(f"{event_words(attempt)} milestone")
    if grant.source_kind is None:
        return None if attempt is None else safe(event_words(attempt))
    return safe(source_kind_words(grant.source_kind))


def row(grant: Grant, snapshot: Snapshot, now: datetime) -> TableRow:
    """The table row of a grant."""
    analysis = analysis_of(snapshot)
    faults = analysis.grant_faults(grant, now)
    source = source_words(grant, analysis.links)
    contents = contents_words(grant.contents, grant.kind)
    ended = grant.status in ("claimed", "revoked")
    expires = None if ended else grant.expires_at
    return TableRow(
        grant.id,
        "grant",
        (
            status_cell(grant.status),
            cell(contents),
            Cell(source) if source is not None else cell(None),
            Cell(ago(grant.created_at, now), "dim"),
            Cell(ago(expires, now), "dim") if expires is not None or not ended else NOTHING,
            Cell(ago(grant.claimed_at, now), "dim"),
            wrong_cell(faults),
        ),
        (
            grant.status,
            contents,
            source,
            grant.created_at,
            expires,
            grant.claimed_at,
            -{"fine": 0.0, "notice": 1.0, "wrong": 2.0}[faults[0].severity],
        ),
        grant.id,
        "grant id",
    )


def document(grant: Grant, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    """The detail document of a grant, with linked rows."""
    analysis = analysis_of(snapshot)
    links = analysis.links
    attempt = links.attempt_of(grant)
    parent = links.grant(grant.parent_grant_id)

    def sections() -> Iterator[DocumentSection | None]:
        yield section(
            "",
            (
                item("status", status_words(grant.status) or None, STATUS_TONE.get(grant.status, "plain")),
                item("contents", contents_words(grant.contents, grant.kind)),
                item("kind", grant.kind),
                item("from", source_words(grant, links)),
            ),
        )
        yield faults_section(analysis.grant(grant, now))
        yield section(
            "Times",
            (
                safe_item("created", exact(grant.created_at, now, local)),
                safe_item("rolled", exact(grant.rolled_at, now, local)) if grant.rolled_at else None,
                safe_item("claimed", exact(grant.claimed_at, now, local)),
                safe_item("expires", exact(grant.expires_at, now, local)),
            ),
        )
        yield section(
            "Linked",
            (
                item("attempt", f"{event_words(attempt)}, {status_words(attempt.status)}") if attempt else None,
                item("crate", contents_words(parent.contents, parent.kind)) if parent else None,
                *(
                    item("came out", f"{contents_words(child.contents, child.kind)}, {status_words(child.status)}")
                    for child in links.children_of(grant)
                ),
            ),
        )
        yield section(
            "Ids",
            (
                item("grant", grant.id),
                item("attempt", links.attempt_id_of(grant)) if links.attempt_id_of(grant) else None,
                item("source", grant.source_kind) if grant.source_kind else None,
                item("source ref", grant.source_ref_id) if grant.source_ref_id else None,
                item("crate", grant.parent_grant_id) if grant.parent_grant_id else None,
            ),
        )

    title = SafeText(f"{safe(contents_words(grant.contents, grant.kind), limit=80)} · grant {short_id(grant.id)}")
    return Document(title, non_empty(sections()), grant.raw())

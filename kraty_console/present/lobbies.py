"""Lobbies: rows of the Lobbies pane, and the detail document."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from kraty_console.domain.diagnosis import diagnose_lobby
from kraty_console.domain.formatting import grouped
from kraty_console.domain.labels import event_words, localized, spaced, status_words
from kraty_console.present.attempts import STATUS_TONE, status_cell, wrong_cell
from kraty_console.present.document import Document, item, safe_item, section
from kraty_console.present.numbers import short_id
from kraty_console.present.safe import MISSING, SafeText
from kraty_console.present.table import Cell, Column, TableRow, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Lobby

COLUMNS: Final = (
    Column("status", "STATUS", 7, priority=1),
    Column("event", "EVENT", 8, priority=2, middle=True),
    Column("seats", "SEATS", 5, priority=3),
    Column("mode", "MODE", 6, priority=7),
    Column("started", "STARTED", 7, priority=5),
    Column("ends", "ENDS", 5, priority=6),
    Column("wrong", "WHAT IS WRONG", 10, priority=4),
)


def seats(lobby: Lobby) -> SafeText:
    """`5 of 8`, `5 of 8, 3 bots`; `—` when the backend provides neither."""
    if lobby.participant_count is None and lobby.capacity is None:
        return MISSING
    taken = f"{grouped(lobby.participant_count)} of {grouped(lobby.capacity)}"
    return SafeText(f"{taken}, {grouped(lobby.bot_slots)} bots" if lobby.bot_slots else taken)


def has_event(lobby: Lobby) -> bool:
    """Whether the lobby's event is known."""
    return bool(lobby.event_id or lobby.event_key or localized(lobby.event_name))


def row(lobby: Lobby, now: datetime) -> TableRow:
    """The table row of a lobby."""
    diagnosis = diagnose_lobby(lobby, now)
    event = event_words(lobby) if has_event(lobby) else None
    return TableRow(
        lobby.id,
        "lobby",
        (
            status_cell(lobby.status),
            cell(event),
            Cell(seats(lobby)),
            cell(spaced(lobby.mode) if lobby.mode else None, "dim"),
            Cell(ago(lobby.started_at, now), "dim"),
            Cell(ago(lobby.ends_at, now), "dim"),
            wrong_cell((diagnosis,)),
        ),
        (
            lobby.status,
            event,
            lobby.participant_count,
            lobby.mode,
            lobby.started_at,
            lobby.ends_at,
            0.0 if diagnosis.severity == "fine" else -1.0,
        ),
        lobby.id,
        "lobby id",
    )


def document(lobby: Lobby, now: datetime, local: tzinfo | None) -> Document:
    """The detail document of a lobby."""
    sections = (
        section(
            "",
            (
                item("status", status_words(lobby.status) or None, STATUS_TONE.get(lobby.status, "plain")),
                item("event", event_words(lobby, whole=True) if has_event(lobby) else None),
                safe_item("seats", seats(lobby)),
                item("mode", spaced(lobby.mode) if lobby.mode else None),
            ),
        ),
        section(
            "Times",
            (
                safe_item("created", exact(lobby.created_at, now, local)) if lobby.created_at else None,
                safe_item("fill by", exact(lobby.fill_by, now, local)),
                safe_item("started", exact(lobby.started_at, now, local)),
                safe_item("ends", exact(lobby.ends_at, now, local)),
            ),
        ),
        section(
            "Ids",
            (
                item("lobby", lobby.id),
                item("event", lobby.event_id) if lobby.event_id else None,
                item("window", lobby.event_window_id) if lobby.event_window_id else None,
                item("leaderboard", lobby.leaderboard_id) if lobby.leaderboard_id else None,
            ),
        ),
    )
    return Document(SafeText(f"lobby {short_id(lobby.id)}"), sections, lobby.raw())

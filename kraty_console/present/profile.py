"""The player's profile: a tall box beside the panes, two lines above them, or a detail document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from kraty_console.domain.completeness import (
    NOT_PROVIDED,
    is_provided,
    unreadable_count,
    unreadable_words,
    why_ban_unknown,
    why_unknown,
)
from kraty_console.domain.formatting import grouped
from kraty_console.present.document import (
    Document,
    DocumentSection,
    LabelledValue,
    item,
    mapping,
    non_empty,
    safe_item,
    scalar,
    section,
)
from kraty_console.present.notes import NewestNote, newest_words, note_tone
from kraty_console.present.numbers import number
from kraty_console.present.numbers import total as total_of
from kraty_console.present.rows import pane_count
from kraty_console.present.safe import MISSING, SafeText, misleading_form, safe
from kraty_console.present.table import Cell, Tone
from kraty_console.present.times import ago, day, exact
from kraty_console.present.width import cells, pad

if TYPE_CHECKING:
    from kraty_console.contract.players import Player, Snapshot

Line = tuple[Cell, ...]
"""One line: consecutive cells, each with its own tone."""


_BESIDE: Final = 14
"""Characters that fit beside a total in the profile column."""


_SHORT_NOTE: Final = 40
"""Characters of the newest note in the folded profile, so that the totals are seen beside it."""

_NOTE: Final = 2000
"""Characters of the newest note where it has lines of its own."""


def title(snapshot: Snapshot) -> SafeText:
    """The player's id, for the border title of the box."""
    return safe(snapshot.player.external_player_id, limit=80)


def profile(snapshot: Snapshot, now: datetime) -> tuple[Line, ...]:
    """The first lines of the tall box; an empty line separates profile and totals."""
    return (*_about(snapshot, now), (), *_totals(snapshot))


def note_line(note: NewestNote | None, now: datetime) -> Line:
    """The newest note as one long line; empty if there is none or it is not known yet."""
    words = newest_words(note, now, limit=_NOTE)
    return (Cell(words, note_tone(note)),) if words else ()


def balance_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """One line for each balance; one that says why they are unknown, or that there are none."""
    if why := why_unknown(snapshot, "wallet"):
        return ((Cell(SafeText(f"balances {why}"), _tone_of(why)),),)
    unread = unreadable_count(snapshot.wallet)
    more: tuple[Line, ...] = ((Cell(SafeText(unreadable_words(unread, "balance")), "warn"),),) if unread else ()
    if not snapshot.wallet:
        return more or ((Cell(SafeText("no balances"), "dim"),),)
    pairs = [(safe(each.economy_key, limit=60), number(each.balance)) for each in snapshot.wallet]
    return (*_pairs(pairs, right=True), *more)


def context_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """One line for each value of the last context, without those of the identity; or why it is unknown."""
    player = snapshot.player
    if why := why_unknown(player, "last_context_snapshot"):
        return ((Cell(SafeText(f"last context {why}"), _tone_of(why)),),)
    values = player.last_context_snapshot or {}
    rest = [name for name, value in values.items() if not _is_identity(name, value)]
    return tuple(_pairs([(safe(name, limit=60), scalar(values[name])) for name in rest]))


def _is_identity(name: str, value: object) -> bool:
    """Whether the identity shows this value of the context."""
    is_text = isinstance(value, str) and value != ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (name == "country" and is_text) or (name == "level" and (is_text or is_number))


_NAME_WIDTH: Final = 16
"""Cells of a name beside its value."""


def _pairs(pairs: list[tuple[SafeText, SafeText]], *, right: bool = False) -> Iterator[Line]:
    """Names and their values in two columns."""
    width = min(max((cells(name) for name, _ in pairs), default=0), _NAME_WIDTH)
    values = max((cells(value) for _, value in pairs), default=0) if right else 0
    for name, value in pairs:
        label = name + " " * max(0, width - cells(name))
        yield Cell(SafeText(f"{label}  "), "dim"), Cell(pad(value, values, right=True) if right else value)


def _tone_of(why: str) -> Tone:
    return "dim" if why == NOT_PROVIDED else "warn"


def more_lines(snapshot: Snapshot, now: datetime, note: NewestNote | None) -> tuple[Line, ...]:
    """What the folded profile adds where lines are free: the whole note, then balances and last context in one line."""
    pairs = [*balance_lines(snapshot), *context_lines(snapshot)]
    flat = [Cell(SafeText(" ".join("".join(each.text for each in line).split())), line[-1].tone) for line in pairs]
    return tuple(line for line in (note_line(note, now), _dotted(flat)) if line)


def compact_profile(snapshot: Snapshot, now: datetime, note: NewestNote | None = None) -> tuple[Line, Line]:
    """The profile in two lines: identity, then state; a ban or a note is mentioned only if there is one."""
    player = snapshot.player
    first = [Cell(title(snapshot), "accent"), *_identity(player)]
    if player.email:
        first.append(Cell(safe(player.email, limit=60), "dim"))
    first.append(Cell(SafeText(f"seen {ago(player.last_seen_at, now)}"), "dim"))
    second = [*_warnings(player, now)]
    if player.ban is None and not is_provided(player, "ban"):
        second.append(Cell(SafeText("ban unknown"), _not_banned(player).tone))
    if words := newest_words(note, now, limit=_SHORT_NOTE):
        second.append(Cell(words, note_tone(note)))
    second.extend(
        Cell(SafeText("".join(cell.text for cell in line).strip())) for line in _totals(snapshot, narrow=True)
    )
    return _dotted(first), _dotted(second)


def _dotted(parts: list[Cell]) -> Line:
    line: list[Cell] = []
    for part in parts:
        if line:
            line.append(Cell(SafeText(" · "), "dim"))
        line.append(part)
    return tuple(line)


def _context(player: Player, key: str) -> Any:  # noqa: ANN401 (context values are any JSON)
    return (player.last_context_snapshot or {}).get(key)


def _identity(player: Player) -> Iterator[Cell]:
    identity = player.display_identity
    if identity is not None and identity.name:
        yield Cell(safe(identity.name, limit=60))
    country = _context(player, "country") or (identity.country if identity is not None else None)
    if isinstance(country, str) and country:
        yield Cell(safe(country, limit=20))
    level = _context(player, "level")
    if isinstance(level, int | float) and not isinstance(level, bool):
        yield Cell(SafeText(f"level {grouped(level)}"))
    elif isinstance(level, str) and level:
        yield Cell(SafeText(f"level {safe(level, limit=20)}"))


def _warnings(player: Player, now: datetime) -> Iterator[Cell]:
    if player.ban is not None:
        since = f" {ago(player.ban.banned_at, now)}" if player.ban.banned_at is not None else ""
        why = f": {safe(player.ban.reason, limit=200)}" if player.ban.reason else ""
        yield Cell(SafeText(f"BANNED{since}{why}"), "bad")
    if player.merged_into is not None:
        yield Cell(SafeText(f"merged into {safe(player.merged_into, limit=80)}"), "warn")
    caution = misleading_form(player.external_player_id)
    if caution is not None:
        yield Cell(SafeText(f"caution: the id {caution}"), "warn")


def _about(snapshot: Snapshot, now: datetime) -> Iterator[Line]:
    player = snapshot.player
    identity = _dotted(list(_identity(player)))
    if identity:
        yield identity
    if player.email:
        yield (Cell(safe(player.email, limit=80)),)
    yield (Cell(SafeText("first seen  "), "dim"), Cell(day(player.first_seen_at or player.created_at)))
    yield (Cell(SafeText("last seen   "), "dim"), Cell(ago(player.last_seen_at, now)))
    warnings = list(_warnings(player, now))
    for warning in warnings:
        yield (warning,)
    if player.ban is None:
        yield (_not_banned(player),)


def _not_banned(player: Player) -> Cell:
    """The ban line of a player without a known ban."""
    unreadable = "ban" in player.unreadable_fields
    return Cell(SafeText(why_ban_unknown(player) or "not banned"), "warn" if unreadable else "dim")


def _totals(snapshot: Snapshot, *, narrow: bool = False) -> Iterator[Line]:
    summary = snapshot.summary
    granted = None
    if summary.grants_pending is not None and summary.grants_claimed is not None:
        # The totals exclude expired grants; the list has them unless it is cut short.
        granted = max(summary.grants_pending + summary.grants_claimed, len(snapshot.grants))
    for label, total, rest in (
        (
            "attempts",
            summary.attempt_count,
            ((summary.attempts_completed, "done"), (summary.attempts_expired, "expired")),
        ),
        ("grants", granted, ((summary.grants_pending, "pending"),)),
        ("lobbies", pane_count("lobbies", snapshot), ((summary.lobbies_active, "active"),)),
    ):
        parts = (", " if narrow else "  ").join(f"{grouped(count)} {word}" for count, word in rest if count)
        if narrow:
            yield (Cell(SafeText(f"{label} {total_of(total)}{f' ({parts})' if parts else ''}")),)
        else:
            tone: Tone = "warn" if label == "grants" and summary.grants_pending else "plain"
            first, *more = [parts] if len(parts) <= _BESIDE else parts.split("  ")
            yield (
                Cell(SafeText(f"{label:<9}"), "dim"),
                Cell(SafeText(f"{total_of(total):>6}")),
                Cell(SafeText(f"  {first}" if first else ""), tone),
            )
            for each in more:
                yield (Cell(SafeText(f"{'':17}{each}"), tone),)


def _unless_told(player: Player, label: str, field: str) -> LabelledValue | None:
    """Why a field is unknown; None when the backend provided it."""
    why = why_unknown(player, field)
    return safe_item(label, SafeText(why), _tone_of(why)) if why else None


def player_document(snapshot: Snapshot, now: datetime, local: tzinfo | None = None) -> Document:
    """The detail document of the player: everything except the lists."""
    player, summary = snapshot.player, snapshot.summary
    caution = misleading_form(player.external_player_id)
    identity = player.display_identity

    def _total(field: str) -> SafeText:
        value = getattr(summary, field)
        return number(value) if value is not None else SafeText(why_unknown(summary, field) or MISSING)

    def sections() -> Iterator[DocumentSection | None]:
        yield section(
            "",
            (
                item("external id", player.external_player_id),
                safe_item("caution", SafeText(f"this id {caution}"), "warn") if caution else None,
                item("name", identity.name) if identity else _unless_told(player, "name", "display_identity"),
                _unless_told(player, "e-mail", "email") or item("e-mail", player.email),
                _unless_told(player, "ban", "ban"),
                item("environment", player.environment) if player.environment else None,
                item("merged into", player.merged_into, "warn") if player.merged_into else None,
            ),
        )
        if player.ban is not None:
            yield section(
                "Ban",
                (
                    safe_item("since", exact(player.ban.banned_at, now, local), "bad"),
                    item("reason", player.ban.reason),
                ),
            )
        yield section(
            "Times",
            (
                safe_item("first seen", exact(player.first_seen_at or player.created_at, now, local)),
                safe_item("last seen", exact(player.last_seen_at, now, local)),
            ),
        )
        yield section(
            "Totals",
            (
                safe_item("attempts", _total("attempt_count")),
                safe_item("completed", _total("attempts_completed")),
                safe_item("expired", _total("attempts_expired")),
                safe_item("grants pending", _total("grants_pending")),
                safe_item("grants claimed", _total("grants_claimed")),
                safe_item("lobbies active", _total("lobbies_active")),
            ),
        )
        yield mapping("Last context", player.last_context_snapshot)
        yield section(
            "Ids",
            (
                item("player", player.id),
                item("studio", player.studio_id) if player.studio_id else None,
                item("game", player.game_id) if player.game_id else None,
            ),
        )

    raw = {"player": player.raw(), "summary": summary.raw()}
    return Document(safe(player.external_player_id, limit=80), non_empty(sections()), raw)

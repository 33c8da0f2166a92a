"""The lines at the edges of a screen: who and where at the top, what can be pressed at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kraty_console.console.views.text import Line, Span, cut, width_of, wrap

MOST_LINES: Final = 3
"""Lines that a notice takes at most."""


class Heading(NamedTuple):
    """What the top line says; every text is safe."""

    place: str = ""
    """The game."""
    player: str = ""
    environment: str = ""
    """`live` or `test`, or what the profile calls it."""
    member: str = ""
    role: str = ""
    read_only: bool = False
    ticket: str = ""
    age: str = ""
    """When the data on screen was read, or what is being waited for."""
    age_tone: str = "dim"
    latency: str = ""


class KeyHint(NamedTuple):
    """One entry of the footer."""

    key: str
    label: str
    enabled: bool = True


class Notice(NamedTuple):
    """A message above the keys until the next key."""

    text: str
    tone: str = "plain"


def heading_lines(heading: Heading, width: int) -> list[Line]:
    """Left and right side in one line; what matters least is left out first where it is narrow."""
    h = heading
    left: list[Span] = [(" kraty ", "title"), (f" {h.place}" if h.place else "", "plain")]
    if h.player:
        left += [(" ▸ ", "dim"), (h.player, "accent")]
    badge: list[Span] = []
    if h.environment:
        live = h.environment == "live"
        words = f"{h.environment.upper()} read-only" if h.read_only else h.environment.upper()
        badge = [(f" {words} ", "live" if live else "test"), (" ", "plain")]
    who = " · ".join(part for part in (h.member, h.role) if part)
    extras: list[list[Span]] = [
        [(h.age, h.age_tone)] if h.age else [],
        [(h.role, "plain")] if h.role else [],
        [(h.ticket, "accent")] if h.ticket else [],
        [(who, "plain")] if who else [],
        [(h.latency, "dim")] if h.latency else [],
    ]
    order = (3, 2, 0, 4)  # as read from left to right
    chosen = [i for i in order if extras[i]]
    for leave in (4, 3, 2, 0):
        right = _join([extras[i] for i in chosen])
        if width_of(left) + width_of(badge) + width_of(right) + 2 <= width:
            break
        if leave in chosen:
            if leave == 3 and extras[1]:
                extras[3] = extras[1]
                if width_of(left) + width_of(badge) + width_of(_join([extras[i] for i in chosen])) + 2 <= width:
                    break
            chosen.remove(leave)
    right = _join([extras[i] for i in chosen])
    room = width - width_of(badge) - width_of(right) - 2
    left = cut(left, max(room, 8))
    gap = max(1, width - width_of(left) - width_of(badge) - width_of(right) - 1)
    return [[*left, (" " * gap, "plain"), *badge, *right, (" ", "plain")]]


def _join(groups: Sequence[Sequence[Span]]) -> list[Span]:
    out: list[Span] = []
    for group in groups:
        if out:
            out.append(("  ", "plain"))
        out.extend(group)
    return out


def footer_lines(hints: Sequence[KeyHint], notice: Notice | None, width: int) -> list[Line]:
    """The notice, and below it as many keys as there is room for; `?` stays, for it lists the rest."""
    said = notice_lines(notice, width) if notice is not None else []
    spans: list[Span] = []
    used = 1
    tail = [hint for hint in hints if hint.key == "?"]
    reserve = sum(width_of(_hint(hint)) + 2 for hint in tail)
    for hint in hints:
        if hint.key == "?":
            continue
        size = width_of(_hint(hint)) + 2
        if used + size + reserve > width:
            continue
        spans += [*_hint(hint), ("  ", "plain")]
        used += size
    for hint in tail:
        spans += _hint(hint)
    return [*said, [(" ", "plain"), *spans]]


def notice_lines(notice: Notice, width: int) -> list[Line]:
    """A notice in as many lines as it takes; the last of `MOST_LINES` is cut."""
    wrapped = wrap(notice.text, max(1, width - 1)) if width else [notice.text]
    shown = [*wrapped[: MOST_LINES - 1], " ".join(wrapped[MOST_LINES - 1 :])][:MOST_LINES]
    return [[(" ", "plain"), (line, notice.tone)] for line in shown if line]


def _hint(hint: KeyHint) -> list[Span]:
    if hint.enabled:
        return [(hint.key, "key"), (f" {hint.label}", "plain")]
    return [(f"{hint.key} {hint.label}", "dim")]

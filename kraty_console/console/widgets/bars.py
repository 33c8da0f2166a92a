"""The lines at the edges of a screen: who and where at the top, what can be pressed at the bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kraty_console.console.widgets.lines import Line, LinesView, Span, cut, width_of


@dataclass(frozen=True, slots=True)
class Heading:
    """What the top line says; every text has passed the door."""

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


class HeaderBar(LinesView):
    """One line: where we are on the left, who we are and how fresh the data is on the right."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._heading = Heading()

    def show(self, heading: Heading) -> None:
        """Show another heading."""
        if heading != self._heading:
            self._heading = heading
            self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """Left and right side; what matters least is left out first where it is narrow."""
        del height
        h = self._heading
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


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One entry of the footer."""

    key: str
    label: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that stands in the footer until the next key."""

    text: str
    tone: str = "plain"


class FooterBar(LinesView):
    """One line of keys; a notice takes its place until a key is pressed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._hints: tuple[KeyHint, ...] = ()
        self._notice: Notice | None = None

    @property
    def notice(self) -> Notice | None:
        """The message that is shown, if there is one."""
        return self._notice

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys (unless a notice stands)."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    def tell(self, notice: Notice | None) -> None:
        """Show a notice, or with None the keys again."""
        if notice != self._notice:
            self._notice = notice
            self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The notice, or as many keys as there is room for; `?` stays, for it lists the rest."""
        del height
        if self._notice is not None:
            return [[(" ", "plain"), (self._notice.text, self._notice.tone)]]
        spans: list[Span] = []
        used = 1
        tail = [hint for hint in self._hints if hint.key == "?"]
        reserve = sum(width_of(_hint(hint)) + 2 for hint in tail)
        for hint in self._hints:
            if hint.key == "?":
                continue
            size = width_of(_hint(hint)) + 2
            if used + size + reserve > width:
                continue
            spans += [*_hint(hint), ("  ", "plain")]
            used += size
        for hint in tail:
            spans += _hint(hint)
        return [[(" ", "plain"), *spans]]


def _hint(hint: KeyHint) -> list[Span]:
    if hint.enabled:
        return [(hint.key, "key"), (f" {hint.label}", "plain")]
    return [(f"{hint.key} {hint.label}", "dim")]

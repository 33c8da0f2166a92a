"""What to do next: what is wrong in a sentence or two, and the key that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.console.views.layout import LEAST
from kraty_console.console.views.text import Line, Span, fit, width_of, wrap
from kraty_console.domain.actions import BY_ID
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.domain.next_step import NextStep

_TONES: Final = {"fine": "good", "notice": "warn", "wrong": "bad"}

_LONGEST: Final = 600
"""The longest text about one row, in characters."""


def next_step_lines(step: NextStep | None, off: str, width: int, height: int) -> list[Line]:
    """What is wrong with the row under the cursor, then which other row needs fixing, then what `.` does.

    Args:
        step: What to do; without it there are no lines.
        off: Why its action cannot be done by this person; empty when it can.
        width: Cells there are.
        height: Lines there are.
    """
    if step is None:
        return []
    if width >= LEAST[0]:  # above the panes: the box beside them is narrower than any terminal
        return _folded(step, off, width, height)
    title = "Next step"
    head: Line = [("─ ", "rule"), (title, "title"), (" " + "─" * (width - len(title) - 3), "rule")]
    foot: list[Line] = []
    if off:
        foot = [[(f" {line}", "dim")] for line in wrap(safe(off, limit=120), width - 2)]
    elif what := _what(step):
        first, *more = wrap(what, width - 10)
        foot = [
            [(" press ", "dim"), (".", "key"), (f"  {first}", "plain")],
            *([(" " * 10 + each, "plain")] for each in more),
        ]
    room = max(1, height - 1 - len(foot))
    return [head, *([(" ", "plain"), *line] for line in _cut(_advice_lines(step, width - 2), room, width - 2)), *foot]


def lines_needed(step: NextStep | None, off: str, width: int) -> int:
    """Lines that a folded step takes to be lines whole."""
    return len(_folded(step, off, width, 1_000)) if step is not None else 0


def _folded(step: NextStep, off: str, width: int, height: int) -> list[Line]:
    """The step without a title; what `.` does follows where a line is left for it."""
    what = _what(step)
    lines = _cut(_advice_lines(step, width - 4), height, width - 4)
    if len(lines) < height and (last := safe(off, limit=120) or what):
        lines.append([(fit(last, width - 4), "dim" if off else "plain")])
    key: Span = (" . ", "key" if what and not off else "dim")
    return [[key if n == 0 else ("   ", "plain"), *line] for n, line in enumerate(lines)]


def _advice_lines(step: NextStep, width: int) -> list[Line]:
    """The text about the row, what else is wrong with it, and what is wrong with the other row."""
    lines = _toned(safe(step.words, limit=_LONGEST), _TONES[step.severity], width)
    lines += [[(fit(f"also: {safe(each, limit=80)}", width), "warn")] for each in step.also]
    if step.other is not None and step.other.words:
        words = f"{safe(step.other.name, limit=80)}: {safe(step.other.words, limit=_LONGEST)}"
        lines += _toned(words, _TONES[step.other.severity], width)
    return lines


def _toned(words: str, tone: str, width: int) -> list[Line]:
    """Some lines, the first in the tone of what they are about."""
    return [[(line, "plain" if n else tone)] for n, line in enumerate(wrap(words, width))] if words else []


def _what(step: NextStep) -> str:
    """What the key does; empty when it does nothing."""
    if step.action_id is not None:
        return BY_ID[step.action_id].title.lower()
    return f"go to {safe(step.other.name, limit=60)}" if step.other is not None else ""


def _cut(lines: list[Line], room: int, width: int) -> list[Line]:
    """As many lines as there is room for, the last of them with an ellipsis for those after it."""
    if len(lines) <= room:
        return lines
    text, tone = lines[room - 1][0]
    return [*lines[: room - 1], [(_going_on(text, width), tone)]]


def _going_on(line: str, width: int) -> str:
    return f"{line} …" if width_of([(f"{line} …", "plain")]) <= width else fit(f"{line} …", width)


def too_small_lines(width: int, height: int) -> list[Line]:
    """The message of a terminal that is too small: the size it needs, and the size it has."""
    words = f"kraty-console needs 40×12; this terminal is {width}×{height}. q quits."
    return [[(line, "warn")] for line in wrap(words, max(1, width))]

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

_LONGEST_NAME: Final = 80
_LONGEST_REASON: Final = 240


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
        foot = [[(f" {line}", "dim")] for line in wrap(safe(off, limit=_LONGEST_REASON), width - 2)]
    elif what := "go there" if step.action_id is None and step.other is not None else _what(step):
        first, *more = wrap(what, width - 10)
        foot = [
            [(" press ", "dim"), (".", "key"), (f"  {first}", "plain")],
            *([(" " * 10 + each, "plain")] for each in more),
        ]
    room = max(1, height - 1 - len(foot))
    lines = _advice_lines(step, width - 2, apart=True)
    return [head, *([(" ", "plain"), *line] for line in _cut(lines, room, width - 2)), *foot]


def lines_needed(step: NextStep | None, off: str, width: int) -> int:
    """Lines that a step takes to be whole."""
    return len(next_step_lines(step, off, width, 1_000))


def _folded(step: NextStep, off: str, width: int, height: int) -> list[Line]:
    """The step without a title; what `.` does follows where a line is left for it."""
    what = _what(step)
    lines = _cut(_advice_lines(step, width - 4), height, width - 4)
    if last := safe(off, limit=_LONGEST_REASON) or what:
        tone = "dim" if off else "plain"
        lines += _cut([[(line, tone)] for line in wrap(last, width - 4)], height - len(lines), width - 4)
    key: Span = (" . ", "key" if what and not off else "dim")
    return [[key if n == 0 else ("   ", "plain"), *line] for n, line in enumerate(lines)]


def _advice_lines(step: NextStep, width: int, *, apart: bool = False) -> list[Line]:
    """The text about the row, what else is wrong with it, and what is wrong with the other row.

    The names of the rows are `apart` from the texts, in lines of their own, or before them.
    """
    lines = _toned(step.name, step.words, _TONES[step.severity], width, apart=apart)
    for each in step.also:
        lines += [[(line, "warn")] for line in wrap(f"also: {safe(each, limit=_LONGEST)}", width)]
    if step.other is not None and step.other.words:
        lines += _toned(step.other.name, step.other.words, _TONES[step.other.severity], width, apart=apart)
    for each in step.avoid:
        lines += _toned("", each, "warn", width, apart=False)
    return lines


def _toned(name: str, words: str, tone: str, width: int, *, apart: bool) -> list[Line]:
    """Some lines, the first in the tone of what they are about; with a name `apart`, the lines of the name."""
    if not words:
        return []
    about, text = safe(name, limit=_LONGEST_NAME), safe(words, limit=_LONGEST)
    if about and apart:
        named = [[(line, tone)] for line in wrap(about, width)]
        return [*named, *([(line, "plain")] for line in wrap(text, width))]
    lines = wrap(f"{about}: {text}" if about else text, width)
    return [[(line, "plain" if n else tone)] for n, line in enumerate(lines)]


def _what(step: NextStep) -> str:
    """What the key does; empty when it does nothing."""
    if step.action_id is not None:
        return BY_ID[step.action_id].title.lower()
    return f"go to {safe(step.other.name, limit=_LONGEST_NAME)}" if step.other is not None else ""


def _cut(lines: list[Line], room: int, width: int) -> list[Line]:
    """As many lines as there is room for, the last of them with an ellipsis for those after it."""
    if room <= 0 or len(lines) <= room:
        return lines[: max(0, room)]
    text, tone = lines[room - 1][0]
    return [*lines[: room - 1], [(_going_on(text, width), tone)]]


def _going_on(line: str, width: int) -> str:
    return f"{line} …" if width_of([(f"{line} …", "plain")]) <= width else fit(f"{line} …", width)


def too_small_lines(width: int, height: int) -> list[Line]:
    """The message of a terminal that is too small: the size it needs, and the size it has."""
    words = f"kraty-console needs 40×12; this terminal is {width}×{height}. q quits."
    return [[(line, "warn")] for line in wrap(words, max(1, width))]

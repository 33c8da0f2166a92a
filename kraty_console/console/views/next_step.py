"""What to do next: what is wrong in a sentence or two, and the key that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.console.views.text import Line, Span, fit, width_of, wrap
from kraty_console.present.safe import safe
from kraty_console.support.actions import BY_ID

if TYPE_CHECKING:
    from kraty_console.support.next_step import NextStep

_LABELS: Final = {"player.ban": "lift the ban"}
"""Where a step is called otherwise than its action: it is never the next step to ban somebody."""

_TONES: Final = {"fine": "good", "notice": "warn", "wrong": "bad"}

FOLDED: Final = 2
"""Lines of the step where the profile is folded."""


def next_step_lines(step: NextStep | None, off: str, width: int, height: int) -> list[Line]:
    """A box of its own where there is room; two lines where the profile is folded.

    Args:
        step: What to do; nothing is said without.
        off: Why its action cannot be done by this person; empty when it can.
        width: Cells there are.
        height: Lines there are.
    """
    if step is None:
        return []
    words, tone = safe(step.words, limit=400), _TONES[step.severity]
    what = _label(step.action_id) if step.action_id is not None else ""
    if height <= FOLDED:
        wrapped = wrap(words, width - 4)
        if len(wrapped) > height:
            wrapped = [*wrapped[: height - 1], _going_on(wrapped[height - 1], width - 4)]
        elif len(wrapped) < height:
            wrapped.append(fit(safe(off, limit=120), width - 4).rstrip() if off else what)
        head: list[Span] = [(" . ", "key" if what and not off else "dim")]
        return [
            [*(head if n == 0 else [("   ", "plain")]), (line, "plain" if n else tone)]
            for n, line in enumerate(wrapped)
        ]
    title = "Next step"
    lines: list[Line] = [[("─ ", "rule"), (title, "title"), (" " + "─" * (width - len(title) - 3), "rule")]]
    foot: list[Line] = []
    if off:
        foot = [[(f" {line}", "dim")] for line in wrap(safe(off, limit=120), width - 2)]
    elif what:
        foot = [[(" press ", "dim"), (".", "key"), (f"  {what}", "plain")]]
    room = height - 1 - max(1, len(foot))
    wrapped = wrap(words, width - 2)
    if len(wrapped) > room:
        wrapped = [*wrapped[: room - 1], _going_on(wrapped[room - 1], width - 2)]
    lines += [[(f" {line}", tone if n == 0 else "plain")] for n, line in enumerate(wrapped)]
    lines += [[(f" also: {safe(each, limit=80)}", "warn")] for each in step.also if len(lines) + len(step.also) <= room]
    return [*lines, *foot]


def _label(action_id: str) -> str:
    return _LABELS.get(action_id) or BY_ID[action_id].title.lower()


def _going_on(line: str, width: int) -> str:
    """The last line there is room for, with an ellipsis for the ones after it."""
    return f"{line} …" if width_of([(f"{line} …", "plain")]) <= width else fit(f"{line} …", width)


def too_small_lines(width: int, height: int) -> list[Line]:
    """What stands where there is no room for anything else: what is needed, and what there is."""
    words = f"kraty-console needs 40×12; this terminal is {width}×{height}. q quits."
    return [[(line, "warn")] for line in wrap(words, max(1, width))]

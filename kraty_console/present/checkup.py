"""The findings of `doctor` as plain text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kraty_console.domain.checkup import CheckArea, CheckState, Finding, by_severity, has_problem
from kraty_console.domain.formatting import counted, ungrouped
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells, clip, pad

COLUMNS: Final = 80

_TITLES: Final = {CheckArea.TLS: "TLS", CheckArea.LINK: "Round trip"}
_MARK: Final = max(map(len, CheckState))
_NAME: Final = 18
_LONGEST: Final = 2_000
"""Maximum length of a finding, in characters."""


def checkup_text(findings: Sequence[Finding]) -> str:
    """The report as text: problems and warnings first, most severe at the top; then the rest by area."""
    ordered = by_severity(findings)
    serious = [each for each in ordered if each.state in (CheckState.PROBLEM, CheckState.WARNING)]
    parts = [_summary(ordered)]
    if serious:
        parts.append("\n".join(line for each in serious for line in _lines(each, f"{each.area}: {each.name}")))
    for area in CheckArea:
        rest = [each for each in ordered if each.area is area and each not in serious]
        if rest:
            title = _TITLES.get(area, area.value.capitalize())
            parts.append("\n".join([title, *(line for each in rest for line in _lines(each, each.name))]))
    return "\n\n".join(parts) + "\n"


def checkup_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The report as JSON; the most important finding comes first."""
    return {
        "ok": not has_problem(findings),
        "findings": [
            {
                "area": each.area.value,
                "name": each.name,
                "state": each.state.value,
                "words": ungrouped(each.words),
                "advice": ungrouped(each.advice) or None,
                "facts": dict(each.facts),
            }
            for each in by_severity(findings)
        ],
    }


def _summary(findings: Sequence[Finding]) -> str:
    counts = {
        state: sum(each.state is state for each in findings) for state in (CheckState.PROBLEM, CheckState.WARNING)
    }
    counted_states = [counted(number, state.value) for state, number in counts.items() if number]
    if not counts[CheckState.PROBLEM]:
        counted_states.insert(0, "no problem")
    text = ungrouped(", ".join(counted_states))
    return f"{text[:1].upper()}{text[1:]}."


def _lines(finding: Finding, name: str) -> list[str]:
    """A finding: state, name and text in columns; a name that is too long gets its own line."""
    begin = f"  {finding.state.value:<{_MARK}}  "
    label = clip(safe(name), COLUMNS - len(begin))
    room = COLUMNS - len(begin) - _NAME - 2
    texts = [safe(ungrouped(finding.words), limit=_LONGEST)]
    if finding.advice:
        texts.append(SafeText(f"→ {safe(ungrouped(finding.advice), limit=_LONGEST)}"))
    words = [line for text in texts for line in wrapped(text, room)]
    indent = " " * (len(begin) + _NAME + 2)
    if cells(label) > _NAME:
        return [begin + label, *(indent + line for line in words)]
    return [f"{begin}{pad(label, _NAME)}  {words[0]}".rstrip(), *(indent + line for line in words[1:])]


def wrapped(text: SafeText, width: int) -> list[str]:
    """Wrap the text to lines of at most `width` cells, at spaces; only a word longer than a line is split."""
    lines = [""]
    for word in text.split(" "):
        rest = SafeText(word)
        joined = f"{lines[-1]} {rest}" if lines[-1] else rest
        if cells(SafeText(joined)) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for part in _cut(rest, width):
            lines[-1] = part
            lines.append("")
        lines.pop()
    return lines


def _cut(word: SafeText, width: int) -> Iterator[str]:
    """Split a word into parts of at most `width` cells."""
    begin = used = 0
    for place, char in enumerate(word):
        wide = cells(SafeText(char))
        if used + wide > width:
            yield word[begin:place]
            begin, used = place, 0
        used += wide
    yield word[begin:]

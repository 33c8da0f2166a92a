"""A whole row as something to read: sections of labelled values, and its raw JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from kraty_console.domain.formatting import plain
from kraty_console.present.numbers import number
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Tone
from kraty_console.present.width import cells, pad

VALUE_LIMIT: Final = 2000
"""Characters of one value in a document."""

LINE_LIMIT: Final = 4000
LINES_LIMIT: Final = 4000
"""Raw JSON is shown in at most so many lines of so many characters."""


class LabelledValue(NamedTuple):
    """One labelled value."""

    label: SafeText
    value: SafeText
    tone: Tone = "plain"


class DocumentSection(NamedTuple):
    """Values that belong together; the first section of a document has no title."""

    title: SafeText
    items: tuple[LabelledValue, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What `enter` opens."""

    title: SafeText
    sections: tuple[DocumentSection, ...]
    raw: Any = field(repr=False)
    """The object as JSON would have it, unknown fields included; raw text, for copying."""

    @property
    def raw_lines(self) -> tuple[SafeText, ...]:
        """The JSON, line by line, in the order in which the fields came."""
        return tuple(json_lines(self.raw))

    @property
    def indent(self) -> int:
        """Cells before the values of `plain_lines`."""
        return max((cells(item.label) for section in self.sections for item in section.items), default=0) + 2

    def plain_lines(self) -> list[SafeText]:
        """The document as lines of text, labels lined up."""
        width = self.indent - 2
        lines: list[SafeText] = []
        for section in self.sections:
            if section.title:
                lines.extend((SafeText(""), section.title))
            lines.extend(SafeText(f"{pad(item.label, width)}  {item.value}".rstrip()) for item in section.items)
        return lines


def item(label: str, value: str | SafeText | None, tone: Tone = "plain") -> LabelledValue:
    """A value from outside under a label of our own."""
    return LabelledValue(SafeText(label), safe(value, limit=VALUE_LIMIT), "dim" if value is None else tone)


def safe_item(label: str, value: SafeText, tone: Tone = "plain") -> LabelledValue:
    """A value that came through the door before, or that this program made."""
    return LabelledValue(SafeText(label), value, tone)


def section(title: str, items: Iterable[LabelledValue | None]) -> DocumentSection:
    """A section of those items that there are."""
    return DocumentSection(SafeText(title), tuple(each for each in items if each is not None))


def scalar(value: Any) -> SafeText:  # noqa: ANN401 (context values are any JSON)
    """A JSON value on one line: texts as they are, numbers without an exponent, the rest as JSON."""
    if isinstance(value, float):
        return SafeText(plain(value))
    return safe(value if isinstance(value, str) else json_dump(value), limit=VALUE_LIMIT)


def amount_text(value: Any) -> SafeText:  # noqa: ANN401 (metrics are any JSON)
    """As `scalar`, a number in groups of three as everywhere: for what is known to be an amount and no year or code."""
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else scalar(value)


def json_dump(value: Any, indent: int | None = None) -> str:  # noqa: ANN401 (any JSON)
    """The value as JSON, its letters unescaped; not safe to show before it went through the door."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def json_lines(value: Any) -> Iterator[SafeText]:  # noqa: ANN401 (any JSON)
    """The value as indented JSON, each line safe; what passes the limits is told at the end."""
    lines = json_dump(value, indent=2).split("\n")
    for line in lines[:LINES_LIMIT]:
        yield safe(line, limit=LINE_LIMIT)
    if len(lines) > LINES_LIMIT:
        yield SafeText(f"… {len(lines) - LINES_LIMIT} more lines; the whole of it is copied")


def mapping(
    title: str, values: Mapping[str, Any] | None, show: Callable[[Any], SafeText] = scalar
) -> DocumentSection | None:
    """A section of a JSON object's values, a line each; None when there are none."""
    if not values:
        return None
    return section(
        title, (LabelledValue(safe(name, limit=80), show(value)) for name, value in list(values.items())[:100])
    )


def non_empty(sections: Iterable[DocumentSection | None]) -> tuple[DocumentSection, ...]:
    """The sections that hold something."""
    return tuple(each for each in sections if each is not None and each.items)

"""A detail document: sections of labelled values, and the raw JSON."""

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
"""Maximum length of a value, in characters."""

LINE_LIMIT: Final = 4000
LINES_LIMIT: Final = 4000
"""Maximum number of lines of raw JSON, and of characters per line."""


class LabelledValue(NamedTuple):
    """One labelled value."""

    label: SafeText
    value: SafeText
    tone: Tone = "plain"


class DocumentSection(NamedTuple):
    """A titled group of values; the first section of a document has no title."""

    title: SafeText
    items: tuple[LabelledValue, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The document that `enter` opens."""

    title: SafeText
    sections: tuple[DocumentSection, ...]
    raw: Any = field(repr=False)
    """The object as JSON, unknown fields included; unsanitized, for copying."""

    @property
    def raw_lines(self) -> tuple[SafeText, ...]:
        """The JSON, line by line, fields in the order received."""
        return tuple(json_lines(self.raw))

    @property
    def indent(self) -> int:
        """Width of the label column of `plain_lines`, in cells."""
        return max((cells(item.label) for section in self.sections for item in section.items), default=0) + 2

    def plain_lines(self) -> list[SafeText]:
        """The document as lines of text with aligned labels."""
        width = self.indent - 2
        lines: list[SafeText] = []
        for section in self.sections:
            if section.title:
                lines.extend((SafeText(""), section.title))
            lines.extend(SafeText(f"{pad(item.label, width)}  {item.value}".rstrip()) for item in section.items)
        return lines


def item(label: str, value: str | SafeText | None, tone: Tone = "plain") -> LabelledValue:
    """A labelled value; the value is sanitized."""
    return LabelledValue(SafeText(label), safe(value, limit=VALUE_LIMIT), "dim" if value is None else tone)


def safe_item(label: str, value: SafeText, tone: Tone = "plain") -> LabelledValue:
    """A labelled value that is already safe."""
    return LabelledValue(SafeText(label), value, tone)


def section(title: str, items: Iterable[LabelledValue | None]) -> DocumentSection:
    """A section of the items that are not None."""
    return DocumentSection(SafeText(title), tuple(each for each in items if each is not None))


def scalar(value: Any) -> SafeText:  # noqa: ANN401 (context values are any JSON)
    """A JSON value on one line: strings unquoted, numbers without an exponent, anything else as JSON."""
    if isinstance(value, float):
        return SafeText(plain(value))
    return safe(value if isinstance(value, str) else json_dump(value), limit=VALUE_LIMIT)


def amount_text(value: Any) -> SafeText:  # noqa: ANN401 (metrics are any JSON)
    """Like `scalar`, with grouped digits: for amounts, as opposed to years or codes."""
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else scalar(value)


def json_dump(value: Any, indent: int | None = None) -> str:  # noqa: ANN401 (any JSON)
    """The value as JSON, non-ASCII characters unescaped; must be sanitized before it is shown."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def json_lines(value: Any) -> Iterator[SafeText]:  # noqa: ANN401 (any JSON)
    """The value as indented, sanitized JSON; a last line counts the lines beyond the limit."""
    lines = json_dump(value, indent=2).split("\n")
    for line in lines[:LINES_LIMIT]:
        yield safe(line, limit=LINE_LIMIT)
    if len(lines) > LINES_LIMIT:
        yield SafeText(f"… {len(lines) - LINES_LIMIT} more lines; copying includes all of them")


def mapping(
    title: str, values: Mapping[str, Any] | None, show: Callable[[Any], SafeText] = scalar
) -> DocumentSection | None:
    """A section with one line per field of a JSON object; None when it is empty."""
    if not values:
        return None
    return section(
        title, (LabelledValue(safe(name, limit=80), show(value)) for name, value in list(values.items())[:100])
    )


def non_empty(sections: Iterable[DocumentSection | None]) -> tuple[DocumentSection, ...]:
    """The sections that have items."""
    return tuple(each for each in sections if each is not None and each.items)

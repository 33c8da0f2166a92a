"""What a terminal shows after bytes, so that two ways of saying the same can be compared by what is seen."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from rich.color import ColorSystem
from rich.segment import Segment
from textual.strip import Strip
from wcwidth import wcwidth

from kraty_console.paint.painter import Painter
from tests.harness.terminal import Emulator

Seen = list[list[tuple[Any, ...]]]


def seen(emulator: Emulator) -> Seen:
    """The screen as rows of what can be seen of each cell: of a blank, the colour of its letter cannot."""
    emulator.draw()
    columns, rows = emulator.size
    buffer = emulator.screen.buffer
    return [[_seen(buffer[y][x]) for x in range(columns)] for y in range(rows)]


def _seen(cell: Any) -> tuple[Any, ...]:
    marked = cell.underscore or cell.reverse or cell.strikethrough
    if cell.data == " " and not marked:
        return (" ", cell.bg)
    return tuple(cell)


def remembered(painter: Painter, size: tuple[int, int]) -> Seen:
    """What a painter takes the screen for, as a terminal would show it."""
    styles: dict[int, Any] = {}
    pen = Emulator(1, 1)

    def style(number: int) -> Any:
        if number not in styles:
            pen.receive(f"\x1b[0;{painter.styles[number].codes}".rstrip(";").encode() + b"m")
            pen.draw()
            styles[number] = pen.screen.cursor.attrs
        return styles[number]

    columns, rows = size
    kept = [painter.row(y) for y in range(rows)]
    assert all(len(texts) == columns for texts, _ in kept)
    return [  # pyte puts letters and marks together where there is a character for them
        [_seen(style(number)._replace(data=normalize("NFC", text))) for text, number in zip(*row, strict=True)]
        for row in kept
    ]


def mend_halves(emulator: Emulator) -> None:
    """Blank what is left of a wide character when half of it was painted over, as terminals do and pyte does not."""
    emulator.draw()
    columns, rows = emulator.size
    for y in range(rows):
        row = emulator.screen.buffer[y]
        wide = False
        for x in range(columns):
            data = row[x].data
            if data == "" and not wide:
                row[x] = row[x]._replace(data=" ")
            wide = bool(data) and wcwidth(data[0]) == 2
            if wide and (x + 1 == columns or row[x + 1].data != ""):
                row[x] = row[x]._replace(data=" ")
                wide = False


def plainly(y: int, x: int, segments: list[Segment]) -> bytes:
    """A piece as Textual sends it: in its place, each segment with all of its style."""
    sent = [f"\x1b[{y + 1};{x + 1}H"]
    for text, style, _ in segments:
        sent.append(text if style is None else Strip.render_style(style, text, ColorSystem.TRUECOLOR))
    return "".join(sent).encode()

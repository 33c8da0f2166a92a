"""The terminal filter, behind widgets that filter nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.text import Text
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.widgets import Input, Label, Static

from kraty_console.console.app import KratyApp
from kraty_console.console.terminal_filter import HARM, TerminalFilter
from tests.data import load_hostile
from tests.harness.console.stage import DemoStage


class Careless(App[None]):
    """Draws what it is given in every careless way."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value
        self._guard = TerminalFilter()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._guard]

    def compose(self) -> ComposeResult:
        yield Static(self._value, markup=False)
        yield Label(Text(self._value))
        yield Input(self._value)
        titled = Static("x")
        titled.styles.border = ("round", "white")
        titled.border_title = Text(self._value)
        yield titled


@pytest.mark.parametrize("value", ["\x1b[2J", "\x9b31m", "a\u202eb", "a\u2066b\u200bc", "\x00\x07", "\udc00"])
async def test_control_sequences_of_a_careless_widget_are_filtered(value: str) -> None:
    async with Careless(value).run_test(size=(40, 12)) as pilot:
        lines = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
    assert not [line for line in lines if HARM.search(line)]


def test_harmless_text_passes_the_terminal_filter_unchanged() -> None:
    from rich.segment import Segment
    from textual.color import Color

    segments = [Segment("漢字 é 👩‍👩‍👧 1\u202f840 שלום")]
    assert TerminalFilter().apply(segments, Color(0, 0, 0)) is segments


def test_the_console_has_it(backend: DemoStage) -> None:
    app = backend.app()
    assert isinstance(app, KratyApp)
    assert any(isinstance(each, TerminalFilter) for each in app.get_line_filters())


def test_the_corpus_has_something_for_it() -> None:
    assert sum(bool(HARM.search(each.value)) for each in load_hostile()) > 30

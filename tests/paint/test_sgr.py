"""Colours as parameters of SGR: the same as Rich sends, for every kind of terminal."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

from kraty_console.paint.sgr import sgr_colour

SYSTEMS = {"truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD}
STEPS = (0, 18, 60, 94, 95, 96, 114, 115, 135, 170, 175, 214, 247, 255)
NAMED = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_colour_is_converted_as_rich_converts_it(system: str, text: bool) -> None:
    values = [f"#{red:02x}{green:02x}{blue:02x}" for red in STEPS for green in STEPS for blue in STEPS]
    for value in values:
        wanted = ";".join(Color.parse(value).downgrade(SYSTEMS[system]).get_ansi_codes(foreground=text))
        assert sgr_colour(value, system, text=text) == wanted, value


@pytest.mark.parametrize("text", [True, False])
def test_a_colour_of_the_terminal_keeps_its_number(text: bool) -> None:
    for name in (*NAMED, *(f"bright_{each}" for each in NAMED)):
        (wanted,) = Color.parse(name).get_ansi_codes(foreground=text)
        assert sgr_colour(f"ansi_{name}", "truecolor", text=text) == wanted, name


def test_the_default_colour_of_the_terminal_takes_no_parameter() -> None:
    assert sgr_colour("ansi_default", "256", text=True) == ""

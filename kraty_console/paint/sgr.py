"""Colours as parameters of SGR, for a terminal with many or few colours.

The boot screen is painted before Rich is imported (40 ms), so the conversion is here; a test compares it with Rich's.
"""

from __future__ import annotations

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

_STANDARD = (
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85)),
    *((85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255)),
)
"""The sixteen colours as most terminals show them."""

_GREY_BELOW = 0.15
"""Saturation below which a colour is shown as grey."""


def sgr_colour(value: str, system: str, *, text: bool) -> str:
    """The parameters that set a colour; empty for the terminal's default.

    Args:
        value: `#rrggbb`, or `ansi_…` for one of the terminal's own colours.
        system: How many colours the terminal has: `truecolor`, `256` or `standard`.
        text: Whether it is the colour of the text; else of the background.
    """
    if value == "ansi_default":
        return ""
    if value.startswith("ansi_"):
        name = value.removeprefix("ansi_")
        bright = name.startswith("bright_")
        return _standard(_NAMES.index(name.removeprefix("bright_")) + 8 * bright, text=text)
    rgb = int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
    if system == "standard":
        return _standard(min(range(16), key=lambda number: _distance(rgb, _STANDARD[number])), text=text)
    kind = "38" if text else "48"
    if system == "256":
        return f"{kind};5;{_number_of_256(rgb)}"
    return f"{kind};2;{rgb[0]};{rgb[1]};{rgb[2]}"


def _standard(number: int, *, text: bool) -> str:
    first = (30 if number < 8 else 82) if text else (40 if number < 8 else 92)
    return str(first + number)


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """The square of how different two colours look (a weighted distance, compuphase.com/cmetric.htm)."""
    mean = (one[0] + other[0]) // 2
    red, green, blue = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return (((512 + mean) * red * red) >> 8) + 4 * green * green + (((767 - mean) * blue * blue) >> 8)


def _number_of_256(rgb: tuple[int, int, int]) -> int:
    """The nearest of the 256 colours: in the ramp of greys, or in the cube of 6 × 6 × 6."""
    most, least = max(rgb) / 255, min(rgb) / 255
    lightness = (most + least) / 2
    span = most + least if lightness <= 0.5 else 2 - most - least
    if most == least or (most - least) / span < _GREY_BELOW:
        grey = round(lightness * 25)
        return {0: 16, 25: 231}.get(grey, 231 + grey)
    red, green, blue = (round(part / 95 if part < 95 else 1 + (part - 95) / 40) for part in rgb)
    return 16 + 36 * red + 6 * green + blue

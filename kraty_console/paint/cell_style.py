"""Cell styles as numbers for fast comparison, and the shortest sequence from one style to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.color import Color, ColorSystem
from rich.style import Style

PLAIN: Final = 0
"""The number of the style after a reset."""

_ATTRIBUTES: Final = (
    ("bold", "1", "22"),
    ("dim", "2", "22"),
    ("italic", "3", "23"),
    ("underline", "4", "24"),
    ("blink", "5", "25"),
    ("blink2", "6", "25"),
    ("reverse", "7", "27"),
    ("conceal", "8", "28"),
    ("strike", "9", "29"),
    ("underline2", "21", "24"),
    ("frame", "51", "54"),
    ("encircle", "52", "54"),
    ("overline", "53", "55"),
)
"""Attributes: name, code to turn it on, code to turn it off."""

_OFF: Final = {on: off for _, on, off in _ATTRIBUTES}
_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})


_SYSTEMS: Final = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


def colour_system(name: str | None) -> ColorSystem:
    """The colour system for Rich's name of it; true colour for None."""
    return _SYSTEMS.get(name or "truecolor", ColorSystem.TRUECOLOR)


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The style of a cell; empty text means the terminal's default."""

    letters: str = ""
    behind: str = ""
    attributes: tuple[str, ...] = ()
    link: str = ""
    """The OSC 8 parameters and URL, `id=…;https://…`."""

    @property
    def blank(self) -> CellStyle:
        """The part of the style that is visible on a blank."""
        if self.link or _SEEN_ON_BLANKS.intersection(self.attributes):
            return self
        return CellStyle(behind=self.behind)

    @property
    def codes(self) -> str:
        """The parameters that set this after a reset."""
        return ";".join([*self.attributes, *filter(None, (self.letters, self.behind))])


class CellStyles:
    """Assigns a number to every style; numbers are valid as long as this object."""

    def __init__(self, colours: ColorSystem | None) -> None:
        self._colours = colours or ColorSystem.TRUECOLOR
        self._styles: list[CellStyle] = [CellStyle()]
        self._numbers: dict[CellStyle, int] = {CellStyle(): PLAIN}
        self._by_style: dict[Style | None, int] = {None: PLAIN}
        self._transitions: dict[tuple[int, int], str] = {}
        self._over: dict[tuple[int, int], int] = {}
        self.blanks: list[int] = [PLAIN]
        """By number: the visible style of a blank in this style."""

    def number(self, style: Style | None) -> int:
        """The number of a Rich style."""
        number = self._by_style.get(style)
        if number is None:
            assert style is not None
            number = self._by_style[style] = self._enter(self._style(style))
        return number

    def enter(self, style: CellStyle) -> int:
        """The number of a style that does not come from Rich."""
        return self._enter(style)

    def __getitem__(self, number: int) -> CellStyle:
        return self._styles[number]

    def transition(self, before: int, after: int) -> str:
        """The sequence that changes one style into another."""
        transition = self._transitions.get((before, after))
        if transition is None:
            transition = self._transitions[before, after] = _transition(self._styles[before], self._styles[after])
        return transition

    def over(self, style: int, blank: int) -> int:
        """A style that shows a blank as `blank` does and keeps the letters of `style`, or else `blank`."""
        number = self._over.get((style, blank))
        if number is None:
            kept, ground = self._styles[style], self._styles[blank]
            mixed = CellStyle(kept.letters, ground.behind, kept.attributes)
            fits = not kept.link and mixed.blank == ground
            number = self._over[style, blank] = self._enter(mixed) if fits else blank
        return number

    def _enter(self, style: CellStyle) -> int:
        number = self._numbers.get(style)
        if number is None:
            number = self._numbers[style] = len(self._styles)
            self._styles.append(style)
            self.blanks.append(number)
            self.blanks[number] = self._enter(style.blank)
        return number

    def _style(self, style: Style) -> CellStyle:
        on = tuple(code for name, code, _ in _ATTRIBUTES if getattr(style, name))
        link = f"id={style.link_id};{style.link}" if style.link else ""
        return CellStyle(self._codes(style.color, letters=True), self._codes(style.bgcolor, letters=False), on, link)

    def _codes(self, colour: Color | None, *, letters: bool) -> str:
        if colour is None:
            return ""
        codes = ";".join(colour.downgrade(self._colours).get_ansi_codes(foreground=letters))
        return "" if codes in ("39", "49") else codes


def _transition(before: CellStyle, after: CellStyle) -> str:
    link = f"\x1b]8;{after.link or ';'}\x1b\\" if before.link != after.link else ""
    same = (before.letters, before.behind, before.attributes) == (after.letters, after.behind, after.attributes)
    if same:
        return link
    codes = after.codes
    reset = f"\x1b[0;{codes}m" if codes else "\x1b[m"
    if before.attributes or before.letters or before.behind:
        change = f"\x1b[{_difference(before, after)}m"
        return link + (change if len(change) < len(reset) else reset)
    return link + f"\x1b[{codes}m"


def _difference(before: CellStyle, after: CellStyle) -> str:
    """The parameters that change one style into another without a reset."""
    gone = {_OFF[code] for code in before.attributes if code not in after.attributes}
    # A code that turns one attribute off may turn off another, which is then set again.
    on = [code for code in after.attributes if code not in before.attributes or _OFF[code] in gone]
    parts = [*sorted(gone), *on]
    if before.letters != after.letters:
        parts.append(after.letters or "39")
    if before.behind != after.behind:
        parts.append(after.behind or "49")
    return ";".join(parts)

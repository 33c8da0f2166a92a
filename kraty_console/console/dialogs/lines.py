"""One line of text to type: Textual's `Input` without blink, and closed to characters that control a terminal.

The blink alone would send 2,360 bytes a second, and a paste with control characters would be accepted. A paste that is
too long is refused instead of cut, and prefilled text is selected, so that nothing is sent by mistake.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.highlighter import Highlighter
from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widgets import Input
from textual.widgets.input import Selection

from kraty_console.contract.characters import character_name, first_unsafe
from kraty_console.present.safe import safe

_MASK: Final = "\N{REPLACEMENT CHARACTER}"

LONGEST: Final = 1_000
"""Characters a line takes by default: as long as a reason may be (contract: Reason)."""


def masked(text: str) -> str:
    """`text` with one visible sign for each character that may not be shown; as long as before: cursors stay true."""
    if (text.isascii() and text.isprintable()) or safe(text, limit=len(text)) == text:
        return text
    return "".join(_MASK if _hidden(character) else character for character in text)


def _hidden(character: str) -> bool:
    return unicodedata.category(character)[0] != "M" and safe(character) != character and character not in "\\…"


def refusal(character: str) -> str:
    """What is shown beside the field when `character` was typed or pasted into it."""
    if character in "\r\n":
        return "has a line break; one line here"
    return f"refused: {character_name(character)}"


class _Mask(Highlighter):
    """Shows a value masked; the value itself stays as it is."""

    def highlight(self, text: Text) -> None:
        """Called by the input for what it draws."""
        shown = masked(text.plain)
        if shown != text.plain:
            text.plain = shown


class Choices(Suggester):
    """Completes to the only choice that starts with what was typed."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.choices = tuple(choice for choice in choices if first_unsafe(choice) is None)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole choice, None when none or several start so."""
        return self.whole(value)

    def whole(self, value: str) -> str | None:
        """The same at once; a value that is a choice itself needs no completing."""
        if not value or value in self.choices:
            return None
        fitting = [choice for choice in self.choices if choice.startswith(value)]
        return fitting[0] if len(fitting) == 1 else None


class LineInput(Input):
    """An `Input` without border and without blink; `↑` and `↓` offer earlier values or the choices.

    What the program put in is selected when the line gets the focus, so that typing replaces it.

    Characters that steer the terminal are never taken: `Rejected` says why. A value that the program puts in may hold
    them (an id is what it is); it is then shown masked and sent as it is.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--bracket"}

    BINDINGS = [
        Binding("up", "offer(1)", "Earlier value", show=False),
        Binding("down", "offer(-1)", "Later value", show=False),
    ]

    @dataclass
    class Rejected(Message):
        """A key or paste was refused; the words say why and are shown beside the field."""

        line: LineInput
        words: str

        @property
        def control(self) -> LineInput:
            """The line that was typed in."""
            return self.line

    def __init__(
        self,
        value: str = "",
        *,
        name: str | None = None,
        placeholder: str = "",
        hidden: bool = False,
        longest: int = LONGEST,
        offers: Sequence[str] = (),
        complete: bool = False,
        bracketed: bool = False,
        widget_id: str | None = None,
    ) -> None:
        """
        Args:
            value: The initial text.
            name: The field's name, for the handlers of its messages.
            placeholder: Shown while it is empty.
            hidden: Shows dots instead of the characters.
            longest: Characters it takes.
            offers: Values that `↑` and `↓` put in, nearest first.
            complete: Completes what is typed to one of the offers (`→` or enter takes it).
            bracketed: Draws brackets around itself, within its padding.
            widget_id: As Textual's `id`.
        """
        super().__init__(
            value,
            placeholder=placeholder,
            highlighter=_Mask(),
            password=hidden,
            suggester=Choices(offers) if complete and offers else None,
            max_length=longest,
            select_on_focus=True,
            compact=True,
            name=name,
            id=widget_id,
            classes="-bracketed" if bracketed else None,
        )
        self._field_name = name
        self._bracketed = bracketed
        self.cursor_blink = False
        self.offers = tuple(offers)
        self._offer = -1
        self._typed = value

    @property
    def name(self) -> str | None:
        """The field's name."""
        return self._field_name

    def renew(
        self, value: str = "", *, name: str | None = None, longest: int, offers: Sequence[str] = (), complete: bool
    ) -> None:
        """Begin again as if it were a new line with these arguments; no message is posted for the value."""
        self.workers.cancel_node(self)  # a completion that is looked for
        self._field_name = name
        self.max_length = longest
        self.suggester = Choices(offers) if complete and offers else None
        self.offers = tuple(offers)
        self._offer = -1
        self._typed = value
        with self.prevent(Input.Changed):
            self.value = value
        self.select_on_focus = True
        self.selection = Selection.cursor(len(value))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, with brackets around it."""
        strips = super().render_lines(crop)
        width = self.outer_size.width
        if not self._bracketed or crop.column_span != (0, width):
            return strips
        style = self.get_component_rich_style("line--bracket")
        opening, closing = Strip([Segment("[ ", style)], 2), Strip([Segment(" ]", style)], 2)
        return [Strip.join([opening, strip.crop(2, width - 2), closing]) for strip in strips]

    def replace(self, text: str, start: int, end: int) -> None:
        """Every edit comes through here; one that holds a steering character changes nothing."""
        character = first_unsafe(text)
        if character is not None:
            self.post_message(self.Rejected(self, refusal(character)))
            return
        self._offer = -1
        self.select_on_focus = False
        super().replace(text, start, end)

    def prefill(self, value: str) -> None:
        """Put in another value, selected."""
        self.value = value
        self.select_on_focus = True
        self.selection = Selection(0, len(value))

    def restricted(self) -> None:
        """Too long: say so beside the field, without a bell."""
        self.post_message(self.Rejected(self, f"at most {self.max_length:,} characters"))

    def on_paste(self, event: events.Paste) -> None:
        """All of a paste or nothing of it: what `Input` would cut off silently is refused in words."""
        event.stop()
        event.prevent_default()
        text = event.text.strip("\r\n")
        if text:
            self.replace(text, *self.selection)

    async def action_submit(self) -> None:
        """Enter takes what is completed, be it drawn already or not."""
        if isinstance(self.suggester, Choices) and (whole := self.suggester.whole(self.value)) is not None:
            self.value = whole
        await super().action_submit()

    def action_offer(self, step: int) -> None:
        """Put in the next earlier (`step` 1) or later (-1) offer; past the latest, what was typed comes back.

        In an empty line either way gives the first offer.
        """
        if not self.offers:
            raise SkipAction  # the arrows are then free for what is around the line
        if self._offer < 0:
            self._typed = self.value
        if not self.value and self._offer < 0:
            step = 1
        position = max(-1, min(len(self.offers) - 1, self._offer + step))
        if position == self._offer:
            return
        self.value = self._typed if position < 0 else self.offers[position]
        self._offer = position
        self.cursor_position = len(self.value)

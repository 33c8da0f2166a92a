"""The editor for the entries of a manual grant: JSON or words, templates, completion, the wrong line underlined.

It is Textual's `TextArea` without blink (480 bytes a second) and without its language parser, which does not know the
catalog: completion and errors come from `domain/grant_entries.py`. Pasted control characters are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location, Selection

from kraty_console.console.dialogs.completion import completion
from kraty_console.console.dialogs.lines import masked, refusal
from kraty_console.contract.characters import first_unsafe
from kraty_console.domain.grant_entries import converted, parse_entries, write_entries
from kraty_console.domain.grant_words import are_words, write_words

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Completer:
    """What the editor knows of the game."""

    catalog: Catalog | None = None
    """Its keys are completed, and checked line by line."""
    templates: Sequence[tuple[str, str]] = ()
    """(name, JSON list); ctrl+t puts in the first, and again the next."""


class EntriesEditor(TextArea):
    """Edits JSON or words, and turns one into the other; tab leaves it, as enter begins a line here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "template", "Template", show=False),
        Binding("ctrl+g", "convert", "JSON or words", show=False),
    ]

    help_words = "ctrl+g words · ctrl+t template · → complete · tab next"

    @dataclass
    class Rejected(Message):
        """A paste or a template was refused; the words say why and are shown below the editor."""

        editor: EntriesEditor
        words: str

        @property
        def control(self) -> EntriesEditor:
            """The editor."""
            return self.editor

    def __init__(self, text: str, completer: Completer | None = None) -> None:
        super().__init__(
            text,
            soft_wrap=True,
            show_line_numbers=True,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
        )
        self.cursor_blink = False
        self._prefilled = text
        self._completer = completer or Completer()
        self._wrong: int | None = None
        self._around = ""
        self._template = -1

    def renew(self, text: str, completer: Completer | None = None) -> None:
        """Begin again as if it were a new editor, also for undo; no message is posted for the text."""
        self._prefilled = text
        self._completer = completer or Completer()
        self._wrong = None
        self._around = ""
        self._template = -1
        with self.prevent(TextArea.Changed, TextArea.SelectionChanged):
            self.load_text(text)
            self.selection = Selection()
        self.suggestion = ""
        self.scroll_home(animate=False)

    def on_focus(self) -> None:
        """What the program put in is selected, so that a paste replaces it."""
        if self.text == self._prefilled:
            self.select_all()

    def on_blur(self) -> None:
        """What is selected is not shown as such any more."""
        self.move_cursor(self.selection.end)

    def get_line(self, line_index: int) -> Text:
        """A line as it may be shown; the wrong one is underlined."""
        line = super().get_line(line_index)
        text = Text(masked(line.plain), end="", no_wrap=True)
        if self._wrong == line_index + 1:
            text.stylize("underline")
        return text

    def mark(self, problem: str | None) -> None:
        """Underline the line that is wrong, if it is known which."""
        problems = parse_entries(self.text, self._completer.catalog).problems if problem else ()
        wrong = problems[0].line if problems and self.text.strip() else None
        if wrong != self._wrong:
            self._wrong = wrong
            self.notify_style_update()
            self.refresh()

    def update_suggestion(self) -> None:
        """Called by Textual whenever the text or the cursor changed."""
        start, end = self.selection
        if start != end:
            self.suggestion = ""
            return
        before = self.get_text_range((0, 0), end)
        after = self.get_text_range(end, self.document.end)
        self.suggestion = completion(before, after, self._completer.catalog)

    def on_text_area_selection_changed(self) -> None:
        """The cursor went elsewhere, and something else can be finished there."""
        self.update_suggestion()

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        """Every insertion comes through here; one with a character that steers a terminal changes nothing."""
        text = insert.replace("\r\n", "\n").replace("\r", "\n")
        character = first_unsafe(text.replace("\n", "").replace("\t", ""))
        if character is not None:
            self.post_message(self.Rejected(self, refusal(character)))
            return EditResult(end, "")
        return super().replace(text, start, end, maintain_selection_offset=maintain_selection_offset)

    def action_convert(self) -> None:
        """Words become JSON, JSON becomes words."""
        try:
            text = converted(self.text)
        except ValueError as error:
            self.post_message(self.Rejected(self, str(error)))
            return
        super().replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    def action_template(self) -> None:
        """Insert a template: in place of an unedited one, or after edited entries."""
        templates = self._completer.templates
        if not templates:
            self.post_message(self.Rejected(self, "there are no templates"))
            return
        if self._template < 0 or self.text != _joined(self._around, templates[self._template][1]):
            untouched = [index for index, (_, text) in enumerate(templates) if text == self.text]
            self._template = untouched[0] if untouched else -1
            self._around = "" if untouched else self.text.strip()
        following = (self._template + 1) % len(templates)
        text = _joined(self._around, templates[following][1])
        if text is None:
            self.post_message(self.Rejected(self, "fix these entries first, then add a template"))
            return
        self._template = following
        super().replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)


def _joined(around: str, template: str) -> str | None:
    """The entries that were there and those of the template; None when the former cannot be read."""
    if not around:
        return template
    there = parse_entries(around)
    if there.problems and there.entries == () and around.replace(" ", "").replace("\n", "") == "[]":
        return template
    if not there.ok:
        return None
    entries = [*there.entries, *parse_entries(template).entries]
    if are_words(around):
        with suppress(ValueError):
            return write_words(entries)
    return write_entries(entries)

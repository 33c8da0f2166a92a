"""The search line: Textual's `Input` without blink (2,360 bytes a second), with the suggestions beside it.

A list of options below the field, as Textual's would be, would cover the table and be painted at every key; one line is
painted up to the last cell that differs (`LinesView`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from kraty_console.console.startup.boot_lines import PLACEHOLDER, SLASH
from kraty_console.console.views.text import Line, Span, width_of
from kraty_console.console.widgets.lines import LinesView
from kraty_console.domain.pasted_candidates import LONGEST_READ, CandidateKind
from kraty_console.domain.pasted_text import read_pasted
from kraty_console.domain.player_resolution import wrapped_index
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit

_SEVERAL = re.compile(r"[,;\n]+")

_LONGEST_LINE = 1_000
"""Characters; of a longer text the field shows the beginning."""


@dataclass(frozen=True, slots=True)
class PlayerSuggestion:
    """A player that fits what was typed."""

    player: str
    """The external id as it is."""
    shown: str
    """The id as it is safe to show."""
    note: str = ""
    """What it was found by, when that is not the id: the e-mail, the name, or the id it was merged from."""
    name: str | None = None
    """The display name, if the player was found by its beginning."""

    def still_fits(self, query: str) -> bool:
        """Whether what was found by its beginning also begins with a text that was typed further."""
        if self.name is not None:
            return self.name.casefold().startswith(query.casefold())
        return not self.note and self.player.startswith(query)


def suggestions(hits: Sequence[SearchHit]) -> list[PlayerSuggestion]:
    """What a search found, as it is offered."""
    return [_suggestion(hit) for hit in hits]


def _suggestion(hit: SearchHit) -> PlayerSuggestion:
    note, name = "", None
    if hit.match == "email" and hit.email:
        note = safe(hit.email, limit=60)
    elif hit.match == "merged":
        note = "(merged)"
    elif hit.match == "name" and hit.display_name:
        note, name = f"name {safe(hit.display_name, limit=40)}", hit.display_name
    return PlayerSuggestion(hit.external_player_id, safe(hit.external_player_id, limit=60), note, name)


def _ids_of_list(text: str) -> tuple[str, ...]:
    """The ids of a pasted list; none where the text is another: a sentence, a table, a mail."""
    parts = [part.strip() for part in _SEVERAL.split(text[:LONGEST_READ].replace("\r", "\n")) if part.strip()]
    words = "".join(parts)
    if len(parts) < 2 or not words.isascii() or any(map(str.isspace, words)):
        return ()
    labelled = (CandidateKind.PLAYER_ID, CandidateKind.SOME_ID, CandidateKind.LINK)
    if any(each.kind in labelled for each in read_pasted(text).candidates):
        return ()
    return tuple(dict.fromkeys(parts))


class SearchInput(Input):
    """An input that posts several pasted lines instead of keeping the first."""

    virtual_size = Reactive(Size(0, 0))
    """The size of the text. Textual would lay the screen out for every character; the field keeps its size."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    @dataclass
    class Pasted(Message):
        """Several ids were pasted at once."""

        players: tuple[str, ...]
        text: str
        """As it was pasted."""

    @dataclass
    class Chose(Message):
        """Up or down was pressed."""

        step: int

    @dataclass
    class Left(Message):
        """Escape was pressed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(placeholder=PLACEHOLDER, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False
        self._slash_dropped = False
        self._held = ("", "")

    @property
    def text(self) -> str:
        """What is typed, or the whole of what was pasted, without blanks around it."""
        shown, whole = self._held
        return whole if whole and shown == self.value else self.value.strip()

    def put(self, text: str) -> None:
        """Fill the field; of several lines, or of a very long one, it shows the beginning as one line."""
        self._held = ("", "")
        if "\n" in text or "\r" in text or len(text) > _LONGEST_LINE:
            self._held = (safe(" ".join(text[:_LONGEST_LINE].split()), limit=_LONGEST_LINE), text)
        self.value = self._held[0] or text
        self.cursor_position = len(self.value)

    def on_key(self, event: events.Key) -> None:
        """`/` is the key of search everywhere, so the first one in an empty field is ignored; a second one is text."""
        dropped = event.character == "/" and not self.value and not self._slash_dropped
        self._slash_dropped = dropped
        if dropped:
            event.stop()
            event.prevent_default()  # Textual would call the field's own handler next

    def action_choose(self, step: int) -> None:
        """Go through the suggestions."""
        self.post_message(self.Chose(step))

    def action_leave(self) -> None:
        """Go back to the rows."""
        self.post_message(self.Left())

    def on_paste(self, event: events.Paste) -> None:
        """Hand several ids on together, and take a text of several lines whole."""
        text = event.text.strip()
        lines = text.splitlines()
        if len(lines) < 2 and "," not in text and len(text) <= _LONGEST_LINE:
            return
        if players := _ids_of_list(text):
            self.post_message(self.Pasted(players, text))
        elif len(lines) < 2 and len(text) <= _LONGEST_LINE:
            return
        else:
            self.put(text)
        event.prevent_default()
        event.stop()


class SuggestionLine(LinesView):
    """The suggestions in one line, the chosen one marked."""

    def __init__(self) -> None:
        super().__init__(id="suggestions")
        self._suggestions: tuple[PlayerSuggestion, ...] = ()
        self._chosen: int | None = None
        self._words = ""
        self._tone = "dim"

    @property
    def shown(self) -> tuple[PlayerSuggestion, ...]:
        """The suggestions that are shown."""
        return self._suggestions

    def show(self, suggestions: Sequence[PlayerSuggestion], chosen: int | None) -> None:
        """Show these, the one at `chosen` marked: enter opens it."""
        wanted = tuple(suggestions)
        if (wanted, chosen) != (self._suggestions, self._chosen):
            self._suggestions, self._chosen, self._words = wanted, chosen, ""
            self.redraw()

    def say(self, words: str, tone: str = "dim") -> None:
        """Show words instead of suggestions."""
        if (words, tone, ()) != (self._words, self._tone, self._suggestions):
            self._suggestions, self._words, self._tone = (), words, tone
            self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """As many suggestions as there is room for, beginning so that the chosen one is seen."""
        del width, height
        if not self._suggestions:
            return [[(self._words, self._tone)]]
        count = len(self._suggestions)
        spans: list[Span] = [(f"{count} match{'es' if count > 1 else ''}  ", "dim")]
        begin = max(0, (self._chosen or 0) - 1)
        for i, suggestion in enumerate(self._suggestions[begin:], begin):
            if i > begin:
                spans.append(("  ", "plain"))
            spans.append(
                (
                    f"▸{suggestion.shown}" if i == self._chosen else f" {suggestion.shown}",
                    "accent" if i == self._chosen else "plain",
                )
            )
            if suggestion.note:
                spans.append((f" {suggestion.note}", "dim"))
        return [spans]

    @property
    def needed(self) -> int:
        """Cells that all suggestions would take."""
        return max((width_of(line) for line in self.build(0, 0)), default=0)


class SearchBar(Horizontal):
    """`/ query      2 matches  ▸alice_42  alice_420`."""

    @dataclass
    class Asked(Message):
        """The text changed: suggestions are wanted (an empty text wants none)."""

        query: str

    @dataclass
    class Entered(Message):
        """Enter: open the player."""

        text: str
        step: int
        """How often down (negative: up) was pressed in what the text finds, be it there to be seen or not yet."""

    @dataclass
    class Queued(Message):
        """Several ids were pasted."""

        players: tuple[str, ...]
        text: str
        """As they were pasted."""

    @dataclass
    class Left(Message):
        """The person went back to the rows."""

    @dataclass
    class Empty(Message):
        """Enter without text: it applies to the row under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._suggestions: tuple[PlayerSuggestion, ...] = ()
        self._meant: int | None = None
        self._step = 0
        self._asked = ""

    def compose(self) -> ComposeResult:
        """The slash, the input, the suggestions."""
        slash = LinesView(lambda *_: [[(SLASH, "key")]])
        slash.styles.width, slash.styles.height = len(SLASH), 1
        yield slash
        yield SearchInput(id="query")
        yield SuggestionLine()

    @property
    def input(self) -> SearchInput:
        """The field that is typed into."""
        return self.query_one(SearchInput)

    @property
    def text(self) -> str:
        """What is typed, without blanks around it."""
        return self.input.text

    def suggest(
        self, query: str, suggestions: Sequence[PlayerSuggestion], meant: int | None = None, words: str = ""
    ) -> None:
        """Show what was found for `query`; an answer to an older text is dropped.

        Args:
            query: What was typed.
            suggestions: What was found.
            meant: The index of the one that the text identifies.
            words: What to say where nothing was found.
        """
        if query != self.text:
            return
        self._suggestions, self._meant = tuple(suggestions), meant
        if suggestions:
            self._show()
        else:
            self.query_one(SuggestionLine).say(words, "warn" if words else "dim")

    def offer(self, text: str, suggestions: Sequence[PlayerSuggestion]) -> None:
        """Enter on `text` matched several players: show them beside it, to choose from."""
        if text != self.text:
            self.put(text)
        self.input.focus()
        self.input.cursor_position = len(self.input.value)
        self._suggestions, self._meant, self._step = tuple(suggestions), None, 0
        self._show()

    def put(self, text: str) -> None:
        """Fill the input without asking for anything."""
        with self.input.prevent(Input.Changed):
            self.input.put(text)
        self._asked = text

    def _show(self) -> None:
        place = wrapped_index(self._meant, self._step, len(self._suggestions))
        self.query_one(SuggestionLine).show(self._suggestions, place)

    def say(self, words: str, tone: str = "dim") -> None:
        """Show words beside the input."""
        self._suggestions, self._step = (), 0
        self.query_one(SuggestionLine).say(words, tone)

    def clear(self) -> None:
        """Empty the input without asking for anything."""
        self._asked = ""
        with self.input.prevent(Input.Changed):
            self.input.value = ""
        self.say("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is shown no longer belongs to the text: ask again."""
        event.stop()
        query = self.text
        if query != self._asked:
            self._asked = query
            self._fade(query)
            self.post_message(self.Asked(query))

    def _fade(self, query: str) -> None:
        """Until there is an answer, what still begins like the text stays to be seen; none of it is chosen."""
        line = self.query_one(SuggestionLine)
        still = [each for each in line.shown if query and each.still_fits(query)]
        self._suggestions, self._step = (), 0
        if still:
            line.show(still, None)
        else:
            line.say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the player of the text, or the chosen one: the same before and after the suggestions arrive."""
        event.stop()
        if self.text:
            self.post_message(self.Entered(self.text, self._step))
        else:
            self.post_message(self.Empty())

    def on_search_input_chose(self, event: SearchInput.Chose) -> None:
        """Choose another suggestion, also one that is on its way; in the empty field the arrows go to the rows."""
        event.stop()
        if not self.text:
            self.post_message(self.Left())
            return
        self._step += event.step
        if self._suggestions:
            self._show()

    def on_search_input_left(self, event: SearchInput.Left) -> None:
        """Back to the rows."""
        event.stop()
        self.post_message(self.Left())

    def on_search_input_pasted(self, event: SearchInput.Pasted) -> None:
        """Several players at once."""
        event.stop()
        self.post_message(self.Queued(event.players, event.text))

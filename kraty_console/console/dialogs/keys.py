"""`?`: every key that works here, and why others are disabled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Self

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import OptionList

from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.menu import Menu, MenuRow, row_of
from kraty_console.console.dialogs.parts import Lines
from kraty_console.domain.action_choice import actions, fits, is_trivial
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.keymap import key_label
from kraty_console.present.safe import safe

DisabledReason = Callable[[ActionSpec], str | None]
"""Why an action is off, made safe; None when it is on."""


def key_rows(
    context: ActionContext,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    disabled_reason: DisabledReason | None = None,
) -> list[MenuRow]:
    """What changes, then what looks; actions with the same help share a line.

    What can be done here and now comes first, and of that what every program has comes last. Where nothing can be
    changed, what changes comes after what looks.

    Args:
        context: What is in front of the person.
        keys: The keys of each action when they were remapped.
        disabled_reason: Why the screen cannot do an action; by itself what the action says.
    """
    disabled_reason = disabled_reason or reasons_in(context)
    specs = [spec for spec in actions(context) if fits(spec, context)]
    changes = [spec for spec in specs if spec.is_write]
    looks = [spec for spec in specs if not spec.is_write]
    changing = [*_lines(changes, disabled_reason, keys)]
    if changing:
        changing.insert(0, MenuRow("", "CHANGES SOMETHING, ALWAYS THROUGH A DIALOG", heading=True))
    looking = [MenuRow("", "LOOKS", heading=True), *_lines(looks, disabled_reason, keys)]
    can_change = any(not row.off for row in changing if not row.heading)
    return [*changing, *looking] if can_change else [*looking, *changing]


def reasons_in(context: ActionContext) -> DisabledReason:
    """What actions say for themselves."""

    def disabled_reason(spec: ActionSpec) -> str | None:
        reason = spec.disabled_reason(context)
        return safe(reason) if reason is not None else None

    return disabled_reason


def _lines(
    specs: Iterable[ActionSpec], disabled_reason: DisabledReason, keys: Mapping[str, tuple[str, ...]] | None
) -> Iterable[MenuRow]:
    reasons = [(spec, disabled_reason(spec)) for spec in specs]
    grouped: dict[tuple[str, str | None], list[ActionSpec]] = {}
    for spec, reason in sorted(reasons, key=lambda pair: (pair[1] is not None, is_trivial(pair[0]))):
        grouped.setdefault((spec.help, reason), []).append(spec)
    for (text, reason), group in grouped.items():
        labels = [key_label(key) for spec in group for key in (keys or {}).get(spec.id, spec.keys)]
        yield MenuRow(group[0].id, text, " ".join(dict.fromkeys(labels)), off=reason is not None)


class KeysDialog(Dialog[str | None]):
    """Returns the id of the action chosen with enter, None if closed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,question_mark", "close", "Close", show=False)]

    menu = query_one("#menu", Menu)
    note = query_one("#note", Lines)

    def __init__(
        self,
        context: ActionContext,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        disabled_reason: DisabledReason | None = None,
    ) -> None:
        """See `key_rows`."""
        super().__init__("Keys that work here", hints="↑↓ move · enter does it · esc close")
        self._set_rows(context, keys, disabled_reason)
        self.add_class("-list")

    def renew(
        self,
        context: ActionContext,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        disabled_reason: DisabledReason | None = None,
    ) -> Self:
        """Begin again as if it were a new one with these arguments."""
        self.begin_again(self.dialog_title, hints=self.hints)
        self._set_rows(context, keys, disabled_reason)
        self.menu.begin(self._rows)
        return self

    def _set_rows(
        self, context: ActionContext, keys: Mapping[str, tuple[str, ...]] | None, disabled_reason: DisabledReason | None
    ) -> None:
        disabled_reason = disabled_reason or reasons_in(context)
        reasons = self._reasons = {spec.id: disabled_reason(spec) for spec in actions(context)}
        self._rows = key_rows(context, keys, lambda spec: reasons[spec.id])

    def forget(self) -> None:
        """The rows."""
        self.menu.begin(())
        self.note.say(" ")

    def compose_body(self) -> ComposeResult:
        """One line a key."""
        yield Menu(self._rows, widget_id="menu")

    def compose_foot(self) -> ComposeResult:
        """Room for the reason of a key that is off."""
        yield Lines(" ", widget_id="note")

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.menu

    def on_opened(self) -> None:
        """Say why the first one is off, if it is."""
        self._describe(self.menu.current)

    def _describe(self, row: MenuRow | None) -> None:
        reason = self._reasons.get(row.id) if row is not None else None
        self.note.say(f"off: {reason}" if reason else " ")

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._describe(row_of(event))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if not (row := row_of(event)).off:
            self.dismiss(row.id)

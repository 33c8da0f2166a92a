"""A dialog for reading, in which the keys of the screen below still work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final

from textual import events
from textual.getters import query_one

from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.parts import Lines
from kraty_console.console.screens.action_screen import RunsActions
from kraty_console.console.views.bars import Notice
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.keymap import effective_keys, key_label

_OF_LIST: Final = frozenset({"pane.sort", "pane.filter", "view.refresh", "view.retry"})
"""Actions on the list that the dialog lies on."""


class ReadingDialog(Dialog[str | None], RunsActions):
    """Has actions of its own, and passes the others on: it closes, and the screen below does them.

    Answers the id of an action for the screen below, None when it was only read. (`Dialog` is the first base: Textual
    takes styles from the first one alone.)
    """

    OWN_KEYS: ClassVar[frozenset[str]] = frozenset({"tab", "shift+tab"})
    """Keys that are left to the dialog's bindings, regardless of the keymap."""

    CHECKED: ClassVar[frozenset[str]] = frozenset({"copy.worklog", "copy.audit_link"})
    """Actions of its own that are off where they are off on the screen below; the rest say for themselves."""

    IS_HERE: ClassVar[Mapping[str, str]] = {}
    """Actions that would open what is open, and what there is to say about them."""

    note = query_one("#note", Lines)

    @property
    def keymap(self) -> Mapping[str, tuple[str, ...]]:  # type: ignore[override] # screens keep theirs
        """The keymap of the screen below."""
        return self.below.keymap if self.below is not None else effective_keys({})

    def context(self) -> ActionContext:
        """What actions decide on below, with the actions that are here."""
        context = self.below.context() if self.below is not None else ActionContext()
        if context.offered is None:
            return context
        return replace(context, offered=context.offered | self.offered())

    def press(self, event: events.Key) -> bool:
        """Nothing before it can be seen."""
        return self.open and event.key not in self.OWN_KEYS and super().press(event)

    def refusal(self, spec: ActionSpec) -> Notice | None:
        """What its own actions do not say for themselves is decided below."""
        if spec.id in self.IS_HERE:
            return Notice(self.IS_HERE[spec.id], "warn")
        if self.find_action(spec.id) is not None:
            return super().refusal(spec) if spec.id in self.CHECKED else None
        if spec.id in _OF_LIST:
            back = key_label(self.keymap["view.back"][0])
            return Notice(f"{spec.title} works on the list below; {back} goes back to it", "warn")
        return self.below.refusal(spec) if self.below is not None else Notice("")

    def draw(self) -> None:
        """What is shown stays as it is; the screen below may have changed."""
        if self.below is not None:
            self.below.draw()

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something at the foot."""
        del tone
        self.note.say(words)

    def audit_link(self) -> Notice:
        """Copy the link of what is shown."""
        return self.below.audit_link() if self.below is not None else Notice("")

    def action_view_back(self) -> None:
        """Close."""
        self.action_close()

    def action_app_back_or_quit(self) -> None:
        """Close."""
        self.action_close()

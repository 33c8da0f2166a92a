"""`f`: show only the rows of a pane that contain a text."""

from __future__ import annotations

from collections.abc import Callable

from kraty_console.console.dialogs.ask import AskDialog


class FilterDialog(AskDialog[str | None]):
    """Returns the text, empty for no filter; None if closed, which restores the old filter."""

    def __init__(
        self,
        pane: str,
        text: str = "",
        *,
        preview: Callable[[str], int | str | None] | None = None,
        words: str = "",
    ) -> None:
        """
        Args:
            pane: The pane's title.
            text: The filter that is on.
            preview: Filters the pane as one types; returns how many rows are left, or what to say instead, None if that
                is not known. It is called with the old text when the dialog is closed.
            words: What may be typed, made safe.
        """
        super().__init__(
            f"Filter {pane}",
            label="rows with",
            words=words,
            value=text,
            longest=100,
            hints="enter keep · empty shows all · esc as it was",
        )
        self._before = text
        self._preview = preview
        self.add_class("-low")

    def typed(self, value: str) -> None:
        """Filter at once, and say what is left."""
        if self._preview is not None:
            left = self._preview(value)
            if isinstance(left, str):
                self.problem.say(left)
            elif left is not None and value:
                self.problem.say("no row holds that" if left == 0 else f"{left} left")

    def answered(self, value: str) -> None:
        """Keep it."""
        self.dismiss(value)

    def action_close(self) -> None:
        """As it was before."""
        if self._preview is not None and self.line.value != self._before:
            self._preview(self._before)
        self.dismiss(None)

"""The reply to a player, to be read and copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from kraty_console.console.dialogs.text import TextDialog
from kraty_console.domain.formatting import counted
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.domain.reply import Reply

_LONGEST = 20_000


class ReplyDialog(TextDialog):
    """Shows the text as it is copied, by enter or `c`, which also closes it."""

    IS_HERE: ClassVar[Mapping[str, str]] = {"copy.reply": "this is the reply"}

    def __init__(self, answer: Reply, copy: Callable[[str], str]) -> None:
        words = safe(answer.text, limit=_LONGEST, multiline=True).rstrip("\n")
        if answer.open_changes:
            words += f"\n\n[{counted(answer.open_changes, 'change')} of unknown outcome left out: o settles it]"
        super().__init__("Reply to the player", Content(words), copied=answer.text, copy=copy, keys="enter copy")

    def action_row_open(self) -> None:
        """Copy it and close."""
        self.action_copy_value()

"""A row opened as a document, in which the row's own keys go on working."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from kraty_console.console.dialogs.text import TextDialog
from kraty_console.domain.action_choice import fits, footer
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.keymap import key_label
from kraty_console.present.detail import document

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.next_step import NextStep
    from kraty_console.present.detail import Document
    from kraty_console.present.table import TableRow


def row_dialog(
    row: TableRow, snapshot: Snapshot, now: datetime, *, copy: Callable[[str], str], hints: str, raw: bool
) -> TextDialog | None:
    """The document of a row of a player, in words or as raw JSON first; None where the row is gone."""
    shown = document(row, snapshot, now)
    if shown is None:
        return None
    return document_dialog(shown, row.id, copy=copy, hints=hints, raw=raw, indent=shown.indent)


def document_dialog(
    shown: Document, row_id: str, *, copy: Callable[[str], str], hints: str, raw: bool, indent: int = 0
) -> TextDialog:
    """A document about the row of that id; `hints` are the keys of what can be done with the row.

    With an `indent`, wrapped lines continue below their value.
    """
    return TextDialog(
        shown.title,
        Content("\n".join(shown.plain_lines())),
        raw=Content("\n".join(shown.raw_lines)),
        indent=indent,
        copy=copy,
        raw_first=raw,
        row_id=row_id,
        keys=hints,
    )


def opened_hints(context: ActionContext, step: NextStep | None, keymap: Mapping[str, tuple[str, ...]]) -> str:
    """The keys of what can be done with the row under the cursor: `F . act · y link`."""

    def label(action_id: str) -> str:
        return key_label(keymap[action_id][0])

    on = [spec for spec, why in footer(context) if why is None and fits(spec, context)]
    acts = [label(each.id) for each in on if each.scope == context.row_scope]
    if step is not None and step.leads:
        acts += [label(each.id) for each in on if each.id == "next.step"]
    links = [f"{label(each.id)} link" for each in on if each.id == "copy.audit_link"]
    return " · ".join([f"{' '.join(acts)} act"] * bool(acts) + links)

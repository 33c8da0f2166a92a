"""`E`: export the filtered rows of the audit log into a file, to the last row or not at all."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button

from kraty_console.console.audit_reader import IncompleteExport, export_rows
from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.lines import LineInput
from kraty_console.console.dialogs.parts import HASTY, Lines, PushButton
from kraty_console.console.dialogs.rows import FormRow
from kraty_console.contract.errors import KratyError, SignInNeeded
from kraty_console.domain.audit_counts import AuditCounts
from kraty_console.domain.fields import Field
from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.audit_export import CSV, FORMATS, AuditFileFormat
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe
from kraty_console.private_files import private_writer

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.audit_filter import AuditMatcher

_HINTS: Final = "enter next · esc close"
_HINTS_RUNNING: Final = "esc stops it and leaves no file"
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class AuditExportDialog(Dialog[str | None]):
    """Returns what was written, in words; None if nothing was. While it runs, keys are answered."""

    status = query_one("#status", Lines)
    cancel = query_one("#cancel", PushButton)
    confirm = query_one("#confirm", PushButton)

    def __init__(
        self, workspace: Workspace, line: str, matcher: AuditMatcher, ask_token: Callable[[Exception], Awaitable[bool]]
    ) -> None:
        """
        Args:
            workspace: Asks the backend.
            line: The filter as it was typed; empty for every row.
            matcher: The filter.
            ask_token: Asks for a new session; True when there is one.
        """
        super().__init__("Export audit rows", hints=_HINTS)
        self._workspace = workspace
        self._line = line
        self._matcher = matcher
        self._ask_token = ask_token
        self.path_row, self.format_row = FormRow("wide"), FormRow("line")
        self.path_row.id, self.format_row.id = "path", "format"
        self._format: AuditFileFormat = CSV
        self._replaces = False
        self._counts: AuditCounts | None = None
        """What the export under way has read."""
        self._clock: Timer | None = None
        game = _UNUSUAL.sub("-", workspace.game)[:40]
        self._stem = "-".join(part for part in ("audit", game, f"{workspace.now():%Y-%m-%d}") if part)

    def compose_body(self) -> ComposeResult:
        """What is exported, the file and its format."""
        which = f"The rows with {safe(self._line, limit=200)}" if self._line else "All rows of this game"
        yield Lines(f"{which}, to the last one. Only you can read the file.", widget_id="subject")
        yield self.path_row
        yield self.format_row

    def compose_foot(self) -> ComposeResult:
        """How far it is, and the buttons."""
        yield Lines(widget_id="status")
        with Horizontal(id="buttons"):
            yield PushButton("Cancel", widget_id="cancel")
            yield PushButton("Export", careful=True, widget_id="confirm")

    def on_mount(self) -> None:
        """Fill the fields."""
        super().on_mount()
        names = tuple(each.name for each in reversed(FORMATS))  # the first ↑ puts in the other one
        self.path_row.renew(Field("path", "file", required=True, check=_wrong_path), self._stem + self._format.suffix)
        self.format_row.renew(Field("format", "format", "choice", required=True, choices=names), self._format.name)
        self._look()

    def first_focus(self) -> Widget | None:
        """The file."""
        return self.path_row.editor

    # -- the fields ----------------------------------------------------------------------------------------------

    @property
    def _path(self) -> Path:
        return Path(str(self.path_row.value).strip()).expanduser()

    @on(FormRow.Changed, "#path")
    def _path_changed(self, event: FormRow.Changed) -> None:
        event.stop()
        self._look()

    @on(FormRow.Changed, "#format")
    def _format_changed(self, event: FormRow.Changed) -> None:
        """The file's suffix follows the format."""
        event.stop()
        chosen = next((each for each in FORMATS if each.name == event.row.value), None)
        before, editor, path = self._format, self.path_row.editor, str(self.path_row.value)
        if chosen is None or chosen is before:
            return
        self._format = chosen
        if path.endswith(before.suffix) and isinstance(editor, LineInput):
            editor.value = path.removesuffix(before.suffix) + chosen.suffix

    def _look(self) -> None:
        """Say whether a file would be replaced."""
        self._replaces = self.path_row.problem is None and _exists(self._path)
        self.path_row.rehint("this file exists and would be replaced" if self._replaces else "")
        self.confirm.relabel("Replace it" if self._replaces else "Export")

    @on(FormRow.Left, "#path")
    def _path_left(self, event: FormRow.Left) -> None:
        event.stop()
        self.format_row.editor.focus()

    @on(FormRow.Left, "#format")
    def _format_left(self, event: FormRow.Left) -> None:
        event.stop()
        self.set_focus(self.confirm)

    # -- the export ----------------------------------------------------------------------------------------------

    @on(Button.Pressed, "#cancel")
    def _cancelled(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_close()

    @on(PushButton.Hasty, "#confirm")
    def _too_soon(self, event: PushButton.Hasty) -> None:
        event.stop()
        self._say(HASTY)

    @on(Button.Pressed, "#confirm")
    def _confirmed(self, event: Button.Pressed) -> None:
        event.stop()
        if self._counts is not None:
            return
        for row in (self.path_row, self.format_row):
            if row.require() is not None:
                self.set_focus(row.editor)
                return
        told, path = self._replaces, self._path
        self._look()
        if self._replaces and not told:
            return  # it was created meanwhile; the button says so now
        self._counts = AuditCounts()
        self.body.disabled = True
        self.confirm.add_class("-off")
        self.cancel.relabel("Stop")
        self.rehint(_HINTS_RUNNING)
        self._clock = self.set_interval(1.0, self.show_progress)
        self.show_progress()
        work = partial(self._export, path, self._format, replace=self._replaces)
        self.in_background(work, group="export", description="export of audit rows")

    async def _export(self, path: Path, form: AuditFileFormat, *, replace: bool) -> None:
        try:
            while True:
                try:
                    counts = await self._write(path, form, replace=replace)
                    break
                except SignInNeeded as error:
                    if not await self._ask_token(error):
                        raise
        except KratyError as error:
            self._failed(error_text(error).text.rstrip("."))
        except IncompleteExport as error:
            self._failed(safe(str(error)))
        except OSError as error:
            self._failed(safe(error.strerror or str(error)))
        else:
            self.dismiss(f"{counted(counts.matched, 'audit row')} in {safe(str(path), limit=300)}")

    async def _write(self, path: Path, form: AuditFileFormat, *, replace: bool) -> AuditCounts:
        """Write the file; it gets its name when the last row is in it."""
        self._counts = counts = AuditCounts()
        client = await self._workspace.game_client()
        with private_writer(path, replace=replace) as file:
            file.write(form.head.encode())
            await export_rows(client, self._matcher, counts, lambda rows: file.write(form.rows(rows).encode()))
        return counts

    def show_progress(self) -> None:
        """Say how far the export is; called once a second."""
        if (counts := self._counts) is not None:
            rows = counted(counts.read, "row")
            written = "" if counts.read == counts.matched else f", {grouped(counts.matched)} match"
            self._say(f"{rows} read{written}" if counts.read else "reading")

    def _say(self, words: str, *, is_wrong: bool = False) -> None:
        self.status.set_class(is_wrong, "-wrong")
        self.status.say(words)

    def _failed(self, words: str) -> None:
        self._rest()
        self._say(f"{words}: no file was written.", is_wrong=True)

    def _rest(self) -> None:
        """Nothing runs any more."""
        self._counts = None
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self.body.disabled = False
        self.confirm.remove_class("-off")
        self.cancel.relabel("Cancel")
        self.rehint(_HINTS)
        self._look()
        self.set_focus(self.path_row.editor)

    def action_close(self) -> None:
        """Stop the export; when nothing runs, close."""
        if self._counts is None:
            self.dismiss(None)
            return
        self.stop_background("export")
        self._rest()
        self._say("Stopped: no file was written.")


def _exists(path: Path) -> bool:
    try:
        return path.is_symlink() or path.exists()
    except OSError:
        return False


def _wrong_path(text: str) -> str | None:
    """Why no file can be written there, as far as that is known before."""
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return "this is a folder; add a name"
        return None if path.parent.is_dir() else "there is no such folder"
    except OSError as error:
        return error.strerror or str(error)

"""A row opened as a document, in which the row's own keys go on working: its actions, the next step, `y`, `w`, `t`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from kraty_console.console.common_actions import worklog_copied
from kraty_console.console.copy_actions import Copying
from kraty_console.console.host import Host
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.actions import fits, footer, for_key
from kraty_console.domain.keymap import key_label
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.dialogs.text import Pressed
    from kraty_console.console.screens.player import PlayerScreen
    from kraty_console.console.views.bars import Notice
    from kraty_console.present.table import TableRow

_NEXT: Final = "next.step"
_TICKET: Final = "ticket.set"


class OpenedRow:
    """Shows one row of the player on screen, and says what a key pressed in it means."""

    def __init__(
        self,
        screen: PlayerScreen,
        workspace: Workspace,
        host: Host,
        copying: Copying,
        keys: Mapping[str, tuple[str, ...]],
        run: Callable[[str | None], None],
    ) -> None:
        """
        Args:
            screen: The player screen beneath, whose cursor stands on the row.
            workspace: For the present moment.
            host: Shows and copies.
            copying: What `y` and `w` copy.
            keys: By action id, as the profile's keymap has them.
            run: Does the action of an id, once the document is closed.
        """
        self._screen = screen
        self._workspace = workspace
        self._host = host
        self._keys = dict(keys)
        self._run = run
        self._copies: dict[str, Callable[[], Notice]] = {
            "copy.audit_link": copying.audit_link,
            "copy.worklog": lambda: worklog_copied(workspace, host),
        }

    def show(self, row: TableRow, *, raw: bool) -> None:
        """Open the document of a row, in words or as raw JSON first."""
        from textual.content import Content

        from kraty_console.console.dialogs.text import TextDialog
        from kraty_console.present.detail import document

        snapshot = self._screen.state.snapshot
        if snapshot is None or (shown := document(row, snapshot, self._workspace.now())) is None:
            return
        self._host.show(
            TextDialog(
                shown.title,
                Content("\n".join(shown.plain_lines())),
                raw=Content("\n".join(shown.raw_lines)),
                indent=shown.indent,
                copy=self._host.copy,
                raw_first=raw,
                press=lambda key: self._press(row, key),
                keys=self._hints(),
            ),
            self._run,
        )

    def _works(self, spec: ActionSpec) -> bool:
        return spec.is_write or spec.id in (_NEXT, _TICKET) or spec.id in self._copies

    def _press(self, row: TableRow, key: str) -> Pressed | None:
        from kraty_console.console.dialogs.text import Pressed

        context = self._screen.context()
        spec = for_key(key, context, self._keys)
        if spec is None or not self._works(spec):
            return None
        if context.row_id != row.id:
            return Pressed("this row is no longer under the cursor; close this and look again")
        reason = spec.disabled_reason(context)
        if reason is not None:
            return Pressed(safe(reason, limit=300))
        if spec.id in self._copies:
            return Pressed(self._copies[spec.id]().text)
        step = self._screen.step
        if spec.id == _NEXT and (step is None or not step.leads):
            return Pressed(safe(step.words, limit=300) if step is not None else "there is no next step")
        return Pressed(action_id=spec.id)

    def _hints(self) -> str:
        """The keys of what can be done with this row: `F . act · y link`."""
        context = self._screen.context()
        on = [spec for spec, why in footer(context) if why is None and fits(spec, context)]
        acts = [self._label(each) for each in on if each.scope == context.row_scope]
        step = self._screen.step
        if step is not None and step.leads:
            acts += [self._label(each) for each in on if each.id == _NEXT]
        links = [f"{self._label(each)} link" for each in on if each.id == "copy.audit_link"]
        return " · ".join([f"{' '.join(acts)} act"] * bool(acts) + links)

    def _label(self, spec: ActionSpec) -> str:
        return key_label(self._keys[spec.id][0])

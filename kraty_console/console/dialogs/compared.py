"""Two players side by side, read only, with the command that merges them, to be copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from kraty_console.config.shell_command import server_command
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.contract.characters import invisible_part
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.merging import merge_plan
from kraty_console.present.merging import pair_text

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import Snapshot


def compared(workspace: Workspace, source: Snapshot, target: Snapshot, copy: Callable[[str], str]) -> TextDialog:
    """The two side by side; `c` copies the command."""
    ids = [each.player.external_player_id for each in (source, target)]
    exact = any(invisible_part(each) is not None for each in ids)
    command = server_command(workspace.launch, "merge", ids, ticket=workspace.ticket, exact=exact)
    plan = merge_plan(source, target, limit=DEFAULT_LIMIT)
    return TextDialog(
        "Merge into another player",
        Content(pair_text(plan, source, target, command, workspace.now())),
        copied=command,
        copy=copy,
        environment=workspace.environment,
    )

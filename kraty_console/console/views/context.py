"""What actions decide on that is the same on every screen: who is signed in, on which profile, with which ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.domain.action_spec import ActionContext, InboxPlace
from kraty_console.domain.scopes import Scope

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace


def list_context(workspace: Workspace, scope: Scope | None, row_id: str | None, player: str = "") -> ActionContext:
    """With the cursor on this row; links to the portal are about `player`."""
    inbox = workspace.launch.inbox
    return ActionContext(
        row_scope=scope,
        row_id=row_id,
        role=workspace.role or None,
        permissions=workspace.permissions,
        missing=workspace.facts.missing(player),
        uses_key=workspace.uses_key,
        read_only=workspace.launch.read_only,
        ticket=workspace.ticket or None,
        worklog=workspace.has_work,
        now=workspace.now(),
        inbox=InboxPlace(inbox.position, len(inbox.tickets)) if inbox is not None else None,
    )

"""What actions decide on that is the same on every screen: who is signed in, on which profile, with which ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.support.action_spec import ActionContext
from kraty_console.support.scopes import Scope

if TYPE_CHECKING:
    from kraty_console.console.desk import Desk


def desk_context(desk: Desk, scope: Scope | None, row_id: str | None, player: str = "") -> ActionContext:
    """With the cursor on this row; links to the portal are about `player`."""
    return ActionContext(
        row_scope=scope,
        row_id=row_id,
        role=desk.role or None,
        permissions=desk.permissions,
        missing=desk.facts.missing(player),
        uses_key=desk.uses_key,
        read_only=desk.launch.read_only,
        ticket=desk.ticket or None,
        worklog=bool(desk.work()),
        now=desk.now(),
    )

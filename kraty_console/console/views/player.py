"""What the player screen shows, from the workspace, the player state and the present moment.

The screen draws itself from these; so does the first picture, before there is a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.console.views.bars import Heading, KeyHint
from kraty_console.console.views.context import list_context
from kraty_console.console.views.layout import layout
from kraty_console.console.views.room import needs_of
from kraty_console.console.views.start import start_sections
from kraty_console.domain.action_choice import footer
from kraty_console.domain.action_spec import ActionContext, missing_permission
from kraty_console.domain.actions import BY_ID
from kraty_console.domain.keymap import key_label
from kraty_console.domain.scopes import PANES, PaneId
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.views.layout import Layout
    from kraty_console.console.views.rows import TableRows, TableSection
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.next_step import NextStep, NextSteps
    from kraty_console.present.table import TableRow


def heading(
    workspace: Workspace, state: PlayerState, now: datetime, *, waiting: bool = False, watched: bool = False
) -> Heading:
    """The top line; `waiting` when an answer has been waited for long enough to say so."""
    age, tone = "", "dim"
    if state.status is LoadStatus.LOADING and state.since is not None and waiting:
        age, tone = f"loading, {int((now - state.since).total_seconds())} s, esc cancels", "warn"
    elif state.status is LoadStatus.STALE and state.at is not None:
        age, tone = f"STALE since {state.at:%H:%M:%S}Z", "bad"
    elif state.at is not None:
        age = f"as of {state.at:%H:%M:%S}Z"
    if watched:
        age, tone = f"watched, {age}", "good" if tone == "dim" else tone
    return Heading(
        place=safe(workspace.game, limit=40) if workspace.game else "",
        player=safe(state.player, limit=80) if state.player else "",
        environment=safe(workspace.environment, limit=12),
        member=safe(workspace.member, limit=40) if workspace.member else "",
        role="role unknown" if workspace.role_is_unknown else safe(workspace.role, limit=40) if workspace.role else "",
        read_only=workspace.launch.read_only,
        ticket=safe(workspace.ticket, limit=40) if workspace.ticket else "",
        age=age,
        age_tone=tone,
        latency=f"{state.latency_ms:.0f} ms" if state.latency_ms is not None else "",
    )


def sections(workspace: Workspace, state: PlayerState, now: datetime, pane: PaneId) -> tuple[TableSection, ...]:
    """The lists in the table: of the open pane, or of the first screen while there is no player."""
    if state.snapshot is None:
        return start_sections(workspace, state)
    from kraty_console.console.views.panes import sections_of  # 5 ms that the first frame without a player saves

    return sections_of(pane, state.snapshot, now)


def is_old(state: PlayerState, *, waiting: bool = False) -> bool:
    """Whether the rows are dimmed: their data could not be renewed, or the answer is long in coming."""
    return state.status is LoadStatus.STALE or (state.status is LoadStatus.LOADING and waiting)


def most_urgent_row(workspace: Workspace, state: PlayerState, now: datetime) -> tuple[PaneId, str | None]:
    """Where the cursor starts when a player is opened: the pane, and the row that most needs fixing."""
    steps = steps_of(workspace, state, now)
    row = steps.for_player().other if steps is not None else None
    return (row.pane, row.row_id) if row is not None else (PANES[0].id, None)


def steps_of(workspace: Workspace, state: PlayerState, now: datetime) -> NextSteps | None:
    """The next steps of the player, as they are now; None while there is no player."""
    if state.snapshot is None:
        return None
    from kraty_console.domain.next_step import next_steps  # 8 ms that only a player needs

    can_credit = "credit" not in workspace.facts.missing()
    return next_steps(
        state.snapshot,
        now,
        can_credit=can_credit,
        can_merge=workspace.uses_key,
        ticket=workspace.ticket or "",
        catalog=workspace.known_catalog,
    )


def step_for(steps: NextSteps | None, row: TableRow | None) -> NextStep | None:
    """The next step for the row under the cursor; None while there is no player."""
    return steps.for_row(row.scope if row else None, row.id if row else None) if steps is not None else None


def why_no_step(workspace: Workspace, step: NextStep | None) -> str:
    """Why this person cannot do the next step; empty when they can, or when there is none."""
    if step is None or step.action_id is None:
        return ""
    spec = BY_ID[step.action_id]
    if workspace.launch.read_only:
        return "read-only profile"
    if (missing := workspace.facts.missing().get(spec.operation or "")) is not None:
        return missing
    if not spec.permission or workspace.may(spec.permission):
        return ""
    return missing_permission(spec.permission, workspace.role)


def arranged(
    workspace: Workspace,
    state: PlayerState,
    now: datetime,
    steps: NextSteps | None,
    rows: TableRows,
    size: tuple[int, int],
) -> Layout | None:
    """The areas of the parts for this player and list, so that each is complete if there is room.

    The same for every row of the list: nothing moves while the cursor does.
    """

    def step_of(row: TableRow | None) -> tuple[NextStep | None, str]:
        step = step_for(steps, row)
        return step, why_no_step(workspace, step)

    needs = needs_of(state, now, rows, size, step_of)
    return layout(*size, needs) if needs is not None else None


def action_context(
    workspace: Workspace, snapshot: Snapshot | None, pane: PaneId, row: TableRow | None, step: NextStep | None = None
) -> ActionContext:
    """What actions decide on, with the cursor on a row, and with the next step that is offered for it."""
    player = snapshot.player.external_player_id if snapshot is not None else ""
    scope, row_id = (row.scope, row.id) if row is not None else (None, None)
    return replace(
        list_context(workspace, scope, row_id, player),
        snapshot=snapshot,
        pane=pane,
        made=any(each.work.player == player for each in workspace.done),
        audit_link=workspace.last_done(player) is not None or scope == "audit",
        step_disabled_reason=why_no_step(workspace, step),
    )


def search_hints(keys: Mapping[str, tuple[str, ...]], *, opens: bool) -> list[KeyHint]:
    """The keys of the last line while one types a player: every other one is text of the field.

    Enter `opens` a player, or in the empty field beside a player goes back to the rows.
    """
    palette = [key for key in keys["palette.open"] if len(key) > 1][:1]
    return [
        KeyHint("enter", "open" if opens else "back"),
        KeyHint("esc", "to the list and its keys"),
        *(KeyHint(key_label(key), "all actions") for key in palette),
    ]


def key_hints(context: ActionContext, keys: Mapping[str, tuple[str, ...]]) -> list[KeyHint]:
    """The keys of the last line, as they work here and now; `keys` by action id."""
    return [
        KeyHint(key_label(keys[spec.id][0]), spec.footer_title or spec.title.lower(), why is None)
        for spec, why in footer(context)
    ]

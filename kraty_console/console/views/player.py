"""What the player screen shows, from what is known: the session on the desk, the look at a player, the present moment.

The screen draws itself from these; so can whoever shows a player before there is a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.console.look import LoadStatus, PlayerState
from kraty_console.console.views.bars import Heading, KeyHint
from kraty_console.console.views.context import desk_context
from kraty_console.console.views.layout import SIDE, STEP, is_folded, layout, step_room
from kraty_console.present.safe import safe
from kraty_console.support.action_spec import ActionContext, missing_permission
from kraty_console.support.actions import BY_ID, footer
from kraty_console.support.keymap import key_label
from kraty_console.support.scopes import PANES, PaneId

if TYPE_CHECKING:
    from kraty_console.console.desk import Desk
    from kraty_console.console.views.layout import Layout
    from kraty_console.console.views.rows import TableRows, TableSection
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.table import TableRow
    from kraty_console.support.next_step import NextStep, NextSteps


def heading(desk: Desk, look: PlayerState, now: datetime, *, waiting: bool = False) -> Heading:
    """The top line; `waiting` when an answer has been waited for long enough to say so."""
    age, tone = "", "dim"
    if look.status is LoadStatus.LOADING and look.since is not None and waiting:
        age, tone = f"loading, {int((now - look.since).total_seconds())} s, esc cancels", "warn"
    elif look.status is LoadStatus.STALE and look.at is not None:
        age, tone = f"STALE since {look.at:%H:%M:%S}Z", "bad"
    elif look.at is not None:
        age = f"as of {look.at:%H:%M:%S}Z"
    return Heading(
        place=safe(desk.game, limit=40) if desk.game else "",
        player=safe(look.player, limit=80) if look.player else "",
        environment=safe(desk.environment, limit=12),
        member=safe(desk.member, limit=40) if desk.member else "",
        role="role unknown" if desk.role_is_unknown else safe(desk.role, limit=40) if desk.role else "",
        read_only=desk.launch.read_only,
        ticket=safe(desk.ticket, limit=40) if desk.ticket else "",
        age=age,
        age_tone=tone,
        latency=f"{look.latency_ms:.0f} ms" if look.latency_ms is not None else "",
    )


def sections(desk: Desk, look: PlayerState, now: datetime, pane: PaneId) -> tuple[TableSection, ...]:
    """The lists in the table: of the open pane, or of the first screen while there is no player."""
    if look.snapshot is None:
        from kraty_console.console.views.start import start_sections

        return start_sections(desk, look)
    from kraty_console.console.views.panes import sections_of

    return sections_of(pane, look.snapshot, now)


def is_old(look: PlayerState, *, waiting: bool = False) -> bool:
    """Whether the rows are dimmed: their data could not be renewed, or the answer is long in coming."""
    return look.status is LoadStatus.STALE or (look.status is LoadStatus.LOADING and waiting)


def trouble(snapshot: Snapshot, now: datetime) -> tuple[PaneId, str | None]:
    """Where a player that was just opened is looked at: the pane, and the row that most needs mending."""
    from kraty_console.support.next_step import most_urgent_row

    return most_urgent_row(snapshot, now) or (PANES[0].id, None)


def steps_of(desk: Desk, snapshot: Snapshot | None, now: datetime) -> NextSteps | None:
    """The next steps of the player, as they are now; None while there is no player."""
    if snapshot is None:
        return None
    from kraty_console.support.next_step import NextSteps

    return NextSteps(snapshot, now, can_credit="credit" not in desk.facts.missing(), can_merge=desk.uses_key)


def step_for(steps: NextSteps | None, row: TableRow | None) -> NextStep | None:
    """The next step for the row under the cursor; None while there is no player."""
    return steps.for_row(row.scope if row else None, row.id if row else None) if steps is not None else None


def why_no_step(desk: Desk, step: NextStep | None) -> str:
    """Why this person cannot do the next step; empty when they can, or when there is none."""
    if step is None or step.action_id is None:
        return ""
    spec = BY_ID[step.action_id]
    if desk.launch.read_only:
        return "read-only profile"
    if (missing := desk.facts.missing().get(spec.operation or spec.kind or "")) is not None:
        return missing
    if spec.permission is None or desk.may(spec.permission):
        return ""
    return missing_permission(spec.permission, desk.role)


def arranged(
    desk: Desk, snapshot: Snapshot, now: datetime, steps: NextSteps | None, rows: TableRows, size: tuple[int, int]
) -> Layout | None:
    """Where the parts stand for this player and list, so that the next step is told whole where there is room.

    The same for every row of the list: nothing jumps while the cursor moves.
    """
    from kraty_console.console.views.next_step import lines_needed
    from kraty_console.console.views.profile import profile_lines

    columns, lines = size
    if not is_folded(columns, lines):
        return layout(columns, lines, profile=len(profile_lines(snapshot, now, SIDE - 1, lines)))
    most, needed, known = step_room(lines, rows.height), STEP[0], set[str]()
    listed = [row for section in rows.sections for row in section.rows]
    for row in (*listed[:_ROWS_LOOKED_AT], rows.current):
        if needed >= most:
            break
        step = step_for(steps, row)
        if step is not None and step.text not in known:
            known.add(step.text)
            needed = max(needed, lines_needed(step, why_no_step(desk, step), columns))
    return layout(columns, lines, step=min(needed, most))


_ROWS_LOOKED_AT: Final = 50
"""Rows of a list whose next steps are looked at for the room they need."""


def action_context(
    desk: Desk, snapshot: Snapshot | None, pane: PaneId, row: TableRow | None, step: NextStep | None = None
) -> ActionContext:
    """What actions decide on, with the cursor on a row, and with the next step that is offered for it."""
    player = snapshot.player.external_player_id if snapshot is not None else ""
    scope, row_id = (row.scope, row.id) if row is not None else (None, None)
    return replace(
        desk_context(desk, scope, row_id, player),
        snapshot=snapshot,
        pane=pane,
        made=any(each.work.player == player for each in desk.done),
        audit_link=desk.last_done(player) is not None or scope == "audit",
        step_off=why_no_step(desk, step),
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

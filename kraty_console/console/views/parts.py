"""The whole player screen as parts: each an area of the terminal and the lines that fill it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.console.startup.boot_lines import resting_lines
from kraty_console.console.views import player
from kraty_console.console.views.bars import Notice, footer_lines, heading_lines
from kraty_console.console.views.detail import detail_lines
from kraty_console.console.views.foot import foot
from kraty_console.console.views.layout import ScreenArea, is_too_small
from kraty_console.console.views.next_step import next_step_lines, too_small_lines
from kraty_console.console.views.profile import profile_lines
from kraty_console.console.views.rows import TableRows, TableState
from kraty_console.console.views.tabs import counts, tab_lines
from kraty_console.console.views.text import Line, filled
from kraty_console.domain.keymap import effective_keys

if TYPE_CHECKING:
    from kraty_console.console.player_state import PlayerState
    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.scopes import PaneId


class Part(NamedTuple):
    """One part as it is seen."""

    name: str
    """The id of the widget that draws it; `rule` is the line at the right of the profile."""
    area: ScreenArea
    lines: tuple[Line, ...]
    """As many as the area has lines, each exactly as wide."""


def player_parts(
    workspace: Workspace,
    state: PlayerState,
    now: datetime,
    size: tuple[int, int],
    *,
    pane: PaneId,
    table_state: TableState,
    marked: frozenset[str] = frozenset(),
    waiting: bool = False,
    notice: Notice | None = None,
) -> list[Part]:
    """The player screen with the cursor in the table and an empty search field; no part overlaps another.

    Args:
        workspace: The member, the game and the profile.
        state: The player; nothing is shown without a snapshot.
        now: The moment that ages are counted to.
        size: Columns and rows of the terminal.
        pane: The open one.
        table_state: Cursor, sort and filter; the cursor is put on a row that exists.
        marked: Ids of rows that just changed.
        waiting: An answer has been waited for long enough to say so.
        notice: Stands above the keys.
    """
    snapshot = state.snapshot
    if snapshot is None:
        return []
    if is_too_small(*size):
        return [_part("small", ScreenArea(0, 0, *size), too_small_lines(*size))]
    old = player.is_old(state, waiting=waiting)
    rows = TableRows(player.sections(workspace, state, now, pane), table_state, marked=marked, stale=old)
    row = rows.current
    steps = player.steps_of(workspace, state, now)
    step = player.step_for(steps, row)
    at = player.arranged(workspace, state, now, steps, rows, size)
    assert at is not None, "it is not too small"
    keys = effective_keys(workspace.launch.profile.keymap)
    hints = player.key_hints(player.action_context(workspace, snapshot, pane, row, step), keys)
    last = footer_lines(hints, notice, size[0])
    at = at.with_footer(len(last))
    below = foot(rows, pane, snapshot, at.rows.width, at.rows.height)
    parts: list[tuple[str, ScreenArea, Iterable[Line]]] = [
        ("header", at.header, heading_lines(player.heading(workspace, state, now, waiting=waiting), at.header.width)),
        ("search", at.search, resting_lines(at.search.width)),
        (
            "profile",
            at.profile,
            profile_lines(snapshot, now, at.profile.width, at.profile.height, note=state.newest_note),
        ),
        ("next", at.next, next_step_lines(step, player.why_no_step(workspace, step), at.next.width, at.next.height)),
        ("tabs", at.tabs, tab_lines(pane, counts(snapshot), at.tabs.width)),
        ("rows", at.rows, rows.lines(at.rows.width, at.rows.height, focused=True)),
        (
            "detail",
            at.detail,
            detail_lines(snapshot, row, now, below, at.detail.width, at.detail.height, beside=at.beside),
        ),
    ]
    if at.rule is not None:
        parts.append(("rule", at.rule, [[("│", "border")]] * at.rule.height))
    parts.append(("footer", at.footer, last))
    return [_part(name, area, lines) for name, area, lines in parts]


def _part(name: str, area: ScreenArea, lines: Iterable[Line]) -> Part:
    """A part with a line for each of its area."""
    shown = [filled(line, area.width) for line in [*lines][: area.height]]
    shown += [[(" " * area.width, "plain")]] * (area.height - len(shown))
    return Part(name, area, tuple(shown))

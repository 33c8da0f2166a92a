"""Waiting until an application has done what there is to do: by what waits in it, never by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen

PATIENCE = 100.0
"""Seconds after which something never comes true; no machine is so slow."""

TICK = 0.005
"""Seconds after which to look again; what is waited for may be another thread's."""

_QUIET = 4
"""Turns of the loop with nothing under way: a message that is answered by another is between two queues for fewer."""


async def wait_until_idle(app: App[Any]) -> None:
    """Wait until no message is under way between the widgets and all that they changed is drawn.

    Textual's own `Pilot.pause` asks how busy the process is instead, which on a busy machine says nothing, and draws
    whatever is there by then. What others do meanwhile (the backend, a timer, a thread) is not waited for. An
    application that ended does nothing more.
    """
    await _taken_in(app)
    while not _has_ended(app) and _has_to_be_drawn(app, app.screen):
        app.screen._on_timer_update()
        await _taken_in(app)


async def until(app: App[Any], condition: Callable[[], object]) -> None:
    """Let the application run until something is so.

    Raises:
        TimeoutError: It never is.
    """
    async with asyncio.timeout(PATIENCE):
        await wait_until_idle(app)
        while not condition():
            await asyncio.sleep(TICK)
            await wait_until_idle(app)


async def loop_until(condition: Callable[[], object]) -> None:
    """Let the event loop turn until something is so, also while the application itself waits for something.

    Raises:
        TimeoutError: It never is.
    """
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 (there is nothing to be told by)
            await asyncio.sleep(TICK)


async def _taken_in(app: App[Any]) -> None:
    quiet = 0
    while quiet < _QUIET and not _has_ended(app):
        await asyncio.sleep(0)
        pumps = (app, *app.screen_stack, *app.screen.walk_children())
        quiet = 0 if any(pump.message_queue_size or not pump.is_mounted for pump in pumps) else quiet + 1


def _has_to_be_drawn(app: App[Any], screen: Screen[Any]) -> bool:
    changed = screen._layout_required or screen._scroll_required or screen._repaint_required or screen._dirty_widgets
    return bool(screen._callbacks or screen._recompose_required or changed) and not app._batch_count


def _has_ended(app: App[Any]) -> bool:
    return not app.is_running or app._exception is not None

"""Parses large answers in a thread, so that keys are handled meanwhile."""

from __future__ import annotations

import asyncio
import gc
from typing import Final, TypeVar

from pydantic import BaseModel

from kraty_console.client.fetched import Fetched, fetched
from kraty_console.client.replies import HttpReply

A = TypeVar("A", bound=BaseModel)

LARGE: Final = 128 * 1024
"""Size in bytes from which parsing would delay keyboard input."""

BREATH: Final = 0.025
"""Thread switch interval in seconds while a large answer is parsed, so that keys are handled."""


async def fetched_in_thread(shape: type[A], reply: HttpReply) -> Fetched[A]:
    """Like `fetched`, but a large answer is parsed in a thread, so that keys are still handled."""
    if len(reply.content) < LARGE:
        return fetched(shape, reply)
    was_enabled = gc.isenabled()
    gc.disable()  # the many new objects would trigger collections that find no garbage
    try:
        result = await asyncio.to_thread(fetched, shape, reply)
        await asyncio.sleep(BREATH)
    finally:
        if was_enabled:
            gc.collect(0)  # only what is new: all of it would take as long as several keys
            gc.enable()
    return result

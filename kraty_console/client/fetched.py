"""An answer as the object it holds, and how it came."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kraty_console.client.replies import HttpReply, data_of
from kraty_console.contract.errors import BadAnswer

T = TypeVar("T")
A = TypeVar("A", bound=BaseModel)

LARGE: Final = 128 * 1024
"""Bytes from which taking an answer apart would be felt by who types meanwhile."""

BREATH: Final = 0.025
"""Seconds between the steps in which a large answer is taken in, for the keys that came meanwhile."""


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What was read, and how it came."""

    value: T
    etag: str | None
    elapsed_ms: float
    request_id: str | None


def fetched(shape: type[A], reply: HttpReply) -> Fetched[A]:
    """What a read was answered with.

    Raises:
        KratyError: the answer tells an error, or is none of Kraty's.
    """
    value = parse_data(shape, data_of(reply, write=False), reply)
    return Fetched(value, reply.headers.get("etag"), reply.elapsed_ms, reply.request_id)


async def fetched_in_thread(shape: type[A], reply: HttpReply) -> Fetched[A]:
    """As `fetched`; a large answer is taken apart in a thread, between whose steps keys are answered."""
    if len(reply.content) < LARGE:
        return fetched(shape, reply)
    import asyncio

    collects = gc.isenabled()
    gc.disable()  # so many new objects would set it off again and again, and none of them is garbage
    try:
        taken_apart = await asyncio.to_thread(fetched, shape, reply)
        await asyncio.sleep(BREATH)
    finally:
        if collects:
            gc.collect()
            gc.enable()
    return taken_apart


def parse_data(shape: type[A], data: object, reply: HttpReply, *, write: bool = False) -> A:
    """The object that an answer holds.

    Raises:
        BadAnswer: something in it that has to be there is not; the message names it.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        # A field that would have taken its default is named too, though nothing depends on it.
        faults = (item for item in error.errors(include_input=False) if item["type"] != "default_factory_not_called")
        where = ", ".join(sorted({".".join(map(str, item["loc"])) for item in faults}))
        words = f"The answer is not the one asked for (look at: {where or 'all of it'})."
        raise BadAnswer(words, status=reply.status, request_id=reply.request_id, maybe_applied=write) from None

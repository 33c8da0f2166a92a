"""Parses answers into models, large ones in a thread."""

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
"""Size in bytes from which parsing would delay keyboard input."""

BREATH: Final = 0.025
"""Thread switch interval in seconds while a large answer is parsed, so that keys are handled."""


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """A parsed answer, with its metadata."""

    value: T
    etag: str | None
    elapsed_ms: float
    request_id: str | None


def fetched(shape: type[A], reply: HttpReply) -> Fetched[A]:
    """Parse the answer to a read.

    Raises:
        KratyError: the answer is an error, or not one of Kraty's.
    """
    value = parse_data(shape, data_of(reply, write=False), reply)
    return Fetched(value, reply.headers.get("etag"), reply.elapsed_ms, reply.request_id)


async def fetched_in_thread(shape: type[A], reply: HttpReply) -> Fetched[A]:
    """Like `fetched`, but a large answer is parsed in a thread, so that keys are still handled."""
    if len(reply.content) < LARGE:
        return fetched(shape, reply)
    import asyncio

    collects = gc.isenabled()
    gc.disable()  # the many new objects would trigger collections that find no garbage
    try:
        taken_apart = await asyncio.to_thread(fetched, shape, reply)
        await asyncio.sleep(BREATH)
    finally:
        if collects:
            gc.collect()
            gc.enable()
    return taken_apart


def parse_data(shape: type[A], data: object, reply: HttpReply, *, write: bool = False) -> A:
    """Parse the data of an answer into a model.

    Raises:
        BadAnswer: a required field is missing or invalid; the message names it.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        # Optional fields with invalid values are named too, although they alone would not fail.
        faults = (item for item in error.errors(include_input=False) if item["type"] != "default_factory_not_called")
        where = ", ".join(sorted({".".join(map(str, item["loc"])) for item in faults}))
        words = f"The answer does not have the expected shape (see: {where or 'all of it'})."
        raise BadAnswer(words, status=reply.status, request_id=reply.request_id, maybe_applied=write) from None

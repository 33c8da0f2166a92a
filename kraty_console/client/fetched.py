"""Parses answers into models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kraty_console.client.replies import HttpReply, data_of
from kraty_console.contract.errors import BadAnswer

T = TypeVar("T")
A = TypeVar("A", bound=BaseModel)


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

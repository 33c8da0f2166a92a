"""What each change is answered with; apart from its route, for a look-up needs none of these models."""

from __future__ import annotations

from typing import Any

from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import HttpReply
from kraty_console.contract.actions import Changed
from kraty_console.contract.errors import BadAnswer
from kraty_console.contract.operations import OPERATIONS, Operation, model_of


def answer_model(kind: Operation) -> type[Changed]:
    """The model of the answer to a change."""
    found = model_of(OPERATIONS[kind].answer)
    assert issubclass(found, Changed), f"{kind} is a write"
    return found


def changed(kind: Operation, data: dict[str, Any], reply: HttpReply) -> Changed:
    """What a change was answered with.

    The answers of this surface are not public: a bare object stands for the whole answer, and of a shape that cannot be
    read it is still certain that the change was made, since it came in Kraty's envelope with a status of success.
    """
    name = OPERATIONS[kind].subject
    whole = {name: data} if name and name not in data and "id" in data else data
    try:
        return parse_data(answer_model(kind), whole, reply, write=True)
    except BadAnswer:
        return parse_data(Changed, data, reply, write=True)

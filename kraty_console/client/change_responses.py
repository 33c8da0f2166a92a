"""Parses the answers to changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import HttpReply
from kraty_console.contract.errors import BadAnswer
from kraty_console.contract.operations import CHANGED, OPERATIONS, Operation, model_of

if TYPE_CHECKING:
    from kraty_console.contract.actions import Changed


def answer_model(operation: Operation) -> type[Changed]:
    """The model of the answer to a change."""
    return cast("type[Changed]", model_of(OPERATIONS[operation].answer))


def changed(operation: Operation, data: dict[str, Any], reply: HttpReply) -> Changed:
    """The answer to a change.

    The answers of this surface are not public, so a bare object is taken as the whole answer. An answer with unreadable
    fields still proves that the change was made, because it has Kraty's envelope and a status of success; it is then
    only a `Changed`.
    """
    name = OPERATIONS[operation].subject
    whole = {name: data} if name and name not in data and "id" in data else data
    try:
        return parse_data(answer_model(operation), whole, reply, write=True)
    except BadAnswer:
        return parse_data(cast("type[Changed]", model_of(CHANGED)), data, reply, write=True)

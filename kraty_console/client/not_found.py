"""Decides whether a 404 or 405 is about the route or about the requested object."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from kraty_console.client.replies import HttpReply, parsed

Subject = Literal["route", "object", "unclear"]

_ROUTE: Final = re.compile(
    r"\b(routes?|endpoints?|path|url|method|no handler|cannot (get|post|put|patch|delete))\b", re.IGNORECASE
)
_OBJECT: Final = re.compile(
    r"\b(players?|attempts?|grants?|lobby|lobbies|currency|currencies|economy|wallet|delivery|deliveries|webhooks?|"
    r"audit|rows?|items?)\b",
    re.IGNORECASE,
)


def subject_of(reply: HttpReply, named: Iterable[str] = ()) -> Subject | None:
    """What is missing; None if the answer does not say.

    Args:
        reply: The answer.
        named: The ids in the request; an answer that contains one is about that object.
    """
    if reply.status in (405, 501):
        return "route"
    if reply.status != 404:
        return None
    body = parsed(reply.content)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return "route"  # Kraty reports its own objects in its envelope (contract/README.md#wire-format)
    return subject_of_words(error["code"], error.get("message"), named)


def subject_of_words(code: str, message: object, named: Iterable[str] = ()) -> Subject:
    """What a 404 in Kraty's envelope is about, by its code and message."""
    words = message if isinstance(message, str) else ""
    names_one = False
    for each in named:
        if each and each in words:
            names_one, words = True, words.replace(each, " ")
    if _ROUTE.search(f"{code.replace('_', ' ')} {words}"):
        return "route"
    return "object" if names_one or _OBJECT.search(words) else "unclear"

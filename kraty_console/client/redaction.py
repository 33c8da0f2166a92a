"""Removes our own credentials from answers, because answers are shown, journaled and reported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from kraty_console.client.replies import HttpReply
from kraty_console.contract.secret import HIDDEN, Secret

_SHORTEST: Final = 8
"""Minimum length of a secret to be searched for; a shorter one would match any text."""


def redacted(reply: HttpReply, secrets: Iterable[Secret]) -> HttpReply:
    """Hide all secrets in headers and content of an answer, in plain, JSON-escaped or URL-encoded form."""
    forms = [form for secret in secrets for form in _forms(secret)]
    content = reply.content
    headers = dict(reply.headers)
    for form in forms:
        content = content.replace(form.encode(), HIDDEN.encode()) if form.encode() in content else content
        for name, value in headers.items():
            if form in value:
                headers[name] = value.replace(form, HIDDEN)
    if content is reply.content and headers == reply.headers:
        return reply
    return replace(reply, content=content, headers=headers)


def _forms(secret: Secret) -> Iterator[str]:
    text = secret.reveal()
    if len(text) < _SHORTEST:
        return
    written = json.dumps(text)[1:-1]
    yield from dict.fromkeys((text, written, written.replace("/", "\\/"), quote(text, safe="")))

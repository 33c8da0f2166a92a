"""Receives webhook messages: verifies the signature, parses the body, removes duplicates
(contract/README.md#webhooks).

No I/O: the HTTP server passes header, body and time, and sends the status.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from kraty_console.contract.secret import Secret
from kraty_console.contract.signature import verify
from kraty_console.contract.webhooks import Envelope

REMEMBERED: Final = 100_000
"""Number of delivery ids; a repeat of an older one counts as new."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status to answer with, and the message."""

    status: int
    envelope: Envelope | None = None
    """None if the message was refused."""
    seen: bool = False
    """A duplicate (retry or replay): answered with success and otherwise ignored."""
    why: str = ""
    """Why it was refused, in words."""


class Inbox:
    """Accepts messages signed with one secret."""

    def __init__(self, secret: Secret, *, remembered: int = REMEMBERED) -> None:
        self._secret = secret
        self._remembered = remembered
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, signature: str | None, body: bytes, now: float) -> Verdict:
        """Check a message: its `X-Signature`, its raw body, and the current time (seconds since the epoch)."""
        if not verify(self._secret.reveal(), signature, body, now=now):
            why = "there is no signature" if not signature else "the signature is wrong or too old"
            return Verdict(401, why=why)
        try:
            envelope = Envelope.model_validate(json.loads(body))
        except (ValueError, ValidationError, RecursionError):
            return Verdict(400, why="the body is no event")
        seen = envelope.id in self._seen
        self._seen[envelope.id] = None
        self._seen.move_to_end(envelope.id)
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return Verdict(200, envelope, seen)

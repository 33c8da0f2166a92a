"""What a receiver of webhooks does with a message: check who signed it, read it, take it once
(contract/README.md#webhooks).

Pure: whoever listens gives header, body and moment, and answers with the status.
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
"""Delivery ids; an older one that comes again is taken for a new one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer, and what came."""

    status: int
    envelope: Envelope | None = None
    """None when the message was refused."""
    seen: bool = False
    """It came before: a retry or a replay, to be answered with success and otherwise ignored."""
    why: str = ""
    """Why it was refused, in words."""


class Inbox:
    """Takes messages signed with one secret."""

    def __init__(self, secret: Secret, *, remembered: int = REMEMBERED) -> None:
        self._secret = secret
        self._remembered = remembered
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, signature: str | None, body: bytes, now: float) -> Verdict:
        """Judge a message: its `X-Signature`, its body as it came, and the moment (seconds since the epoch)."""
        if not verify(self._secret.reveal(), signature, body, now=now):
            why = "there is no signature" if not signature else "the signature is another's, or too old"
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

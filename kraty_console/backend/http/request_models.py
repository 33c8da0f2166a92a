"""Field types and base models of the requests that SDKs make.

They ignore fields that they do not know, and are strict about the rest. SDKs put an `idempotencyKey` into every body
(contract/README.md#requests), so it is accepted everywhere. JSON has one kind of number: `5.0` is the whole number 5.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.rules.errors import invalid
from kraty_console.contract import actions
from kraty_console.contract.limits import MAX_REASON, MAX_TICKET
from kraty_console.contract.wire import Request

TOLERANT = ConfigDict(extra="ignore")
"""Ignores unknown fields."""

Key = Annotated[str, Field(min_length=1, max_length=200)]
"""SDKs make their own keys, some of them short."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""Takes `5.0` for 5; anything else is left for the field to judge."""

Amount = Annotated[actions.Amount, WHOLE]
"""A whole number from 1 to 1,000,000,000, however it is written."""


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "must be an e-mail address, such as ana@example.org")
    return text


Email = Annotated[
    str,
    Field(min_length=3, max_length=254, json_schema_extra={"pattern": f"^{_EMAIL.pattern}$"}),
    AfterValidator(_email),
]
"""Text on both sides of an @."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An ISO-8601 timestamp with a zone, checked by `milliseconds`."""

Reference = Annotated[str, Field(min_length=1, max_length=512)]


def milliseconds(text: str | None, field: str) -> int | None:
    """Milliseconds since the epoch; None for None.

    Raises 400 naming the field when the text is no moment, or has no zone.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(field, "must be an ISO-8601 moment with a zone, such as 2026-01-31T12:00:00Z")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def one_of(*names: str) -> dict[str, Any]:
    """That a request has one of these fields and not two, in the words of JSON Schema; null is as good as nothing."""
    return {"oneOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


class KeyedRequest(Request):
    """A request that may be empty, or hold an `idempotencyKey` alone."""

    model_config = TOLERANT

    idempotency_key: Key | None = None

    @property
    def reason(self) -> str | None:
        """None, where the request has no such field."""
        return None

    @property
    def ticket(self) -> str | None:
        """None, where the request has no such field."""
        return None


class ExplainedRequest(KeyedRequest):
    """A change that people make by hand, too: why, and for which ticket, goes into the audit log when it is said."""

    why: Annotated[str | None, Field(max_length=MAX_REASON, alias="reason")] = None
    case: Annotated[str | None, Field(max_length=MAX_TICKET, alias="ticket")] = None

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why or None

    @property
    def ticket(self) -> str | None:
        """For which ticket."""
        return self.case or None


class GameRequest(KeyedRequest):
    """A request of a game that may be empty, or hold an `idempotencyKey` alone."""


class Reasoned(Request):
    """A change that may say why; the reason goes into the ledger."""

    model_config = TOLERANT

    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """Games have no tickets."""

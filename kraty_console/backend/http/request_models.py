"""Field types and base models of the requests that SDKs make.

They ignore unknown fields and are strict about known ones. SDKs put an `idempotencyKey` into every body
(contract/README.md#requests), so it is accepted everywhere. JSON has one number type, so `5.0` is accepted as the
integer 5.
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
"""SDKs make their own keys, some of which are short."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""Convert `5.0` to 5; other values are validated by the field."""

Amount = Annotated[actions.Amount, WHOLE]
"""A whole number from 1 to 1,000,000,000; `5.0` counts as 5."""


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

    Raises 400 naming the field if the text is not a timestamp with a zone.
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
    """JSON Schema for exactly one of these fields; null counts as missing."""
    return {"oneOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


class KeyedRequest(Request):
    """A request that may be empty or have only an `idempotencyKey`."""

    model_config = TOLERANT

    idempotency_key: Key | None = None

    @property
    def reason(self) -> str | None:
        """None: the request has no such field."""
        return None

    @property
    def ticket(self) -> str | None:
        """None: the request has no such field."""
        return None


class ExplainedRequest(KeyedRequest):
    """A change that people also make by hand: reason and ticket go into the audit log if given."""

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
    """A request of a game that may be empty or have only an `idempotencyKey`."""


class Reasoned(Request):
    """A change with an optional reason, which goes into the ledger."""

    model_config = TOLERANT

    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """Games have no tickets."""

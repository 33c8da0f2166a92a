"""What a studio's backend sends: as strict as the rest about what is read, and blind to fields that it does not know.

SDKs put an `idempotencyKey` into every body (kraty-api 3), so it is taken, or ignored, everywhere.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.numbers import Amount
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.limits import MAX_ENTRIES, MAX_REASON, MAX_TICKET
from kraty_console.contract.wire import Request

TOLERANT = ConfigDict(extra="ignore")
"""For requests that SDKs make: what is not known is not looked at."""

Key = Annotated[str, Field(min_length=1, max_length=200)]
"""SDKs make their own keys, some of them short."""

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "must be an e-mail address, such as ana@example.org")
    return text


Email = Annotated[
    str,
    Field(min_length=3, max_length=254, json_schema_extra={"pattern": f"^{_EMAIL.pattern}$"}),
    AfterValidator(_email),
]
"""Something before an @ and something after it: whether it is anybody's, only a letter would tell."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An ISO-8601 moment with a zone; whether it is one is seen where it is used."""

Reference = Annotated[str, Field(min_length=1, max_length=512)]


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


class ServerCurrencyEntry(CurrencyEntry):
    """So much of a currency."""

    model_config = TOLERANT

    amount: Amount


class ServerItemEntry(ItemEntry):
    """So many of an item."""

    model_config = TOLERANT

    quantity: Amount


class ServerCrateEntry(CrateEntry):
    """So many crates, still to be opened."""

    model_config = TOLERANT

    quantity: Amount


ServerEntry = Annotated[ServerCurrencyEntry | ServerItemEntry | ServerCrateEntry, Field(discriminator="type")]


class ServerGrant(Request):
    """Give a player something; the player is made on first contact (kraty-api 3.4)."""

    model_config = TOLERANT

    idempotency_key: Key
    entries: Annotated[list[ServerEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    kind: Literal["reward", "crate"] | None = None
    expires_at: Moment | None = None
    source_kind: Literal["api", "admin"] | None = None
    source_ref_id: Reference | None = None
    metadata: dict[str, Any] | None = None

    @property
    def reason(self) -> None:
        """A grant of the server surface has none."""

    @property
    def ticket(self) -> None:
        """Nor a ticket."""


class Adjustment(Request):
    """Add to a balance, or take from it (kraty-api 3.6)."""

    model_config = TOLERANT

    amount: Amount
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    source_ref_id: Reference | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""


class Erasure(Request):
    """Forget a player (kraty-api 3.3)."""

    model_config = TOLERANT

    reason: Literal["gdpr_erasure", "studio_request", "test"] = "gdpr_erasure"
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""

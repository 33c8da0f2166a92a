"""The two kinds of message: answers are read tolerantly, requests are written and checked strictly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core.core_schema import CoreSchema

from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_AMOUNT, MAX_BALANCE, MAX_LIMIT

__all__ = ["DEFAULT_LIMIT", "MAX_AMOUNT", "MAX_BALANCE", "MAX_LIMIT", "MAX_SAFE_INTEGER", "Answer", "Request", "iso"]

MAX_SAFE_INTEGER: Final = MAX_BALANCE


class Answer(BaseModel):
    """Something a Kraty backend said.

    Unknown fields are kept (they are shown in raw JSON), unknown values of open enumerations stay as they came, and a
    field that has a default and arrives with an unusable value takes its default: one odd field never costs a screen.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        frozen=True,
        protected_namespaces=(),
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:  # noqa: ANN401
        """Let each field that has a default fall back to it; pydantic-core does that itself, without calling us."""
        schema = handler(source)
        if schema["type"] == "model" and schema["schema"]["type"] == "model-fields":
            for field in schema["schema"]["fields"].values():
                if field["schema"]["type"] == "default":
                    field["schema"]["on_error"] = "default"
                    if field.get("serialization_exclude"):  # this program's own: whatever the wire says gives way
                        field["schema"]["schema"] = {"type": "none"}
        return schema

    def raw(self) -> dict[str, Any]:
        """The object as JSON would have it, unknown fields included; texts stay as they came, lone surrogates too."""
        plain: dict[str, Any] = _jsonable(self.model_dump(by_alias=True))
        return plain


class Request(BaseModel):
    """Something a caller asks for: no coercion, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        frozen=True,
        protected_namespaces=(),
        defer_build=True,
    )

    def body(self) -> dict[str, Any]:
        """The JSON body: fields that were not set are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def empty_list() -> list[Any]:
    """For `default_factory` where start-up waits: pydantic asks for its signature, and that of `list` takes long."""
    return []


def empty_dict() -> dict[str, Any]:
    """As `empty_list`."""
    return {}


def iso(moment: datetime) -> str:
    """A moment as Kraty writes it: ISO-8601, UTC, milliseconds and `Z` (kraty-api 7.3)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _jsonable(value: Any) -> Any:  # noqa: ANN401 (any value a model holds)
    if isinstance(value, datetime):
        return iso(value.replace(tzinfo=UTC) if value.tzinfo is None else value)
    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    return value

"""Base classes of messages: answers are parsed tolerantly, requests are validated strictly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core.core_schema import CoreSchema

from kraty_console.contract.iso_time import iso
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_AMOUNT, MAX_BALANCE, MAX_LIMIT

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_AMOUNT",
    "MAX_BALANCE",
    "MAX_LIMIT",
    "MAX_SAFE_INTEGER",
    "Answer",
    "PartialList",
    "Request",
    "iso",
    "unreadable_rows",
]

MAX_SAFE_INTEGER: Final = MAX_BALANCE


class PartialList(list[Any]):
    """A list with unreadable rows left out; a fully readable list is a plain `list`."""

    def __init__(self, rows: Iterable[Any] = (), unreadable: int = 0) -> None:
        super().__init__(rows)
        self.unreadable = unreadable
        """The number of unreadable rows."""


class Answer(BaseModel):
    """Base class of what a Kraty backend sends.

    Unknown fields are kept (the raw JSON shows them), unknown values of open enumerations are kept, and an invalid
    value of a field with a default becomes that default: one bad field does not lose the answer, and one bad row does
    not lose its list (`PartialList`). Invalid fields are missing from `model_fields_set`, like fields that were not
    sent.
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
        """Wrap the schema so that invalid fields fall back to their defaults and invalid rows are skipped."""
        schema = handler(source)
        if schema["type"] == "model" and schema["schema"]["type"] == "model-fields":
            for name, field in schema["schema"]["fields"].items():
                if field["schema"]["type"] == "default":
                    _forgive(name, field["schema"], own=bool(field.get("serialization_exclude")))
        return schema

    @property
    def model_fields_set(self) -> set[str]:
        """The fields that the backend sent with valid values."""
        unreadable = self.unreadable_fields
        return self.__pydantic_fields_set__.difference(unreadable) if unreadable else self.__pydantic_fields_set__

    @property
    def unreadable_fields(self) -> tuple[str, ...]:
        """The fields that were sent with invalid values; they have their defaults."""
        names: tuple[str, ...] = self.__dict__.get(_UNREADABLE, ())
        return names

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> dict[str, Any]:
        """The JSON schema on the wire, without this program's own fields."""
        described = handler.resolve_ref_schema(handler(schema))
        for field in cls.model_fields.values():
            if field.exclude:
                described.get("properties", {}).pop(field.alias, None)
        return described

    def raw(self) -> dict[str, Any]:
        """The object as JSON, unknown fields included; texts are unchanged, including lone surrogates.

        Fields that were not sent or are invalid are left out.
        """
        sent = self.model_fields_set
        plain = {alias: _jsonable(getattr(self, name)) for name, alias in _written(type(self)) if name in sent}
        return {**plain, **_jsonable(self.model_extra or {})}


_UNREADABLE: Final = "_unreadable"
"""The key in `__dict__` for the names of unreadable fields, as for cached properties."""


def _forgive(name: str, field: Any, *, own: bool) -> None:  # noqa: ANN401 (a core schema)
    """Make a field fall back to its default for an invalid value, and record that it did."""
    if own:  # this program's own field: ignore what was sent
        field.update(schema={"type": "none"}, on_error="default")
        return
    made, default = field.get("default_factory"), field.get("default")

    def use_default(data: dict[str, Any]) -> Any:  # noqa: ANN401 (any default)
        data[_UNREADABLE] = (*data.get(_UNREADABLE, ()), name)
        return made() if made is not None else default

    field["schema"] = {
        "type": "default",
        "schema": _row_by_row(field["schema"]),
        "default_factory": use_default,
        "default_factory_takes_data": True,
        "on_error": "default",
    }


def _row_by_row(schema: Any) -> Any:  # noqa: ANN401 (a core schema)
    """Make a list of objects skip invalid rows; other schemas are unchanged."""
    if schema["type"] == "nullable":
        return {**schema, "schema": _row_by_row(schema["schema"])}
    rows = schema.get("items_schema") if schema["type"] == "list" else None
    if rows is None or rows["type"] not in ("model", "definition-ref", "dict"):
        return schema
    forgiving = {**schema, "items_schema": {"type": "default", "schema": rows, "on_error": "omit"}}
    return {
        "type": "function-wrap",
        "function": {"type": "no-info", "function": _readable_rows},
        "schema": forgiving,
    }


def _readable_rows(value: Any, read: Callable[[Any], list[Any]]) -> list[Any]:  # noqa: ANN401 (any JSON)
    rows = read(value)
    missing = len(value) - len(rows) + unreadable_rows(value)
    return PartialList(rows, missing) if missing else rows


def unreadable_rows(rows: object) -> int:
    """The number of unreadable rows of a list."""
    return rows.unreadable if isinstance(rows, PartialList) else 0


@cache
def _written(shape: type[Answer]) -> tuple[tuple[str, str], ...]:
    """The fields of an answer and their names on the wire."""
    fields = shape.model_fields.items()
    return tuple((name, field.alias or to_camel(name)) for name, field in fields if not field.exclude)


class Request(BaseModel):
    """Base class of requests: no coercion, no unknown fields, no NaN or infinity."""

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
        """The JSON body; unset fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def empty_list() -> list[Any]:
    """A `default_factory` that speeds up the start: pydantic inspects its signature, which is slow for `list`."""
    return []


def empty_dict() -> dict[str, Any]:
    """Like `empty_list`."""
    return {}


def _jsonable(value: Any) -> Any:  # noqa: ANN401 (any value a model holds)
    if isinstance(value, datetime):
        return iso(value.replace(tzinfo=UTC) if value.tzinfo is None else value)
    if isinstance(value, Answer):
        return value.raw()
    if isinstance(value, BaseModel):
        return _jsonable(value.model_dump(by_alias=True))
    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)

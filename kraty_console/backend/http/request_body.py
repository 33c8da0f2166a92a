"""Read a request body: size, JSON and fields; errors name the field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.strict_json import BODY, BadJson, field_path, parse
from kraty_console.backend.rules.errors import invalid, invalid_fields

MAX_BODY: Final = 1 << 20
"""Bytes."""

MAX_CLIENT_BODY: Final = 64 * 1024
"""Bytes of a body from a game, whose key is public: four times what its largest call needs."""

MOST_TOLD: Final = 20
"""Number of fields that a refusal names, so that it is no larger than the request."""

_TAGGED_LIST: Final = "entries"
"""The list whose items are discriminated by `type`, which pydantic puts into the path of an error."""

_WORDS: Final = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:,} or less",
    "string_too_short": "must have {min_length} characters or more",
    "string_too_long": "must have {max_length} characters or fewer",
    "too_short": "must have {min_length} or more",
    "too_long": "must have {max_length} or fewer",
    "literal_error": "must be {expected}",
    "union_tag_not_found": "must have a type: currency, item or crate",
    "union_tag_invalid": "must have a type: currency, item or crate",
}

_LONGEST_MESSAGE: Final = 300

Model = TypeVar("Model", bound=BaseModel)


async def read_body(
    headers_length: str | None, encoding: str | None, chunks: AsyncIterator[bytes], most: int = MAX_BODY
) -> bytes:
    """The complete body, refused as soon as it is too large, whether or not its length was announced."""
    if encoding and encoding.lower() != "identity":
        raise api_errors.compressed_body(encoding)
    if headers_length and headers_length.isdigit() and int(headers_length[:20]) > most:
        raise api_errors.too_large(most)
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise api_errors.too_large(most)
    return bytes(body)


def read_fields(body: bytes, model: type[Model]) -> Model:
    """Parse a body; an empty one is an empty object.

    Raises 400 `validation_failed` whose `details.fields` names each field that is wrong.
    """
    try:
        value: Any = parse(body) if body else {}
    except BadJson as fault:
        raise invalid(fault.field, fault.message) from None
    if not isinstance(value, dict):
        raise invalid(BODY, "must be an object")
    try:
        return model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise invalid_fields(*field_faults(error)) from None


def field_faults(error: ValidationError) -> tuple[list[tuple[str, str]], int]:
    """The first wrong fields, each with its fault, and how many more there are."""
    errors = error.errors(include_url=False, include_input=False, include_context=True)
    return [_fault(each) for each in errors[:MOST_TOLD]], max(0, len(errors) - MOST_TOLD)


def _fault(fault: ErrorDetails) -> tuple[str, str]:
    location = fault["loc"]
    if len(location) > 2 and location[0] == _TAGGED_LIST:
        location = (*location[:2], *location[3:])
    words = _WORDS.get(fault["type"])
    message = words.format(**fault.get("ctx", {})) if words else fault["msg"]
    return field_path(location), message[:_LONGEST_MESSAGE]

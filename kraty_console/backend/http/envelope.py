"""The envelope of answers: `{"data": …}` and `{"error": {code, message, details}}`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage.wire_forms import JsonText

JSON_TYPE: Final = "application/json"
EVENTS_TYPE: Final = "text/event-stream"
_PRIVATE: Final = {"Cache-Control": "no-store"}
"""Answers hold personal data, so caches may not store them; callers may keep an ETag."""


@dataclass(frozen=True, slots=True)
class HandlerReply:
    """A handler's answer: `data` goes into the envelope, unless `bare` (pings)."""

    data: Any = None
    """JSON; values of an object may be `JsonText`."""
    status: int = 200
    bare: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    tagged: bool = False
    """Whether the answer has a weak ETag and may become a 304."""
    stream: AsyncIterator[bytes] | None = None
    """Server-sent events in place of `data`."""


_as_text: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


def encode(value: Any) -> bytes:  # noqa: ANN401 (it is JSON)
    """JSON as it is sent: UTF-8, compact, no NaN."""
    return _as_text(value).encode("utf-8")


def _encode_data(data: Mapping[str, Any]) -> bytes:
    """`{"data": …}` as `encode` has it; what is JSON already is copied."""
    texts = ((name, value.text if isinstance(value, JsonText) else _as_text(value)) for name, value in data.items())
    return f'{{"data":{{{",".join(f"{_as_text(name)}:{text}" for name, text in texts)}}}}}'.encode()


def reply_response(reply: HandlerReply, if_none_match: str | None = None) -> Response:
    """The response to a reply; `if_none_match` is the header of the request."""
    headers = {**_PRIVATE, **reply.headers}
    if reply.stream is not None:
        return StreamingResponse(reply.stream, reply.status, headers, media_type=EVENTS_TYPE)
    if reply.status == 204:
        return Response(status_code=204, headers=headers)
    if reply.bare:
        body = encode(reply.data)
    else:
        body = _encode_data(reply.data) if isinstance(reply.data, Mapping) else encode({"data": reply.data})
    if reply.tagged:
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["ETag"] = tag
        if if_none_match is not None and _names(if_none_match, tag):
            return Response(status_code=304, headers=headers)
    return Response(body, reply.status, headers, media_type=JSON_TYPE)


def error_response(error: RuleError, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """The response to a refusal, with the request id in its details."""
    content = {
        "error": {
            "code": str(error.code),
            "message": error.message,
            "details": {**error.details, "requestId": request_id},
        }
    }
    return Response(encode(content), error.status, {**_PRIVATE, **(headers or {})}, media_type=JSON_TYPE)


def _names(if_none_match: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names the tag, compared weakly (RFC 9110, 13.1.2)."""
    strong = tag.removeprefix("W/")
    given = (part.strip().removeprefix("W/") for part in if_none_match.split(","))
    return any(part in ("*", strong) for part in given)

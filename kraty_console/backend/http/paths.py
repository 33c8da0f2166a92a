"""Raw request paths: a segment is matched encoded, and decoded exactly once.

Servers decode a path before routing, so that `a%2Fb` is two segments and `x%2Fmerge-into%2Fy` another route
(client/README.md#paths). Here the router sees the encoded path, and a segment is decoded after it has been found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor

from kraty_console.backend.http.strict_json import text_fault
from kraty_console.backend.rules.errors import invalid

REQUEST_ID: Final = "kraty.request_id"
"""Key of the scope for the request id of the answer: the caller's, if one was sent."""
OWN_ID: Final = "kraty.own_id"
"""Key of the scope for the backend's own id of the request."""

LONGEST_SEGMENT: Final = 512
"""Characters of an id, decoded; the same bound as in bodies."""


class SegmentConvertor(Convertor[str]):
    """One segment of a path, still encoded; `decode_segment` reads it."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """The segment unchanged."""
        return value

    def to_string(self, value: str) -> str:
        """The segment unchanged."""
        return value


register_url_convertor("raw", SegmentConvertor())


def raw_path(scope: Mapping[str, Any]) -> str:
    """The raw path of a request, one character per byte."""
    raw = scope.get("raw_path")
    return bytes(raw).decode("latin-1") if raw else str(scope["path"])


def decode_segment(segment: str, name: str) -> str:
    """The text of a segment (as `raw_path` gives it), decoded once.

    Raises 400 naming the parameter if the text cannot be stored.
    """
    try:
        text = unquote_to_bytes(segment.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise invalid(name, "is not UTF-8") from None
    if fault := text_fault(text):
        raise invalid(name, fault)
    if len(text) > LONGEST_SEGMENT:
        raise invalid(name, f"is longer than {LONGEST_SEGMENT} characters")
    return text


def router_pattern(path: str) -> str:
    """A path of the table of routes for the router: every `{name}` is one segment."""
    return path.replace("}", ":raw}")

"""The log as text or JSON, without bodies, tokens, messages from outside or players' ids."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal

from kraty_console.backend.observability.call_events import AnsweredCall

Format = Literal["text", "json"]

CALLS: Final = logging.getLogger("kraty.calls")
_FIELDS: Final = "fields"
_FRAMES: Final = 12


def configure(form: Format, *, calls: bool) -> None:
    """Log to the standard error; calls too if `calls` is set, else only failures."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    CALLS.setLevel(logging.INFO if calls else logging.WARNING)


def formatter(form: Format) -> logging.Formatter:
    """The format of a line."""
    return _Json() if form == "json" else _Text()


def log_call(call: AnsweredCall) -> None:
    """One line for one call."""
    fields: dict[str, Any] = {
        "requestId": call.request_id,
        "ownId": call.own_id if call.own_id != call.request_id else None,
        "method": call.method,
        "route": call.route,
        "status": call.status,
        "ms": round(call.seconds * 1000, 1),
        "actor": call.caller.kind if call.caller else None,
        "keyPrefix": call.caller.key_prefix if call.caller else None,
    }
    CALLS.info("%s %s %s", call.method, call.route, call.status, extra={_FIELDS: fields})


def error_origin(error: BaseException) -> str:
    """The type and place of an error without its text, which may quote players."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    inner = getattr(error, "orig", None)
    kind = type(error).__name__ + (f" ({type(inner).__name__})" if inner is not None else "")
    return f"{kind} in {where}" if where else kind


ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields: Mapping[str, Any] = getattr(record, _FIELDS, {})
        rest = [f"{name}={value}" for name, value in fields.items() if value is not None and name in _NOT_IN_MESSAGE]
        return " ".join([line, *rest])

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 (logging's own name)
        return error_origin(ei[1]) if ei[1] is not None else ""


_NOT_IN_MESSAGE: Final = ("ms", "actor", "keyPrefix", "requestId", "ownId")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, _FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = error_origin(record.exc_info[1])
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=True)

"""JSON for programs: printable ASCII, so that it is safe on a terminal."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """Indented JSON in printable ASCII, so that no value can control a terminal; ends in a line feed."""
    return json.dumps(value, ensure_ascii=True, indent=2).replace("\x7f", "\\u007f") + "\n"


def json_line(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """The same on one line, for line-based readers."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"

"""Small things kept between sessions in the state folder: conveniences, never records.

A missing or damaged file means that nothing is remembered, and what cannot be written is not.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from kraty_console.private_files import write_private


def kept(path: Path) -> Any:  # noqa: ANN401 (JSON is anything)
    """What was kept there; None where there is nothing that can be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def kept_texts(path: Path) -> list[str]:
    """The texts in a list that was kept."""
    content = kept(path)
    return [each for each in content if isinstance(each, str)] if isinstance(content, list) else []


def keep(path: Path, content: object) -> None:
    """Keep a value, readable by its owner alone."""
    with suppress(OSError):
        write_private(path, json.dumps(content), create_folder=True)

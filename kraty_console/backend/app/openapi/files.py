"""The OpenAPI documents as files: write them, and find those that are out of date."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from kraty_console.backend.app.openapi.document import document
from kraty_console.backend.app.openapi.surfaces import SURFACES, Surface
from kraty_console.backend.app.routes import ROUTES


def text(surface: Surface) -> str:
    """The text of a surface's document file."""
    return json.dumps(document(surface, ROUTES), indent=1, ensure_ascii=False) + "\n"


def stale(surfaces: Iterable[Surface] = SURFACES) -> list[Path]:
    """The files that are missing or out of date."""
    return [
        surface.file
        for surface in surfaces
        if not surface.file.is_file() or surface.file.read_text(encoding="utf-8") != text(surface)
    ]


def rewrite(surfaces: Iterable[Surface] = SURFACES) -> list[Path]:
    """Write the files that are out of date, and return them."""
    behind = stale(surfaces)
    for surface in surfaces:
        if surface.file in behind:
            surface.file.parent.mkdir(exist_ok=True)
            surface.file.write_text(text(surface), encoding="utf-8")
    return behind

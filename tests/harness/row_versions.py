"""Rows with and without their version, which only the admin surface tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_version(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the other surfaces, events and pages have it."""
    return {name: value for name, value in row.items() if name != "version"}

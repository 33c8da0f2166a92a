"""Tests of what the program does use what its classes offer; few private attributes are touched, each for a reason."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FOLDERS = ("compat", "console", "contract", "e2e", "faults")
"""Whose tests go through public entry points."""

OF_TEXTUAL = {
    "_active": "whether a timer runs",
    "_callback": "what a timer calls, called without waiting for it",
    "_compositor": "the lines that a screen shows",
    "_exception": "the error that an application ends with",
    "_exit": "that an application is about to end",
    "_suggestion": "what a line offers to complete",
    "_task": "what a timer runs in",
    "_timers": "the timers of a widget",
}
"""Private members of Textual's, for which it has nothing public, and what they tell."""

OURS = {
    "console/dialogs/test_hostile.py": {
        "_start": "sends a form with texts that its fields would refuse",
    },
    "console/dialogs/test_sending.py": {"_count": "a second of a countdown", "_second": "a second of sending"},
    "console/dialogs/test_typing_fast.py": {
        "_focused_at": "the moment from which the pause before a key counts",
        "_typed_at": "the clock of the harness",
        "_typed_last_at": "the moment of the key before",
    },
    "console/test_bars_and_tables.py": {"_lines": "the lines that a table has built, not those that are drawn"},
    "console/test_reduced.py": {"_reasons": "reasons beyond the edge of the screen", "_rows": "rows beyond it"},
    "console/test_search.py": {"_debounce": "the rest after a key, ended without waiting"},
    "console/test_snapshots.py": {"_go": "redraws a step", "_url": "an address without the port of this run"},
    "console/test_trouble_waiting.py": {"_count": "a second of a countdown", "_pause": "that no countdown runs"},
}
"""Private attributes of the program's own, by module, and why a test touches them."""


@pytest.fixture(autouse=True)
def without_garbage_collection() -> Iterator[None]:
    """CPython 3.11 fails in `ast.parse` when the collector finalizes a coroutine meanwhile."""
    gc.disable()
    yield
    gc.enable()


def touched(path: Path) -> set[str]:
    """The private attributes of other objects that a module names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    }


def test_private_attributes_are_used_only_with_a_reason() -> None:
    found = {}
    used = set()
    for path in sorted(path for folder in FOLDERS for path in (TESTS / folder).rglob("test_*.py")):
        names = touched(path)
        used |= names
        if ours := names - set(OF_TEXTUAL):
            found[str(path.relative_to(TESTS))] = ours
    assert found == {path: set(reasons) for path, reasons in OURS.items()}
    assert set(OF_TEXTUAL) <= used

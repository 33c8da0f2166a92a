"""Private members of Textual that are overridden or used: a new one fails here, as does one that Textual changes."""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

import kraty_console.console
import kraty_console.paint

PACKAGE = Path(kraty_console.__file__).parent

OVERRIDDEN = {
    "AppInternals": {"_clipboard", "_display", "_previous_cursor_position", "_set_pointer_shape"},
    "ReportsCrashes": {"_exception", "_fatal_error", "_handle_exception", "_return_code"},
    "ScreenInternals": {
        "_compositor",
        "_compositor_refresh",
        "_layout_required",
        "_on_timer_update",
        "_repaint_required",
        "_screen_resized",
    },
    "SequenceParser": {"_timeout_time"},
}
"""Private members of Textual's that a class defines or sets itself, on purpose."""

USED = {
    "AppInternals": {
        "_batch_count",
        "_begin_update",
        "_closed",
        "_driver",
        "_end_update",
        "_get_screen",
        "_handle_exception",
        "_running",
    },
    "ReportsCrashes": {"_close_messages_no_wait", "_exception_event", "_exit_renderables"},
    "DirtyLinesCompositor": {"_dirty_regions", "_regions_to_spans"},
    "ScreenInternals": {"_dirty_regions", "_dirty_widgets", "_refresh_layout", "_repaint_regions"},
}
"""Private members of Textual's that a class reads or calls."""

SIGNATURES = {
    "App._display": "(self, screen: 'Screen', renderable: 'RenderableType | None') -> 'None'",
    "App._begin_update": "(self) -> 'None'",
    "App._end_update": "(self) -> 'None'",
    "App._get_screen": "(self, screen: 'Screen | str') -> 'tuple[Screen, AwaitMount]'",
    "App._set_pointer_shape": "(self, shape: 'str') -> 'None'",
    "App._prune": "(self, *nodes: 'Widget', parent: 'DOMNode | None' = None) -> 'AwaitRemove'",
    "App._fatal_error": "(self) -> 'None'",
    "App._handle_exception": "(self, error: 'Exception') -> 'None'",
    "Compositor._regions_to_spans": "(regions: 'Iterable[Region]') -> 'Iterable[tuple[int, int, int]]'",
    "Compositor.render_partial_update": "(self) -> 'ChopsUpdate | None'",
    "MessagePump._close_messages_no_wait": "(self) -> 'None'",
    "Screen._compositor_refresh": "(self) -> 'None'",
    "Screen._on_timer_update": "(self) -> 'None'",
    "Screen._refresh_layout": "(self, size: 'Size | None' = None, scroll: 'bool' = False) -> 'None'",
    "Screen._screen_resized": "(self, size: 'Size') -> 'None'",
}
"""The methods among them, as Textual 8.2 has them."""

MODULES = {"_ansi_sequences", "_compositor", "_keyboard_protocol", "_time", "_xterm_parser"}
"""Private modules of Textual's that the painter imports from; nothing else does."""

_MADE = {name for base in (App, Screen, Widget) for name in vars(type("Bare", (base,), {}))} | {
    "_default_focused",
    "_default_virtual_size",
}
"""What Textual's metaclass and reactives put into every subclass."""


@pytest.fixture(autouse=True)
def without_garbage_collection() -> Iterator[None]:
    """CPython 3.11 fails in `ast.parse` when the collector finalizes a coroutine meanwhile."""
    gc.disable()
    yield
    gc.enable()


def classes() -> list[type]:
    """The classes of the console and the painter that derive from one of Textual's."""
    packages = (kraty_console.console, kraty_console.paint)
    names = chain.from_iterable(pkgutil.walk_packages(each.__path__, f"{each.__name__}.") for each in packages)
    found = {value for name in names for value in vars(importlib.import_module(name.name)).values() if _is_ours(value)}
    return sorted(found, key=lambda cls: cls.__qualname__)


def _is_ours(value: object) -> bool:
    return (
        isinstance(value, type)
        and value.__module__.startswith("kraty_console")
        and any(_is_textuals(base) for base in value.__mro__)
    )


def _is_textuals(cls: type) -> bool:
    return cls.__module__.startswith("textual")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and not name.startswith("_abc")


@cache
def _attributes(cls: type) -> tuple[frozenset[str], frozenset[str]]:
    """The private attributes that the source of a class sets on itself, and all that it names."""
    found = [
        node for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))) if isinstance(node, ast.Attribute)
    ]
    stored = [
        node.attr
        for node in found
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]
    return frozenset(filter(_is_private, stored)), frozenset(filter(_is_private, (node.attr for node in found)))


def _defined(cls: type) -> set[str]:
    return {name for name in {*vars(cls), *_attributes(cls)[0]} if _is_private(name)} - _MADE


def _of_textual(cls: type) -> set[str]:
    return set().union(*(_defined(base) for base in cls.__mro__ if _is_textuals(base)))


def test_private_members_of_textual_are_overridden_only_on_purpose() -> None:
    found = {cls.__name__: both for cls in classes() if (both := _defined(cls) & _of_textual(cls))}
    assert found == OVERRIDDEN


def test_private_members_of_textual_are_used_in_few_places() -> None:
    found = {}
    for cls in classes():
        theirs = _of_textual(cls) - _defined(cls)
        if used := _attributes(cls)[1] & theirs:
            found[cls.__name__] = used
    assert found == USED


def test_they_are_all_in_one_module() -> None:
    named = {cls.__name__: cls.__module__ for cls in classes()}
    assert {named[name] for name in [*OVERRIDDEN, *USED]} == {"kraty_console.paint.textual_internals"}


def test_the_methods_among_them_take_what_they_took() -> None:
    owners = {cls.__name__: cls for cls in (App, Compositor, MessagePump, Screen)}
    found = {}
    for name in SIGNATURES:
        owner, _, method = name.partition(".")
        found[name] = str(inspect.signature(getattr(owners[owner], method)))
    assert found == SIGNATURES


def test_private_modules_of_textual_are_imported_only_by_the_painter() -> None:
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in re.findall(r"from textual\.(_\w+) import", path.read_text(encoding="utf-8")):
            found.setdefault(path.relative_to(PACKAGE).parts[0], set()).add(name)
    assert found == {"paint": MODULES}

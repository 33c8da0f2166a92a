"""Functions of modules that are imported by their first call."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def deferred(module: str, name: str) -> Callable[..., Any]:
    """A function of `kraty_console.cli.MODULE`: `--help` of its command loads neither client nor presenters
    (0.4 s of CPU).
    """

    def call(*arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 (those of the function)
        return getattr(import_module(f"{__package__}.{module}"), name)(*arguments, **keywords)

    return call

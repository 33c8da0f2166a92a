"""The Timeline pane. It is loaded when it is first looked at."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kraty_console.console.timeline.pane import TimelinePane as TimelinePane


def __getattr__(name: str) -> Any:  # noqa: ANN401 (a class of the module)
    if name != "TimelinePane":
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.pane"), name)

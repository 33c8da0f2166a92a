"""Seconds that pass only when a test says so: on a slow machine a countdown would be further on than expected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.timer import Timer


@contextmanager
def freeze_seconds() -> Iterator[None]:
    """Timers of a second or more, which count what a person waits, do not fire; all that are shorter do."""
    make = Timer.__init__

    def made(timer: Timer, target: Any, interval: float, **how: Any) -> None:
        make(timer, target, interval, **{**how, "pause": how.get("pause", False) or interval >= 1.0})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Timer, "__init__", made)
        yield

"""Garbage collection while the console starts: nothing that is imported becomes garbage, and looking for it costs.

Without collections until the first screen a start takes 10 % less time; frozen objects are not looked at again, which
saves 10 ms at each later full collection.
"""

from __future__ import annotations

import gc

_THRESHOLDS = (700, 10, 40)
"""Python's, but for full collections: a fourth as many, since one takes 10 ms and more, often while a dialog opens."""


def pause_collection() -> None:
    """Collect nothing until `resume_collection`."""
    gc.disable()


def resume_collection(*, keep: bool = False) -> None:
    """Collect again; with `keep`, everything that exists now stays without being looked at again."""
    if keep:
        gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()


def keep_imported() -> None:
    """Keep what was just imported without looking at it again, unless collection is paused."""
    if gc.isenabled():
        gc.freeze()


def end_collection() -> None:
    """The process ends: keep everything, since looking through a backend would take a quarter of a second."""
    gc.freeze()

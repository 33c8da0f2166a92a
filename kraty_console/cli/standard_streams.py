"""The standard streams of a process, also where whoever started it closed some of them."""

from __future__ import annotations

import os
import sys
from typing import Final

_STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def have_them() -> frozenset[str]:
    """Lead the streams that are closed to nowhere; the answer is which those were.

    Otherwise the next file or socket would get their number, and what is printed would go into a database.
    """
    closed = set()
    for number, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
            closed.add(name)
        if getattr(sys, name) is None:
            closed.add(name)
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (for as long as it runs)
    return frozenset(closed)

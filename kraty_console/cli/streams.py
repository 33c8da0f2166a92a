"""The three streams of the process, any of which may be closed, full, or gone.

It is imported before anything else, and imports nothing that the interpreter has not loaded.
"""

from __future__ import annotations

import os
import sys


class OutputFailed(OSError):
    """The standard output took less than everything."""


CLOSED: set[str] = set()
"""The streams that were closed when the process began."""


def take_streams() -> None:
    """Put something in the place of streams that are closed, so that no file that is opened later gets their number.

    What stands there fails like a closed stream: it can be neither read nor written.
    """
    for number, (name, flags, mode) in enumerate(
        (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_RDONLY, "w"))
    ):
        try:
            os.fstat(number)
        except OSError:
            CLOSED.add(name)
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            stream = open(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115 (as long as the process)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def output_failure() -> OSError | None:
    """Why the standard output does not take what is left for it; None when it does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def leave_streams(code: int) -> int:
    """Send what is left; the exit code, which tells a failure where the output took not everything.

    A stream that takes nothing is turned to nowhere: the interpreter's own last flush would fail on it.
    """
    if output_failure() is not None:
        code = code or 1
        _to_nowhere(1)
    try:
        sys.stderr.flush()
    except OSError:
        _to_nowhere(2)
    return code


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)

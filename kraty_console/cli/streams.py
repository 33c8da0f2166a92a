"""Handles closed, full or broken standard streams.

Imported first, so it imports only modules that the interpreter has already loaded.
"""

from __future__ import annotations

import os
import sys


class OutputFailed(OSError):
    """Not everything was written to the standard output."""


CLOSED: set[str] = set()
"""The streams that were closed at the start."""


def take_streams() -> None:
    """Replace closed streams, so that no file opened later gets their descriptor.

    The replacement fails like a closed stream: it can be neither read nor written.
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


def escape_unencodable_output() -> None:
    """Escape characters that the encoding of a terminal or pipe cannot represent."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def output_failure() -> OSError | None:
    """The error of flushing the standard output; None on success."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def leave_streams(code: int) -> int:
    """Flush the streams and return the exit code, which reports a failure to write everything.

    A failing stream is redirected to the null device, because the interpreter's final flush would fail.
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

"""Data goes to the standard output, words to the standard error; neither carries a byte that steers a terminal.

Numbers are plain in both: what is piped is read by programs, and what is copied is pasted into fields.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from kraty_console.cli.streams import OutputFailed
from kraty_console.paint.boot_screen import restore_terminal


def emit(text: str) -> None:
    """Data, whole lines; text from outside has been through the door before it gets here.

    Raises:
        BrokenPipeError: whoever read the output went away.
        OutputFailed: it took less than everything.
    """
    from kraty_console.domain.formatting import ungrouped

    text = ungrouped(text)
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailed(*error.args) from error


def emit_json(value: Any) -> None:  # noqa: ANN401 (JSON is anything)
    """Data as JSON in printable ASCII alone: control characters and all else come out as escapes."""
    from kraty_console.present.text_output import json_text

    emit(json_text(value))


def say(words: str) -> None:
    """Words for a person, made safe; on the terminal as it was, not on a first picture that nothing takes over.

    Where nobody can be told, the exit code is left to tell.
    """
    restore_terminal()
    from kraty_console.domain.formatting import ungrouped
    from kraty_console.present.safe import safe

    with suppress(OSError):
        print(ungrouped(safe(words, limit=4_000, multiline=True)), file=sys.stderr, flush=True)


def escape_unencodable_output() -> None:
    """Where a terminal or a pipe is not UTF-8, what it cannot take comes out as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

"""Prints data to the standard output and messages to the standard error, without terminal control characters.

Numbers are ungrouped in both, for programs and for pasting.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from kraty_console.cli.streams import OutputFailed
from kraty_console.domain.formatting import ungrouped
from kraty_console.paint.boot_screen import restore_terminal
from kraty_console.present.json_output import json_text
from kraty_console.present.safe import safe


def emit(text: str) -> None:
    """Print data, in whole lines; text from outside must already be sanitized.

    Raises:
        BrokenPipeError: the reader of the output is gone.
        OutputFailed: not everything was written.
    """
    text = ungrouped(text)
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailed(*error.args) from error


def emit_json(value: Any) -> None:  # noqa: ANN401 (JSON is anything)
    """Print data as JSON in printable ASCII; other characters are escaped."""
    emit(json_text(value))


def print_message(words: str) -> None:
    """Print a sanitized message for a person; an unused boot screen is removed first.

    If it cannot be printed, only the exit code reports the error.
    """
    restore_terminal()
    with suppress(OSError):
        print(ungrouped(safe(words, limit=4_000, multiline=True)), file=sys.stderr, flush=True)

"""Turns an error into a message on the standard error and an exit code."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from traceback import walk_tb

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import print_message
from kraty_console.cli.streams import OutputFailed, output_failure
from kraty_console.config.errors import ConfigError
from kraty_console.config.paths import Paths
from kraty_console.contract.errors import KratyError
from kraty_console.present.errors import error_text


def report_error(error: BaseException) -> int:
    """Print the error and return its exit code; an interruption and a closed pipe are not printed."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            return Exit.INTERRUPTED
        case BrokenPipeError():  # the reader of the output is gone
            return Exit.FAILED
        case click.ClickException():
            return _report_usage(error)
        case ConfigError():
            print_message(f"Error: {error}")
            return Exit.USAGE
        case KratyError():
            words = error_text(error)
            print_message(words.text if words.retry_after is None else f"{words.text} Wait {words.retry_after:.0f} s.")
            return words.exit_code
        case OSError():
            return _report_os_error(error)
        case _:
            return _report_crash(error)


def _report_usage(error: click.ClickException) -> int:
    """Print an error of the command line, after its usage if the command is known."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        print_message(error.ctx.get_usage())
    print_message(f"Error: {error.format_message()}")
    return error.exit_code


def _report_os_error(error: OSError) -> int:
    """Print an error of the operating system, with the file or stream."""
    failed = error if isinstance(error, OutputFailed) or _was_printing(error) else output_failure()
    if isinstance(failed, BrokenPipeError):
        return Exit.FAILED
    if failed is not None:
        print_message(f"Error: the standard output cannot be written ({_reason(failed)}): the output is incomplete")
        return Exit.FAILED
    file = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    print_message(f"Error: {file}{_reason(error)}")
    return Exit.FAILED


def _report_crash(error: BaseException) -> int:
    """Print that the program failed, with the path of a crash report, which contains no values."""
    from kraty_console.console.crash import report  # loads Textual

    summary = f"kraty-console failed ({type(error).__name__})"
    try:
        path = report(error, Paths.of(os.environ).state_dir, datetime.now(UTC))
    except Exception as failure:  # noqa: BLE001 (the first error is reported, even if the report fails)
        print_message(f"{summary}, and no report could be written: {getattr(failure, 'strerror', None) or failure}")
    else:
        print_message(f"{summary}. What happened, without any data, is in {path}")
    return Exit.CRASHED


def _was_printing(error: OSError) -> bool:
    """Whether the error comes from click printing a help text."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(each.f_globals.get("__name__") == "click.utils" and each.f_code.co_name == "echo" for each in frames)


def _reason(error: OSError) -> str:
    """The system's message; a closed stream has a bad descriptor."""
    if error.errno == errno.EBADF:
        return "it is closed"
    return error.strerror or str(error)

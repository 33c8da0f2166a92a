"""Reports errors on the standard error and returns the exit code."""

from __future__ import annotations

import errno
import os

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import say
from kraty_console.cli.streams import OutputFailed, output_failure
from kraty_console.config.errors import ConfigError
from kraty_console.contract.errors import Invalid, KratyError


def report_error(error: Exception) -> int:
    """Print the error and return its exit code."""
    if not isinstance(error, KratyError):
        say(f"Error: {error}")
        return Exit.USAGE if isinstance(error, ConfigError) else Exit.FAILED
    if isinstance(error, Invalid) and error.status is None:  # invalid input, not sent
        say(f"Error: {error.message}")
        return Exit.USAGE
    from kraty_console.present.errors import error_text

    words = error_text(error)
    say(words.text if words.retry_after is None else f"{words.text} Wait {words.retry_after:.0f} s.")
    return words.exit_code


def report_os_error(error: OSError) -> int:
    """Print an error of the operating system, with the file or stream, and return the exit code."""
    failed = error if isinstance(error, OutputFailed) or _was_printing(error) else output_failure()
    if isinstance(failed, BrokenPipeError):
        return Exit.FAILED
    if failed is not None:
        say(f"Error: the standard output cannot be written ({_why(failed)}): the output is incomplete")
        return Exit.FAILED
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    say(f"Error: {where}{_why(error)}")
    return Exit.FAILED


def report_crash(error: Exception) -> int:
    """Print that the program failed, with the path of a crash report, which contains no values."""
    from datetime import UTC, datetime

    from kraty_console.config.paths import Paths
    from kraty_console.console.crash import report

    what = f"kraty-console failed ({type(error).__name__})"
    try:
        path = report(error, Paths.of(os.environ).state_dir, datetime.now(UTC))
    except Exception as failure:  # noqa: BLE001 (whatever keeps a report from being written, the words are told)
        say(f"{what}, and no report could be written: {getattr(failure, 'strerror', None) or failure}")
    else:
        say(f"{what}. What happened, without any data, is in {path}")
    return Exit.CRASHED


def _was_printing(error: OSError) -> bool:
    """Whether the error comes from click printing a help text."""
    from traceback import walk_tb

    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(each.f_globals.get("__name__") == "click.utils" and each.f_code.co_name == "echo" for each in frames)


def _why(error: OSError) -> str:
    """The system's message; a closed stream has a bad descriptor."""
    if error.errno == errno.EBADF:
        return "it is closed"
    return error.strerror or str(error)

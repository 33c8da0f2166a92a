"""An error as words on the standard error and an exit code."""

from __future__ import annotations

from kraty_console.cli.exits import Exit
from kraty_console.cli.output import say
from kraty_console.config.errors import ConfigError
from kraty_console.contract.errors import (
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    RateLimited,
    SignInNeeded,
    Unavailable,
)


def told(error: Exception) -> int:
    """Say what happened, and answer the exit code that goes with it."""
    if isinstance(error, ConfigError):
        say(f"Error: {error}")
        return Exit.USAGE
    if isinstance(error, KratyError):
        traced = f" (request {error.request_id})" if error.request_id else ""
        say(f"{error.message}{traced}")
    return exit_code(error)


def exit_code(error: Exception) -> int:
    """The code of an error (issue: exit codes 0 to 5)."""
    if isinstance(error, NotFound):
        return Exit.NOT_FOUND
    if isinstance(error, SignInNeeded | NotAllowed):
        return Exit.NOT_ALLOWED
    if isinstance(error, Unavailable | RateLimited):
        return Exit.UNREACHABLE
    if isinstance(error, Invalid) and error.status is None:
        return Exit.USAGE
    return Exit.FAILED

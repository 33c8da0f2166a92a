"""An error as words on the standard error and an exit code."""

from __future__ import annotations

from kraty_console.cli.exits import Exit
from kraty_console.cli.output import say
from kraty_console.config.errors import ConfigError
from kraty_console.contract.errors import Invalid, KratyError


def told(error: Exception) -> int:
    """Say what happened, and answer the exit code that goes with it."""
    if not isinstance(error, KratyError):
        say(f"Error: {error}")
        return Exit.USAGE if isinstance(error, ConfigError) else Exit.FAILED
    if isinstance(error, Invalid) and error.status is None:  # never sent: what was asked for makes no sense
        say(f"Error: {error.message}")
        return Exit.USAGE
    from kraty_console.present.errors import words_of

    words = words_of(error)
    say(words.text if words.retry_after is None else f"{words.text} Wait {words.retry_after:.0f} s.")
    return words.exit_code

"""Runs the user's commands that print a secret, without a shell; errors name the setting."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from kraty_console.config.errors import ConfigError

COMMAND_SECONDS: Final = 30.0
"""Time limit in seconds; a command may ask for a passphrase or a touch of a key."""


def command_words(value: object, place: str) -> tuple[str, ...]:
    """The words of a command, given as a line or as a list.

    Raises:
        ConfigError: it is neither, or empty.
    """
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise ConfigError(f"{place} cannot be parsed: {error}") from error
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise ConfigError(f"{place} must be a command line, or a list of its words")


def printed_line(command: tuple[str, ...], environ: Mapping[str, str], name: str, what: str) -> str:
    """The first non-blank line that a command prints.

    `name` is the setting with the command, `what` is what it should print; both are for error messages, which never
    contain the output.

    Raises:
        ConfigError: it cannot be run, fails, takes too long, or prints nothing.
    """
    import subprocess  # most profiles run no command: opening a player then loads neither it nor its dependencies

    command_line = shlex.join(command)
    try:
        result = subprocess.run(  # noqa: S603 (the user's own command, without a shell)
            command, stdout=subprocess.PIPE, env=dict(environ), timeout=COMMAND_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise ConfigError(f"{name}: there is no {command[0]!r}") from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{name}: `{command_line}` cannot be run: {getattr(error, 'strerror', None) or error}"
        ) from error
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{name}: `{command_line}` gave no {what} within {COMMAND_SECONDS:.0f} s") from None
    if result.returncode != 0:
        raise ConfigError(f"{name}: `{command_line}` ended with {result.returncode}")
    lines = [line for line in result.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        raise ConfigError(f"{name}: `{command_line}` printed nothing")
    return lines[0]

"""Builds commands of this program for another shell."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kraty_console.config.launch import Launch
from kraty_console.config.paths import APP

_DEFAULT: Final = "default"
"""The name of an unnamed profile."""


def server_command(
    launch: Launch, command: str, players: Sequence[str], *, ticket: str = "", exact: bool = False
) -> str:
    """`kraty-console server merge guest_1 user_2 --profile live`: contains no secret; the profile names the key's
    source.

    Args:
        launch: The parameters of this run.
        command: The command of `server`.
        players: Its arguments.
        ticket: The ticket.
        exact: Whether to add `--exact`, for ids with invisible characters.
    """
    profile = launch.profile
    options = [] if profile.name == _DEFAULT else ["--profile", profile.name]
    if profile.url is not None and (profile.name == _DEFAULT or not profile.url_is_own):
        options += ["--url", profile.url]
    if ticket:
        options += ["--ticket", ticket]
    if exact:
        options.append("--exact")
    dashed = any(player.startswith("-") for player in players)
    words = [*options, "--", *players] if dashed else [*players, *options]
    environment = [f"KRATY_CONFIG={shell_quoted(str(launch.config_file))}"] if launch.config_file is not None else []
    return " ".join([*environment, *_program(), "server", command, *(shell_quoted(word) for word in words)])


def shell_quoted(word: str) -> str:
    """Quote a word for the shell; bytes that are not printable ASCII are escaped, so that pasting them is harmless."""
    if word.isascii() and word.isprintable():
        return shlex.quote(word)
    escaped = "".join(
        char
        if char.isascii() and char.isprintable() and char not in "'\\"
        else "".join(f"\\x{b:02x}" for b in char.encode())
        for char in word
    )
    return f"$'{escaped}'"


def _program() -> list[str]:
    """The command for this program: its name if it is on the PATH, or else its path."""
    program = Path(sys.argv[0])
    if program.name != APP:
        return [shell_quoted(sys.executable), "-m", "kraty_console"]
    path = shutil.which(APP)
    if path is not None and Path(path).resolve() == program.resolve():
        return [APP]
    return [shell_quoted(str(program.absolute()))]

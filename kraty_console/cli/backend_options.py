"""Options of commands on the backend's database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def database_option(function: F) -> F:
    """Add `--database`."""
    option = click.option(
        "--database",
        envvar="KRATY_BACKEND_DATABASE",
        metavar="URL",
        help="sqlite:///PATH or postgresql://…; by default KRATY_BACKEND_DATABASE, or a file in your data folder.",
    )
    return option(function)


def game_option(function: F) -> F:
    """Add `--game`."""
    return click.option("--game", metavar="ID", help="The game, by id or slug; by default the only one.")(function)

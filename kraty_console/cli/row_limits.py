"""How many rows of a paged list a command prints: `--limit N` or `--all`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

F = TypeVar("F", bound=Callable[..., Any])


def row_limit_options(function: F) -> F:
    """Add `--limit` and `--all`."""
    function = click.option("--all", "all_rows", is_flag=True, help="All rows, to the last one.")(function)
    return click.option("--limit", type=click.IntRange(1), help=f"Maximum number of rows; {DEFAULT_LIMIT} by default.")(
        function
    )


def row_limit(limit: int | None, *, all_rows: bool, default: int | None = DEFAULT_LIMIT) -> int | None:
    """The maximum number of rows; None for all.

    Raises:
        click.UsageError: both flags are given.
    """
    if all_rows and limit is not None:
        raise click.UsageError("--limit and --all exclude each other")
    return None if all_rows else limit if limit is not None else default


def page_size(limit: int | None) -> int:
    """The number of rows to ask for at once."""
    return MAX_LIMIT if limit is None else min(limit, MAX_LIMIT)

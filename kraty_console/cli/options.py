"""Flags for backend and game, before or after a command; the later one wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Options(NamedTuple):
    """The given flags; None if not given."""

    profile: str | None = None
    url: str | None = None
    studio: str | None = None
    game: str | None = None
    environment: str | None = None
    token_stdin: bool | None = None
    read_only: bool | None = None
    mouse: bool | None = None
    plain_paint: bool | None = None
    theme: str | None = None
    ticket: str | None = None

    def then(self, later: Options) -> Options:
        """These options, overridden by later ones."""
        return self._replace(**{name: value for name, value in later._asdict().items() if value is not None})


THEMES: Final = ("dark", "light", "ansi", "mono")
"""The themes of `console.colours`; a test compares them."""

_WHERE: Final = (
    click.option("--profile", metavar="NAME", help="A profile of the configuration."),
    click.option("--url", metavar="URL", help="Address of the backend; https, or http to this machine."),
    click.option("--studio", metavar="ID", help="The studio."),
    click.option("--game", metavar="ID", help="The game."),
    click.option("--environment", metavar="NAME", help="live, test, or another of the studio."),
    click.option("--token-stdin", is_flag=True, default=None, help="Read the session token from the standard input."),
)
_LOOKS: Final = (
    click.option("--read-only", is_flag=True, default=None, help="Disable write actions."),
    click.option("--mouse/--no-mouse", default=None, help="Use the mouse."),
    click.option("--plain-paint", is_flag=True, default=None, help="Redraw whole regions, not only changes."),
    click.option("--theme", type=click.Choice(THEMES), help="Colours."),
    click.option("--ticket", metavar="ID", help="The ticket to record with changes."),
)


def where_options(function: F) -> F:
    """Add the flags that name backend and game."""
    for option in reversed(_WHERE):
        function = option(function)
    return function


def console_options(function: F) -> F:
    """Add all flags of the console."""
    for option in reversed(_LOOKS):
        function = option(function)
    return where_options(function)


def json_option(function: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="JSON, in ASCII alone.")(function)


def answer_json_option(function: F) -> F:
    """Add `--json`, for commands that print the backend's answer."""
    return click.option("--json", "as_json", is_flag=True, help="Print the backend's answer as JSON, in ASCII.")(
        function
    )

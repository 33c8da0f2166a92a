"""A command group that imports a command only when it is called."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Places = Mapping[str, tuple[str, str, str]]
"""Command → module, attribute, and its line in --help."""


class LazyGroup(click.Group):
    """Imports a command when it is called; --help and the completion of its name import none."""

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in table order."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; None if there is no such command."""
        if cmd_name not in self._places:
            return None
        module, attribute, _ = self._places[cmd_name]
        with _without_collection():
            command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in self._places.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that start with `incomplete`."""
        from click.shell_completion import CompletionItem  # loaded by click only in a completion

        commands = [
            CompletionItem(name, help=summary)
            for name, (_, _, summary) in self._places.items()
            if name.startswith(incomplete)
        ]
        # The options; the method of click.Group would import every command.
        return commands + click.Command.shell_complete(self, ctx, incomplete)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Import without garbage collection: it makes imports 10 % slower, and modules do not become garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

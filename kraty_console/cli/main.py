"""The command line. Nothing but click is imported until a command needs it: `--version` answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from kraty_console import __version__
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lazy import LazyGroup
from kraty_console.cli.options import Options, console_options
from kraty_console.cli.streams import escape_unencodable_output
from kraty_console.paint.boot_screen import restore_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "open": ("kraty_console.cli.open_command", "open_console", "Open the console, optionally on a player."),
    "search": ("kraty_console.cli.lookup_commands", "search", "Find players by id, e-mail, or the beginning of an id."),
    "show": ("kraty_console.cli.lookup_commands", "show", "Show a player."),
    "diagnose": (
        "kraty_console.cli.report_commands",
        "diagnose",
        "Tell what is wrong with a player, and the next step.",
    ),
    "timeline": ("kraty_console.cli.report_commands", "timeline", "Print what happened to a player, newest first."),
    "audit": ("kraty_console.cli.report_commands", "audit", "Print or export the studio's audit log, filtered."),
    "act": ("kraty_console.cli.act", "act", "Make one change, as the dialogs of the console do."),
    "queue": ("kraty_console.cli.queue_commands", "queue", "Look up many players, and make one change for a group."),
    "worklog": ("kraty_console.cli.report_commands", "worklog", "Print what was done under a ticket, or the tickets."),
    "demo": ("kraty_console.cli.demo", "demo", "Open the console on an embedded backend with a demo world."),
    "practice": ("kraty_console.cli.practice", "practice", "Solve tickets of the demo world, and see how it went."),
    "server": ("kraty_console.cli.server", "server", "Call the server API with a server key."),
    "backend": ("kraty_console.cli.backend", "backend", "Run and administer a Kraty backend."),
    "webhooks": ("kraty_console.cli.webhooks", "webhooks", "Receive a game's events, for development."),
    "config": (
        "kraty_console.cli.config_commands",
        "config",
        "Show the profile file's path, an example, and the effective settings.",
    ),
    "doctor": (
        "kraty_console.cli.doctor",
        "doctor",
        "Check everything that the console needs, without changing anything.",
    ),
}
"""Command → module, attribute, and its line in --help; imported when it is called."""


class _Commands(LazyGroup):
    """The commands; a first word that is no command is a player's id."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            return "open", self.get_command(ctx, "open"), ["--", *args] if args[0].startswith("-") else args
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    places=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS]",
    subcommand_metavar="[PLAYER | COMMAND …]",
)
@click.version_option(__version__, "-V", "--version", prog_name="kraty-console", message="%(prog)s %(version)s")
@console_options
@click.pass_context
def cli(ctx: click.Context, /, **flags: Any) -> int | None:  # noqa: ANN401 (each flag has its own type)
    """Find a player of a game on Kraty, see what went wrong, and fix it.

    Without a command it opens the console; with a player's id (kraty-console alice_42), on that player.

    Exit codes: 0 found or done, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable; of a change 6 refused,
    7 the row had changed, 8 outcome unknown; 9 partly done (queue); 10 something is wrong (diagnose),
    or not every ticket was solved (practice).
    """
    ctx.obj = Options(**flags)
    if ctx.invoked_subcommand is None:
        command = cli.get_command(ctx, "open")
        assert command is not None
        code: int = ctx.invoke(command)
        return code
    return None


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; all errors are reported as text."""
    escape_unencodable_output()
    try:
        try:
            code = cli.main(
                args=None if arguments is None else list(arguments), prog_name="kraty-console", standalone_mode=False
            )
        finally:
            restore_terminal()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the boundary: every error becomes text and a code)
        from kraty_console.cli.error_reporting import report_error  # --help and --version load no domain or presenters

        return report_error(error)
    return code if isinstance(code, int) else Exit.FOUND

"""`kraty-console act`: every change of the registry as a command, made from its form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from kraty_console.cli.deferred import deferred
from kraty_console.cli.options import Options, json_option, where_options
from kraty_console.domain.change_commands import ChangeCommand, change_commands, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kraty_console.domain.fields import Field

_make_change: Final = deferred("act_change", "make_change")

_EPILOG: Final = """Exit codes: 0 applied (or only previewed), 6 refused, 7 not applied because the row had changed
since it was read, 8 the outcome is not known; the others are those of `kraty-console --help`."""


_METAVARS: Final = {"number": "NUMBER", "json": "JSON", "key": "KEY"}


class _ChangeCommands(click.Group):
    """Makes a command when it is asked for; the list of them needs no form."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the registry."""
        del ctx
        return list(change_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; None if there is no such command."""
        del ctx
        command = change_commands().get(cmd_name)
        return None if command is None else _command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help."""
        del ctx
        with formatter.section("Changes"):
            formatter.write_dl([(name, _summary(each)) for name, each in change_commands().items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """The commands and options that start with `incomplete`."""
        names = [
            click.shell_completion.CompletionItem(name, help=_summary(each))
            for name, each in change_commands().items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(cls=_ChangeCommands, epilog=_EPILOG, subcommand_metavar="CHANGE TARGET [OPTIONS]")
def act() -> None:
    """Make one change, with the form, the checks and the journal of its dialog in the console.

    TARGET is the exact id of the attempt, grant, audit row or delivery, or of the player.
    """


def _summary(command: ChangeCommand) -> str:
    """The line in a list."""
    if command.change.other_operation is not None:
        return f"{command.title} the player."
    words = command.change.spec.help
    return f"{words[:1].upper()}{words[1:]}."


def _command(command: ChangeCommand) -> click.Command:
    fields = fields_of(command)
    made = click.Command(
        command.name,
        params=list(_parameters(command, fields)),
        help=_summary(command),
        epilog=_EPILOG,
        callback=click.pass_obj(partial(_run, command, fields)),
    )
    return where_options(json_option(made))


def _parameters(command: ChangeCommand, fields: tuple[Field, ...]) -> Iterator[click.Parameter]:
    change = command.change
    yield click.Argument(["target"], metavar=command.target.upper())
    if change.names_other:
        yield click.Argument(["other"], metavar="INTO")
    if change.shorthand is not None:
        many = change.shorthand.many
        yield click.Argument(["words"], metavar=f"[{change.shorthand.usage}]{'…' if many else ''}", nargs=-1)
    for field in fields:
        is_flag = field.kind == "check"
        yield click.Option(
            [option_of(field.name), f"field_{field.name}"],
            is_flag=is_flag,
            help=_help(field),
            metavar=None if is_flag else _METAVARS.get(field.kind, "TEXT"),
        )
    if command.target in ("attempt", "grant"):
        yield click.Option(
            ["--player"], metavar="ID", help=f"Whose {command.target} it is, if the backend cannot tell."
        )
    yield click.Option(
        ["--confirm"], metavar="PLAYER", default="", help="The player's id once more, where the change asks for it."
    )
    yield click.Option(["--dry-run"], is_flag=True, help="Print what will change, and send nothing.")
    yield click.Option(
        ["--idempotency-key"], metavar="KEY", help="The key of the change; the same again has the same answer."
    )


def option_of(name: str) -> str:
    """The option of a field: `--final-score`."""
    return f"--{name.replace('_', '-')}"


def _help(field: Field) -> str:
    hint = field.hint if field.default in ("", False) or field.kind != "number" else ""
    words = ": ".join(part for part in (field.label if field.kind != "check" else "", hint) if part)
    return f"{words[:1].upper()}{words[1:]}."


def _run(
    command: ChangeCommand,
    fields: tuple[Field, ...],
    before: Options,
    /,
    target: str,
    as_json: bool,
    dry_run: bool,
    confirm: str,
    idempotency_key: str | None,
    other: str = "",
    player: str | None = None,
    words: tuple[str, ...] = (),
    **given: Any,  # noqa: ANN401 (fields, and the flags that name backend and game)
) -> Any:  # noqa: ANN401
    texts = dict(_shorthand_texts(command, words))
    for field in fields:
        value = given.pop(f"field_{field.name}")
        if value is None or value is False:
            continue
        if field.name in texts:
            raise click.UsageError(f"{option_of(field.name)} is given twice")
        texts[field.name] = "yes" if value is True else value
    options = before.then(Options(ticket=texts.pop("ticket", None), **given))
    return _make_change(
        options,
        command,
        target,
        texts,
        player=player or "",
        other=other,
        confirm=confirm,
        key=idempotency_key,
        dry_run=dry_run,
        as_json=as_json,
    )


def _shorthand_texts(command: ChangeCommand, words: tuple[str, ...]) -> Mapping[str, str]:
    shorthand = command.change.shorthand
    if shorthand is None or not words:
        return {}
    if len(words) > 1 and not shorthand.many:
        raise click.UsageError(f"only one {shorthand.usage} is taken")
    try:
        return shorthand.texts(words)
    except ValueError as error:
        raise click.UsageError(str(error)) from None

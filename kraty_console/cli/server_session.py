"""What the commands of `server` share: where, with which key, under which idempotency key."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options

if TYPE_CHECKING:
    from kraty_console.client.server import ServerClient
    from kraty_console.contract.secret import Secret

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class BadKey(click.ClickException):
    """The key is none that the backend knows."""

    exit_code = Exit.NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """The backend and the key that a command goes to."""

    options: Options
    key_stdin: bool

    @classmethod
    def of(cls, before: Options, said: dict[str, Any]) -> ServerTarget:
        """From the flags before the command and those behind it."""
        return cls(before.then(Options(profile=said["profile"], url=said["url"])), said["key_stdin"])


_KEYED = (
    click.option("--profile", metavar="NAME", help="A profile of the configuration."),
    click.option("--url", metavar="URL", help="Address of the backend; https, or http to this machine."),
    click.option("--key-stdin", is_flag=True, help="Read the API key from the standard input."),
)


def keyed_options(function: F) -> F:
    """Add the flags that name the backend and the key."""
    for option in reversed(_KEYED):
        function = option(function)
    return function


def change_options(function: F) -> F:
    """Add these, and the key under which a change happens once."""
    option = click.option(
        "--idempotency-key", metavar="KEY", help="The change happens once under it; left out, a new one."
    )
    return option(keyed_options(function))


def explained_options(function: F) -> F:
    """Add why a change is made, and for which ticket."""
    for option in (
        click.option("--ticket", metavar="ID", help="The ticket it is for; goes to the audit log."),
        click.option("--reason", metavar="TEXT", help="Why; goes to the audit log. In a terminal it is asked for."),
    ):
        function = option(function)
    return function


def required_reason(reason: str | None) -> str:
    """The reason that was given; left out, it is asked for where somebody can answer.

    Raises click.UsageError where nobody can, or where it says nothing.
    """
    from kraty_console.contract.limits import MAX_REASON, MIN_REASON

    if reason is None and sys.stdin.isatty():
        reason = click.prompt("reason", err=True)
    said = (reason or "").strip()
    if not MIN_REASON <= len(said) <= MAX_REASON:
        raise click.UsageError(f"say why: --reason TEXT, {MIN_REASON} to {MAX_REASON} characters")
    return said


_EXACT = "kraty_console.exact"
"""Where a command keeps that its ids are meant as they are."""


def player_argument(*names: str) -> Callable[[F], F]:
    """Add an argument that is a player's id, or several; one that looks like another is refused without `--exact`."""

    def add(function: F) -> F:
        for name in reversed(names):
            function = click.argument(name, callback=_plainly_seen)(function)
        return click.option(
            "--exact",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_note_exact,
            help="Take ids as they are, also with characters in them that nobody sees.",
        )(function)

    return add


def _note_exact(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_EXACT] = value


def _plainly_seen(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from kraty_console.domain.invisible_characters import invisible_part

    if (unseen := invisible_part(value)) is not None and not ctx.meta.get(_EXACT):
        raise click.BadParameter(
            f"the id {unseen}, which nobody sees: it is another player's than the one it looks like."
            " Add --exact to mean just this id.",
            ctx,
            param,
        )
    return value


def run_query(where: ServerTarget, question: Callable[[ServerClient], Awaitable[T]]) -> T:
    """Ask, and close.

    Raises click.ClickException for a key that is not known, ConfigError and KratyError.
    """
    import asyncio

    from kraty_console.contract.errors import SignInNeeded

    async def ask() -> T:
        async with client_of(where) as client:
            return await question(client)

    try:
        return asyncio.run(ask())
    except SignInNeeded:
        raise BadKey("the key is not known here, or was revoked") from None


def run_change(where: ServerTarget, key: str | None, change: Callable[[ServerClient, str], Awaitable[T]]) -> T:
    """Make a change; where its outcome stays unknown, say how it is asked for again without happening twice.

    Raises ConfigError where the profile is read-only, and what `run_query` does.
    """
    import uuid

    from kraty_console.cli.output import say
    from kraty_console.contract.errors import BadAnswer, Unavailable

    _refuse_read_only(where)
    key = key or uuid.uuid4().hex
    try:
        return run_query(where, lambda client: change(client, key))
    except (Unavailable, BadAnswer) as error:
        if error.maybe_applied:
            say(f"It may have happened. Run the same again with --idempotency-key {key}: it happens once.")
        raise


def _refuse_read_only(where: ServerTarget) -> None:
    from kraty_console.cli.session import profile_of
    from kraty_console.config.errors import ConfigError

    profile, _ = profile_of(where.options)
    if profile.read_only:
        raise ConfigError(f"nothing was changed: the profile {profile.name} is read-only")


def client_of(where: ServerTarget) -> ServerClient:
    """A client that has opened nothing yet.

    Raises:
        ConfigError: there is no address or no key, or a header or certificate of the profile cannot be used.
        KratyError: the address cannot be used.
    """
    from kraty_console.cli.session import profile_of
    from kraty_console.client.connection import ConnectionSettings
    from kraty_console.client.server import ServerClient
    from kraty_console.config.access import resolve_access
    from kraty_console.config.errors import ConfigError

    profile, _ = profile_of(where.options)
    if profile.url is None:
        raise ConfigError(
            "no backend is named: give --url, KRATY_URL, or a profile (kraty-console config example shows one)"
        )
    key = _key(where, profile)
    if key is None:
        raise ConfigError(
            "there is no server key: give KRATY_SERVER_KEY, --key-stdin, or name its source in the profile"
        )
    access = resolve_access(profile, os.environ)
    connection = ConnectionSettings(
        access.headers, certificate=access.certificate, key=access.key, passphrase=access.passphrase
    )
    return ServerClient(profile.url, key, connection=connection)


def _key(where: ServerTarget, profile: Any) -> Secret | None:  # noqa: ANN401 (a Profile; imported when it is needed)
    from kraty_console.config.tokens import find_server_key
    from kraty_console.contract.secret import Secret

    if where.key_stdin and sys.stdin.isatty():
        return Secret(click.prompt("server key", hide_input=True, err=True).strip())
    return find_server_key(profile, os.environ, stdin=sys.stdin if where.key_stdin else None)

"""Shared by the `server` commands: backend, key, and idempotency key."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.session import profile_of
from kraty_console.client.connection import ConnectionSettings
from kraty_console.client.server import ServerClient
from kraty_console.config.access import resolve_access
from kraty_console.config.errors import ConfigError
from kraty_console.config.profiles import Profile
from kraty_console.config.tokens import find_server_key
from kraty_console.contract.characters import invisible_part
from kraty_console.contract.errors import BadAnswer, SignInNeeded, Unavailable
from kraty_console.contract.limits import MAX_REASON, MIN_REASON
from kraty_console.contract.secret import Secret
from kraty_console.present.safe import safe

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class BadKey(click.ClickException):
    """The backend does not know the key."""

    exit_code = Exit.NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """The backend and the key of a command."""

    options: Options
    key_stdin: bool

    @classmethod
    def of(cls, before: Options, flags: dict[str, Any]) -> ServerTarget:
        """From the flags before and after the command."""
        return cls(before.then(Options(profile=flags["profile"], url=flags["url"])), flags["key_stdin"])


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
    """Add these flags and `--idempotency-key`."""
    option = click.option(
        "--idempotency-key", metavar="KEY", help="The idempotency key of the change; a new one by default."
    )
    return option(keyed_options(function))


def explained_options(function: F) -> F:
    """Add `--reason` and `--ticket`."""
    for option in (
        click.option("--ticket", metavar="ID", help="The ticket, for the audit log."),
        click.option("--reason", metavar="TEXT", help="The reason, for the audit log. Prompted for in a terminal."),
    ):
        function = option(function)
    return function


def required_reason(reason: str | None) -> str:
    """The given reason; without one, prompt for it in a terminal.

    Raises click.UsageError without a terminal, or if the reason is too short.
    """
    if reason is None and sys.stdin.isatty():
        reason = click.prompt("reason", err=True)
    text = (reason or "").strip()
    if not MIN_REASON <= len(text) <= MAX_REASON:
        raise click.UsageError(f"a reason is needed: --reason TEXT, {MIN_REASON} to {MAX_REASON} characters")
    return text


_EXACT = "kraty_console.exact"
"""The context key for `--exact`."""


def player_argument(*names: str) -> Callable[[F], F]:
    """Add player id arguments; ids with invisible characters are refused without `--exact`."""

    def add(function: F) -> F:
        for name in reversed(names):
            function = click.argument(name, callback=_visible_id)(function)
        return click.option(
            "--exact",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_note_exact,
            help="Accept ids with invisible characters.",
        )(function)

    return add


def _note_exact(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_EXACT] = value


def _visible_id(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if (invisible := invisible_part(value)) is not None and not ctx.meta.get(_EXACT):
        raise click.BadParameter(
            f"the id {invisible}, which is invisible: it is a different id than it looks like."
            " Add --exact to use exactly this id.",
            ctx,
            param,
        )
    return value


def run_query(target: ServerTarget, query: Callable[[ServerClient], Awaitable[T]]) -> T:
    """Run a query with a client and close it.

    Raises click.ClickException for an unknown key, ConfigError and KratyError.
    """

    async def run() -> T:
        async with client_of(target) as client:
            return await query(client)

    try:
        return asyncio.run(run())
    except SignInNeeded:
        raise BadKey("the key is not known here, or was revoked") from None


def run_change(target: ServerTarget, key: str | None, change: Callable[[ServerClient, str], Awaitable[T]]) -> T:
    """Make a change; if its outcome is unknown, print how to repeat it safely.

    Raises ConfigError if the profile is read-only, and everything that `run_query` raises.
    """
    _refuse_read_only(target)
    key = key or uuid.uuid4().hex
    try:
        return run_query(target, lambda client: change(client, key))
    except (Unavailable, BadAnswer) as error:
        if error.maybe_applied:
            print_message(
                f"It may have taken effect. Run the command again with --idempotency-key {key}: it takes effect once."
            )
        raise


def print_result(as_json: bool, raw: dict[str, Any], sentence: str) -> None:
    """Print the backend's answer as JSON, or a sentence about it."""
    if as_json:
        emit_json(raw)
    else:
        emit(safe(sentence, limit=2_000))


def _refuse_read_only(target: ServerTarget) -> None:
    profile, _ = profile_of(target.options)
    if profile.read_only:
        raise ConfigError(f"nothing was changed: the profile {profile.name} is read-only")


def client_of(target: ServerTarget) -> ServerClient:
    """A client that is not connected yet.

    Raises:
        ConfigError: there is no address or no key, or a header or certificate of the profile cannot be used.
        KratyError: the address cannot be used.
    """
    profile, _ = profile_of(target.options)
    if profile.url is None:
        raise ConfigError(
            "no backend is named: give --url, KRATY_URL, or a profile (kraty-console config example shows one)"
        )
    key = _server_key(target, profile)
    if key is None:
        raise ConfigError(
            "there is no server key: give KRATY_SERVER_KEY, --key-stdin, or set its source in the profile"
        )
    access = resolve_access(profile, os.environ)
    connection = ConnectionSettings(
        access.headers, certificate=access.certificate, key=access.key, passphrase=access.passphrase
    )
    return ServerClient(profile.url, key, connection=connection)


def _server_key(target: ServerTarget, profile: Profile) -> Secret | None:
    if target.key_stdin and sys.stdin.isatty():
        return Secret(click.prompt("server key", hide_input=True, err=True).strip())
    return find_server_key(profile, os.environ, stdin=sys.stdin if target.key_stdin else None)

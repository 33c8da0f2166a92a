"""Builds profile, token and client from flags, environment and profile file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from kraty_console.cli.options import Options
from kraty_console.config.access import resolve_access
from kraty_console.config.errors import ConfigError
from kraty_console.config.launch import Launch
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Overrides, Profile, load_profile
from kraty_console.config.tokens import FoundToken, find_token_and_source
from kraty_console.contract.secret import Secret

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace


def profile_of(options: Options) -> tuple[Profile, Paths]:
    """The profile merged from flags, environment and file."""
    paths = Paths.of(os.environ)
    overrides = Overrides(
        url=options.url,
        studio=options.studio,
        game=options.game,
        environment=options.environment,
        theme=options.theme,
        read_only=options.read_only,
        mouse=options.mouse,
        plain_paint=options.plain_paint,
    )
    return load_profile(paths.config_file, os.environ, overrides, name=options.profile), paths


def token_of(options: Options, profile: Profile, paths: Paths) -> Secret | None:
    """The token; prompted for without echo if the standard input is a terminal."""
    result = token_and_source_of(options, profile, paths)
    return result.secret if result is not None else None


def token_and_source_of(options: Options, profile: Profile, paths: Paths) -> FoundToken | None:
    """The token and its source."""
    if options.token_stdin and sys.stdin.isatty():
        return FoundToken(Secret(click.prompt("session token", hide_input=True, err=True).strip()), "the terminal")
    return find_token_and_source(profile, paths, os.environ, stdin=sys.stdin if options.token_stdin else None)


def launch_of(options: Options, player: str | None) -> Launch:
    """The parameters to open the console with."""
    profile, paths = profile_of(options)
    token = token_of(options, profile, paths)
    return Launch(
        profile,
        token,
        paths.state_dir,
        paths.state_dir,
        initial_player=player,
        ticket=options.ticket or os.environ.get("KRATY_TICKET") or None,
        access=resolve_access(profile, os.environ),
        config_file=paths.config_file.absolute() if os.environ.get("KRATY_CONFIG") else None,
    )


def workspace_of(options: Options) -> Workspace:
    """A workspace for queries without a screen.

    Raises:
        ConfigError: there is no address, or no token.
    """
    launch = launch_of(options, None)
    profile = launch.profile
    if profile.url is None:
        raise ConfigError(
            "no backend is named: give --url, KRATY_URL, or a profile (kraty-console config example shows one)"
        )
    if launch.token is None and profile.uses_key:
        raise ConfigError(
            "there is no server key: give KRATY_SERVER_KEY, --token-stdin, or set its source in the profile"
        )
    if launch.token is None:
        raise ConfigError(
            "there is no session token: give KRATY_TOKEN, --token-stdin, or set its source in the profile"
        )
    from kraty_console.console.workspace import Workspace  # `open` loads it after the configuration is checked

    return Workspace(launch, ticket=launch.ticket or "")

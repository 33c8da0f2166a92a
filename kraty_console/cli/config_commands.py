"""`kraty-console config`: the profile file's path, an example, and the effective settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.options import Options, console_options, json_option
from kraty_console.cli.output import emit, emit_json
from kraty_console.config.effective import leaves, routes_in_effect, settings
from kraty_console.config.example import EXAMPLE
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Overrides, load_profile_with_sources
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells

if TYPE_CHECKING:
    from kraty_console.config.profiles import Profile


@click.group()
def config() -> None:
    """Show the profile file's path, an example, and the effective settings."""


@config.command()
def path() -> None:
    """Print the path of the profile file."""
    emit(str(Paths.of(os.environ).config_file))


@config.command()
def example() -> None:
    """Print an example profile file."""
    emit(EXAMPLE)


@config.command()
@json_option
@console_options
@click.pass_obj
def show(before: Options, /, as_json: bool, **flags: Any) -> None:  # noqa: ANN401 (each flag has its own type)
    """Print all effective settings with their sources; secrets are neither resolved nor printed."""
    profile, sources, paths = profile_with_sources(before.then(Options(**flags)))
    if as_json:
        emit_json(_as_json(profile, sources, paths))
    else:
        emit(_as_text(profile, sources, paths))


def profile_with_sources(options: Options) -> tuple[Profile, Mapping[str, str], Paths]:
    """The effective profile, the source of each field, and the paths.

    Raises:
        ConfigError: the configuration is invalid.
    """
    paths = Paths.of(os.environ)
    overrides = Overrides(**{name: getattr(options, name) for name in Overrides._fields})
    return *load_profile_with_sources(paths.config_file, os.environ, overrides, name=options.profile), paths


def _as_json(profile: Profile, sources: Mapping[str, str], paths: Paths) -> dict[str, Any]:
    return {
        "profile": {"name": profile.name, "source": sources["name"]},
        "file": str(paths.config_file),
        "fileExists": paths.config_file.exists(),
        "urlIsOwn": profile.url_is_own,
        "settings": {each.key: {"value": each.value, "source": each.source} for each in settings(profile, sources)},
        "routes": {
            each.operation: {"route": each.route or False, "builtIn": each.built_in, "source": each.source}
            for each in routes_in_effect(profile, sources)
        },
    }


def _as_text(profile: Profile, sources: Mapping[str, str], paths: Paths) -> str:
    file = str(paths.config_file)
    rows = [("SETTING", "FROM", "VALUE"), ("profile", sources["name"], profile.name)]
    rows += [(key, each.source, words) for each in settings(profile, sources) for key, words in leaves(each)]
    different = routes_in_effect(profile, sources)
    for each in different:
        rows.append((f"routes.{each.operation}", each.source, each.route or "this backend does not have it"))
        rows.append(("", "built in", each.built_in))
    if not different:
        rows.append(("routes", sources["routes"], "the built-in ones"))
    parts = [
        f"file: {safe(file, limit=2_000)}" + ("" if paths.config_file.exists() else " (does not exist)"),
        "",
        _aligned(rows),
    ]
    if not profile.url_is_own:
        parts += ["", "The address is not the profile's own: its stored token or key, its headers and its certificate"]
        parts += ["are not used there."]
    return "\n".join(parts) + "\n"


def _aligned(rows: list[tuple[str, str, str]]) -> str:
    """Align columns to their widest text; the last one is not padded."""
    shown = [tuple(safe(each, limit=2_000) for each in row) for row in rows]
    widths = [max(cells(row[place]) for row in shown) for place in (0, 1)]

    def padded(text: SafeText, width: int) -> str:
        return text + " " * (width - cells(text))

    return "\n".join(f"{padded(row[0], widths[0])}  {padded(row[1], widths[1])}  {row[2]}" for row in shown)

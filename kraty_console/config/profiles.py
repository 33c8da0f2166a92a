"""Profiles: which backend, which game, and how one works there.

| key | meaning | flag | environment |
|---|---|---|---|
| `url` | address of the backend; https, or http to this machine | `--url` | `KRATY_URL` |
| `studio`, `game` | their ids | `--studio`, `--game` | `KRATY_STUDIO`, `KRATY_GAME` |
| `environment` | `live`, `test`, or another the studio has | `--environment` | `KRATY_ENVIRONMENT` |
| `credential` | how the token is sent: `bearer` or `cookie` | | `KRATY_CREDENTIAL` |
| `token_command` | prints the token: a line, or a list of words | | |
| `token_file` | holds the token; 0600 | | |
| `keyring` | whether the system's keyring is asked | | |
| `server_key_command`, `server_key_file` | print or hold the key of `kraty-console server` | | |
| `read_only` | changing actions are taken away | `--read-only` | `KRATY_READ_ONLY` |
| `audit_url` | the portal's page of an audit row, with `{studioId}`, `{gameId}`, `{auditId}` in it; `y` copies it | | |
| `amount_limit` | larger amounts ask for the player's id to be typed | | |
| `theme`, `mouse` | how it looks; whether the mouse is taken | `--theme`, `--mouse` | `KRATY_THEME` |
| `plain_paint` | whole regions are sent, not what changed | `--plain-paint` | `KRATY_PLAIN_PAINT` |
| `keymap` | action id = key or keys, checked by the console | | |

The file holds `default = "name"`, `[profiles.name]` tables, and outside of them what is meant for all profiles
(`theme`, `mouse`, `plain_paint`, `amount_limit`, `keymap`). Flags win over the environment, it over the profile, it
over what is meant for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from kraty_console.config.errors import ConfigError

DEFAULT_AMOUNT_LIMIT: Final = 10_000

AUDIT_NAMES: Final = ("studioId", "gameId", "auditId")
"""What may stand in braces in `audit_url`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to work, complete: file, environment and flags put together."""

    name: str = "default"
    url: str | None = None
    """None on a first run: the console then asks."""
    studio: str | None = None
    game: str | None = None
    environment: str | None = None
    credential: Literal["bearer", "cookie"] = "bearer"
    token_command: tuple[str, ...] | None = None
    token_file: Path | None = None
    keyring: bool = True
    server_key_command: tuple[str, ...] | None = None
    server_key_file: Path | None = None
    read_only: bool = False
    audit_url: str | None = None
    """The address of an audit row for people, with `AUDIT_NAMES` in braces; None names the row of the API."""
    amount_limit: int = DEFAULT_AMOUNT_LIMIT
    theme: str | None = None
    mouse: bool = False
    plain_paint: bool = False
    keymap: Mapping[str, Any] = field(default_factory=dict)
    """As it was written; the console checks it, since it knows the actions."""
    url_is_own: bool = True
    """False when a flag or the environment names another address: then no stored token is sent there."""


class Overrides(NamedTuple):
    """What flags say; None where they say nothing."""

    url: str | None = None
    studio: str | None = None
    game: str | None = None
    environment: str | None = None
    theme: str | None = None
    read_only: bool | None = None
    mouse: bool | None = None
    plain_paint: bool | None = None


_FOR_ALL: Final = ("theme", "mouse", "plain_paint", "amount_limit", "keymap")
_KEYS: Final = tuple(item.name for item in fields(Profile) if item.name not in ("name", "url_is_own"))
_TOP: Final = ("default", "profiles", *_FOR_ALL)

_FROM_ENVIRONMENT: Final = {
    "url": "KRATY_URL",
    "studio": "KRATY_STUDIO",
    "game": "KRATY_GAME",
    "environment": "KRATY_ENVIRONMENT",
    "credential": "KRATY_CREDENTIAL",
    "theme": "KRATY_THEME",
    "read_only": "KRATY_READ_ONLY",
    "plain_paint": "KRATY_PLAIN_PAINT",
}
_SWITCHES: Final = ("read_only", "mouse", "plain_paint", "keyring")
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})


def load_profile(
    config_file: Path, environ: Mapping[str, str], overrides: Overrides | None = None, *, name: str | None = None
) -> Profile:
    """The profile to work with; without a file, what environment and flags say.

    Raises:
        ConfigError: the file cannot be read, holds an unknown key or a wrong value, or has no such profile.
    """
    document = _document(config_file)
    _known_keys(document, _TOP, str(config_file))
    wanted = name or environ.get("KRATY_PROFILE") or document.get("default")
    if wanted is not None and not isinstance(wanted, str):
        raise ConfigError(f"{config_file}: `default` must be the name of a profile")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict):
        raise ConfigError(f"{config_file}: `profiles` must be tables, as in [profiles.live]")
    table = _table(profiles, wanted, config_file)
    chosen = wanted or (next(iter(profiles)) if len(profiles) == 1 else "default")
    where = f"{config_file}: [profiles.{chosen}]"
    _known_keys(table, _KEYS, where)

    values: dict[str, Any] = {
        key: _checked(key, document[key], str(config_file)) for key in _FOR_ALL if key in document
    }
    values.update({key: _checked(key, value, where) for key, value in table.items()})
    profile = Profile(name=chosen, **values)
    return _overridden(profile, _said(environ, overrides or Overrides()))


def _document(config_file: Path) -> dict[str, Any]:
    try:
        text = config_file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config_file} cannot be read: {error}") from error
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{config_file} is not TOML: {error}") from error


def _table(profiles: Mapping[str, Any], wanted: str | None, config_file: Path) -> dict[str, Any]:
    if wanted is None and len(profiles) > 1:
        names = ", ".join(sorted(profiles))
        raise ConfigError(
            f'{config_file} has several profiles ({names}): say --profile NAME, or write default = "NAME"'
        )
    if wanted is not None and wanted not in profiles and (profiles or wanted != "default"):
        raise ConfigError(f"{config_file} has no profile {wanted!r}{_nearest(wanted, tuple(profiles))}")
    table = profiles.get(wanted, {}) if wanted is not None else next(iter(profiles.values()), {})
    if not isinstance(table, dict):
        raise ConfigError(f"{config_file}: a profile is a table, as in [profiles.live]")
    return table


def _known_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown key `{key}`{_nearest(key, known)}")


def _nearest(word: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f": did you mean `{near[0]}`?"
    return f" (known: {', '.join(known)})" if known else ""


def _checked(key: str, value: object, where: str) -> Any:  # noqa: ANN401 (each key has its own type)
    if key in ("url", "studio", "game", "environment", "theme"):
        if isinstance(value, str) and value.strip():
            return value.strip()
        raise ConfigError(f"{where}: `{key}` must be text")
    if key == "audit_url":
        return _audit_url(value, where)
    if key in _SWITCHES:
        if isinstance(value, bool):
            return value
        raise ConfigError(f"{where}: `{key}` must be true or false")
    if key == "credential":
        if value in ("bearer", "cookie"):
            return value
        raise ConfigError(f'{where}: `credential` must be "bearer" or "cookie"')
    if key == "amount_limit":
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise ConfigError(f"{where}: `amount_limit` must be a whole number, 0 or more")
    if key == "keymap":
        if isinstance(value, dict):
            return value
        raise ConfigError(f'{where}: `keymap` must be a table of action = "key"')
    if key.endswith("_file"):
        if isinstance(value, str) and value:
            return Path(value).expanduser()
        raise ConfigError(f"{where}: `{key}` must be a path")
    return _command(key, value, where)


def _audit_url(value: object, where: str) -> str:
    if isinstance(value, str) and value.startswith(("https://", "http://")) and "{auditId}" in value:
        unknown = set(re.findall(r"\{([^{}]*)\}", value)) - set(AUDIT_NAMES)
        if value.isprintable() and " " not in value and not unknown:
            return value
    names = ", ".join(f"{{{name}}}" for name in AUDIT_NAMES)
    raise ConfigError(f"{where}: `audit_url` must be an https address that holds {{auditId}}; it may hold {names}")


def _command(key: str, value: object, where: str) -> tuple[str, ...]:
    import shlex

    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise ConfigError(f"{where}: `{key}` cannot be taken apart: {error}") from error
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise ConfigError(f"{where}: `{key}` must be a command line, or a list of its words")


def _said(environ: Mapping[str, str], overrides: Overrides) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, variable in _FROM_ENVIRONMENT.items():
        if variable not in environ or (key not in _SWITCHES and not environ[variable]):
            continue
        value: object = truth(environ[variable], variable) if key in _SWITCHES else environ[variable]
        said[key] = _checked(key, value, variable)
    for key, flag in overrides._asdict().items():
        if flag is not None:
            said[key] = _checked(key, flag, f"--{key.replace('_', '-')}")
    return said


def truth(text: str, where: str) -> bool:
    """What a variable of the environment says that is on or off.

    Raises:
        ConfigError: neither.
    """
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ConfigError(f"{where} must be 1 or 0, not {text!r}")


def _overridden(profile: Profile, said: Mapping[str, Any]) -> Profile:
    elsewhere = "url" in said and profile.url is not None and said["url"].rstrip("/") != profile.url.rstrip("/")
    return replace(profile, **said, url_is_own=not elsewhere)


EXAMPLE: Final = """\
# Which profile is used when none is named (--profile NAME, or KRATY_PROFILE).
default = "live"

# For all profiles.
# theme = "light"   # dark, light, ansi (the terminal's own 16 colours), mono
# mouse = true
# plain_paint = true   # for a terminal that the quicker way of painting confuses
# [keymap]
# "view.refresh" = "f5"

[profiles.live]
url = "https://api.kraty.io"
studio = "the studio's id"
game = "the game's id"
environment = "live"
# The token comes from the first of these that has one: --token-stdin, KRATY_TOKEN, token_command, the keyring,
# token_file (mode 0600).
# token_command = "pass show kraty/live"
# token_file = "~/.config/kraty-console/tokens/live"
# keyring = false
# credential = "cookie"
# For kraty-console server: --key-stdin, KRATY_SERVER_KEY, or one of these.
# server_key_command = "pass show kraty/server"
# server_key_file = "~/.config/kraty-console/keys/live"
amount_limit = 10000
# Where the portal shows an audit row, for the link that goes into a ticket; without it the link is the API's.
# audit_url = "https://portal.example/studios/{studioId}/audit/{auditId}"

[profiles.test]
url = "https://api.kraty.io"
studio = "the studio's id"
game = "the game's id"
environment = "test"
read_only = true
"""
"""A profile file to start from (`kraty-console config example`)."""

"""Profiles: backend, game, credentials and preferences.

| key | meaning | flag | environment |
|---|---|---|---|
| `url` | address of the backend; https, or http to this machine | `--url` | `KRATY_URL` |
| `studio`, `game` | their ids | `--studio`, `--game` | `KRATY_STUDIO`, `KRATY_GAME` |
| `environment` | `live`, `test`, or another of the studio | `--environment` | `KRATY_ENVIRONMENT` |
| `credential` | `bearer` or `cookie`: a session and how it is sent; `server_key`: an API key | | `KRATY_CREDENTIAL` |
| `cookie_name` | the cookie that holds the session, with `credential = "cookie"` | | |
| `token_command` | prints the token: a line, or a list of words | | |
| `token_file` | holds the token; 0600 | | |
| `keyring` | whether the system's keyring is used | | |
| `server_key_command`, `server_key_file` | print or hold the `server_integration` key | | |
| `server_actions` | whether changes may be made with a server key | | |
| `person` | who acts; recorded where the backend sees only a key | | `KRATY_PERSON` |
| `read_only` | write actions are disabled | `--read-only` | `KRATY_READ_ONLY` |
| `headers` | extra headers: name = `{ env = … }` or `{ command = … }` | | |
| `client_certificate`, `client_key` | files (PEM) for a gateway that asks for a certificate | | |
| `client_key_passphrase_command` | prints the passphrase of that key | | |
| `routes` | operation = `"METHOD /path"` or false; `fields` in it renames fields of bodies | | |
| `events` | event id = its name, where the backend sends only ids | | |
| `audit_url` | the portal's page of an audit row, with `{studioId}`, `{gameId}`, `{auditId}` in it; `y` copies it | | |
| `portal_url` | the portal for people, with `{studioId}`, `{gameId}`, `{externalPlayerId}` in it | | |
| `amount_limit` | larger amounts require typing the player's id | | |
| `theme`, `mouse` | the colours; whether the mouse is used | `--theme`, `--mouse` | `KRATY_THEME` |
| `plain_paint` | whole regions are redrawn, not only changes | `--plain-paint` | `KRATY_PLAIN_PAINT` |
| `keymap` | action id = key or keys, checked by the console | | |

The file holds `default = "name"`, `[profiles.name]` tables, and outside of them the settings for all profiles
(`theme`, `mouse`, `plain_paint`, `amount_limit`, `keymap`, `person`). Precedence: flags, environment, profile,
settings for all profiles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from kraty_console.config.checks import AUDIT_NAMES, PORTAL_NAMES, checked, parse_switch
from kraty_console.config.errors import ConfigError
from kraty_console.config.headers import HeaderSource
from kraty_console.config.profile_file import known_keys, nearest, read_document
from kraty_console.config.routes import NO_FIELDS, FieldNames, RouteSetting, routes_and_fields

__all__ = [
    "AUDIT_NAMES",
    "DEFAULT_AMOUNT_LIMIT",
    "DEFAULT_COOKIE",
    "PORTAL_NAMES",
    "FieldNames",
    "HeaderSource",
    "Overrides",
    "Profile",
    "RouteSetting",
    "load_profile",
    "load_profile_with_sources",
    "parse_switch",
]

DEFAULT_AMOUNT_LIMIT: Final = 10_000

DEFAULT_COOKIE: Final = "kraty_session"


@dataclass(frozen=True, slots=True)
class Profile:
    """A complete profile: file, environment and flags merged."""

    name: str = "default"
    url: str | None = None
    """None on a first run: the console asks for it."""
    studio: str | None = None
    game: str | None = None
    environment: str | None = None
    credential: Literal["bearer", "cookie", "server_key"] = "bearer"
    cookie_name: str = DEFAULT_COOKIE
    """The cookie that holds the session; only with `cookie`."""
    token_command: tuple[str, ...] | None = None
    token_file: Path | None = None
    keyring: bool = True
    server_key_command: tuple[str, ...] | None = None
    server_key_file: Path | None = None
    server_actions: bool = False
    """Whether a server key may make changes; otherwise such a profile only reads."""
    person: str | None = None
    """The acting person, recorded if the backend sees only a key or an anonymous session."""
    read_only: bool = False
    headers: Mapping[str, HeaderSource] = field(default_factory=dict)
    """Extra headers and their sources; `access.resolve_access` resolves them."""
    client_certificate: Path | None = None
    """A PEM file; it may contain the key too."""
    client_key: Path | None = None
    client_key_passphrase_command: tuple[str, ...] | None = None
    routes: Mapping[str, RouteSetting] = field(default_factory=dict)
    """Operation → route on this backend; others have the built-in route."""
    fields: FieldNames = NO_FIELDS
    """Names of body fields on this backend; written as `fields` in the table of routes."""
    events: Mapping[str, str] = field(default_factory=dict)
    """Event id → name."""
    audit_url: str | None = None
    """The portal's URL of an audit row, with `AUDIT_NAMES` in braces; None uses the URL of the API."""
    portal_url: str | None = None
    """The URL of the portal's page, with `PORTAL_NAMES` in braces."""
    amount_limit: int = DEFAULT_AMOUNT_LIMIT
    theme: str | None = None
    mouse: bool = False
    plain_paint: bool = False
    keymap: Mapping[str, Any] = field(default_factory=dict)
    """Unchecked: the console validates it, because it knows the actions."""
    url_is_own: bool = True
    """False if a flag or the environment gives another address: no secret of the profile is sent there."""

    @property
    def uses_key(self) -> bool:
        """Whether it uses a `server_integration` key instead of a member's session."""
        return self.credential == "server_key"

    @property
    def backend_name(self) -> str:
        """The cache key for facts about a backend: address, game, kind of credential and custom routes."""
        own = [self.routes, self.fields] if self.routes or self.fields != NO_FIELDS else []
        return json.dumps([self.url, self.studio, self.game, self.uses_key, *own], default=str, sort_keys=True)


class Overrides(NamedTuple):
    """The values of flags; None if not given."""

    url: str | None = None
    studio: str | None = None
    game: str | None = None
    environment: str | None = None
    theme: str | None = None
    read_only: bool | None = None
    mouse: bool | None = None
    plain_paint: bool | None = None


_SHARED: Final = ("theme", "mouse", "plain_paint", "amount_limit", "keymap", "person")
_KEYS: Final = tuple(item.name for item in fields(Profile) if item.name not in ("name", "url_is_own", "fields"))
_DOCUMENT_KEYS: Final = ("default", "profiles", *_SHARED)

_FROM_ENVIRONMENT: Final = {
    "url": "KRATY_URL",
    "studio": "KRATY_STUDIO",
    "game": "KRATY_GAME",
    "environment": "KRATY_ENVIRONMENT",
    "credential": "KRATY_CREDENTIAL",
    "person": "KRATY_PERSON",
    "theme": "KRATY_THEME",
    "read_only": "KRATY_READ_ONLY",
    "plain_paint": "KRATY_PLAIN_PAINT",
}
_SWITCHES: Final = ("read_only", "plain_paint")
"""Boolean variables."""

DEFAULT: Final = "default"
"""The source of a default value."""


def load_profile(
    config_file: Path, environ: Mapping[str, str], overrides: Overrides | None = None, *, name: str | None = None
) -> Profile:
    """Load the profile; without a file, from environment and flags only.

    Raises:
        ConfigError: the file cannot be read, holds an unknown key or a wrong value, or has no such profile.
    """
    return load_profile_with_sources(config_file, environ, overrides, name=name)[0]


def load_profile_with_sources(
    config_file: Path, environ: Mapping[str, str], overrides: Overrides | None = None, *, name: str | None = None
) -> tuple[Profile, Mapping[str, str]]:
    """Load the profile, and the source of each field in words: `flag --url`, `variable KRATY_URL`,
    `file [profiles.live]`, `file, for all profiles`, `default`.

    Raises:
        ConfigError: as `load_profile`.
    """
    document = read_document(config_file)
    known_keys(document, _DOCUMENT_KEYS, str(config_file))
    requested = name or environ.get("KRATY_PROFILE") or document.get("default")
    if requested is not None and not isinstance(requested, str):
        raise ConfigError(f"{config_file}: `default` must be the name of a profile")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict):
        raise ConfigError(f"{config_file}: `profiles` must be tables, as in [profiles.live]")
    table = _table(profiles, requested, config_file)
    chosen = requested or (next(iter(profiles)) if len(profiles) == 1 else "default")
    where = f"{config_file}: [profiles.{chosen}]"
    if "fields" in table:
        raise ConfigError(
            f'{where}: `fields` belongs to the routes: write [profiles.{chosen}.routes] fields.reason = "…"'
        )
    known_keys(table, _KEYS, where)

    values: dict[str, Any] = {key: checked(key, document[key], str(config_file)) for key in _SHARED if key in document}
    sources = dict.fromkeys(values, "file, for all profiles")
    for key, value in table.items():
        if key == "routes":
            values["routes"], values["fields"] = routes_and_fields(value, f"{config_file}: [profiles.{chosen}.routes]")
            sources["fields"] = f"file [profiles.{chosen}]"
        else:
            values[key] = checked(key, value, where)
        sources[key] = f"file [profiles.{chosen}]"
    profile = Profile(name=chosen, **values)
    overriding = _overriding(environ, overrides or Overrides())
    profile = _with_overrides(profile, {key: value for key, (value, _) in overriding.items()})
    sources.update({key: source for key, (_, source) in overriding.items()})
    sources["name"] = _source_of_name(name, environ, requested, profiles)
    complete = {item.name: sources.get(item.name, DEFAULT) for item in fields(Profile) if item.name != "url_is_own"}
    _check_together(profile, complete, where)
    return profile, complete


def _source_of_name(
    name: str | None, environ: Mapping[str, str], requested: str | None, profiles: Mapping[str, Any]
) -> str:
    if name:
        return "flag --profile"
    if environ.get("KRATY_PROFILE"):
        return "variable KRATY_PROFILE"
    if requested:
        return "file, `default`"
    return "file, the only profile" if profiles else DEFAULT


def _table(profiles: Mapping[str, Any], requested: str | None, config_file: Path) -> dict[str, Any]:
    if requested is None and len(profiles) > 1:
        names = ", ".join(sorted(profiles))
        raise ConfigError(
            f'{config_file} has several profiles ({names}): give --profile NAME, or write default = "NAME"'
        )
    if requested is not None and requested not in profiles and (profiles or requested != "default"):
        raise ConfigError(f"{config_file} has no profile {requested!r}{nearest(requested, profiles)}")
    table = profiles.get(requested, {}) if requested is not None else next(iter(profiles.values()), {})
    if not isinstance(table, dict):
        raise ConfigError(f"{config_file}: a profile is a table, as in [profiles.live]")
    return table


def _overriding(environ: Mapping[str, str], overrides: Overrides) -> dict[str, tuple[Any, str]]:
    """The values from environment and flags, each with its source."""
    overriding: dict[str, tuple[Any, str]] = {}
    for key, variable in _FROM_ENVIRONMENT.items():
        if variable not in environ or (key not in _SWITCHES and not environ[variable]):
            continue
        value: object = parse_switch(environ[variable], variable) if key in _SWITCHES else environ[variable]
        overriding[key] = checked(key, value, variable), f"variable {variable}"
    for key, value in overrides._asdict().items():
        if value is not None:
            flag = f"--{key.replace('_', '-')}"
            overriding[key] = checked(key, value, flag), f"flag {flag}"
    return overriding


def _with_overrides(profile: Profile, overriding: Mapping[str, Any]) -> Profile:
    elsewhere = (
        "url" in overriding and profile.url is not None and overriding["url"].rstrip("/") != profile.url.rstrip("/")
    )
    return replace(profile, **overriding, url_is_own=not elsewhere)


def _check_together(profile: Profile, sources: Mapping[str, str], where: str) -> None:
    """Check settings that require another setting."""
    if profile.server_actions and not profile.uses_key:
        raise ConfigError(
            f'{where}: `server_actions` is for a server key, and `credential` is "{profile.credential}" '
            f'({sources["credential"]}): write credential = "server_key", or leave `server_actions` out'
        )
    for key in ("client_key", "client_key_passphrase_command"):
        if getattr(profile, key) is not None and profile.client_certificate is None:
            raise ConfigError(f"{where}: `{key}` needs `client_certificate`: name the certificate that the key is for")

"""The effective settings with their sources, for `config show` and `doctor`.

Secrets are not resolved: only their variable, command or file is shown, never the value.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from kraty_console.config.headers import HeaderSource
from kraty_console.config.profiles import FieldNames, Profile, RouteSetting
from kraty_console.config.routes import built_in
from kraty_console.contract.operations import ADMIN_OPERATIONS
from kraty_console.contract.secret import HIDDEN

_NOT_SETTINGS: Final = ("name", "url_is_own", "routes")
_KINDS: Final = {"env": "variable", "command": "command"}
_ADDRESSES: Final = ("url", "audit_url", "portal_url")


class Setting(NamedTuple):
    """An effective setting."""

    key: str
    value: Any
    """As JSON: text, a number, true or false, None if unset, a list of words, or a table."""
    source: str
    """A flag, a variable, a table of the file, or `default`."""


class RouteInEffect(NamedTuple):
    """An operation whose route differs from the built-in table."""

    operation: str
    route: str | None
    """Method and path; None if the profile says that this backend lacks it."""
    built_in: str
    source: str


def settings(profile: Profile, sources: Mapping[str, str]) -> list[Setting]:
    """All settings except the routes, in the order of the profile."""
    names = [item.name for item in fields(Profile) if item.name not in _NOT_SETTINGS]
    return [Setting(name, _plain(name, getattr(profile, name)), sources[name]) for name in names]


def routes_in_effect(profile: Profile, sources: Mapping[str, str]) -> list[RouteInEffect]:
    """The routes that differ from the built-in ones, in table order."""
    if not profile.routes:
        return []
    return [
        RouteInEffect(operation, _line(configured), _line(built_in(operation)) or "", sources["routes"])
        for operation in ADMIN_OPERATIONS
        if (configured := profile.routes.get(operation)) is not None and configured != built_in(operation)
    ]


def leaves(setting: Setting) -> Iterator[tuple[str, str]]:
    """A setting as (key, text) lines; a table has one line per entry."""
    yield from _leaves(setting.key, setting.value)


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (JSON)
    if key.startswith("headers.") and isinstance(value, dict):
        yield from ((key, f"{_KINDS[kind]} {_words(key, each)}") for kind, each in value.items())
    elif isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(f"{key}.{name}", each)
    else:
        yield key, _words(key, value)


def _words(key: str, value: Any) -> str:  # noqa: ANN401 (JSON)
    if value is None or value == {}:
        return "not set"
    if isinstance(value, bool):
        return "left out" if value is False and key.startswith("fields.") else str(value).lower()
    if isinstance(value, list):
        return shlex.join(map(str, value))
    return str(value)


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 (each setting has its own type)
    if name in _ADDRESSES and isinstance(value, str):
        return _without_password(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, HeaderSource):
        return {"env": value.env} if value.command is None else {"command": list(value.command)}
    if isinstance(value, FieldNames):
        return {
            key: {field: _or_false(each) for field, each in configured.items()}
            if isinstance(configured, Mapping)
            else _or_false(configured)
            for key, configured in {**value.everywhere, **value.by_operation}.items()
        }
    if isinstance(value, Mapping):
        return {key: _plain("", each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _or_false(name: str | None) -> str | bool:
    return False if name is None else name


def _line(route: RouteSetting) -> str | None:
    return None if route.missing else f"{route.method} {route.path}"


def _without_password(address: str) -> str:
    """Remove a user name and password from a URL. Such a URL is never used, and must not be shown."""
    scheme, mark, rest = address.partition("://")
    before, slash, path = (rest if mark else address).partition("/")
    user, at, host = before.rpartition("@")
    if not at or not user:
        return address
    return f"{scheme}://{HIDDEN}@{host}{slash}{path}" if mark else f"{HIDDEN}@{host}{slash}{path}"

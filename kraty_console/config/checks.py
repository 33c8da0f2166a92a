"""Validates the values of settings, from any source."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kraty_console.config.commands import command_words
from kraty_console.config.errors import ConfigError
from kraty_console.config.headers import HEADER_NAME, header_sources

AUDIT_NAMES: Final = ("studioId", "gameId", "auditId")
"""Placeholders allowed in `audit_url`."""

PORTAL_NAMES: Final = ("studioId", "gameId", "externalPlayerId")
"""Placeholders allowed in `portal_url`."""

CREDENTIALS: Final = ("bearer", "cookie", "server_key")

MAX_NAME: Final = 200
"""Maximum length of a person's or an event's name, in characters."""

_ENVIRONMENT: Final = r"[a-z0-9][a-z0-9_-]{0,63}"
_NEAR_ENVIRONMENTS: Final = {
    **dict.fromkeys(("prod", "production", "prd"), "live"),
    **dict.fromkeys(("staging", "stage", "dev", "development", "sandbox"), "test"),
}
"""Names of the two environments in other systems."""

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})


def checked(key: str, value: object, where: str) -> Any:  # noqa: ANN401 (each key has its own type)
    """Validate a setting and return its value for the profile; `where` starts the error message.

    Raises:
        ConfigError: the value is not valid for this key.
    """
    return _CHECKS[key](value, f"{where}: `{key}`")


def parse_switch(text: str, where: str) -> bool:
    """Parse an environment variable that is on or off.

    Raises:
        ConfigError: it is neither.
    """
    switch = text.strip().lower()
    if switch in _TRUE:
        return True
    if switch in _FALSE:
        return False
    raise ConfigError(f"{where} must be 1 or 0, not {text!r}")


def _text(value: object, place: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ConfigError(f"{place} must be text")


def _name(value: object, place: str) -> str:
    text = _text(value, place)
    if len(text) > MAX_NAME or not text.isprintable():
        raise ConfigError(f"{place} must be one line of at most {MAX_NAME} characters")
    return text


def _switch(value: object, place: str) -> bool:
    if isinstance(value, bool):
        return value
    raise ConfigError(f"{place} must be true or false")


def _path(value: object, place: str) -> Path:
    if isinstance(value, str) and value:
        return Path(value).expanduser()
    raise ConfigError(f"{place} must be a path")


def _environment(value: object, place: str) -> str:
    name = _text(value, place).lower()
    if name in _NEAR_ENVIRONMENTS:
        raise ConfigError(f"{place}: environments are live and test on Kraty; did you mean {_NEAR_ENVIRONMENTS[name]}?")
    if re.fullmatch(_ENVIRONMENT, name):
        return name
    raise ConfigError(f"{place} must be live, test, or another of the studio: letters, digits, - and _, at most 64")


def _credential(value: object, place: str) -> str:
    if isinstance(value, str) and value in CREDENTIALS:
        return value
    raise ConfigError(f'{place} must be "bearer", "cookie" or "server_key"')


def _cookie_name(value: object, place: str) -> str:
    if isinstance(value, str) and re.fullmatch(HEADER_NAME, value):
        return value
    raise ConfigError(
        f"{place} must be the name of a cookie: no blanks, no quotes, none of ( ) , / : ; < = > ? @ [ ] {{ }}"
    )


def _amount_limit(value: object, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ConfigError(f"{place} must be a whole number, 0 or more")


def _keymap(value: object, place: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ConfigError(f'{place} must be a table of action = "key"')


def _events(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ConfigError(f'{place} must be a table of "event id" = "name"')
    return {event: _name(name, f"{place}: the name of `{event}`") for event, name in value.items()}


def _page(names: tuple[str, ...], required: str | None = None) -> Callable[[object, str], str]:
    """A validator for the URL of a web page with placeholders `names`; the `wanted` one is required."""

    def check(value: object, place: str) -> str:
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            filled = re.sub(rf"\{{(?:{'|'.join(names)})\}}", "", value)
            complete = required is None or f"{{{required}}}" in value
            if complete and value.isprintable() and not set(filled) & set(" {}") and filled.partition("://")[2]:
                return value
        must = "an https address" if required is None else f"an https address that holds {{{required}}}"
        raise ConfigError(f"{place} must be {must}; it may hold {', '.join(f'{{{name}}}' for name in names)}")

    return check


def _headers(value: object, place: str) -> Any:  # noqa: ANN401 (as `header_sources`)
    return header_sources(value, place.rpartition(": ")[0])


_CHECKS: Final[dict[str, Callable[[object, str], Any]]] = {
    "url": _text,
    "studio": _text,
    "game": _text,
    "environment": _environment,
    "credential": _credential,
    "cookie_name": _cookie_name,
    "token_command": command_words,
    "token_file": _path,
    "keyring": _switch,
    "server_key_command": command_words,
    "server_key_file": _path,
    "server_actions": _switch,
    "person": _name,
    "read_only": _switch,
    "headers": _headers,
    "client_certificate": _path,
    "client_key": _path,
    "client_key_passphrase_command": command_words,
    "audit_url": _page(AUDIT_NAMES, "auditId"),
    "portal_url": _page(PORTAL_NAMES),
    "events": _events,
    "amount_limit": _amount_limit,
    "theme": _text,
    "mouse": _switch,
    "plain_paint": _switch,
    "keymap": _keymap,
}

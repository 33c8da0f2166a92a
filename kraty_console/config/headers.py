"""Extra headers of a profile, for an access gateway in front of the backend.

Their values are secrets: the file names the source of each, an environment variable or a command, never the value
itself. `access` resolves them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kraty_console.config.commands import command_words
from kraty_console.config.errors import ConfigError


class HeaderSource(NamedTuple):
    """The source of a header's value; exactly one of the two is set."""

    env: str | None
    """An environment variable."""
    command: tuple[str, ...] | None
    """A command that prints the value."""


OWN_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "if-match",
        "if-none-match",
        "te",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-kraty-console",
        "x-request-id",
    }
)
"""Headers that the console sets itself, in lower case."""

HEADER_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""A token of RFC 9110, also used for cookie names (RFC 6265); compiled on use, because most profiles do not need it."""


def header_sources(value: object, where: str) -> dict[str, HeaderSource]:
    """Parse the table `[profiles.NAME.headers]`.

    Raises:
        ConfigError: an invalid header name, a header that the console sets itself, or an invalid source.
    """
    if not isinstance(value, dict):
        raise ConfigError(f'{where}: `headers` must be a table, as in "X-Access-Id" = {{ env = "ACCESS_ID" }}')
    sources: dict[str, HeaderSource] = {}
    seen: dict[str, str] = {}
    for name, source in value.items():
        location = f"{where}: header `{name}`"
        if not re.fullmatch(HEADER_NAME, name):
            raise ConfigError(f"{location} is not a header name: use letters, digits and -, as in X-Access-Id")
        folded = name.lower()
        if folded in OWN_HEADERS:
            raise ConfigError(f"{location} is set by the console itself: leave it out")
        if folded in seen:
            raise ConfigError(
                f"{location} is there already as `{seen[folded]}`: upper and lower case mean the same header"
            )
        seen[folded] = name
        sources[name] = _source(source, location)
    return sources


def _source(value: object, place: str) -> HeaderSource:
    if not isinstance(value, dict):
        raise ConfigError(
            f"{place} holds its value: name where it comes from instead, "
            '{ env = "VARIABLE" } or { command = "pass show …" }, for values of headers are secrets'
        )
    if len(value) != 1 or not value.keys() <= {"env", "command"}:
        raise ConfigError(f'{place} needs one source: {{ env = "VARIABLE" }} or {{ command = "pass show …" }}')
    if "command" in value:
        return HeaderSource(None, command_words(value["command"], f"{place}: `command`"))
    variable = value["env"]
    if not isinstance(variable, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        raise ConfigError(f'{place}: `env` must be the name of a variable, as in {{ env = "ACCESS_ID" }}')
    return HeaderSource(variable, None)

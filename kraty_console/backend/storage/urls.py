"""Database URLs: parsed, checked, and shown without their secrets."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kraty_console.contract.secret import HIDDEN

STATEMENT_CACHE: Final = "statement_cache_size"
"""In the query of a PostgreSQL URL: prepared statements kept for each connection; 0 behind a pooler of transactions."""


def behind_pooler(url: URL) -> bool:
    """Whether there is a transaction pooler: each statement outside a transaction may use another connection."""
    return url.query.get(STATEMENT_CACHE) == "0"


_SAID: Final = frozenset(
    {
        *("host", "port", "user", "password", "passfile", "ssl", "sslmode", "target_session_attrs", "krbsrvname"),
        STATEMENT_CACHE,
    }
)
"""What the query of a PostgreSQL URL may say, as libpq has it."""

_ELSEWHERE: Final = frozenset(
    {
        *("application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname", "gssencmode"),
        *("fallback_application_name", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle"),
        *("keepalives_interval", "load_balance_hosts", "options", "pool_size", "replication", "requirepeer"),
        *("service", "sslcert", "sslcompression", "sslcrl", "sslkey", "sslrootcert", "sslsni", "tcp_user_timeout"),
    }
)
"""Parameters that other programs take."""

_USE: Final = "use sqlite:///PATH or postgresql://HOST/NAME"

_SHOWN: Final = re.compile(
    r"""
    (?P<scheme> postgres(?:ql)?(?:\+asyncpg)?) ://
    (?: (?P<user> [^\s:@/?\#]* ) (?P<password> : [^\s:@/?\#]* )? @ )?
    (?P<place> (?: [A-Za-z0-9._~-]+ | \[ [0-9A-Fa-f:.]+ \] )? (?: : [0-9]+ )? )
    (?P<name> / [A-Za-z0-9._~%-]* )?
    (?: \? (?P<query> .* ) )?
    """,
    re.VERBOSE,
)
_PLAIN_PARAMETER: Final = re.compile(
    r"(host|port|ssl|sslmode|target_session_attrs|statement_cache_size)=[A-Za-z0-9._:,~%/-]*"
)
_NO_USER: Final = re.compile(r"[a-z+]+://[^/?#@]*:[0-9]+/[^@]*\?[^@]*=[^@]*@")
"""An "@" in the query, which would make host and port a user and a password."""


class UnknownDatabase(ValueError):
    """The URL names no database this backend runs on, in words that hold nothing secret."""


def shown(url: str) -> str:
    """A database URL for people: no password, and nothing of a URL that may contain one elsewhere.

    Only what is known to be harmless is shown, since in a URL that is put together wrongly no part is sure to be what
    its place says.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme in ("sqlite", "sqlite+aiosqlite"):
        return f"sqlite://{rest.partition('?')[0]}"
    match = _SHOWN.fullmatch(url)
    if match is None:
        return f"postgresql://{HIDDEN}" if scheme.startswith("postgres") else HIDDEN
    user = match["user"] or ""
    credentials = "" if match["user"] is None else f"{user}:{HIDDEN}@" if match["password"] else f"{user}@"
    query = match["query"] or ""
    if "@" in query and match["user"] is not None:  # then the part before it may be a password's, and no query at all
        return f"postgresql://{HIDDEN}"
    plain = "&".join(part for part in query.split("&") if _PLAIN_PARAMETER.fullmatch(part))
    return f"postgresql://{credentials}{match['place']}{match['name'] or ''}" + (f"?{plain}" if plain else "")


def engine_url(url: str) -> URL:
    """The URL with its driver: `sqlite:///PATH` or `postgresql://…`.

    Raises UnknownDatabase for anything else.
    """
    url = url.strip()
    if _NO_USER.match(url):
        raise UnknownDatabase(_malformed(""))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its words quote the URL
        raise UnknownDatabase(_malformed(url)) from None
    kind = parsed.drivername
    if kind in ("sqlite", "sqlite+aiosqlite"):
        return _file(parsed)
    if kind in ("postgresql", "postgres", "postgresql+asyncpg"):
        if parsed.username is not None and "@" in url.partition("@")[2]:
            raise UnknownDatabase(_malformed(""))
        return _checked(parsed.set(drivername="postgresql+asyncpg"))
    named = f"{kind!r}" if kind in _OTHERS or kind.partition("+")[0] in _OTHERS else "that"
    raise UnknownDatabase(f"{named} is not a supported database; {_USE}")


_OTHERS: Final = frozenset({"mysql", "mariadb", "oracle", "mssql", "cockroachdb", "redis", "mongodb", "postgresql"})


def _malformed(url: str) -> str:
    port = re.search(r"://(?:[^@/?#]*@)?[^@/?#:\[\]]*:([^@/?#:]*)(?:[/?]|$)", url)
    if port and not port[1].isdecimal() and re.fullmatch(r"[0-9]+[A-Za-z]?|", port[1]):
        return "the port in the database URL is not a number"
    return (
        f"not a database URL: {_USE}"
        ' (in a user name or password, write "@", ":", "/", "?" and "#" as %40, %3A, %2F, %3F and %23)'
    )


def _file(url: URL) -> URL:
    path = url.database or ""
    if not path or path == ":memory:" or path.startswith("file:"):
        raise UnknownDatabase(
            "a SQLite database is named by its file: sqlite:///PATH; one in memory would be another for each connection"
        )
    return url.set(drivername="sqlite+aiosqlite")


def _checked(url: URL) -> URL:
    """The URL with its query in the terms of the driver. Raises for a parameter that the driver does not know."""
    if "@" in (url.host or "") or "@" in (url.database or ""):
        raise UnknownDatabase(_malformed(""))
    unknown = sorted(url.query.keys() - _SAID)
    if unknown:
        # A word that is like none may be part of a password.
        named = unknown[0] if get_close_matches(unknown[0], _SAID | _ELSEWHERE, 1, 0.85) else "something"
        raise UnknownDatabase(f"{named} in the database URL is not known here; there are {', '.join(sorted(_SAID))}")
    if not str(url.query.get(STATEMENT_CACHE, "0")).isdecimal():
        raise UnknownDatabase(f"{STATEMENT_CACHE} in the database URL must be a whole number")
    ports = [url.port, *_each(url.query.get("port", ()))]
    if any(port is not None and not (str(port).isdecimal() and 0 < int(port) < 65536) for port in ports):
        raise UnknownDatabase("the port in the database URL is not a number from 1 to 65535")
    if (mode := url.query.get("sslmode")) is None:
        return url
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else value
    return tuple(part for text in values for part in text.split(","))

"""Parse and check the URLs of endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from kraty_console.backend.webhooks import address_policy

LONGEST_URL: Final = 2048
_PORTS: Final = {"http": 80, "https": 443}


class BadTarget(ValueError):
    """A URL that webhooks cannot go to; the message continues after the word "url"."""


@dataclass(frozen=True, slots=True)
class EndpointUrl:
    """The target of a request, all of it ASCII as on the wire."""

    secure: bool
    host: str
    """A name, or an address without brackets."""
    port: int
    path: str
    """Path and query."""

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def parse_url(url: str, *, to_private: bool) -> EndpointUrl:
    """The target of a URL.

    With `to_private` (development) plain http and private addresses are allowed. The addresses of a name are checked
    when the connection is made, not here.

    Raises: BadTarget: it is not a URL that webhooks can go to.
    """
    if len(url) > LONGEST_URL:
        raise BadTarget(f"is longer than {LONGEST_URL} characters")
    if not url.isprintable() or " " in url or "\\" in url:
        raise BadTarget("holds a space, a backslash or a character that is not printable")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadTarget("is not a URL") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadTarget("must be a complete https URL, such as https://games.example/kraty")
    if parts.scheme == "http" and not to_private:
        raise BadTarget("must be https: deliveries contain data of players")
    if parts.username is not None or parts.password is not None:
        raise BadTarget("must not hold a user or a password")
    if parts.fragment:
        raise BadTarget("must not have a fragment (#…)")
    if port == 0:
        raise BadTarget("names no port that can be reached")
    host = _ascii(parts.hostname)
    if not to_private and _is_address(host) and (what := address_policy.refusal_of(host)) is not None:
        raise BadTarget(f"leads to {host}, which is {what}")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe=_IN_QUERY)}" if parts.query else ""
    return EndpointUrl(parts.scheme == "https", host, port or _PORTS[parts.scheme], path + query)


_IN_QUERY: Final = "/?%:@!$&'()*+,;=~-._"


def without_query(url: str) -> str:
    """The URL for readers of deliveries, without its query, which often holds a password."""
    return url.partition("?")[0]


def _ascii(host: str) -> str:
    """A name for DNS (IDNA)."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadTarget("names no host that can exist") from None


def _is_address(host: str) -> bool:
    return address_policy.refusal_of(host) != address_policy.NO_ADDRESS

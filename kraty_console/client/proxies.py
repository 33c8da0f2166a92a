"""Finds the proxy for an address in the environment; errors name the variable.

Like curl and the HTTP library: `https_proxy`, or else `all_proxy`, case-insensitive, and `no_proxy` for exceptions.
Plain http goes only to this machine (client.address), and never to a proxy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import unquote, urlsplit

from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import Secret

VARIABLES: Final = ("https_proxy", "all_proxy")
"""The variables for a proxy; the first that is set counts."""

EXCEPTIONS: Final = "no_proxy"

SOCKS: Final = frozenset({"socks5", "socks5h"})
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_FORM: Final = "give it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy in front of a backend."""

    scheme: str
    host: str
    """A name, or an address without brackets."""
    port: int
    variable: str
    """The variable's name, in its original case."""
    user: Secret | None = field(default=None, repr=False)
    password: Secret | None = field(default=None, repr=False)
    written_password: Secret | None = field(default=None, repr=False)
    """The password as in the variable, before percent-decoding."""

    @property
    def where(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def words(self) -> str:
        """The name in messages, without credentials."""
        return f"the proxy {self.where} ({self.variable})"

    @property
    def url(self) -> str:
        """The URL without credentials."""
        return f"{self.scheme}://{self.where}"

    @property
    def secrets(self) -> list[str]:
        """The password in plain text, decoded and as in the variable; never show it."""
        return [each.reveal() for each in (self.password, self.written_password) if each is not None]


def proxy_of(base_url: str, environ: Mapping[str, str], platform: str = sys.platform) -> Proxy | None:
    """The proxy for an address; None for a direct connection.

    Args:
        base_url: The backend's address, as `address.base_url` gives it.
        environ: The environment.
        platform: On macOS the system's settings are used if the environment names no proxy.

    Raises:
        Invalid: a variable has no usable proxy; the message contains the variable's name, not its value.
    """
    if not base_url.startswith("https:"):
        return None
    named = _named(environ)
    setting = next((named[name] for name in VARIABLES if named.get(name, ("", ""))[1]), None)
    exceptions = named.get(EXCEPTIONS)
    if setting is None and platform == "darwin":
        setting = _of_the_system(base_url)
    if setting is None or (exceptions is not None and is_excepted(base_url, *exceptions)):
        return None
    return _parsed(*setting)


def is_excepted(base_url: str, variable: str, value: str) -> bool:
    """Whether a list of exceptions covers an address: host names with their subdomains, IP addresses, networks.

    Raises:
        Invalid: an entry of the list cannot be a host.
    """
    parts = urlsplit(base_url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or 443
    covering = [
        _covers(entry, host, port, variable) for entry in _entries(value)
    ]  # check all, so that an invalid entry is reported
    return any(covering)


def _named(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Variables by lower-case name, with their original name and value; the lower-case one wins, even if empty."""
    wanted = (*VARIABLES, EXCEPTIONS)
    by_name = {name.lower(): (name, value.strip()) for name, value in environ.items() if name.lower() in wanted}
    return by_name | {name: (name, environ[name].strip()) for name in wanted if name in environ}


def _of_the_system(base_url: str) -> tuple[str, str] | None:
    """The proxy in the settings of macOS."""
    # Only on macOS; elsewhere every start would import `urllib.request` and `http` for nothing, about 25 ms.
    from urllib.request import getproxies, proxy_bypass

    named = getproxies().get("https")
    if not named or proxy_bypass(urlsplit(base_url).hostname or ""):
        return None
    return "system settings", named


def _parsed(variable: str, value: str) -> Proxy:
    scheme, mark, _ = value.partition("://")
    scheme = scheme.lower() if mark else "http"
    if scheme in ("socks", "socks4", "socks4a"):
        raise Invalid(f"{variable} names a proxy as {scheme}://, which is not supported: give socks5:// or socks5h://")
    if scheme not in _PORTS:
        raise Invalid(f"{variable} names a proxy of an unknown kind: {_FORM}")
    try:
        parts = urlsplit(value if mark else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port == 0 or any(char <= " " for char in host) or _bad_address(host):
        hint = ": in its password, /, ?, #, @ and : are written as %2F, %3F, %23, %40 and %3A" if "@" in value else ""
        raise Invalid(f"{variable} does not name a proxy that can be used: {_FORM}{hint}")
    user = Secret(unquote(parts.username)) if parts.username else None
    password = Secret(unquote(parts.password)) if parts.password else None
    written = Secret(parts.password) if parts.password else None
    proxy = Proxy(scheme, host, port or _PORTS[scheme], variable, user, password, written)
    if scheme in SOCKS:
        _check_socks(proxy)
    return proxy


def _bad_address(host: str) -> bool:
    """Whether a host with a colon is not a valid IPv6 address."""
    if ":" not in host:
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _check_socks(proxy: Proxy) -> None:
    try:
        installed = find_spec("socksio") is not None
    except ValueError:  # a placeholder module
        installed = False
    if not installed:
        raise Invalid(
            f"{proxy.variable} names a SOCKS proxy ({proxy.where}), which needs another package: "
            "pip install 'kraty-console[socks]', or unset it"
        )


def _entries(value: str) -> Iterator[str]:
    for entry in value.replace(",", " ").split():
        yield entry.rpartition("://")[2].rstrip("/") if "://" in entry else entry


def _covers(entry: str, host: str, port: int, variable: str) -> bool:
    """Whether an entry is the host, or its domain or network; an entry with a port covers only that port."""
    if entry == "*":
        return True
    name, its_port = _split(entry, variable)
    if its_port is not None and its_port != port:
        return False
    if (network := _network(name)) is not None:
        try:
            return ip_address(host) in network
        except ValueError:
            return False
    domain = name.lower().removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _split(entry: str, variable: str) -> tuple[str, int | None]:
    """Split an entry into host and port."""
    if entry.startswith("["):
        name, closing, rest = entry[1:].partition("]")
        if not closing or _bad_address(name) or (rest and not _is_port(rest[1:])) or rest[:1] not in ("", ":"):
            raise Invalid(
                f"{variable} contains {entry!r}, which is not a host: give names and addresses, such as [::1]"
            )
        return name, int(rest[1:]) if rest else None
    name, colon, rest = entry.partition(":")
    if colon and ":" not in rest and _is_port(rest):
        return name, int(rest)
    return entry, None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def _network(name: str) -> IPv4Network | IPv6Network | None:
    """The network of an IP address or range; None for a host name."""
    try:
        return ip_network(name, strict=False)
    except ValueError:
        return None

"""The address: whether it is one, whether its host is known, and whether a proxy stands between."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from kraty_console.client.address import base_url
from kraty_console.contract.errors import Invalid
from kraty_console.support.checkup import Area, Finding, State
from kraty_console.support.measure import counted

RESOLVE_SECONDS: Final = 3.0


class Proxy(NamedTuple):
    """The proxy that requests go through."""

    variable: str
    url: str
    """As it was said, password and all: never shown."""

    @property
    def host(self) -> str:
        """Host and port, without user and password; empty where there are none."""
        try:
            parts = urlsplit(self.url if "://" in self.url else f"http://{self.url}")
            return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
        except ValueError:
            return ""

    @property
    def scheme(self) -> str:
        """`http` where it says none."""
        return self.url.partition("://")[0].lower() if "://" in self.url else "http"

    @property
    def password(self) -> str:
        """The password in its address; empty where there is none."""
        try:
            return urlsplit(self.url if "://" in self.url else f"http://{self.url}").password or ""
        except ValueError:
            return ""


def password_in(url: str) -> str:
    """The password that somebody wrote into an address; empty where there is none."""
    user = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    return user.partition(":")[2]


def usable_address(url: str | None) -> tuple[str | None, Finding]:
    """The address as the client uses it, or None; and what is to be said of it."""
    if url is None:
        advice = "Give --url, KRATY_URL, or a profile (kraty-console config example shows one)."
        return None, Finding(Area.ADDRESS, "url", State.PROBLEM, "no backend is named", advice)
    try:
        base = base_url(url)
    except Invalid as error:
        # Where there may be a password in it, the address is not repeated.
        words = "it holds a user name or password, or is no URL" if "@" in url else error.message
        return None, Finding(Area.ADDRESS, "url", State.PROBLEM, words, "Correct `url`: it is https://host.")
    return base, Finding(Area.ADDRESS, "url", State.OK, base)


def proxy_of(base: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy that a request goes through: none for plain http, which stays on this machine."""
    from urllib.request import getproxies

    if not base.startswith("https:"):
        return None
    known = getproxies()
    host = urlsplit(base).hostname or ""
    scheme = next((each for each in ("https", "all") if known.get(each)), None)
    if scheme is None or _is_excepted(host, known.get("no", "")):
        return None
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    variable = next((each for each in names if environ.get(each)), "the system's settings")
    return Proxy(variable, known[scheme])


def _is_excepted(host: str, exceptions: str) -> bool:
    """Whether NO_PROXY names the host, or a domain that it is in."""
    names = [each.strip().partition("://")[2] or each.strip() for each in exceptions.split(",")]
    domains = [each.lstrip(".").lower() for each in names if each.strip(".")]
    return "*" in domains or any(host == each or host.endswith(f".{each}") for each in domains)


def proxy_finding(base: str, proxy: Proxy | None) -> Finding:
    """Which proxy is used, by the name of its variable and its host."""
    if proxy is None:
        words = "none" if base.startswith("https:") else "none: plain http stays on this machine"
        return Finding(Area.PROXY, "proxy", State.OK, words)
    facts = {"variable": proxy.variable, "host": proxy.host}
    if not proxy.host or proxy.scheme not in ("http", "https"):
        words = f"{proxy.variable} names a proxy that cannot be used ({proxy.scheme}://{proxy.host})"
        advice = "Use an http proxy, or add the backend's host to NO_PROXY."
        return Finding(Area.PROXY, "proxy", State.PROBLEM, words, advice, facts)
    return Finding(Area.PROXY, "proxy", State.NOTE, f"{proxy.host}, from {proxy.variable}", facts=facts)


def host_findings(base: str, proxy: Proxy | None) -> Iterator[Finding]:
    """Whether the host that is connected to has addresses: the backend's, or the proxy's, which looks up the rest."""
    there = proxy.host if proxy is not None else urlsplit(base).netloc
    host = urlsplit(f"//{there}").hostname or ""
    area = Area.PROXY if proxy is not None else Area.ADDRESS
    addresses = resolved(host, RESOLVE_SECONDS)
    if isinstance(addresses, str):
        words = f"{host} has no address: {addresses}"
        advice = "Check the name for a slip, the network, and whether a VPN is needed."
        yield Finding(area, "host", State.PROBLEM, words, advice)
    else:
        words = f"{host} has {counted(addresses, 'address', 'addresses')}"
        yield Finding(area, "host", State.OK, words, facts={"addresses": addresses})


def resolved(host: str, seconds: float) -> int | str:
    """How many addresses a host has, or why none is known; in a thread, for a look-up cannot be called off."""
    answers: list[int | str] = []

    def look() -> None:
        try:
            answers.append(len({each[4][0] for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}))
        except OSError as error:
            answers.append(error.strerror or type(error).__name__)
        except UnicodeError:
            answers.append("it is no name of a host")

    thread = threading.Thread(target=look, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else f"no answer within {seconds:.0f} s"


def authorities(environ: Mapping[str, str] = os.environ) -> str:
    """Who vouches for certificates."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if environ.get(name):
            return f"trusted by {name}"
    return "trusted by the usual authorities"

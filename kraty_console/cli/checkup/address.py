"""Checks the address: its validity, its host, and the proxy."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from kraty_console.client.address import base_url
from kraty_console.client.proxies import Proxy
from kraty_console.contract.errors import Invalid
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import counted
from kraty_console.present.errors import error_text

RESOLVE_SECONDS: Final = 3.0


def password_in(url: str) -> str:
    """The password in a URL; empty without one."""
    user = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    return user.partition(":")[2]


def usable_address(url: str | None) -> tuple[str | None, Finding]:
    """The address as the client uses it, or None; and the finding about it."""
    if url is None:
        advice = "Give --url, KRATY_URL, or a profile (kraty-console config example shows one)."
        return None, Finding(CheckArea.ADDRESS, "url", CheckState.PROBLEM, "no backend is named", advice)
    try:
        base = base_url(url)
    except Invalid as error:
        # An address that may contain a password is not shown.
        words = "it contains a user name or password, or is not a URL" if "@" in url else error_text(error).text
        return None, Finding(CheckArea.ADDRESS, "url", CheckState.PROBLEM, words, "Correct `url`: it is https://host.")
    return base, Finding(CheckArea.ADDRESS, "url", CheckState.OK, base)


def proxy_finding(base: str, proxy: Proxy | None) -> Finding:
    """The proxy in use, with its variable and host."""
    if proxy is None:
        words = "none" if base.startswith("https:") else "none: plain http stays on this machine"
        return Finding(CheckArea.PROXY, "proxy", CheckState.OK, words)
    facts = {"variable": proxy.variable, "host": proxy.where}
    return Finding(CheckArea.PROXY, "proxy", CheckState.NOTE, f"{proxy.where}, from {proxy.variable}", facts=facts)


def unusable_proxy(error: Invalid) -> Finding:
    """The finding for invalid proxy settings; names the variable, never its value."""
    advice = "Correct or unset the variable, or add the backend's host to NO_PROXY."
    return Finding(CheckArea.PROXY, "proxy", CheckState.PROBLEM, error_text(error).text, advice)


def host_findings(base: str, proxy: Proxy | None) -> Iterator[Finding]:
    """Whether the host can be resolved: the backend's, or the proxy's, which resolves the backend's."""
    host = proxy.host if proxy is not None else urlsplit(base).hostname or ""
    area = CheckArea.PROXY if proxy is not None else CheckArea.ADDRESS
    addresses = resolved(host, RESOLVE_SECONDS)
    if isinstance(addresses, str):
        words = f"{host} has no address: {addresses}"
        advice = "Check the spelling of the host name, the network, and whether a VPN is needed."
        yield Finding(area, "host", CheckState.PROBLEM, words, advice)
    else:
        words = f"{host} has {counted(addresses, 'address', 'addresses')}"
        yield Finding(area, "host", CheckState.OK, words, facts={"addresses": addresses})


def resolved(host: str, seconds: float) -> int | str:
    """The number of addresses of a host, or why there are none; in a thread, since a DNS query cannot be cancelled."""
    answers: list[int | str] = []

    def resolve() -> None:
        try:
            answers.append(len({each[4][0] for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}))
        except OSError as error:
            answers.append(error.strerror or type(error).__name__)
        except UnicodeError:
            answers.append("not a valid host name")

    thread = threading.Thread(target=resolve, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else f"no answer within {seconds:.0f} s"


def authorities(environ: Mapping[str, str] = os.environ) -> str:
    """The source of trusted authorities."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if environ.get(name):
            return f"trusted by {name}"
    return "trusted by the usual authorities"

"""Sockets to be called on, and the addresses under which they are reached."""

from __future__ import annotations

import errno
import socket
from typing import Any, Final

from kraty_console.backend.runtime.startup import CannotServe

BACKLOG: Final = 512

EVERYWHERE: Final = "*"
"""The host that stands for every address of the machine."""


def listen(host: str, port: int, option: str = "--listen") -> socket.socket:
    """A socket bound to the address; calls are taken once a server runs.

    Raises CannotServe when that cannot be; `option` is what names another address.
    """
    try:
        place = _every(port) if host == EVERYWHERE else socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        family, kind, protocol, _, address = place
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or "not a valid address"
        raise CannotServe(f"cannot listen on {host}: {words}", usage=True) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == EVERYWHERE and family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"{host}:{port} is in use; choose another with {option}") from None
        raise CannotServe(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def _every(port: int) -> tuple[int, int, int, str, Any]:
    """All addresses of the machine: of both kinds where one socket can have both."""
    if socket.has_dualstack_ipv6():
        return socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::", port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", ("0.0.0.0", port)  # noqa: S104 (it was asked for)


def base_url(host: str, port: int) -> str:
    """Where a caller on this machine reaches the backend."""
    reached = {"0.0.0.0": "127.0.0.1", EVERYWHERE: "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (told apart, not bound)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"

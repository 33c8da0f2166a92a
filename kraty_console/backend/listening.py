"""Sockets to be called on, and the addresses under which they are reached."""

from __future__ import annotations

import errno
import socket
from typing import Final

from kraty_console.backend.preparing import CannotServe

BACKLOG: Final = 512


def listen(host: str, port: int, option: str = "--listen") -> socket.socket:
    """A socket bound to the address; calls are taken once a server runs.

    Raises CannotServe when that cannot be; `option` is what names another address.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotServe(f"cannot listen on {host}: {error.strerror}", usage=True) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"{host}:{port} is in use; choose another with {option}") from None
        raise CannotServe(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def base_url(host: str, port: int) -> str:
    """Where a caller on this machine reaches the backend."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (told apart, not bound)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"

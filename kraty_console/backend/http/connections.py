"""Limits on HTTP connections, for the process and for each address.

An address with too many loses its longest idle one, so that idle connections never lock out others who share the
address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of connections; times in seconds."""

    head_seconds: float = 10.0
    """From the connection, or the first byte of a later request, to the end of its head."""
    body_seconds: float = 60.0
    """From the end of the head to the end of the body."""
    write_seconds: float = 60.0
    """How long a caller may leave a waiting answer unread."""
    of_address: int = 256
    """Connections of one address to a process; 0 for no limit."""
    of_process: int = 4096
    """Connections to a process."""


class ConnectionHandle(Protocol):
    """The interface of a connection."""

    @property
    def address(self) -> str:
        """The address that it counts towards."""
        ...

    @property
    def idle(self) -> bool:
        """Whether no call is under way on it."""
        ...

    def end(self) -> None:
        """Close the connection."""
        ...


def _is_none(_address: str) -> bool:
    return False


@dataclass(slots=True)
class Connections:
    """All connections of a process."""

    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    new_id: Callable[[], str] = str
    """Makes request ids."""
    is_proxy: Callable[[str], bool] = _is_none
    """Whether an address is that of a trusted proxy, which has no limit; by default none is."""
    refused: Counter[str] = field(default_factory=Counter)
    """Connections and requests that were refused before they became calls, by reason."""
    _of: dict[str, dict[ConnectionHandle, None]] = field(default_factory=dict)
    """By address, least recently busy first."""
    _all: int = 0

    @property
    def open(self) -> int:
        """How many are open."""
        return self._all

    def admit(self, connection: ConnectionHandle) -> bool:
        """Register a connection; False if there are too many and no idle one can be closed for it."""
        address = connection.address
        held = self._of.setdefault(address, {})
        held[connection] = None
        self._all += 1
        limits = self.limits
        if limits.of_address and len(held) > limits.of_address and not self.is_proxy(address):
            return self._end_one(held, connection)
        if self._all > limits.of_process:
            most = max(self._of.values(), key=len)
            return self._end_one(most, connection)
        return True

    def busy(self, connection: ConnectionHandle) -> None:
        """Record that a connection is busy: it becomes the last of its address to be closed."""
        held = self._of.get(connection.address, {})
        if connection in held:
            del held[connection]
            held[connection] = None

    def left(self, connection: ConnectionHandle) -> None:
        """A connection ended."""
        held = self._of.get(connection.address, {})
        if connection in held:
            del held[connection]
            self._all -= 1
            if not held:
                del self._of[connection.address]

    def _end_one(self, held: dict[ConnectionHandle, None], newest: ConnectionHandle) -> bool:
        for each in held:
            if each is not newest and each.idle:
                self.refused["crowded_out"] += 1
                each.end()
                return True
        return False


def address_group(address: str) -> str:
    """The unit of counting: an IPv4 address, or an IPv6 /64, which one caller controls."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 6:
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped is not None else ip.exploded[:19]
    return str(ip)

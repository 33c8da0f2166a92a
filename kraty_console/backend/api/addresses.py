"""Where a call comes from: the other end of the connection, or whom a trusted proxy speaks for."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from kraty_console.backend.connections import network

_MOST_HOPS = 20


class Proxies:
    """The proxies whose word on where a call comes from is taken."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Addresses or networks, `10.0.0.1` or `10.0.0.0/8`; raises ValueError for anything else."""
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(each, strict=False) for each in networks]

    def include(self, address: str) -> bool:
        """Whether the address is a proxy's."""
        if not self._networks:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        mapped = found.ipv4_mapped if found.version == 6 else None
        return any((mapped or found) in each for each in self._networks)

    def caller(self, scope: Scope) -> str:
        """The address that a call counts with: the last one in `X-Forwarded-For` that is no proxy's."""
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self.include(peer):
            return network(peer)
        told = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        hops = [hop.strip() for hop in told.decode("latin-1").split(",")[-_MOST_HOPS:]]
        for hop in reversed(hops):
            if not self.include(hop):
                return network(hop[:64]) if hop else network(peer)
        return network(peer)

"""The client's address, directly or through a trusted proxy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import Scope

from kraty_console.backend.http.connections import address_group

_MOST_HOPS: Final = 20

_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|([0-9.]+):\d{1,5}", re.ASCII)
"""An IPv6 address in brackets, with or without a port; an IPv4 address with one."""


class Proxies:
    """The proxies whose `X-Forwarded-For` is trusted."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Addresses or networks, `10.0.0.1` or `10.0.0.0/8`; raises ValueError for anything else."""
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(each, strict=False) for each in networks]

    def include(self, address: str) -> bool:
        """Whether the address is a proxy's."""
        if not self._networks:
            return False
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        mapped = ip.ipv4_mapped if ip.version == 6 else None
        return any((mapped or ip) in each for each in self._networks)

    def caller(self, scope: Scope) -> str:
        """The client's address: the last one in `X-Forwarded-For` that is not a proxy's.

        The peer's if that is not an address.
        """
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self.include(peer):
            return address_group(peer)
        header = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        for hop in reversed(header.decode("latin-1").split(",")[-_MOST_HOPS:]):
            address = _without_port(hop.strip())
            if not self.include(address):
                return address_group(address if _is_address(address) else peer)
        return address_group(peer)


def _without_port(hop: str) -> str:
    """`203.0.113.9:5001`, `[2001:db8::1]:443` and `[2001:db8::1]` without brackets and port; others unchanged."""
    match = _WITH_PORT.fullmatch(hop)
    return (match[1] or match[2]) if match else hop


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

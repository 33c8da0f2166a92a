"""Which addresses webhooks may be sent to: public ones only.

A studio chooses the targets, and the backend connects from inside a private network. So loopback, private, link-local,
multicast and reserved addresses are refused, in every notation.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Networks = Sequence[tuple[IPv4Network | IPv6Network, str]]


def _named(*rows: tuple[str, str]) -> Networks:
    return [(ip_network(network), words) for network, words in rows]


_V4: Final = _named(
    ("169.254.169.254/32", "a cloud's metadata service"),
    ("168.63.129.16/32", "a cloud's metadata service"),
    ("100.100.100.200/32", "a cloud's metadata service"),
    ("192.0.0.192/32", "a cloud's metadata service"),
    ("0.0.0.0/8", "this machine"),
    ("127.0.0.0/8", "this machine"),
    ("10.0.0.0/8", "a private network"),
    ("172.16.0.0/12", "a private network"),
    ("192.168.0.0/16", "a private network"),
    ("100.64.0.0/10", "a provider's inner network"),
    ("169.254.0.0/16", "the local link"),
    ("192.0.0.0/24", "set aside for protocols"),
    ("192.0.2.0/24", "set aside for examples"),
    ("198.51.100.0/24", "set aside for examples"),
    ("203.0.113.0/24", "set aside for examples"),
    ("192.88.99.0/24", "a way around by another protocol"),
    ("198.18.0.0/15", "set aside for measuring"),
    ("224.0.0.0/4", "a multicast group"),
    ("240.0.0.0/4", "set aside"),
)

_V6: Final = _named(
    ("::/128", "this machine"),
    ("::1/128", "this machine"),
    ("::ffff:0:0/96", "an IPv4 address in another form"),
    ("::ffff:0:0:0/96", "an IPv4 address in another form"),
    ("::/96", "an IPv4 address in another form"),
    ("64:ff9b:1::/48", "an IPv4 address in another form"),
    ("2002::/16", "an IPv4 address in another form"),
    ("2001::/32", "an IPv4 address in another form"),
    ("fd00:ec2::254/128", "a cloud's metadata service"),
    ("fd20:ce::254/128", "a cloud's metadata service"),
    ("fc00::/7", "a private network"),
    ("fec0::/10", "a private network"),
    ("fe80::/10", "the local link"),
    ("ff00::/8", "a multicast group"),
    ("100::/64", "nowhere"),
    ("2001::/23", "set aside for protocols"),
    ("2001:db8::/32", "set aside for examples"),
    ("3fff::/20", "set aside for examples"),
)

NO_ADDRESS: Final = "no address"
"""The result for names, and anything else that is not an address."""

_GLOBAL: Final = IPv6Network("2000::/3")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses embedded in IPv6 (RFC 6052), judged by the embedded address."""


def refusal_of(address: str) -> str | None:
    """Why a webhook may not go to the address, as a description of it; None if it may.

    Texts that are not addresses, or name an interface (`fe80::1%eth0`), are refused.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return NO_ADDRESS
    if isinstance(parsed, IPv4Address):
        return _named_in(_V4, parsed)
    if parsed.scope_id is not None:
        return "an interface of this machine"
    if parsed in _TRANSLATED:
        return _named_in(_V4, IPv4Address(int(parsed) & 0xFFFF_FFFF))
    return _named_in(_V6, parsed) or (None if parsed in _GLOBAL else "set aside")


def _named_in(networks: Networks, address: IPv4Address | IPv6Address) -> str | None:
    return next((words for network, words in networks if address in network), None)

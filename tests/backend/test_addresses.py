"""Addresses that webhooks may not go to, in every notation (backend/README.md#webhooks)."""

from __future__ import annotations

import pytest

from kraty_console.backend.webhooks import address_policy as addresses
from kraty_console.backend.webhooks import endpoint_url as targets
from tests.harness.each import for_each

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "169.254.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:808:808::",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "e000::1",
]
ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80e::200e",
    "2400:cb00::1",
    "64:ff9b::8.8.8.8",
]
NO_ADDRESSES = [
    "",
    "localhost",
    "games.example",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "[::1]",
    "1.1.1.1 ",
]


@for_each("address", REFUSED)
def test_a_private_webhook_address_is_refused(address: str) -> None:
    assert addresses.refusal_of(address)


@for_each("address", ALLOWED)
def test_the_public_internet_is_reached(address: str) -> None:
    assert addresses.refusal_of(address) is None


@for_each("text", NO_ADDRESSES)
def test_other_texts_are_not_addresses(text: str) -> None:
    assert addresses.refusal_of(text) == addresses.NO_ADDRESS


@for_each("address", REFUSED)
def test_an_endpoint_with_such_an_address_is_refused(address: str) -> None:
    written = f"[{address}]" if ":" in address else address
    with pytest.raises(targets.BadTarget):
        targets.parse_url(f"https://{written}/kraty", to_private=False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://games.example/", "https"),
        ("ftp://games.example/", "https"),
        ("games.example/kraty", "https"),
        ("https:///kraty", "https"),
        ("https://user@games.example/", "a user or a password"),
        ("https://:word@games.example/", "a user or a password"),
        ("https://games.example/#part", "fragment"),
        ("https://games.example:0/", "port"),
        ("https://games.example:70000/", "not a URL"),
        ("https://[::1/", "not a URL"),
        ("https://games.example/a b", "space"),
        ("https://games.example/a\r\nX-Evil: 1", "printable"),
        ("https://games.example\\@10.0.0.1/", "backslash"),
        ("https://games.example/\u202e", "printable"),
        ("https://" + "a" * 2048, "longer than 2048"),
        ("https://a..b\u00e9.example/", "no host"),
    ],
)
def test_an_invalid_webhook_url_is_refused(url: str, words: str) -> None:
    with pytest.raises(targets.BadTarget, match=words):
        targets.parse_url(url, to_private=False)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://Games.Example", "games.example", "/"),
        ("https://games.example:443/a/b?c=d&e", "games.example", "/a/b?c=d&e"),
        ("https://games.example:8443/a%2Fb", "games.example:8443", "/a%2Fb"),
        ("https://münchen.example/straße?q=ü", "xn--mnchen-3ya.example", "/stra%C3%9Fe?q=%C3%BC"),
        ("https://[2606:4700:4700::1111]:8443/x", "[2606:4700:4700::1111]:8443", "/x"),
        ("https://1.1.1.1/", "1.1.1.1", "/"),
    ],
)
def test_a_target_is_ascii_on_the_wire(url: str, authority: str, path: str) -> None:
    target = targets.parse_url(url, to_private=False)
    assert (target.secure, target.authority, target.path) == (True, authority, path)


def test_a_developer_may_send_to_this_machine() -> None:
    target = targets.parse_url("http://127.0.0.1:9000/hook", to_private=True)
    assert (target.secure, target.authority, target.path) == (False, "127.0.0.1:9000", "/hook")
    assert targets.parse_url("http://localhost/", to_private=True).authority == "localhost"


def test_the_displayed_url_contains_no_password() -> None:
    assert targets.without_query("https://games.example/hook?key=hidden") == "https://games.example/hook"

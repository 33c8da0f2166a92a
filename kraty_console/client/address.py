"""Validates the address of a backend: https, or http to this machine (client/README.md#secrets)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from kraty_console.contract.errors import Invalid

SURFACES: Final = ("/admin/v1", "/server/v1", "/sdk/v1")
"""The path prefixes of all routes; the client adds them itself."""


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def base_url(text: str) -> str:
    """Validate an address and remove its trailing slash.

    Raises:
        Invalid: it is not an http(s) URL, is two URLs in a row, has a user name, password, query or fragment, ends
        in the prefix of the routes, or is plain http to another machine.
    """
    if text.count("://") > 1:
        raise Invalid(f"{text!r} looks like two addresses in a row: give one, as https://host")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid(f"{text!r} is not a URL: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise Invalid("the URL holds a user name or password: leave it out, the token is sent separately")
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid(f"{text!r} is not a URL: give it as https://host")
    if "//" in parts.path.rstrip("/") or parts.netloc.endswith(":"):
        raise Invalid(f"{text!r} has an empty port or a // in its path: give it as https://host")
    if parts.query or parts.fragment:
        raise Invalid(f"{text!r} has a query or fragment: give the address alone, as https://host")
    if (
        any(segment in (".", "..") for segment in parts.path.split("/"))
        or not parts.path.isascii()
        or " " in parts.path
    ):
        raise Invalid(f"{text!r} has a path that cannot be sent as it is: give the address alone, as https://host")
    surface = next((each for each in SURFACES if parts.path.rstrip("/").lower().endswith(each)), None)
    if surface is not None:
        raise Invalid(f"{text!r} contains the path of the routes: leave {surface} out of the address")
    if parts.scheme == "http" and not is_loopback(host):
        raise Invalid(f"{text!r} is plain http, which would show the token to the network: use https://{host}")
    if port == 0:
        raise Invalid(f"{text!r} names port 0")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"

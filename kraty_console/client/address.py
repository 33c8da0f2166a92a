"""The address of a backend: https anywhere, plain http only to this machine (client/README.md#secrets)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from kraty_console.contract.errors import Invalid

SURFACES: Final = ("/admin/v1", "/server/v1", "/sdk/v1")
"""How the paths of all routes begin; the client adds them itself."""


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def base_url(text: str) -> str:
    """The address without its trailing slash.

    Raises:
        Invalid: it is no http(s) URL, is two of them in a row, holds a name and password, a query or a fragment, ends
            in the beginning of the routes, or is plain http to another machine.
    """
    if text.count("://") > 1:
        raise Invalid(f"{text!r} looks like two addresses in a row: give one, as https://host")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid(f"{text!r} is not a URL: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise Invalid("the URL holds a user name or password: leave it out, the token goes in by itself")
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
        raise Invalid(f"{text!r} names the routes as well: leave {surface} out of the address")
    if parts.scheme == "http" and not is_loopback(host):
        raise Invalid(f"{text!r} is plain http, which would show the token to the network: use https://{host}")
    if port == 0:
        raise Invalid(f"{text!r} names port 0")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"

"""CSRF protection: a change by cookie must come from the portal's own pages.

A page of another origin can make a browser send a form, or text, with the cookie (CSRF). It cannot do so with
`application/json`, and cannot hide where it comes from: `Origin` and `Sec-Fetch-Site` are the browser's own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from kraty_console.backend.http import api_errors

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS: Final = {"http": 80, "https": 443}
_JSON: Final = "application/json"
_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""Values of `Sec-Fetch-Site` for pages of other origins, sister sites included."""


def origin_of(url: str) -> str | None:
    """The origin of a URL as browsers write it, `https://host[:port]`; None when it has none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def origins_of(urls: Iterable[str]) -> frozenset[str]:
    """The origins of the URLs that have one."""
    return frozenset(origin for url in urls if (origin := origin_of(url)) is not None)


def check_change(method: str, headers: Headers, own: frozenset[str]) -> None:
    """Let a change by cookie pass only as JSON and from one of the origins that are the portal's `own`.

    Raises 403. Reads pass: what they answer is for no other origin to see.
    """
    if method in _READS:
        return
    has_body = method != "DELETE" or headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    types = [value.partition(";")[0].strip().lower() for value in headers.getlist("content-type")]
    if (has_body or types) and types != [_JSON]:
        raise api_errors.cross_site_change(f"with a cookie a change has to be sent as {_JSON}")
    origins = headers.getlist("origin")
    if any(origin_of(origin) not in own for origin in origins):
        raise api_errors.cross_site_change("with a cookie a change has to come from the portal's own pages")
    if not origins and headers.get("sec-fetch-site", "").lower() in _ELSEWHERE:
        raise api_errors.cross_site_change("with a cookie a change has to come from the portal's own pages")

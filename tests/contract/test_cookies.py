"""A cookie is sent by any page that a browser shows: what pages of other sites make it send changes nothing."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.csrf import origin_of, origins_of
from kraty_console.backend.http.routing import RouteAccess
from tests.harness.contract.served_backend import PORTAL
from tests.harness.contract.troubled_game import TroubledGame

pytestmark = pytest.mark.no_database

_keys = itertools.count(1)

JSON = {"Content-Type": "application/json"}


def cookie(world: TroubledGame) -> dict[str, str]:
    return {"Cookie": f"theme=dark; kraty_session={world.sessions['GAME_ADMIN']}"}


def credit(world: TroubledGame, **headers: str) -> Any:
    """The change, by cookie."""
    body = {"amount": 5, "reason": "goodwill", "idempotencyKey": f"cookie-{next(_keys):06}"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{world.player('alice')}/wallet/gold/credit"
    return world.backend.call("POST", path, body=body, headers={**cookie(world), **given})


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain", "Origin": "https://evil.example"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "multipart/form-data; boundary=x"},
        {"Content_Type": "text/plain; application/json"},
        {"Content_Type": "application/json, text/plain"},
        {},
        {"Content_Type": "application/json", "Origin": "https://evil.example"},
        {"Content_Type": "application/json", "Origin": "null"},
        {"Content_Type": "application/json", "Origin": ""},
        {"Content_Type": "application/json", "Origin": "https://portal.example.evil.example"},
        {"Content_Type": "application/json", "Origin": "http://portal.example"},
        {"Content_Type": "application/json", "Origin": "https://portal.example:8443"},
        {"Content_Type": "application/json", "Origin": "https://evil@portal.example"},
        {"Content_Type": "application/json", "Sec_Fetch_Site": "cross-site"},
        {"Content_Type": "application/json", "Sec_Fetch_Site": "same-site"},
        {"Content_Type": "text/plain", "Origin": PORTAL},
    ],
)
def test_a_foreign_page_changes_nothing_by_cookie(world: TroubledGame, headers: dict[str, str]) -> None:
    before = world.backend.counts()
    answer = credit(world, **headers)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert world.backend.counts() == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": PORTAL},
        {"Origin": f"{PORTAL.upper()}:443"},
        {"Origin": PORTAL, "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_the_portals_own_page_and_what_is_no_browser_change_things(
    world: TroubledGame, headers: dict[str, str]
) -> None:
    answer = credit(world, Content_Type="application/json; charset=utf-8", **headers)
    assert (answer.status, answer.data["applied"]) == (200, True)


def test_reads_by_cookie_are_answered_wherever_they_come_from(still: TroubledGame) -> None:
    headers = {**cookie(still), "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = still.backend.call("GET", still.player("alice"), headers=headers)
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers  # so no page of another origin can see it


def test_the_portals_page_at_another_origin_may_ask_send_and_read(world: TroubledGame) -> None:
    path = f"{world.player('alice')}/wallet/gold/credit"
    asked = {
        "Origin": PORTAL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    before = world.backend.call("OPTIONS", path, headers=asked)
    after = credit(world, Content_Type="application/json", Origin=PORTAL)
    for answer in (before, after):
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert answer.headers["access-control-allow-credentials"] == "true"
    refused = world.backend.call("OPTIONS", path, headers={**asked, "Origin": "https://evil.example"})
    assert not [name for name in refused.headers if name.startswith("access-control-")]


def test_a_bearer_token_needs_neither_origin_nor_cookie(world: TroubledGame) -> None:
    body = {"amount": 5, "reason": "goodwill", "idempotencyKey": f"cookie-{next(_keys):06}"}
    headers = {**cookie(world), "Content-Type": "text/plain", "Origin": "https://evil.example"}
    answer = world.post(f"{world.player('alice')}/wallet/gold/credit", body, headers=headers)
    assert (answer.status, answer.data["applied"]) == (200, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (route.method, route.path)
        for route in ROUTES
        if route.method != "GET" and route.access in (RouteAccess.GAME, RouteAccess.STUDIO, RouteAccess.SESSION)
    ],
)
def test_every_change_is_kept_from_foreign_pages(still: TroubledGame, method: str, path: str) -> None:
    target = path.replace("{studioId}", still.tenant.studio_id).replace("{gameId}", still.tenant.game_id)
    target = re.sub(r"\{\w+\}", "x", target)
    before = still.backend.counts()
    headers = {**cookie(still), **JSON, "Origin": "https://evil.example"}
    answer = still.backend.call(method, target, body={}, headers=headers)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")
    assert still.backend.counts() == before
    assert still.get("/admin/v1/me").status == 200


def test_signing_out_by_cookie_needs_no_body(world: TroubledGame) -> None:
    assert world.backend.call("DELETE", "/admin/v1/session", headers=cookie(world)).status == 204


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://portal.example/some/path?x", "https://portal.example"),
        ("HTTPS://Portal.Example:443", "https://portal.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://user@portal.example", None),
        ("ftp://portal.example", None),
        ("portal.example", None),
        ("null", None),
        ("https://portal.example:port", None),
        ("", None),
    ],
)
def test_origins_as_browsers_write_them(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin
    assert origins_of([url]) == (frozenset() if origin is None else {origin})

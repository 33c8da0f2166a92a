"""Games in a browser: what a page of any origin may call, send and read (contract/README.md#surfaces)."""

from __future__ import annotations

import pytest

from tests.harness.contract.troubled_game import TroubledGame

pytestmark = pytest.mark.no_database

PAGE = {"Origin": "https://game.example"}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_web_page_may_call_the_client_surface(still: TroubledGame, method: str) -> None:
    asked = {
        **PAGE,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type, x-kraty-sdk, x-player-secret",
    }
    answer = still.backend.call("OPTIONS", "/sdk/v1/players/a%2Fb/identity", headers=asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert method in answer.headers["access-control-allow-methods"]
    for name in ("authorization", "content-type", "x-kraty-sdk", "x-player-secret"):
        assert name in answer.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/catalog", 200), ("/players/alice/wallet", 401)])
def test_a_page_reads_answers_and_refusals(still: TroubledGame, path: str, status: int) -> None:
    answer = still.backend.call("GET", f"/sdk/v1{path}", token=still.keys["client_sdk"], headers=PAGE)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*")
    assert "x-request-id" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/server/v1/ping", "/admin/v1/me", "/admin/v1/health", "/elsewhere"])
def test_other_surfaces_refuse_web_pages(still: TroubledGame, path: str) -> None:
    asked = {**PAGE, "Access-Control-Request-Method": "GET"}
    for method, headers in (("OPTIONS", asked), ("GET", PAGE)):
        answer = still.backend.call(method, path, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]

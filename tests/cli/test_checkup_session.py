"""Checks of the session and the operations, with answers that the embedded backend does not give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kraty_console.cli.checkup.backend_checkup import BackendCheckup
from kraty_console.cli.checkup.operations import NO_ID
from kraty_console.config.launch import Launch
from kraty_console.config.profiles import Profile
from kraty_console.config.routes import RouteSetting
from kraty_console.console.backend_facts import BackendFacts
from kraty_console.contract.secret import Secret
from kraty_console.domain.checkup import CheckArea, Finding
from tests.client.test_detection import GAME, HEALTHY, NO_PLAYER, UNCLEAR, backend
from tests.harness.client.scripted_server import Act, ScriptedServer, answers, failed, ok, wired

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAYERS = f"GET {GAME}/players/"
METHOD = failed(405, "method_not_allowed", "POST is not GET")


def me(*games: str, session: Mapping[str, Any] | None = None) -> Act:
    """Who we are: one studio with these games."""
    studio = {"id": "studio-1", "games": [{"id": each, "slug": each, "role": "GAME_ADMIN"} for each in games]}
    return ok({"member": {"id": "m", "name": "maria"}, "session": session or {}, "studios": [studio]})


async def examine(routes: Mapping[str, Act], folder: Path, otherwise: Act = UNCLEAR, **more: Any) -> dict[str, Finding]:
    """The findings by area and name; only GET may have been sent."""
    findings, wire = await findings_and_wire(routes, folder, otherwise, **more)
    assert {request.method for request in wire.heard} == {"GET"}
    return findings


async def findings_and_wire(
    routes: Mapping[str, Act], folder: Path, /, otherwise: Act = UNCLEAR, **more: Any
) -> tuple[dict[str, Finding], ScriptedServer]:
    async with wired(backend({"GET /admin/v1/health": HEALTHY, **routes}, otherwise)) as wire:
        profile = Profile(url=wire.url, **{"studio": "studio-1", "game": "game-1", **more})
        launch = Launch(profile, Secret("kst_" + "t" * 43), folder / "state", folder / "state")
        findings = await BackendCheckup(launch, BackendFacts(launch, ""), now=lambda: NOW).examine()
    return {f"{each.area}: {each.name}": each for each in findings}, wire


@pytest.mark.parametrize(
    ("remaining", "expected", "words"),
    [
        (timedelta(days=3), "ok", "it expires in 3d"),
        (timedelta(minutes=40), "warning", "it expires in 40m"),
        (timedelta(minutes=-40), "warning", "40m ago"),
    ],
)
async def test_the_session_expiry_is_reported(tmp_path: Path, remaining: timedelta, expected: str, words: str) -> None:
    session = {"expiresAt": (NOW + remaining).isoformat()}
    findings = await examine({"GET /admin/v1/me": me("game-1", session=session), PLAYERS: NO_PLAYER}, tmp_path)
    expiry = findings["session: expiry"]
    assert (expiry.state, words in expiry.words) == (expected, True), expiry


async def test_with_several_games_the_first_is_checked_and_all_are_named(tmp_path: Path) -> None:
    routes = {"GET /admin/v1/me": me("game-1", "game-2"), PLAYERS: NO_PLAYER}
    findings = await examine(routes, tmp_path, studio=None, game=None)
    assert "game-1, game-2" in findings["session: games"].words
    assert findings["session: game"].state == "ok"


async def test_without_me_studio_and_game_must_be_named(tmp_path: Path) -> None:
    findings = await examine({"GET /admin/v1/me": answers(404, b"<html>")}, tmp_path, game=None)
    assert findings["session: game"].state == "problem"
    assert "studio and game" in findings["session: game"].words
    assert {each.facts["support"] for each in findings.values() if "support" in each.facts} == {
        "available",
        "missing",
        "unknown",
    }


async def test_a_403_for_the_session_is_reported(tmp_path: Path) -> None:
    findings = await examine({"GET /admin/v1/me": failed(403, "forbidden", "no")}, tmp_path)
    assert findings["token: accepted"].state == "problem"
    assert "403" in findings["token: accepted"].words


async def test_a_forbidden_read_counts_as_existing(tmp_path: Path) -> None:
    routes = {
        "GET /admin/v1/me": me("game-1"),
        PLAYERS: NO_PLAYER,
        "GET /admin/v1/studios/studio-1/audit-log": failed(403, "forbidden", "no"),
    }
    audit = (await examine(routes, tmp_path))["operations: audit_log"]
    assert (audit.facts["support"], audit.state) == ("available", "note")
    assert "not allowed in this role" in audit.words


async def test_a_404_about_the_object_shows_that_the_route_exists(tmp_path: Path) -> None:
    routes = {
        "GET /admin/v1/me": me("game-1"),
        PLAYERS: NO_PLAYER,
        "GET /admin/v1/studios/studio-1/audit-log/": failed(404, "not_found", "No such audit row"),
    }
    findings = await examine(routes, tmp_path)
    assert findings["operations: timeline"].facts["support"] == "available"
    assert findings["operations: audit_row"].facts["support"] == "available"
    assert findings["operations: delivery"].facts["support"] == "unknown"
    assert findings["operations: catalog"].facts["support"] == "missing"


async def test_changes_are_probed_only_with_get(tmp_path: Path) -> None:
    routes = {
        "GET /admin/v1/me": me("game-1"),
        PLAYERS: NO_PLAYER,
        f"GET {GAME}/grants": METHOD,
        f"GET {GAME}/attempts/": METHOD,
        f"GET {GAME}/webhooks/": answers(404, b"<html>"),
    }
    findings, wire = await findings_and_wire(routes, tmp_path)
    support = {name.removeprefix("operations: "): each.facts.get("support") for name, each in findings.items()}
    for each in ("manual_grant", "force_claim", "force_complete", "retry_roll"):
        assert support[each] == "available"
    assert support["replay_delivery"] == "missing"
    assert {request.method for request in wire.heard} == {"GET"}
    assert all(request.body == b"" for request in wire.heard)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failed(500, "internal_error", "down"), ("session", "problem")),
        (failed(403, "forbidden", "no"), ("session", "problem")),
        (failed(401, "unauthenticated", "over"), ("token", "problem")),
        (failed(429, "rate_limited", "slow down", retry_after="9"), ("session", "unknown")),
        (UNCLEAR, ("session", "unknown")),
        (ok({"player": {"externalPlayerId": "kraty-console-probe"}}), ("session", "ok")),
    ],
)
async def test_the_look_up_of_an_unknown_player(tmp_path: Path, answer: Act, expected: tuple[str, str]) -> None:
    findings = await examine({PLAYERS: answer}, tmp_path, otherwise=answers(404, b"<html>"))
    (game,) = [each for name, each in findings.items() if name in ("session: game", "token: accepted")]
    assert (game.area, game.state) == expected


async def test_the_portal_is_named_where_operations_are_missing(tmp_path: Path) -> None:
    findings = await examine(
        {"GET /admin/v1/me": me("game-1"), PLAYERS: NO_PLAYER}, tmp_path, portal_url="https://portal.example/{gameId}"
    )
    missing = findings["operations: missing"]
    assert "https://portal.example/game-1" in missing.advice
    assert "catalog" in missing.facts["operations"]
    assert CheckArea.OPERATIONS is missing.area


NO_HEALTH = {"health": RouteSetting("", "")}
FOR_NOBODY = f"GET /admin/v1/studios/{NO_ID}/"


@pytest.mark.parametrize(
    "answer",
    [
        failed(401, "unauthenticated", "no session"),
        failed(404, "not_found", "nothing here"),
        failed(503, "unavailable", "later"),
        ok({"player": {"externalPlayerId": "kraty-console-probe"}}),
    ],
)
async def test_without_health_a_kraty_is_recognized_by_a_look_up_of_an_unknown_player(
    tmp_path: Path, answer: Act
) -> None:
    routes = {"GET /admin/v1/me": me("game-1"), FOR_NOBODY: answer, PLAYERS: NO_PLAYER}
    findings, wire = await findings_and_wire(routes, tmp_path, routes=NO_HEALTH)
    assert findings["address: player"].state == "ok"
    assert findings["session: who"].words == "maria"
    assert "address: health" in findings
    assert findings["operations: health"].facts["support"] == "missing"
    first, second = wire.heard[:2]
    assert (first.method, "kraty-console-probe" in first.target) == ("GET", True)
    assert ("authorization" in first.headers, "authorization" in second.headers) == (False, True)


@pytest.mark.parametrize(
    "answer",
    [
        answers(200, b"<html>Sign in</html>"),
        answers(401, b"<html>Sign in</html>"),
        answers(200, {"fine": True}),
        answers(200, {"error": {"code": "not_found", "message": "well"}}),
        answers(401, {"error": "unauthenticated"}),
        answers(302, b"", {"Location": "https://login.example/"}),
        failed(401, "invalid_token", "another API's"),
        failed(404, "", "nothing"),
    ],
)
async def test_without_health_the_token_is_not_sent_where_no_kraty_answered(tmp_path: Path, answer: Act) -> None:
    findings, wire = await findings_and_wire({"GET /": answer}, tmp_path, routes=NO_HEALTH)
    assert findings["address: player"].state == "problem"
    assert findings["operations: me"].facts["support"] == "unknown"
    assert len(wire.heard) == 1
    assert "authorization" not in wire.heard[0].headers


async def test_without_health_and_player_nothing_is_requested(tmp_path: Path) -> None:
    routes = {**NO_HEALTH, "player": RouteSetting("", "")}
    findings, wire = await findings_and_wire({}, tmp_path, routes=routes)
    assert findings["address: player"].state == "problem"
    assert wire.heard == []

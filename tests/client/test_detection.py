"""The operations of a backend are learned from its answers: a 404 of the route differs from one of an object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kraty_console.client.capabilities import KEPT_SECONDS, Capabilities, Support, missing_operations
from kraty_console.client.journal import Journal
from kraty_console.client.not_found import Subject, subject_of
from kraty_console.client.replies import HttpReply
from kraty_console.client.routes import RouteTable
from kraty_console.client.writer import Writer
from kraty_console.contract.actions import RetryRewardRoll, RevokeGrant
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import BadAnswer, NotFound, OperationMissing
from kraty_console.contract.operations import ADMIN_OPERATIONS, PUBLISHED, Operation
from tests.client.conftest import MakeClient
from tests.harness.client.scripted_server import Act, Line, answers, failed, ok, wired

GAME = "/admin/v1/studios/studio-1/games/game-1"


def _reply(status: int, content: bytes) -> HttpReply:
    return HttpReply(status, {}, content, 1.0)


def _envelope(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


@pytest.mark.parametrize(
    ("status", "content", "named", "subject"),
    [
        (200, b"{}", [], None),
        (403, _envelope("forbidden", "no route for you"), [], None),
        (405, b"", [], "route"),
        (405, _envelope("method_not_allowed", "POST is not for this path"), [], "route"),
        (501, b"", [], "route"),
        (404, b"<html>nginx</html>", [], "route"),
        (404, b'{"statusCode":404,"error":"Not Found","message":"Cannot GET /x"}', [], "route"),
        (404, _envelope("not_found", "Player 'bob_7' not found"), ["bob_7"], "object"),
        (404, _envelope("not_found", "bob_7: unknown"), ["bob_7"], "object"),
        (404, _envelope("not_found", "No such grant"), [], "object"),
        (404, _envelope("route_not_found", "nothing"), [], "route"),
        (404, _envelope("not_found", "Route GET:/admin/v1/players/bob_7 not found"), ["bob_7"], "route"),
        (404, _envelope("not_found", "Player 'route' not found"), ["route"], "object"),
        (404, _envelope("not_found", "there is nothing here, or nothing that you can see"), ["bob_7"], "unclear"),
        (404, _envelope("not_found", ""), [], "unclear"),
        (404, b'{"error": {"code": "not_found", "message": 7}}', [], "unclear"),
    ],
)
def test_a_missing_object_is_recognized_by_status_code_and_message(
    status: int, content: bytes, named: list[str], subject: Subject | None
) -> None:
    assert subject_of(_reply(status, content), named) == subject


UNCLEAR = failed(404, "not_found", "there is nothing here, or nothing that you can see")
NO_PLAYER = failed(404, "not_found", "Player not found")
HEALTHY = answers(200, {"ok": True, "version": "1"})


def backend(routes: Mapping[str, Act], otherwise: Act = UNCLEAR) -> Act:
    """Answers by method and the beginning of the target; the longest beginning wins."""

    async def act(line: Line) -> None:
        heard = await line.request()
        line.first = b""
        wanted = f"{heard.method} {heard.target}"
        begin = max((each for each in routes if wanted.startswith(each)), key=len, default=None)
        chosen = otherwise if begin is None else routes[begin]
        await chosen(_Again(line))  # type: ignore[arg-type]

    return act


class _Again:
    """A line whose request was read already."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def request(self) -> Any:
        return self._line.wire.heard[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


async def test_a_backend_without_me_does_not_know_the_member(client_of: MakeClient) -> None:
    async with wired(backend({"GET /admin/v1/health": HEALTHY})) as wire:
        client = client_of(wire.url)
        with pytest.raises(OperationMissing, match=r"no route GET /admin/v1/me"):
            await client.me()
        asked = len(wire.heard)
        with pytest.raises(OperationMissing):
            await client.me()
        assert len(wire.heard) == asked, "what is known to be missing is not asked for again"


@pytest.mark.parametrize("otherwise", [UNCLEAR, answers(404, b"<html>nginx</html>")])
async def test_an_answer_of_another_server_is_not_a_missing_route(client_of: MakeClient, otherwise: Act) -> None:
    async with wired(backend({}, otherwise)) as wire:
        client = client_of(wire.url)
        with pytest.raises(BadAnswer, match="check the URL"):
            await client.me()
        assert client.capabilities.of(Operation.ME) is Support.UNKNOWN


async def test_search_is_missing_if_the_game_is_visible(client_of: MakeClient) -> None:
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/players/": NO_PLAYER}
    async with wired(backend(routes)) as wire:
        with pytest.raises(OperationMissing, match=r"no route GET …/players"):
            await client_of(wire.url).search("ali")


async def test_search_is_not_missing_if_the_game_is_not_visible(client_of: MakeClient) -> None:
    async with wired(backend({"GET /admin/v1/health": HEALTHY})) as wire:
        client = client_of(wire.url)
        for _ in range(2):
            with pytest.raises(NotFound):
                await client.search("ali")
        assert client.capabilities.of(Operation.SEARCH) is Support.UNKNOWN
        assert sum("kraty-console-probe" in each.target for each in wire.heard) == 1


async def test_a_found_player_shows_that_the_game_is_visible(client_of: MakeClient) -> None:
    found = ok({"player": {"externalPlayerId": "bob_7"}})
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/players/bob_7": found}
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        await client.snapshot("bob_7")
        with pytest.raises(OperationMissing):
            await client.catalog()
        assert not any("probe" in each.target for each in wire.heard)


async def test_a_published_operation_is_never_missing(client_of: MakeClient) -> None:
    routes = {"GET /admin/v1/health": HEALTHY}
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        with pytest.raises(NotFound):
            await client.snapshot("bob_7")
        assert client.capabilities.of(Operation.PLAYER) is Support.UNKNOWN


async def test_operations_named_in_health_are_available(client_of: MakeClient) -> None:
    health = answers(200, {"ok": True, "features": ["operation:me", "operation:search", "operation:fly"]})
    async with wired(backend({"GET /admin/v1/health": health})) as wire:
        client = client_of(wire.url)
        await client.detect()
        assert len(wire.heard) == 1
    assert client.capabilities.of("me") is Support.AVAILABLE
    assert client.capabilities.of("ban") is Support.MISSING
    assert client.capabilities.of("manual_grant") is Support.UNKNOWN, "a published operation is never missing"
    assert client.capabilities.of("fly") is Support.UNKNOWN


async def test_changes_are_detected_without_sending_a_write(client_of: MakeClient) -> None:
    no = failed(405, "method_not_allowed", "GET is not for this path")
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/grants": no, f"GET {GAME}/players/0": UNCLEAR}
    routes[f"GET {GAME}/attempts/00000000-0000-0000-0000-000000000000/force-complete"] = no
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        await client.detect()
        assert {each.method for each in wire.heard} == {"GET"}
    assert client.capabilities.of("force_complete") is Support.AVAILABLE
    assert client.capabilities.of("retry_roll") is Support.MISSING
    assert client.capabilities.of("credit") is Support.MISSING


@pytest.mark.parametrize("message", ["Player not found", f"nothing with the id {'0' * 8}-0000-0000-0000-{'0' * 12}"])
async def test_a_404_about_an_object_is_not_a_missing_route(message: str, client_of: MakeClient) -> None:
    no = failed(405, "method_not_allowed", "GET is not for this path")
    gone = answers(404, {"error": {"code": "not_found", "message": message}})
    nobody = f"GET {GAME}/players/00000000-0000-0000-0000-000000000000/ban"
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/grants": no, nobody: gone}
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        await client.detect()
    assert client.capabilities.of("ban") is Support.UNKNOWN
    assert client.capabilities.of("retry_roll") is Support.MISSING


async def test_a_404_for_the_wrong_method_shows_nothing(client_of: MakeClient) -> None:
    async with wired(backend({"GET /admin/v1/health": HEALTHY})) as wire:
        client = client_of(wire.url)
        await client.detect()
        assert len(wire.heard) == 2
    assert all(client.capabilities.of(each) is Support.UNKNOWN for each in ADMIN_OPERATIONS if each != "health")


ROLL = RetryRewardRoll(idempotency_key="key-0001")
WITH_ATTEMPT = ok({"player": {"externalPlayerId": "alice_42"}, "attempts": [{"id": "att-1", "status": "completed"}]})


async def test_a_404_for_an_existing_attempt_is_a_missing_route(client_of: MakeClient, journal: Journal) -> None:
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/players/alice_42": WITH_ATTEMPT}
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        writer = Writer(client, journal)
        first = await writer.perform(ChangeRequest(Operation.RETRY_ROLL, "alice_42", ROLL, "att-1"))
        posts = [each for each in wire.heard if each.method == "POST"]
        again = RetryRewardRoll(idempotency_key="key-0002")
        second = await writer.perform(ChangeRequest(Operation.RETRY_ROLL, "alice_42", again, "att-1"))
        assert [each for each in wire.heard if each.method == "POST"] == posts, "it is not sent to where nothing is"
    for performed in (first, second):
        assert performed.state == "refused"
        assert isinstance(performed.error, OperationMissing)
        assert performed.error.route == "POST …/retry-reward-roll"


async def test_a_404_for_a_missing_attempt_is_not_a_missing_route(client_of: MakeClient, journal: Journal) -> None:
    routes = {"GET /admin/v1/health": HEALTHY, f"GET {GAME}/players/alice_42": WITH_ATTEMPT}
    async with wired(backend(routes)) as wire:
        client = client_of(wire.url)
        performed = await Writer(client, journal).perform(
            ChangeRequest(Operation.RETRY_ROLL, "alice_42", ROLL, "att-2")
        )
    assert isinstance(performed.error, NotFound)
    assert client.capabilities.of("retry_roll") is Support.UNKNOWN


@pytest.mark.parametrize(("grant_id", "support"), [("gr-1", Support.MISSING), ("gr-2", Support.UNKNOWN)])
async def test_a_404_of_a_revocation_is_a_missing_route_only_if_its_grant_exists(
    client_of: MakeClient, journal: Journal, grant_id: str, support: Support
) -> None:
    seen = ok({"player": {"externalPlayerId": "alice_42"}, "grants": [{"id": "gr-1", "status": "pending"}]})
    revoke = RevokeGrant(reason="granted twice", idempotency_key="key-0001")
    async with wired(backend({"GET /admin/v1/health": HEALTHY, f"GET {GAME}/players/alice_42": seen})) as wire:
        client = client_of(wire.url)
        performed = await Writer(client, journal).perform(
            ChangeRequest(Operation.REVOKE_GRANT, "alice_42", revoke, grant_id)
        )
    assert performed.state == "refused"
    assert isinstance(performed.error, OperationMissing) == (support is Support.MISSING)
    assert client.capabilities.of("revoke_grant") is support


@pytest.mark.parametrize(
    "nothing_there",
    [
        answers(404, b"<html>nginx</html>"),
        answers(404, {"statusCode": 404, "error": "Not Found", "message": "Cannot POST /x"}),
        answers(405, b""),
    ],
)
async def test_a_404_of_a_web_server_is_a_missing_route_with_an_unknown_outcome(
    client_of: MakeClient, journal: Journal, nothing_there: Act
) -> None:
    change = f"POST {GAME}/attempts/att-1/retry-reward-roll"
    async with wired(backend({"GET /admin/v1/health": HEALTHY, change: nothing_there})) as wire:
        client = client_of(wire.url)
        performed = await Writer(client, journal).perform(
            ChangeRequest(Operation.RETRY_ROLL, "alice_42", ROLL, "att-1")
        )
    assert performed.state == "unknown", "only Kraty's own answer is certain"
    assert isinstance(performed.error, OperationMissing)
    assert client.capabilities.of("retry_roll") is Support.MISSING


async def test_no_route_is_missing_if_no_kraty_answers(client_of: MakeClient, journal: Journal) -> None:
    async with wired(answers(404, b"<html>nginx</html>")) as wire:
        client = client_of(wire.url)
        performed = await Writer(client, journal).perform(
            ChangeRequest(Operation.RETRY_ROLL, "alice_42", ROLL, "att-1")
        )
    assert isinstance(performed.error, BadAnswer)
    assert client.capabilities.of("retry_roll") is Support.UNKNOWN


# -- what is kept ----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_revision_only_grows_and_each_is_saved_once(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    known = Capabilities(path, backend="b")
    known.learn("ban", Support.MISSING)
    known.learn("me", Support.MISSING)
    known.save()
    assert known.revision == 2, "who remembers what a revision was like would else take a later one for it"
    path.unlink()
    known.save()
    assert not path.exists()
    known.learn("ban", Support.AVAILABLE)
    known.save()
    assert Capabilities(path, backend="b").of("ban") is Support.AVAILABLE


def test_learned_facts_are_cached_for_a_day(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "state" / "capabilities.json"
    learned = Capabilities(path, backend="one", clock=clock)
    learned.learn("search", Support.MISSING)
    learned.save()
    assert path.stat().st_mode & 0o777 == 0o600
    assert Capabilities(path, backend="one", clock=clock).of("search") is Support.MISSING
    assert Capabilities(path, backend="another", clock=clock).of("search") is Support.UNKNOWN
    clock.now += KEPT_SECONDS
    assert Capabilities(path, backend="one", clock=clock).of("search") is Support.UNKNOWN
    clock.now -= 2 * KEPT_SECONDS
    assert Capabilities(path, backend="one", clock=clock).of("search") is Support.UNKNOWN, "learned in the future"


def test_saving_keeps_facts_and_writes_only_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "capabilities.json"
    learned = Capabilities(path, backend="one")
    learned.learn("search", Support.MISSING)
    revision = learned.revision
    learned.save()
    assert learned.revision == revision, "what is derived from it is still up to date"
    path.unlink()
    learned.save()
    assert not path.exists()
    learned.learn("me", Support.MISSING)
    assert learned.revision == revision + 1
    learned.save()
    assert Capabilities(path, backend="one").of("me") is Support.MISSING


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"layout": 1}', '{"layout": 1, "backend": "one", "operations": {"me": 7}}']
)
def test_a_damaged_cache_is_ignored(tmp_path: Path, content: str) -> None:
    path = tmp_path / "capabilities.json"
    path.write_text(content)
    assert Capabilities(path, backend="one").of("me") is Support.UNKNOWN


def test_routes_of_a_profile_take_precedence() -> None:
    known = Capabilities()
    known.learn("me", Support.MISSING)
    missing = missing_operations(RouteTable({"ban": ("", "")}), known)
    assert set(missing) == {"me", "ban"}
    assert {missing[each].route for each in missing} == {"GET /admin/v1/me", "POST …/ban"}
    assert not set(missing) & set(PUBLISHED)

"""A Kraty with routes and field names of its own, as `[profiles.NAME.routes]` names them: all changes work there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.client.capabilities import Support
from kraty_console.client.routes import RouteTable
from kraty_console.client.writer import ChangeOutcome
from kraty_console.config.profiles import Profile, load_profile
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.operations import Operation
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.contract.altered_backends import Moved
from tests.harness.contract.console_writer import FIVE, REASON, call, prepare, writing
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

pytestmark = pytest.mark.no_database

CONFIG = """
[profiles.x]
url = "https://kraty.example"

[profiles.x.routes]
force_complete = "PUT /support/v2/attempts/{attemptId}/completion"
retry_roll = "POST /support/v2/rolls"
manual_grant = "POST /support/v2/players/{externalPlayerId}/gifts"
force_claim = "PATCH /support/v2/studios/{studioId}/games/{gameId}/gifts"
revoke_grant = "POST /support/v2/gifts/{grantId}/end"
credit = "POST /support/v2/balances"
ban = "PUT /support/v2/players/{externalPlayerId}/ban"
unban = "DELETE /support/v2/players/{externalPlayerId}/ban"
fields.externalPlayerId = "playerId"
fields.reason = "note"
fields.ticket = "case"
fields.idempotencyKey = "requestKey"
fields.attemptId = "attempt"
fields.economyKey = "currency"
fields.force_claim.grantId = "gift"
fields.force_complete.finalScore = "points"
"""

ALL = (*FIVE, Operation.REVOKE_GRANT, Operation.BAN, Operation.UNBAN)

ABOUT = {
    Operation.FORCE_COMPLETE: ("PUT", "/completion", {"note", "case", "requestKey", "points"}),
    Operation.RETRY_ROLL: ("POST", "/rolls", {"note", "case", "requestKey", "attempt"}),
    Operation.MANUAL_GRANT: ("POST", "/gifts", {"note", "case", "requestKey", "entries"}),
    Operation.FORCE_CLAIM: ("PATCH", "/gifts", {"note", "case", "requestKey", "gift"}),
    Operation.REVOKE_GRANT: ("POST", "/end", {"note", "case", "requestKey"}),
    Operation.CREDIT: ("POST", "/balances", {"note", "case", "requestKey", "amount", "playerId", "currency"}),
    Operation.BAN: ("PUT", "/ban", {"note", "case", "requestKey"}),
    Operation.UNBAN: ("DELETE", "/ban", {"note", "case", "requestKey"}),
}
"""How each goes out: its method, the end of its path, the fields of its body."""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return load_profile(file, {})


@pytest.fixture(scope="module")
def _wire() -> FaultyTransport:
    return FaultyTransport()


@pytest.fixture(scope="module")
def moved(profile: Profile) -> Moved:
    return Moved(profile)


@pytest.fixture(scope="module")
def moved_backend(database_url: str, _wire: FaultyTransport, moved: Moved) -> Iterator[Backend]:
    def wrap(app: object) -> object:
        return _wire.around(moved.around(app))  # type: ignore[arg-type]

    with Backend(database_url, Rate(0), wrap=wrap, name="moved").running() as running:
        yield running


@pytest.fixture
def wire(_wire: FaultyTransport) -> Iterator[FaultyTransport]:
    yield _wire
    _wire.mend_all()


@pytest.fixture
def world(moved_backend: Backend, moved: Moved) -> TroubledGame:
    """A game on a backend whose changes are elsewhere."""
    moved_backend.clock.ms = NOW
    made = make_troubled_game(moved_backend)
    moved.place = {"studioId": made.tenant.studio_id, "gameId": made.tenant.game_id}
    moved.sent.clear()
    return made


@pytest.fixture
def routes(profile: Profile) -> RouteTable:
    return RouteTable(profile.routes, profile.fields.of)


@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_a_change_uses_the_routes_and_field_names_of_the_profile(
    kind: Operation, world: TroubledGame, moved: Moved, routes: RouteTable, tmp_path: Path
) -> None:
    prepare(world, kind)
    moved.sent.clear()
    async with writing(world, tmp_path, routes=lambda: routes) as at:
        performed = await at.writer.perform(call(world, kind), ticket="ZD-4821")
        assert at.client.capabilities.of(kind) is Support.AVAILABLE
    assert performed.state == "applied", performed.error
    assert performed.audit is not None
    method, end, fields = ABOUT[kind]
    (sent,) = moved.sent
    assert (sent.method, sent.target.partition("?")[0][-len(end) :]) == (method, end)
    assert sent.target.endswith("?environment=live")
    assert set(json.loads(sent.body)) == fields
    entry = performed.entry
    assert entry is not None
    assert entry.path == (sent.target if method == "POST" else f"{method} {sent.target}")
    assert entry.body.encode() == sent.body
    (row,) = [each for each in world.audit_rows(player="alice") if each["idempotencyKey"] == "key-0000-0001"]
    assert (row["reason"], row["ticket"], row["id"]) == (REASON, "ZD-4821", performed.audit.id)


@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_without_the_profile_the_change_finds_no_route(
    kind: Operation, world: TroubledGame, tmp_path: Path
) -> None:
    prepare(world, kind)
    before = world.backend.counts()
    async with writing(world, tmp_path) as at:
        performed = await at.writer.perform(call(world, kind))
    assert performed.state == "refused"
    if kind not in (Operation.MANUAL_GRANT, Operation.FORCE_CLAIM):  # every Kraty is to have these
        assert isinstance(performed.error, OperationMissing)
    assert world.backend.counts() == before


@pytest.mark.parametrize("kind", ALL, ids=str)
async def test_a_lost_answer_is_asked_for_again_with_the_same_method_path_and_bytes(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, moved: Moved, routes: RouteTable, tmp_path: Path
) -> None:
    prepare(world, kind)
    moved.sent.clear()
    before = world.backend.counts()
    method, end, _ = ABOUT[kind]
    wire.cuts(method, end, after=True, times=1)
    wire.answers("GET", "/audit-log", 403, "forbidden", "the log is closed")
    wire.answers("GET", "/players/alice", 200, data={"player": {"externalPlayerId": "alice"}})
    async with writing(world, tmp_path, routes=lambda: routes) as at:
        lost = await at.writer.perform(call(world, kind))
        assert (lost.state, len(moved.sent)) == ("unknown", 1)
        assert lost.entry is not None
        found = await at.writer.resolve(lost.entry)
        assert await at.open() == []
    assert (found.state, found.replayed) == ("applied", True), found.error
    first, second = moved.sent
    assert first == second
    assert world.backend.counts()["audit"] == before["audit"] + 1


async def test_a_change_that_never_arrived_is_resent(
    world: TroubledGame, wire: FaultyTransport, moved: Moved, routes: RouteTable, tmp_path: Path
) -> None:
    wire.cuts("PATCH", "/gifts", times=1)
    results: list[ChangeOutcome] = []
    async with writing(world, tmp_path, routes=lambda: routes) as at:
        lost = await at.writer.perform(call(world, Operation.FORCE_CLAIM))
        assert lost.entry is not None
        assert moved.sent == []
        results += [lost, await at.writer.resolve(lost.entry), await at.writer.resolve(lost.entry)]
    assert [each.state for each in results] == ["unknown", "applied", "applied"]
    (sent,) = moved.sent
    assert lost.entry.path == f"PATCH {sent.target}"
    assert lost.entry.body.encode() == sent.body

"""`doctor` against different backends: its findings and exit codes, and that it sends only GET."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.auth.api_keys import SERVER_INTEGRATION
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.cli.main import run
from kraty_console.client.capabilities import Capabilities, Support
from kraty_console.contract.operations import ADMIN_OPERATIONS, PUBLISHED, Operation
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from tests.harness.cli.doctor_runs import VARIABLES, examined, tapped
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("doctor")).fresh()
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.fresh()


@pytest.fixture(scope="module")
def full_backend(url: str) -> Iterator[Backend]:
    with Backend(url, Rate(0)).running() as running:
        yield running


@pytest.fixture(scope="module")
def published_backend(url: str) -> Iterator[Backend]:
    with Backend(url, Rate(0), only="published").running() as running:
        yield running


@pytest.fixture
def world(full_backend: Backend) -> TroubledGame:
    full_backend.clock.ms = NOW
    return make_troubled_game(full_backend)


@pytest.fixture
def reduced(published_backend: Backend) -> TroubledGame:
    published_backend.clock.ms = NOW
    return make_troubled_game(published_backend)


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing of the machine that runs the tests; the folder of the state is there and private."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path


def profile(places: Path, world: TroubledGame, url: str, token: str, more: str = "") -> None:
    """Write the one profile, with its token in a file."""
    (places / "token").write_text(token)
    (places / "token").chmod(0o600)
    (places / "config.toml").write_text(
        f'[profiles.live]\nurl = "{url}"\nstudio = "{world.tenant.studio_id}"\ngame = "{world.tenant.game_id}"\n'
        + (more or f'token_file = "{places / "token"}"\n'),
        "utf-8",
    )
    (places / "config.toml").chmod(0o600)


async def test_a_full_kraty_has_all_operations_and_only_get_is_sent(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = world.sessions[GAME_ADMIN]
    before = world.backend.counts()
    async with tapped(world.backend.port) as tap:
        profile(places, world, tap.url, token)
        result = await examined(capsys)
    assert (result.code, result.err) == (0, "")
    assert set(result.support()) == set(ADMIN_OPERATIONS)
    assert set(result.support().values()) == {"available"}
    assert tap.methods == {"GET"}
    assert world.backend.counts() == before
    assert token not in result.out
    requests = [target for _, target in tap.requests]
    assert sum(target == "/admin/v1/health" for target in requests) >= 5
    assert any("/audit-log?" in target and "limit=1" in target for target in requests)
    assert result.of("session", "role")["facts"]["role"] == "GAME_ADMIN"
    assert result.of("token", "source")["words"] == f"from token_file {places / 'token'}"
    assert result.of("token", "age")["facts"]["writtenAt"]
    assert result.of("link", "round trip")["facts"]["requests"] == 5
    assert result.of("operations", "idempotency keys")["facts"] == {"kept": True}


async def test_missing_operations_are_reported_and_only_get_is_sent(
    reduced: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = reduced.backend.counts()
    async with tapped(reduced.backend.port) as tap:
        profile(places, reduced, tap.url, reduced.sessions[GAME_ADMIN])
        with (places / "config.toml").open("a") as file:
            file.write('[profiles.live.routes]\ncredit = "POST /v2/wallets/{externalPlayerId}/{economyKey}"\n')
        result = await examined(capsys)
    assert result.code == 0, "what is missing is no fault of the surroundings"
    support = result.support()
    assert {each for each, state in support.items() if state == "available"} == set(PUBLISHED)
    for each in (Operation.ME, Operation.SEARCH, Operation.CATALOG, Operation.AUDIT_LOG, Operation.BAN):
        assert support[each] == "missing"
    assert support[Operation.END_SESSION] == "unknown"
    assert tap.methods == {"GET"}
    assert reduced.backend.counts() == before
    assert "does not identify sessions" in result.of("session", "who")["words"]
    assert result.of("operations", "idempotency keys")["state"] == "note"
    own = result.of("operations", "credit")
    assert own["facts"]["route"] == "POST /v2/wallets/{externalPlayerId}/{economyKey}"
    assert (own["facts"]["own"], own["state"]) == (True, "warning")


async def test_a_kraty_without_health_is_recognized_before_the_token_is_sent(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile(places, world, f"http://127.0.0.1:{world.backend.port}", world.sessions[GAME_ADMIN])
    with (places / "config.toml").open("a") as file:
        file.write("[profiles.live.routes]\nhealth = false\n")
    result = await examined(capsys)
    assert result.code == 0
    assert result.of("address", "player")["state"] == "ok"
    assert result.of("clock", "skew")["state"] == "ok"
    assert result.support()[Operation.PLAYER] == "available"


async def test_with_a_server_key_only_get_is_sent(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = world.keys[SERVER_INTEGRATION]
    before = world.backend.counts()
    async with tapped(world.backend.port) as tap:
        more = f'credential = "server_key"\nserver_key_file = "{places / "token"}"\nserver_actions = true\n'
        profile(places, world, tap.url, key, more)
        result = await examined(capsys)
    assert (result.code, result.err) == (0, "")
    support = result.support()
    assert {each for each, state in support.items() if state == "available"} == {"health", "me", "player"}
    assert support[Operation.SEARCH] == "missing"
    assert tap.methods == {"GET"}
    assert world.backend.counts() == before
    assert not any(part in result.out for part in key.split("."))


async def test_an_expired_token_is_the_first_finding(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with tapped(world.backend.port) as tap:
        profile(places, world, tap.url, "kst_" + "x" * 43)
        result = await examined(capsys)
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("token", "accepted")
    assert result.support()[Operation.BAN] == "available", "health names the operations to everybody"
    assert "x" * 8 not in result.out
    assert tap.methods == {"GET"}


async def test_without_me_the_look_up_shows_an_expired_token(
    reduced: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with tapped(reduced.backend.port) as tap:
        profile(places, reduced, tap.url, "kst_" + "x" * 43)
        result = await examined(capsys)
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("token", "accepted")
    assert not any("/grants" in target for _, target in tap.requests)


async def test_without_a_token_the_rest_is_checked(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with tapped(world.backend.port) as tap:
        profile(places, world, tap.url, "unused", "keyring = false\n")
        result = await examined(capsys)
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["words"]) == ("token", "there is no session token")
    assert result.of("address", "health")["state"] == "ok"
    assert {target for _, target in tap.requests} == {"/admin/v1/health"}


async def test_a_game_that_the_session_may_not_enter_is_a_problem(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile(places, world, f"http://127.0.0.1:{world.backend.port}", world.sessions[GAME_VIEWER])
    result = await examined(capsys, "--game", "chess")
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("session", "game")
    assert "chess" in result.findings[0]["words"]


def believed(places: Path) -> Capabilities:
    """What the console will believe of the backend with its next start."""
    path = places / "state" / "capabilities-live.json"
    return Capabilities(path, backend=json.loads(path.read_text())["backend"])


async def test_detected_operations_are_saved(
    world: TroubledGame, reduced: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile(places, reduced, f"http://127.0.0.1:{reduced.backend.port}", reduced.sessions[GAME_ADMIN])
    await examined(capsys)
    known = believed(places)
    assert (known.of("search"), known.of("detection")) == (Support.MISSING, Support.AVAILABLE)
    known.learn("search", Support.AVAILABLE)
    known.learn("ban", Support.AVAILABLE)
    known.save()
    await examined(capsys)
    known = believed(places)
    assert (known.of("search"), known.of("ban")) == (Support.MISSING, Support.MISSING)
    assert stat.S_IMODE((places / "state" / "capabilities-live.json").stat().st_mode) == 0o600


async def test_cached_facts_of_an_unreachable_backend_are_kept_and_not_shown(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with tapped(world.backend.port) as tap:
        profile(places, world, tap.url, world.sessions[GAME_ADMIN])
        assert (await examined(capsys)).support()["ban"] == "available"
    kept = (places / "state" / "capabilities-live.json").read_bytes()
    result = await examined(capsys)
    assert (result.code, set(result.support().values())) == (1, {"unknown"})
    assert (places / "state" / "capabilities-live.json").read_bytes() == kept


@pytest.mark.parametrize("mode", [None, 0o755])
async def test_a_missing_or_open_folder_is_not_changed(
    world: TroubledGame, places: Path, capsys: pytest.CaptureFixture[str], mode: int | None
) -> None:
    folder = places / "state"
    folder.rmdir()
    if mode is not None:
        folder.mkdir()
        folder.chmod(mode)
    profile(places, world, f"http://127.0.0.1:{world.backend.port}", world.sessions[GAME_ADMIN])
    result = await examined(capsys)
    assert result.code == 0
    assert result.of("state", "folder")["state"] == ("note" if mode is None else "warning")
    assert folder.exists() is (mode is not None)
    if mode is not None:
        assert (stat.S_IMODE(folder.stat().st_mode), list(folder.iterdir())) == (mode, [])


def test_a_wrong_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--no-such-option"]) == 2
    assert capsys.readouterr().out == ""

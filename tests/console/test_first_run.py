"""The first run: an address, a token, a game and an environment, asked for step by step and kept for the next time."""

from __future__ import annotations

import asyncio
import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from kraty_console.config.access import Access
from kraty_console.config.profiles import Profile
from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.sign_in import SignInDialog
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.contract.secret import Secret
from tests.harness.console.driver import at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the profile will be; nothing is there yet."""
    file = tmp_path / "config" / "kraty" / "config.toml"
    monkeypatch.setenv("KRATY_CONFIG", str(file))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    return file


def newcomer(backend: DemoStage, **profile: str) -> KratyApp:
    """The console without a token, and without a profile but for what is given."""
    launch = replace(backend.launch(), profile=Profile(name="default", theme="dark", **profile), token=None)
    return KratyApp(launch, now=now, environ={"TERM": "xterm-256color"})


async def test_the_first_run_is_guided_and_kept_with_mode_0600(backend: DemoStage, config: Path) -> None:
    token = backend.world.credentials["sessions"]["GAME_ADMIN"]
    async with at(newcomer(backend)) as driver:
        await driver.opened(SignInDialog)
        await driver.sees("1 of 4", "Where is Kraty?", "https://api.kraty.io")
        line = driver.app.screen.line
        line.value = backend.url.replace("127.0.0.1", "kraty.example")
        await driver.press("enter")
        await driver.sees("plain http, which would show the token")
        line.value = backend.url
        await driver.press("enter")
        await driver.sees("2 of 4")
        line.value = "kst_" + "x" * 43
        await driver.press("enter")
        await driver.sees("The session has expired or is unknown")
        assert "kst_" not in driver.text
        line.value = token
        await driver.press("enter")
        await driver.sees("3 of 4", "signed in    maria", "Bright Burrow ▸ Rabbit Rush", "GAME_ADMIN")
        await driver.press("enter")
        await driver.sees("4 of 4", "LIVE", "changes are real")
        await driver.press("escape")
        await driver.sees("3 of 4")
        await driver.press("enter")
        await driver.sees("4 of 4")
        await driver.press("down", "enter")
        await driver.closed()
        await driver.sees("rabbit-rush", "TEST", "maria · GAME_ADMIN")
        await driver.type("alice_42")
        await driver.sees("▸alice_42")
    await asyncio.to_thread(check_kept, backend, config, token)


def check_kept(backend: DemoStage, config: Path, token: str) -> None:
    """The profile says what was chosen, the token lies beside it, and both are their owner's alone."""
    kept = tomllib.loads(config.read_text())["profiles"]["default"]
    credentials = backend.world.credentials
    assert kept == {
        "url": backend.url,
        "studio": credentials["studioId"],
        "game": credentials["gameId"],
        "environment": "test",
    }
    secret = config.parent / "tokens" / "default"
    assert secret.read_text() == token + "\n"
    assert token not in config.read_text()
    for path, mode in ((config, 0o600), (secret, 0o600), (secret.parent, 0o700), (config.parent, 0o700)):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path


async def test_a_server_key_is_asked_for_and_kept_as_one(backend: DemoStage, config: Path) -> None:
    key = backend.world.credentials["keys"]["server_integration"]
    async with at(newcomer(backend, credential="server_key", person="maria", url=backend.url)) as driver:
        await driver.opened(SignInDialog)
        await driver.press("enter")
        await driver.sees("A server key (server_integration)")
        driver.app.screen.line.value = key
        await driver.press("enter")
        await driver.sees("3 of 4")
        await driver.press("enter")
        await driver.closed()
        await driver.sees("KEY", "LIVE read-only")
        await driver.press("slash")
        await driver.type("alice_42")
        await driver.press("enter")
        await driver.looks_at("alice_42")
    kept = tomllib.loads(await asyncio.to_thread(config.read_text))["profiles"]["default"]
    assert (kept["credential"], kept["environment"]) == ("server_key", "live")
    assert await asyncio.to_thread(Path(kept["server_key_file"]).read_text) == f"{key}\n"


@pytest.mark.parametrize("changed", [True, False])
async def test_headers_of_a_profile_are_sent_to_its_own_address_alone(
    changed: bool, backend: DemoStage, config: Path, wire: FaultyTransport
) -> None:
    app = newcomer(backend, url=backend.url)
    access = Access(headers=(("X-Gate", Secret("sesame")),))
    app.workspace.turn_to(replace(app.workspace.launch, access=access))
    async with at(app) as driver:
        await driver.opened(SignInDialog)
        if changed:
            driver.app.screen.line.value = backend.url.replace("127.0.0.1", "localhost")
        await driver.press("enter")
        await driver.sees("2 of 4")
        driver.app.screen.line.value = backend.world.credentials["sessions"]["GAME_ADMIN"]
        await driver.press("enter")
        await driver.sees("3 of 4")
    assert {each.headers.get("x-gate") for each in wire.asked} == {None if changed else "sesame"}


async def test_an_existing_profile_is_not_overwritten(backend: DemoStage, config: Path) -> None:
    await asyncio.to_thread(config.parent.mkdir, parents=True)
    await asyncio.to_thread(config.write_text, "# mine\n")
    async with at(newcomer(backend, url=backend.url)) as driver:
        await driver.opened(SignInDialog)
        await driver.press("enter")
        await driver.sees("2 of 4")
        driver.app.screen.line.value = backend.world.credentials["sessions"]["GAME_VIEWER"]
        await driver.press("enter")
        await driver.sees("3 of 4")
        await driver.press("enter")
        await driver.sees("4 of 4")
        await driver.press("enter")
        await driver.closed()
        await driver.sees("victor · GAME_VIEWER", "LIVE")
    assert await asyncio.to_thread(config.read_text) == "# mine\n"
    assert not (config.parent / "tokens").exists()


async def test_leaving_the_first_step_leaves_the_console(
    backend: DemoStage, config: Path, wire: FaultyTransport
) -> None:
    app = newcomer(backend)
    async with at(app) as driver:
        await driver.opened(SignInDialog)
        await driver.press("escape")
        await driver.until(lambda: app.return_code == 0)
    assert not wire.asked
    assert not config.parent.exists()


async def test_an_unreachable_address_is_reported(backend: DemoStage, config: Path) -> None:
    async with at(newcomer(backend)) as driver:
        await driver.opened(SignInDialog)
        driver.app.screen.line.value = "http://127.0.0.1:1"
        await driver.press("enter")
        await driver.sees("2 of 4")
        driver.app.screen.line.value = "kst_" + "x" * 43
        await driver.press("enter")
        await driver.sees("could not be reached", "enter tries again")
        await driver.press("escape")
        await driver.sees("1 of 4", "http://127.0.0.1:1")


async def test_an_unwritable_folder_is_reported_and_the_session_continues(
    backend: DemoStage, config: Path, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    async with at(newcomer(backend, url=backend.url)) as driver:
        await driver.opened(SignInDialog)
        await driver.press("enter")
        await driver.sees("2 of 4")
        driver.app.screen.line.value = backend.world.credentials["sessions"]["GAME_ADMIN"]
        await driver.press("enter")
        await driver.sees("3 of 4")
        await driver.press("enter")
        await driver.sees("4 of 4")
        await driver.press("enter")
        await driver.closed()
        await driver.sees("the profile could not be kept", "maria · GAME_ADMIN")


async def test_a_known_profile_asks_only_for_a_new_token(backend: DemoStage) -> None:
    async with at(backend.app(token="kst_" + "x" * 43)) as driver:
        await driver.opened(TokenDialog)
        await driver.sees("New session token", "[ paste it; it is not shown")
        assert "demo · 127.0.0.1" in driver.text

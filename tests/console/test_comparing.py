"""`m`: a player beside another, only to read, and the command that merges the two, with a session that cannot."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from kraty_console.config.launch import Launch
from kraty_console.config.profiles import Profile
from kraty_console.config.shell_command import server_command, shell_quoted
from kraty_console.console.dialogs.merge_target import MergeTargetDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.contract.secret import Secret
from tests.harness.console.driver import at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
@pytest.mark.parametrize("role", ["GAME_ADMIN", "GAME_VIEWER"])
async def test_both_players_are_shown_side_by_side_with_totals(
    backend: DemoStage, wire: FaultyTransport, role: str, size: tuple[int, int]
) -> None:
    async with at(backend.app(role, player="guest_device_abc"), size=size) as driver:
        await driver.looks_at("guest_device_abc")
        driver.app.workspace.ticket = "ZD-9"
        await driver.press("m")
        await driver.opened(MergeTargetDialog)
        await driver.type("auth_user_42")
        await driver.press("enter")
        await driver.opened(TextDialog)
        await driver.sees("Nothing is changed from here", "FROM", "INTO", "TOGETHER", "Quiet Hare", "Nimble Newt")
        await driver.press("G")
        rows = [line.split("┃")[1].split() for line in driver.text.splitlines() if line.count("┃") == 2]
        assert ["potion", "(item)", "2", "1", "3"] in rows
        await driver.press("c")
        assert driver.app.clipboard.endswith("server merge guest_device_abc auth_user_42 --profile demo --ticket ZD-9")
    assert not wire.changes


def launch(**profile: object) -> Launch:
    return Launch(Profile(**profile), Secret("kst_x"), Path("/s"), Path("/s"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "players", "words"),
    [
        (launch(name="live", url="https://a"), ["g", "u"], ["g", "u", "--profile", "live"]),
        (launch(url="https://a"), ["g", "u"], ["g", "u", "--url", "https://a"]),
        (
            launch(name="live", url="https://b", url_is_own=False),
            ["g", "u"],
            ["g", "u", "--profile", "live", "--url", "https://b"],
        ),
        (launch(name="live", url="https://a"), ["-g", "u v"], ["--profile", "live", "--", "-g", "u v"]),
    ],
)
def test_the_copied_command_names_profile_and_options(made: Launch, players: list[str], words: list[str]) -> None:
    told = shlex.split(server_command(made, "merge", players))
    assert told[told.index("server") :] == ["server", "merge", *words]


def test_a_profile_file_in_another_place_is_named() -> None:
    made = Launch(Profile("demo", "http://127.0.0.1:1"), None, Path("/s"), Path("/s"), config_file=Path("/tmp/a b/c"))
    assert server_command(made, "merge", ["g", "u"]).startswith("KRATY_CONFIG='/tmp/a b/c' ")


@pytest.mark.parametrize("word", ["a\nrm -rf x", "a'b\x1b[0m", "ü", "\u202e", "a\\b\u200b"])
def test_a_quoted_argument_contains_nothing_that_a_shell_interprets(word: str) -> None:
    shown = shell_quoted(word)
    assert shown.isascii()
    assert shown.isprintable()
    printed = subprocess.run(["bash", "-c", f"printf %s {shown}"], capture_output=True, check=True)
    assert printed.stdout.decode() == word

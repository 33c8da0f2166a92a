"""The boot screen: when it is shown, in which theme, and what it imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kraty_console.cli.main import COMMANDS
from kraty_console.console.colours import DARK, NAMES
from kraty_console.console.startup.first_frame import DEMOS, OTHER_COMMANDS, picture, show_first_frame, theme_of

TRUE = {"COLORTERM": "truecolor", "TERM": "xterm-256color", "KRATY_URL": "https://kraty.example", "HOME": "/nowhere"}


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [
        ([], True),
        (["alice_42"], True),
        (["open", "search"], True),
        (["--url", "https://k.example", "alice_42"], True),
        (["--ticket=ZD-1", "--read-only", "a"], True),
        (["--studio", "search", "alice_42"], True),
        (["search", "alice"], False),
        (["backend", "serve"], False),
        (["demo"], True),
        (["demo", "--role", "GAME_VIEWER", "alice_42"], True),
        (["--theme=light", "demo", "--read-only"], True),
        (["demo", "--plain-paint"], False),
        (["demo", "alice_42", "bob_7"], False),
        (["practice"], True),
        (["practice", "--tickets", "3", "--seed=7", "--role", "GAME_VIEWER"], True),
        (["practice", "--list"], False),
        (["--tickets", "3"], False),
        (["--role", "GAME_VIEWER"], False),
        (["--help"], False),
        (["-V"], False),
        (["--token-stdin"], False),
        (["--plain-paint"], False),
        (["alice", "bob"], False),
    ],
)
def test_the_boot_screen_is_shown_when_the_arguments_open_the_console(arguments: list[str], opens: bool) -> None:
    assert (theme_of(arguments, TRUE) is not None) is opens


def test_every_other_command_is_known() -> None:
    assert set(COMMANDS) - {"open", *DEMOS} <= OTHER_COMMANDS


@pytest.mark.parametrize(
    ("environ", "arguments", "theme"),
    [
        ({}, [], "dark"),
        ({"COLORTERM": "", "TERM": "xterm"}, [], "ansi"),
        ({"COLORTERM": "", "TERM": "screen-256color"}, [], "dark"),
        ({"NO_COLOR": "1"}, ["--theme", "light"], "mono"),
        ({"KRATY_THEME": "light"}, [], "light"),
        ({"KRATY_THEME": "light"}, ["--theme=ansi"], "ansi"),
        ({}, ["--theme", "pink"], None),
        ({"NO_COLOR": "1"}, ["--theme", "pink"], None),
        ({"KRATY_URL": ""}, [], None),
        ({"KRATY_URL": ""}, ["--url", "https://k.example"], "dark"),
    ],
)
def test_the_theme_is_the_one_the_console_will_choose(
    environ: dict[str, str], arguments: list[str], theme: str | None
) -> None:
    assert theme_of(arguments, {**TRUE, **environ}) == (NAMES[theme] if theme else None)


@pytest.mark.parametrize("command", DEMOS)
def test_the_demo_does_not_read_the_configuration(tmp_path: Path, command: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text('theme = "light"')
    environ = {**TRUE, "KRATY_URL": "", "KRATY_CONFIG": str(file)}
    assert theme_of([command], environ) == NAMES["dark"]
    assert theme_of([command, "--theme", "light"], environ) == NAMES["light"]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ('theme = "light" # for the sun\n', "light"),
        ('[profiles.a]\ntheme = "light"\n[profiles.b]\ntheme = "mono"\n', "dark"),
        ("", "dark"),
    ],
)
def test_the_theme_of_the_configuration_is_found(text: str, theme: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    assert theme_of([], {**TRUE, "KRATY_URL": "", "KRATY_CONFIG": str(file)}) == NAMES[theme]


def test_no_background_on_terminals_that_erase_without_it() -> None:
    assert picture(DARK, {**TRUE, "TERM": "screen"}, 80).ground.behind == ""
    assert picture(DARK, TRUE, 80).ground.behind == "48;2;18;22;27"


def test_no_boot_screen_without_a_terminal() -> None:
    assert show_first_frame([], TRUE) is False


@pytest.mark.parametrize("module", ["kraty_console.console.startup.first_frame", "kraty_console.__main__"])
def test_the_boot_screen_imports_almost_nothing(module: str) -> None:
    program = (
        f"import sys; before = set(sys.modules); import {module};"
        "print(*sorted(name for name in set(sys.modules) - before if not name.startswith('kraty_console')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"__future__", "gc"}

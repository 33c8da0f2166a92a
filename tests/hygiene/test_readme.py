"""What the README says against what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_each_file_it_points_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", README) if "://" not in link]
    assert any(link.startswith("screenshots/") for link in links)
    assert not [link for link in links if not (ROOT / link).exists()]


def test_each_make_target_it_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?\bmake ([a-z-]+)", "\n".join(code())))
    assert {"demo", "test"} <= named <= targets


def test_each_command_it_names_is_one_of_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kraty_console", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    commands = set(re.findall(r"^  ([a-z]+)\s", done.stdout.partition("Commands:")[2], re.MULTILINE))
    options = set(re.findall(r"(--[a-z-]+)", done.stdout))
    named = [
        words.split()
        for words in re.findall(r"^(?:\$ )?(?:\S+/)?kraty-console +([^#\n]+)", "\n".join(code()), re.MULTILINE)
    ]
    assert {words[0] for words in named if words[0].isalpha() and words[0].islower()} <= commands | {"alice"}
    assert {word for words in named if words[0].startswith("--") for word in words[:1]} <= options


def test_the_table_of_dependencies_gives_a_reason_for_each() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["backend"]]
    names = {re.split(r"[\[<>=~]", requirement)[0] for requirement in wanted}
    rows = {row.split("|")[1] for row in README.splitlines() if row.startswith("|")}
    assert not {name for name in names if not any(name in row for row in rows)}


def code() -> list[str]:
    """The blocks and the spans of code in the README."""
    return re.findall(r"```[a-z]*\n(.*?)```", README, re.DOTALL) + re.findall(r"`([^`\n]+)`", README)

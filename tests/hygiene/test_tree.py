"""Rules of the house that no linter knows: where a word, a file or a length says that something is not finished."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = {"kraty_console": 400, "styles": 400, "tests": 400}
"""Lines of a file."""
LEFTOVERS = {"utils", "util", "helpers", "common", "base", "misc"}
# Written so that this file does not hold what it looks for; silenced linters and types are ruff's to judge.
UNFINISHED = r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|raise NotImplemented[E]rror|\bfor no[w](?=\s*(?:[.,;:)\"]|$))"
PAUSE = r"time\.slee[p]\(|asyncio\.slee[p]\((?!0\)|TICK\))"
"""Looking again after a TICK, until something is so, takes as long as it takes; any other pause is a guess."""
NOT_RUN = r"pytest\.(?:mark\.)?(?:ski[p]|xfai[l])"
FORBIDDEN = {
    "unfinished work": (UNFINISHED, ("kraty_console", "tests")),
    "a pause in place of an event": (PAUSE, ("tests",)),
    "a test that does not run": (NOT_RUN, ("tests",)),
}


def sources(*folders: str) -> list[Path]:
    """The Python files of some folders of the project."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_source_contains(what: str) -> None:
    pattern, folders = re.compile(FORBIDDEN[what][0]), FORBIDDEN[what][1]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources(*folders)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_each_file_is_one_idea_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {length} lines"
        for folder, most in LONGEST.items()
        for path in [*sources(folder), *(ROOT / folder).glob("*.tcss")]
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > most
    ]
    assert not long, "\n".join(long)


def test_every_class_has_a_name_of_its_own() -> None:
    named: dict[str, list[str]] = {}
    for path in sources("kraty_console"):
        for name in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            named.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert not {name: paths for name, paths in named.items() if len(paths) > 1}


def test_workers_may_end_after_their_screen() -> None:
    folders = ("kraty_console/console/screens", "kraty_console/console/dialogs")
    found = [
        str(path.relative_to(ROOT))
        for path in [*sources(*folders), ROOT / "kraty_console/console/player_loader.py"]
        if re.search(r"\brun_worker\(|@work\b", path.read_text(encoding="utf-8"))
    ]
    assert not found, "in_background is for that (paint/deferred_paint.py)"


def test_no_file_is_named_for_what_was_left_over() -> None:
    assert not [path for path in sources("kraty_console", "tests") if path.stem in LEFTOVERS]


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make", "help"], capture_output=True, text=True, cwd=ROOT, check=True)
    told = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"demo", "venv", "test", "screenshots", "bench"} <= set(told)
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines() if not line.startswith("  make help"))

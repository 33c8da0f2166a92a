"""What is imported when: the run-time twin of the import contracts (`tool.importlinter` in pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_DRAWS = ("textual", "rich", "kraty_console.console")
_BACKEND = ("kraty_console.backend", "sqlalchemy", "starlette", "uvicorn", "alembic")
PACKAGES = {
    "contract client config domain present practice": (*_DRAWS, *_BACKEND),
    "console": _BACKEND,
    "backend": (*_DRAWS, "httpx", "kraty_console.client", "kraty_console.present", "kraty_console.config"),
    "cli": ("textual", "rich", *(f"kraty_console.console.{name}" for name in ("app", "views", "workspace"))),
}
"""What none of the modules of a package brings in; packages that may bring in the same are imported together."""

_IMPORT_ALL = """
import importlib, pkgutil, sys
names, unwanted = [], sys.argv[2:]
for name in sys.argv[1].split():
    path = importlib.import_module(name).__path__
    names += [name] + [m.name for m in pkgutil.walk_packages(path, name + ".") if ".versions." not in m.name]
seen = set()
for module in names:
    importlib.import_module(module)
    new = sys.modules.keys() - seen
    seen |= new
    found = [root for root in unwanted if any(m == root or m.startswith(root + ".") for m in new)]
    if found:
        sys.exit(f"{module} brings in {', '.join(found)}")
print(len(names))
"""


def fresh(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a new interpreter at the root of the project."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_brings_in_nothing_that_is_not_its_own(package: str) -> None:
    """Nothing headless what draws, nothing a person looks at the backend, and the backend nothing of the console."""
    names = [f"kraty_console.{name}" for name in package.split()]
    done = fresh(_IMPORT_ALL, " ".join(names), *PACKAGES[package])
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > len(names)


def test_view_functions_import_neither_textual_nor_the_client() -> None:
    unwanted = ["textual", "httpx", "pydantic", "asyncio", "kraty_console.client", "kraty_console.console.workspace"]
    done = fresh(_IMPORT_ALL, "kraty_console.console.views", *unwanted)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1


_FIRST_FRAME = """
import sys
import kraty_console.console.app
late = [name for name in ("httpx", "pydantic", "sqlalchemy") if name in sys.modules]
sys.exit(f"imported before the first frame: {late}" if late else 0)
"""


def test_the_first_frame_waits_for_neither_models_nor_the_network() -> None:
    done = fresh(_FIRST_FRAME)
    assert done.returncode == 0, done.stderr


_FIRST_PLAYER = """
import os, sys
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
import kraty_console.cli.main, kraty_console.cli.open_command, kraty_console.cli.launching
from kraty_console.client import fetched, game_ref
from kraty_console.config.paths import Paths
from kraty_console.console import colours, player_state, tone_styles, workspace
from kraty_console.console.startup import first_player, prefetch, profile_checks
from kraty_console.console.views import parts, player
from kraty_console.paint import terminal_capabilities, painter
from kraty_console.contract.players import Snapshot
from kraty_console.contract.session import Me
Paths.of({"HOME": "/home/ada"})
Me.model_validate({"member": {"id": "m"}})
Snapshot.model_validate({"player": {"externalPlayerId": "alice_42"}})
late = ("asyncio", "httpx", "textual", "rich.console", "sqlite3", "tomllib", "ssl")
later = [f"kraty_console.{name}" for name in ("client.admin", "contract.actions", "contract.webhooks", "domain.forms")]
found = [name for name in (*late, *later) if name in sys.modules]
sys.exit(f"imported before the first player: {found}" if found else 0)
"""


def test_the_first_player_waits_for_neither_the_event_loop_nor_what_later_calls_need() -> None:
    done = fresh(_FIRST_PLAYER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_the_command_line_answers_without_what_the_console_needs(flag: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kraty_console", flag],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    imported = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0, done.stderr
    assert "kraty_console" in imported
    assert not imported & {"textual", "rich", "httpx", "pydantic", "sqlalchemy", "asyncio"}

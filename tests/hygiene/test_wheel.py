"""The wheel, built and installed where there is no checkout, opens the console and finds its styles."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.harness.terminal import Terminal
from tests.harness.terminal.audit import assert_clean

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network by the build backend that is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment that holds the wheel, and its dependencies by reference; no checkout, no network."""
    home = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=60)
    (packages,) = home.glob("lib/python*/site-packages")
    # A folder named in a .pth file is searched, but its own .pth files are not read: the editable install stays unseen.
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "--python",
        str(home / "bin" / "python"),
    ]
    install = [*pip, "install", "--no-deps", "--no-index", "--no-cache-dir", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def test_the_wheel_holds_the_package_and_its_styles_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    styles = {path.name for path in (ROOT / "styles").glob("*.tcss")}
    assert styles
    assert {Path(name).name for name in names if name.startswith("kraty_console/styles/")} >= styles
    assert {"kraty_console/__main__.py", "kraty_console/py.typed"} <= set(names)
    assert {f"kraty_console/backend/openapi/{surface}.json" for surface in ("admin", "server", "sdk")} <= set(names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"kraty_console"}
    assert not [name for name in names if name.endswith((".pyc", ".db")) or "test" in name]


def test_the_installed_package_is_the_one_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = "import kraty_console; print(kraty_console.__file__)"
    python = str(installed / "bin" / "python")
    done = subprocess.run([python, "-c", where], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_the_installed_console_opens_with_its_styles_on_the_demo_world(installed: Path, tmp_path: Path) -> None:
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
    command = [str(installed / "bin" / "kraty-console"), "demo"]
    with Terminal(command, cwd=tmp_path, env=folders, patience=45) as terminal:
        terminal.wait_for("alice_42")
        assert "Traceback" not in terminal.text()
        terminal.press("Esc", "q")
        assert terminal.wait_exit() == 0
        assert terminal.left_as_found() == []
        assert_clean(terminal.sent)

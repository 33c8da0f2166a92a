"""The demo's backend: its temporary folder, failed starts, and what is left by killed processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from kraty_console.cli.embedded import StartFailed, _folder, embedded_backend


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_backend_that_does_not_start_shows_its_output(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRATY_BACKEND_RATE", "nonsense")
    reported: list[int] = []
    with pytest.raises(StartFailed, match="'nonsense' is not RATE") as raised, embedded_backend(reported.append):
        raise AssertionError("it must not come to this")
    assert "exit code 2" in str(raised.value)
    assert reported == list(range(len(reported)))
    assert reported
    assert list(temporary.iterdir()) == []


def test_the_folder_is_private_and_is_removed_after_an_error(temporary: Path) -> None:
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(ZeroDivisionError))
        folder = stack.enter_context(_folder())
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "kraty.db").write_text("x")
        raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


def test_only_folders_of_killed_processes_are_removed(temporary: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [
        f"kraty-demo-{ended.pid}-killed",
        f"kraty-demo-{os.getpid()}-mine",
        "kraty-demo-1-somebody",
        "kraty-demo-nobody-x",
        "other",
    ]
    for name in names:
        (temporary / name).mkdir()
    (temporary / f"kraty-demo-{ended.pid}-link").symlink_to(temporary / "other")
    with _folder():
        left = {each.name for each in temporary.iterdir()}
    assert set(names[1:]) < left
    assert names[0] not in left
    assert f"kraty-demo-{ended.pid}-link" in left

"""Missing streams on a terminal, and a demo without a folder for temporary files."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest


def on_a_terminal(code: str, *arguments: str, environ: dict[str, str]) -> tuple[int, str]:
    """Run Python code and then the program on its own terminal: returns exit code and screen."""
    ours, theirs = pty.openpty()
    program = f"{code}\nfrom kraty_console.__main__ import main; main()"
    child = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environ},
        start_new_session=True,
    )
    os.close(theirs)
    output = b""
    with suppress(OSError):  # the terminal's end
        while part := os.read(ours, 65536):
            output += part
    os.close(ours)
    return child.wait(60), output.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os.close(0)", "the input is not a terminal"),
        ("import os; os.close(1)", ""),  # words go to the error output
        ("import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 2)", ""),
    ],
)
def test_no_console_is_opened_with_a_missing_stream(code: str, words: str, tmp_path: Path) -> None:
    environ = {"KRATY_URL": "http://127.0.0.1:9", "KRATY_TOKEN": "t" * 40, "KRATY_STATE": str(tmp_path / "s")}
    ended, output = on_a_terminal(code, environ={**environ, "KRATY_CONFIG": str(tmp_path / "c")})
    assert ended == 2
    assert words in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("code", "environ"),
    [
        ("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))", {}),  # no file can be written
        ("import tempfile; tempfile.tempdir = '/proc/none'", {}),  # gone since it was found
    ],
)
def test_a_demo_without_a_folder_for_temporary_files(code: str, environ: dict[str, str], tmp_path: Path) -> None:
    ended, output = on_a_terminal(code, "demo", environ={"KRATY_STATE": str(tmp_path / "s"), **environ})
    assert ended == 1
    assert "Set TMPDIR to a writable folder" in output
    assert "Traceback" not in output


def test_a_demo_with_a_missing_tmpdir_uses_another(tmp_path: Path) -> None:
    """As Python has it; the demo itself is opened elsewhere, here its folder alone is made."""
    code = (
        "import os; os.environ['TMPDIR'] = '/nowhere'\n"
        "from kraty_console.cli.embedded import _folder\n"
        "with _folder() as folder: assert folder.is_dir()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")

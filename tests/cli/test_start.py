"""Starting: imports of --help and --version, and terminals without a console."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kraty_console import __version__
from kraty_console.cli.main import COMMANDS
from kraty_console.cli.terminal import why_no_console
from tests.harness.client.scripted_server import Line, wired

COMMAND = [sys.executable, "-m", "kraty_console"]
HEAVY = {"textual", "rich", "httpx", "pydantic", "sqlalchemy", "starlette", "uvicorn", "asyncio"}
HELPED = [[], *([name] for name in COMMANDS), ["backend", "serve"], ["config", "path"], ["config", "show"]]


def run_program(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program with nothing but pipes around it."""
    return subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={**os.environ, **environ},
    )


@pytest.mark.parametrize("arguments", [["--version"], *([*each, "--help"] for each in HELPED)], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kraty_console", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    imported = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in result.stderr.splitlines()}
    assert result.returncode == 0, result.stderr
    assert "click" in imported
    assert not imported & HEAVY
    assert "Usage" in result.stdout or __version__ in result.stdout


def test_completing_a_command_imports_nothing_heavy() -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kraty_console"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            **os.environ,
            "_KRATY_CONSOLE_COMPLETE": "bash_complete",
            "COMP_WORDS": "kraty-console se",
            "COMP_CWORD": "1",
        },
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in result.stderr.splitlines()}
    assert result.stdout.split() == ["plain,search", "plain,server"]
    assert not imported & {*HEAVY, "kraty_console.cli.server", "kraty_console.cli.lookup_commands"}


@pytest.mark.parametrize("command", [("game", "list"), ("serve",), ("openapi",)], ids=" ".join)
def test_without_the_backend_extra_its_commands_say_how_to_install_it(command: tuple[str, ...]) -> None:
    program = (
        "import sys; sys.modules['sqlalchemy'] = sys.modules['starlette'] = None\n"
        "from kraty_console.cli.main import run; sys.exit(run(['backend', *sys.argv[1:]]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: the backend is not installed (")
    assert result.stderr.endswith(" is missing): pip install 'kraty-console[backend]'\n")


def test_help_names_every_command_and_exit_code() -> None:
    output = run_program("--help").stdout
    assert all(f"  {name}" in output for name in COMMANDS)
    assert "0 found or done, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable" in " ".join(output.split())


def test_config_prints_the_path_and_an_example(tmp_path: Path) -> None:
    assert run_program("config", "path", KRATY_CONFIG=str(tmp_path / "c.toml")).stdout == f"{tmp_path / 'c.toml'}\n"
    assert "[profiles.live]" in run_program("config", "example").stdout


@pytest.mark.parametrize("arguments", [[], ["alice_42"], ["open", "show"], ["demo"], ["practice"]])
def test_without_a_terminal_the_console_refuses_with_advice(arguments: list[str]) -> None:
    result = run_program(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "not a terminal" in result.stderr
    assert "search and show" in result.stderr


@pytest.mark.parametrize(
    ("environ", "encoding", "words"),
    [
        ({}, "utf-8", "TERM is not set"),
        ({"TERM": "dumb"}, "utf-8", "TERM is dumb"),
        ({"TERM": "xterm"}, "iso8859-1", "LC_ALL=C.UTF-8"),
        ({"TERM": "xterm"}, "ascii", "not UTF-8"),
        ({"TERM": "xterm"}, "no-such-encoding", "not UTF-8"),
        ({"TERM": "xterm"}, "UTF8", None),
        ({"TERM": "linux"}, "utf-8", None),
    ],
)
def test_terminal_requirements(environ: dict[str, str], encoding: str, words: str | None) -> None:
    ours, theirs = pty.openpty()
    try:
        reason = why_no_console(environ, input_fd=theirs, output_fd=theirs, error_fd=theirs, encoding=encoding)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (reason is None) == (words is None)
    assert words is None or words in str(reason)


def test_a_closed_pipe_is_no_crash() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [*COMMAND, "config", "example"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(writing)
    assert result.returncode == 1
    assert result.stderr == ""


def test_unencodable_characters_are_escaped() -> None:
    result = run_program(
        "search", "ünbekannt", "--url", "http://exämple.com", PYTHONIOENCODING="ascii", KRATY_TOKEN="t"
    )
    assert result.returncode == 2
    assert "ex\\xe4mple.com" in result.stderr


async def test_an_interrupt_ends_with_130() -> None:
    requests = asyncio.Event()

    async def say_nothing(line: Line) -> None:
        await line.request()
        requests.set()
        await line.reader.read()

    async with wired(say_nothing) as wire:
        child = await asyncio.create_subprocess_exec(
            *COMMAND,
            *("search", "alice", "--url", wire.url),
            env={**os.environ, "KRATY_TOKEN": "t"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await requests.wait()
        child.send_signal(signal.SIGINT)
        out, err = await child.communicate()
    assert (child.returncode, out, err.strip()) == (130, b"", b"")

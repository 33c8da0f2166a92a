"""Runs the program many times with one start of the interpreter: each run is a process of its own, forked.

Reads requests from the standard input, each a line of JSON with runs, a folder and an environment, and answers each
with a line of results; ends with its input. What the interpreter makes of the three streams when it starts is done
again here for each run. `program_runs` is the other side.
"""

from __future__ import annotations

import gc
import io
import json
import os
import pwd
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

PRELOADED = (
    "kraty_console.backend.admin_cli.backup",
    "kraty_console.backend.admin_cli.games",
    "kraty_console.backend.runtime.serve",
    "kraty_console.backend.runtime.startup",
    "kraty_console.backend.storage.database",
    "kraty_console.cli.backend_database",
    "kraty_console.cli.backend_simulate",
    "kraty_console.cli.demo",
    "kraty_console.cli.error_reporting",
    "kraty_console.cli.lookup",
    "kraty_console.cli.main",
    "kraty_console.cli.server_players",
    "kraty_console.cli.webhooks_listen",
    "kraty_console.client.journal",
    "kraty_console.client.sdk",
    "kraty_console.client.transport",
    "kraty_console.console.workspace",
    "kraty_console.present.text_output",
)
"""What the runs would each import again."""
SECONDS = 60


def main() -> None:
    for name in PRELOADED:
        import_module(name)
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        folder, environ = Path(request["folder"]), request["environ"]
        print(json.dumps([_result(each, folder, environ) for each in request["runs"]]), flush=True)


def _result(run: dict[str, Any], folder: Path, environ: dict[str, str]) -> dict[str, Any]:
    outputs = [folder / "out", folder / "err"]
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)  # settings that name no whole path are met there
        _be(run, *outputs)
    _, status = os.waitpid(child, 0)
    texts = [path.read_text("utf-8", "backslashreplace") if path.exists() else "" for path in outputs]
    for path in outputs:
        path.unlink(missing_ok=True)
    return {"code": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


def _be(run: dict[str, Any], out: Path, err: Path) -> NoReturn:
    """The run itself; never comes back."""
    code = 99
    try:
        signal.alarm(SECONDS)
        os.environ.update(run["environ"])
        for name in run["unset"]:
            os.environ.pop(name, None)
        if run["nobody"]:
            _be_nobody()
        if run["gone"]:
            place = Path(run["gone"])
            place.mkdir()
            os.chdir(place)
            place.rmdir()
        sys.argv = ["kraty-console", *map(os.fsdecode, map(bytes.fromhex, run["arguments"]))]
        _turn(0, run["stdin"], None)
        _turn(1, run["stdout"], out)
        _turn(2, run["stderr"], err)
        sys.stdin, sys.stdout, sys.stderr = _stream(0, "r"), _stream(1, "w"), _stream(2, "w")
        from kraty_console.__main__ import main as start

        try:
            start()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 98
        for stream in (sys.stdout, sys.stderr):  # as the interpreter does in the end
            stream.flush()
    except BaseException:  # noqa: BLE001 (what no run may let through is its result)
        err.write_text(f"{err.read_text() if err.exists() else ''}\n{traceback.format_exc()}")
        code = 120
    os._exit(code)


def _turn(number: int, to: str, captured: Path | None) -> None:
    if to == "closed":
        os.close(number)
        return
    if to == "gone":
        reading, opened = os.pipe()
        os.close(reading)
    elif to == "kept":
        assert captured is not None
        opened = os.open(captured, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    else:
        opened = os.open(to, os.O_RDONLY if number == 0 else os.O_WRONLY)
    os.dup2(opened, number)
    os.close(opened)


def _stream(number: int, mode: str) -> Any:
    try:
        raw = io.FileIO(number, mode, closefd=False)
    except OSError:
        return None
    buffer = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    return io.TextIOWrapper(buffer, encoding, "strict", line_buffering=number == 2)


def _be_nobody() -> None:
    """A user without a name and a home, as containers have them."""

    def unknown(*_: object) -> NoReturn:
        raise KeyError("uid not found")

    for name in ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME"):
        os.environ.pop(name, None)
    pwd.getpwuid = pwd.getpwnam = unknown


if __name__ == "__main__":
    main()

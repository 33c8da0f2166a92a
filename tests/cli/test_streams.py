"""Closed, full or broken streams, and input that is not text: errors are messages, not tracebacks."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.cli.test_questions import ALICE
from tests.harness.cli.program_runs import ForkServer, Run, RunResult, run_of

STUDIOS = [{"id": "s-1", "name": "Burrow", "games": [{"id": "g-1", "slug": "rush", "role": "GAME_ADMIN"}]}]
ANSWERS = {
    "/admin/v1/me": {"data": {"member": {"id": "m-1"}, "studios": STUDIOS}},
    "/admin/v1/studios/s-1/games/g-1/players/alice_42": {"data": ALICE},
    "/admin/v1/studios/s-1/games/g-1/players": {"data": {"players": [{"externalPlayerId": "alice_42"}]}},
}
UNSAID = ("Traceback", "Exception ignored", "Errno", "<_io")


class Backend(BaseHTTPRequestHandler):
    """Answers the few questions of a look-up."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        results = ANSWERS.get(self.path.partition("?")[0])
        body = json.dumps(results or {"error": {"code": "not_found", "message": "player not found"}}).encode()
        self.send_response(200 if results else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class RunFolder:
    """Where the runs of a test take place."""

    folder: Path
    url: str
    server: ForkServer

    def all(self, runs: list[Run]) -> list[RunResult]:
        """Run them one after the other."""
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("KRATY_", "PYTHON", "LC_"))
        }
        environ |= {
            "HOME": str(self.folder),
            "KRATY_CONFIG": str(self.folder / "config.toml"),
            "KRATY_STATE": str(self.folder / "state"),
            "KRATY_URL": self.url,
            "KRATY_TOKEN": "kst_" + "t" * 40,
        }
        return self.server.run_all(runs, self.folder, environ)


@pytest.fixture
def place(tmp_path: Path, backend: str, fork_server: ForkServer) -> RunFolder:
    return RunFolder(tmp_path, backend, fork_server)


def assert_told(run: Run, result: RunResult) -> None:
    """Words or nothing: no traceback, no code of the interpreter's own."""
    for words in UNSAID:
        assert words not in result.out + result.err, (run, result)
    assert result.code in (0, 1, 2, 3, 4, 5), (run, result)


class Known:
    """Commands and how they end when all is well; with a mark, those that print data."""

    COMMANDS: ClassVar[list[tuple[tuple[str, ...], int, bool]]] = [
        (("--help",), 0, True),
        (("--version",), 0, True),
        (("backend", "serve", "--help"), 0, True),
        (("config", "path"), 0, True),
        (("config", "example"), 0, True),
        (("config", "show"), 0, True),
        (("config", "show", "--json"), 0, True),
        (("show", "alice_42"), 0, True),
        (("show", "alice_42", "--json"), 0, True),
        (("show", "alice_42", "--pane", "wallet"), 0, True),
        (("show", "nobody"), 3, False),
        (("search", "alice"), 0, True),
        (("server", "ping"), 2, False),
        (("server", "ping", "--key-stdin"), 2, False),
        (("search", "alice", "--token-stdin"), 2, False),
        (("webhooks", "listen", "--secret-stdin"), 2, False),
        (("backend", "simulate", "--key-stdin"), 2, False),
        (("open",), 2, False),
        (("demo",), 2, False),
        (("--bogus",), 2, False),
        ((), 2, False),
    ]


@pytest.mark.parametrize("stdin", [os.devnull, "closed"])
@pytest.mark.parametrize("stdout", ["kept", "closed"])
@pytest.mark.parametrize("stderr", ["kept", "closed"])
def test_every_command_with_closed_streams(place: RunFolder, stdin: str, stdout: str, stderr: str) -> None:
    cases = [
        (run_of(*arguments, stdin=stdin, stdout=stdout, stderr=stderr), code, prints)
        for arguments, code, prints in Known.COMMANDS
    ]
    for (run, code, prints), result in zip(cases, place.all([each[0] for each in cases]), strict=True):
        assert_told(run, result)
        failed = prints and run.stdout == "closed"
        assert result.code == (1 if failed else code), (run, result)
        if failed and run.stderr == "kept":
            assert "the standard output cannot be written (it is closed)" in result.err
        if code == 2 and "-stdin" in str([bytes.fromhex(each) for each in run.arguments]) and run.stderr == "kept":
            assert (
                "it is closed"
                if run.stdin == "closed"
                else "the standard input has no"
                if "token" in result.err
                else ""
            ) in result.err
        if prints and run.stdout == "kept":
            assert result.out


@pytest.mark.parametrize("stdout", ["/dev/full", "gone"])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_standard_output_that_fails(place: RunFolder, stdout: str, unbuffered: bool) -> None:
    environ = {"PYTHONUNBUFFERED": "1"} if unbuffered else {}
    runs = [run_of(*each[0], stdout=stdout, environ=environ) for each in Known.COMMANDS if each[2]]
    for run, result in zip(runs, place.all(runs), strict=True):
        assert_told(run, result)
        assert result.code == 1
        full = "the standard output cannot be written (No space left on device): the output is incomplete"
        assert (full in result.err) if stdout == "/dev/full" else result.err == ""


def test_a_failing_error_output_keeps_data_and_exit_code(place: RunFolder) -> None:
    cases = [
        (run_of(*arguments, stderr=stderr), code, prints)
        for (arguments, code, prints), stderr in itertools.product(Known.COMMANDS, ("/dev/full", "gone"))
    ]
    for (run, code, prints), result in zip(cases, place.all([each[0] for each in cases]), strict=True):
        assert_told(run, result)
        assert result.code == code, (run, result)
        assert bool(result.out) is prints


UNDECODABLE = (b"\xff", b"al\xc3\xa9\xffx", "é".encode("latin-1"), b"\xed\xa0\x80")


@pytest.mark.parametrize("undecodable", UNDECODABLE)
def test_undecodable_arguments_and_settings(place: RunFolder, undecodable: bytes) -> None:
    runs = [
        run_of("show", undecodable),
        run_of("search", undecodable),
        run_of("search", "alice", "--url", b"http://127.0.0.1:1/" + undecodable),
        run_of("search", "alice", "--game", undecodable),
        run_of("search", "alice", "--environment", undecodable),
        run_of("--profile", undecodable, "search", "alice"),
        run_of("config", "show", "--theme", undecodable),
        run_of("--" + os.fsdecode(undecodable)),
        run_of("backend", os.fsdecode(undecodable)),
        run_of(
            "backend",
            "game",
            "create",
            undecodable,
            "--studio",
            undecodable,
            "--database",
            "sqlite:////proc/none/x.sqlite",
        ),
        run_of("backend", "backup", undecodable, "--database", b"sqlite:///" + undecodable),
        run_of("backend", "simulate", "--credentials", undecodable),
        run_of("server", "get", undecodable, environ={"KRATY_SERVER_KEY": "krk_" + "t" * 40}),
        run_of("server", "get", "alice", environ={"KRATY_SERVER_KEY": os.fsdecode(undecodable)}),
        *(
            run_of("search", "alice", environ={name: os.fsdecode(undecodable)})
            for name in ("KRATY_URL", "KRATY_TOKEN", "KRATY_CONFIG", "KRATY_STATE", "KRATY_PROFILE", "HTTPS_PROXY")
        ),
    ]
    encodings = [{}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
    runs = [
        Run(**{**asdict(run), "environ": {**run.environ, **encoding}})
        for run, encoding in zip(runs, itertools.cycle(encodings), strict=False)
    ]
    for run, result in zip(runs, place.all(runs), strict=True):
        assert_told(run, result)
        assert result.err or result.code == 0, (run, result)


def test_an_input_that_is_binary_or_a_folder(place: RunFolder) -> None:
    noise = place.folder / "noise"
    noise.write_bytes(bytes(range(128, 256)) * 10)
    flags = (
        ("search", "a", "--token-stdin"),
        ("server", "ping", "--key-stdin"),
        ("webhooks", "listen", "--secret-stdin"),
    )
    runs = [run_of(*each, stdin=str(noise)) for each in flags]
    for run, result in zip(runs, place.all(runs), strict=True):
        assert_told(run, result)
        assert result.code == 2
        assert "the standard input holds no text" in result.err


def test_a_user_without_name_and_home(place: RunFolder) -> None:
    unset = ["KRATY_CONFIG", "KRATY_STATE"]
    named = {"KRATY_CONFIG": str(place.folder / "c.toml"), "KRATY_STATE": str(place.folder / "s")}
    needy = [("search", "alice"), ("show", "alice_42"), ("config", "path"), ("config", "show"), ("server", "ping")]
    runs = [run_of(*each, nobody=True, unset=unset) for each in needy]
    for run, result in zip(runs, place.all(runs), strict=True):
        assert_told(run, result)
        assert result.code == 2
        assert "there is no home folder: set HOME, or KRATY_CONFIG" in result.err
    run = run_of("backend", "game", "list", nobody=True, unset=unset)
    (result,) = place.all([run])
    assert_told(run, result)
    assert result.code == 2
    assert "set HOME or XDG_DATA_HOME" in result.err
    runs = [run_of("search", "alice", nobody=True, environ=named), run_of("show", "alice_42", nobody=True)]
    runs += [run_of("backend", "game", "list", "--database", f"sqlite:///{place.folder}/b.sqlite", nobody=True)]
    assert [result.code for result in place.all(runs)] == [0, 0, 3]
    runs = [run_of("config", "path", nobody=True, environ={name: "~/x"}) for name in named]
    runs += [run_of("config", "path", environ={name: "~nobody-of-that-name/x"}) for name in named]
    for run, result in zip(runs, place.all(runs), strict=True):
        assert_told(run, result)
        assert (result.code, result.out) == (2, "")
        assert "begins with ~, and there is no such home folder" in result.err


def test_a_removed_working_folder(place: RunFolder) -> None:
    database = f"sqlite:///{place.folder}/b.sqlite"
    commands = [each[0] for each in Known.COMMANDS] + [("backend", "game", "list", "--database", database)]
    codes = [each[1] for each in Known.COMMANDS] + [3]
    runs = [run_of(*each, gone=str(place.folder / "gone")) for each in commands]
    for run, code, result in zip(runs, codes, place.all(runs), strict=True):
        assert_told(run, result)
        assert result.code == code, (run, result)


def test_inaccessible_paths(place: RunFolder) -> None:
    file = place.folder / "file"
    file.write_text("x")
    below, endless = str(file / "below"), str(place.folder / ("x" * 300))
    for bad in (below, "/proc/none/x", endless):
        runs = [
            run_of("show", "alice_42", environ={"KRATY_STATE": bad}),
            run_of("search", "alice", environ={"KRATY_STATE": bad}),
            run_of("search", "alice", environ={"KRATY_CONFIG": bad}),
            run_of("config", "show", environ={"KRATY_CONFIG": bad}),
            run_of("backend", "game", "list", environ={"XDG_DATA_HOME": bad}),
            run_of("backend", "game", "list", "--database", f"sqlite:///{bad}"),
            run_of("backend", "backup", bad, "--database", f"sqlite:///{file}"),
            run_of("backend", "game", "define", bad),
            run_of("backend", "simulate", "--credentials", bad),
        ]
        results = place.all(runs)
        for run, result in zip(runs, results, strict=True):
            assert_told(run, result)
            assert result.code == 0 or bad in result.err.replace("\n", ""), (run, result)
        assert [result.code for result in results[:2]] == [0, 0]
    folder = run_of("config", "show", environ={"KRATY_CONFIG": str(place.folder)})
    (result,) = place.all([folder])
    assert_told(folder, result)
    assert str(place.folder) in result.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_file_never_gets_the_descriptor_of_a_closed_stream(closed: str, tmp_path: Path, backend: str) -> None:
    """The same with the interpreter's own start."""
    environ = {
        **os.environ,
        "KRATY_CONFIG": str(tmp_path / "c.toml"),
        "KRATY_STATE": str(tmp_path / "s"),
        "KRATY_URL": backend,
        "KRATY_TOKEN": "t" * 40,
    }
    command = f'exec "{sys.executable}" -m kraty_console show alice_42 {closed}'
    result = subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == (1 if " >&-" in f" {closed}" else 0)
    assert "Traceback" not in result.stderr + result.stdout
    assert ("it is closed" in result.stderr) is (closed in (">&-", "<&- >&-"))
    assert ("alice_42" in result.stdout) is (" >&-" not in f" {closed}")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            "import kraty_console.cli.output as o; o.emit = lambda text: {}[text]",
            "What happened, without any data, is in",
        ),
        ("import kraty_console.config.paths as p; p.Paths.of = lambda *_: {}[0]", "and no report could be written: "),
    ],
)
def test_an_unexpected_error_is_reported(broken: str, words: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", f"{broken}\nfrom kraty_console.__main__ import main; main()", "config", "path"],
        env={**os.environ, "KRATY_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 70
    assert "Traceback" not in result.stderr
    assert "kraty-console failed (KeyError)" in result.stderr
    assert words in result.stderr
    assert len(list(tmp_path.glob("state/crash-*.txt"))) == words.startswith("What")

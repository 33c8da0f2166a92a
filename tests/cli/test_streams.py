"""Everything that the process reads and writes may fail: closed, full, gone, or no text. It is told, never traced."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.cli.test_questions import ALICE

ROOT = Path(__file__).parents[2]
STUDIOS = [{"id": "s-1", "name": "Burrow", "games": [{"id": "g-1", "slug": "rush", "role": "GAME_ADMIN"}]}]
ANSWERS = {
    "/admin/v1/me": {"data": {"member": {"id": "m-1"}, "studios": STUDIOS}},
    "/admin/v1/studios/s-1/games/g-1/players/alice_42": {"data": ALICE},
    "/admin/v1/studios/s-1/games/g-1/players": {"data": {"players": [{"externalPlayerId": "alice_42"}]}},
}
UNSAID = ("Traceback", "Exception ignored", "Errno", "<_io")


@dataclass(frozen=True)
class Run:
    """One run of the program, and what surrounds it."""

    arguments: list[str]
    """Bytes in hexadecimal."""
    stdin: str = os.devnull
    stdout: str = "kept"
    stderr: str = "kept"
    environ: dict[str, str] = field(default_factory=dict)
    unset: list[str] = field(default_factory=list)
    nobody: bool = False
    gone: str = ""
    """A working folder that is removed before the start."""


@dataclass(frozen=True)
class Ran:
    """How it ended."""

    code: int
    out: str
    err: str


def run_of(*arguments: str | bytes, **more: object) -> Run:
    return Run([os.fsencode(each).hex() for each in arguments], **more)  # type: ignore[arg-type]


class Backend(BaseHTTPRequestHandler):
    """Answers the few questions of a look-up."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = ANSWERS.get(self.path.partition("?")[0])
        body = json.dumps(told or {"error": {"code": "not_found", "message": "player not found"}}).encode()
        self.send_response(200 if told else 404)
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
class Place:
    """Where the runs of a test take place."""

    folder: Path
    url: str

    def all(self, runs: list[Run]) -> list[Ran]:
        """Run them one after the other."""
        asked, told = self.folder / "runs.json", self.folder / "results.json"
        asked.write_text(json.dumps([asdict(each) for each in runs]))
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
        done = subprocess.run(
            [sys.executable, "-m", "tests.harness.cli.forked_runs", str(asked), str(told)],
            env={**environ, "PYTHONPATH": str(ROOT)},
            cwd=self.folder,  # settings that name no whole path are met there
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [Ran(**each) for each in json.loads(told.read_text())]


@pytest.fixture
def place(tmp_path: Path, backend: str) -> Place:
    return Place(tmp_path, backend)


def assert_told(run: Run, ran: Ran) -> None:
    """Words or nothing: no traceback, no code of the interpreter's own."""
    for words in UNSAID:
        assert words not in ran.out + ran.err, (run, ran)
    assert ran.code in (0, 1, 2, 3, 4, 5), (run, ran)


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
def test_every_command_with_closed_streams(place: Place, stdin: str, stdout: str, stderr: str) -> None:
    cases = [
        (run_of(*arguments, stdin=stdin, stdout=stdout, stderr=stderr), code, prints)
        for arguments, code, prints in Known.COMMANDS
    ]
    for (run, code, prints), ran in zip(cases, place.all([each[0] for each in cases]), strict=True):
        assert_told(run, ran)
        failed = prints and run.stdout == "closed"
        assert ran.code == (1 if failed else code), (run, ran)
        if failed and run.stderr == "kept":
            assert "the standard output cannot be written (it is closed)" in ran.err
        if code == 2 and "-stdin" in str([bytes.fromhex(each) for each in run.arguments]) and run.stderr == "kept":
            assert ("it is closed" if run.stdin == "closed" else "came on the" if "token" in ran.err else "") in ran.err
        if prints and run.stdout == "kept":
            assert ran.out


@pytest.mark.parametrize("stdout", ["/dev/full", "gone"])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_standard_output_that_fails(place: Place, stdout: str, unbuffered: bool) -> None:
    environ = {"PYTHONUNBUFFERED": "1"} if unbuffered else {}
    runs = [run_of(*each[0], stdout=stdout, environ=environ) for each in Known.COMMANDS if each[2]]
    for run, ran in zip(runs, place.all(runs), strict=True):
        assert_told(run, ran)
        assert ran.code == 1
        full = "the standard output cannot be written (No space left on device): the output is incomplete"
        assert (full in ran.err) if stdout == "/dev/full" else ran.err == ""


def test_a_failing_error_output_keeps_data_and_exit_code(place: Place) -> None:
    cases = [
        (run_of(*arguments, stderr=stderr), code, prints)
        for (arguments, code, prints), stderr in itertools.product(Known.COMMANDS, ("/dev/full", "gone"))
    ]
    for (run, code, prints), ran in zip(cases, place.all([each[0] for each in cases]), strict=True):
        assert_told(run, ran)
        assert ran.code == code, (run, ran)
        assert bool(ran.out) is prints


ODD = (b"\xff", b"al\xc3\xa9\xffx", "é".encode("latin-1"), b"\xed\xa0\x80")


@pytest.mark.parametrize("odd", ODD)
def test_undecodable_arguments_and_settings(place: Place, odd: bytes) -> None:
    runs = [
        run_of("show", odd),
        run_of("search", odd),
        run_of("search", "alice", "--url", b"http://127.0.0.1:1/" + odd),
        run_of("search", "alice", "--game", odd),
        run_of("search", "alice", "--environment", odd),
        run_of("--profile", odd, "search", "alice"),
        run_of("config", "show", "--theme", odd),
        run_of("--" + os.fsdecode(odd)),
        run_of("backend", os.fsdecode(odd)),
        run_of("backend", "game", "create", odd, "--studio", odd, "--database", "sqlite:////proc/none/x.sqlite"),
        run_of("backend", "backup", odd, "--database", b"sqlite:///" + odd),
        run_of("backend", "simulate", "--credentials", odd),
        run_of("server", "get", odd, environ={"KRATY_SERVER_KEY": "krk_" + "t" * 40}),
        run_of("server", "get", "alice", environ={"KRATY_SERVER_KEY": os.fsdecode(odd)}),
        *(
            run_of("search", "alice", environ={name: os.fsdecode(odd)})
            for name in ("KRATY_URL", "KRATY_TOKEN", "KRATY_CONFIG", "KRATY_STATE", "KRATY_PROFILE", "HTTPS_PROXY")
        ),
    ]
    encodings = [{}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
    runs = [
        Run(**{**asdict(run), "environ": {**run.environ, **encoding}})
        for run, encoding in zip(runs, itertools.cycle(encodings), strict=False)
    ]
    for run, ran in zip(runs, place.all(runs), strict=True):
        assert_told(run, ran)
        assert ran.err or ran.code == 0, (run, ran)


def test_an_input_that_is_binary_or_a_folder(place: Place) -> None:
    noise = place.folder / "noise"
    noise.write_bytes(bytes(range(128, 256)) * 10)
    flags = (
        ("search", "a", "--token-stdin"),
        ("server", "ping", "--key-stdin"),
        ("webhooks", "listen", "--secret-stdin"),
    )
    runs = [run_of(*each, stdin=str(noise)) for each in flags]
    for run, ran in zip(runs, place.all(runs), strict=True):
        assert_told(run, ran)
        assert ran.code == 2
        assert "the standard input holds no text" in ran.err


def test_a_user_without_name_and_home(place: Place) -> None:
    unset = ["KRATY_CONFIG", "KRATY_STATE"]
    named = {"KRATY_CONFIG": str(place.folder / "c.toml"), "KRATY_STATE": str(place.folder / "s")}
    needy = [("search", "alice"), ("show", "alice_42"), ("config", "path"), ("config", "show"), ("server", "ping")]
    runs = [run_of(*each, nobody=True, unset=unset) for each in needy]
    for run, ran in zip(runs, place.all(runs), strict=True):
        assert_told(run, ran)
        assert ran.code == 2
        assert "there is no home folder: set HOME, or KRATY_CONFIG" in ran.err
    run = run_of("backend", "game", "list", nobody=True, unset=unset)
    (ran,) = place.all([run])
    assert_told(run, ran)
    assert ran.code == 2
    assert "set HOME or XDG_DATA_HOME" in ran.err
    runs = [run_of("search", "alice", nobody=True, environ=named), run_of("show", "alice_42", nobody=True)]
    runs += [run_of("backend", "game", "list", "--database", f"sqlite:///{place.folder}/b.sqlite", nobody=True)]
    assert [ran.code for ran in place.all(runs)] == [0, 0, 3]
    runs = [run_of("config", "path", nobody=True, environ={name: "~/x"}) for name in named]
    runs += [run_of("config", "path", environ={name: "~nobody-of-that-name/x"}) for name in named]
    for run, ran in zip(runs, place.all(runs), strict=True):
        assert_told(run, ran)
        assert (ran.code, ran.out) == (2, "")
        assert "begins with ~, and there is no such home folder" in ran.err


def test_a_working_folder_that_is_gone(place: Place) -> None:
    database = f"sqlite:///{place.folder}/b.sqlite"
    commands = [each[0] for each in Known.COMMANDS] + [("backend", "game", "list", "--database", database)]
    codes = [each[1] for each in Known.COMMANDS] + [3]
    runs = [run_of(*each, gone=str(place.folder / "gone")) for each in commands]
    for run, code, ran in zip(runs, codes, place.all(runs), strict=True):
        assert_told(run, ran)
        assert ran.code == code, (run, ran)


def test_inaccessible_paths(place: Place) -> None:
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
        for run, ran in zip(runs, results, strict=True):
            assert_told(run, ran)
            assert ran.code == 0 or bad in ran.err.replace("\n", ""), (run, ran)
        assert [ran.code for ran in results[:2]] == [0, 0]
    folder = run_of("config", "show", environ={"KRATY_CONFIG": str(place.folder)})
    (ran,) = place.all([folder])
    assert_told(folder, ran)
    assert str(place.folder) in ran.err


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
    done = subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if " >&-" in f" {closed}" else 0)
    assert "Traceback" not in done.stderr + done.stdout
    assert ("it is closed" in done.stderr) is (closed in (">&-", "<&- >&-"))
    assert ("alice_42" in done.stdout) is (" >&-" not in f" {closed}")


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
    done = subprocess.run(
        [sys.executable, "-c", f"{broken}\nfrom kraty_console.__main__ import main; main()", "config", "path"],
        env={**os.environ, "KRATY_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "kraty-console failed (KeyError)" in done.stderr
    assert words in done.stderr
    assert len(list(tmp_path.glob("state/crash-*.txt"))) == words.startswith("What")

"""Other terminal programs to compare with, if they are installed: two of Textual's, three of curses'."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.measures import Idle, Key, Start, middle
from tests.bench.report import Line, Section, Value
from tests.bench.watch import Program
from tests.harness.e2e.demo_backend import folders

MOVE = "cursor move"
_ROOT = Path(__file__).parents[2]
_MOVES = {MOVE: "Down*4 Up*3"}
_ALONE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
"""No network: no questions after newer versions, and nothing that waits for an answer."""
_REQUESTS = 12


def others(folder: Path) -> tuple[list[Program], list[str]]:
    """Those that are installed, each with a home of its own below a folder; and the names of those that are not."""
    requests = folder / "requests"
    source = str(_ROOT / "kraty_console" / "console")
    known = [
        Program("posting", ["posting", "--collection", str(requests)], "request 9", _MOVES, setup="C-o Tab Down*2"),
        Program("harlequin", ["harlequin"], "memory", _MOVES, setup="Enter*8 Up*5"),
        Program("mc", ["mc", "-u", source, source], "1Help", _MOVES),
        Program("ranger", ["ranger", "--clean", source], r"app\.py", _MOVES),
        Program("tig", ["tig"], r"\[main\]|\d%", _MOVES, cwd=_ROOT),
    ]
    found, missing = [], []
    for program in known:
        path = shutil.which(program.argv[0])
        if path is None or (program.cwd is not None and not (program.cwd / ".git").exists()):
            missing.append(program.name)
            continue
        home = folder / program.name
        home.mkdir(parents=True)
        env = {**folders(home), **_ALONE}
        found.append(
            Program(
                program.name, [path, *program.argv[1:]], program.ready, program.keys, program.setup, env, program.cwd
            )
        )
    requests.mkdir(parents=True)
    for number in range(1, _REQUESTS):
        text = f"name: request {number}\nurl: http://127.0.0.1:9/{number}\n"
        (requests / f"request-{number}.posting.yaml").write_text(text, encoding="utf-8")
    return found, missing


def beside(
    columns: Sequence[str],
    starts: Mapping[str, Sequence[Start]],
    keys: Mapping[str, Sequence[Mapping[str, Sequence[Key]]]],
    idles: Mapping[str, Sequence[Idle]],
) -> Section:
    """What each of these programs costs, in the lines that they have in common."""

    def of_starts(pick: Callable[[Start], Value]) -> dict[str, Value]:
        return {name: middle([pick(start) for start in starts[name]]) for name in columns}

    moves = {name: [key for run in keys.get(name, ()) for key in run.get(MOVE, ())] for name in columns}

    def of_moves(pick: Callable[[Key], Value]) -> dict[str, Value]:
        return {name: middle([pick(key) for key in pressed]) for name, pressed in moves.items()}

    def of_idles(pick: Callable[[Idle], Value]) -> dict[str, Value]:
        return {name: middle([pick(idle) for idle in idles[name]]) for name in columns}

    return Section(
        "beside others",
        [
            Line("first text", "ms", of_starts(lambda start: start.first_text_ms)),
            Line("painted", "ms", of_starts(lambda start: start.ready_ms)),
            Line("sent to open", "bytes", of_starts(lambda start: start.bytes)),
            Line("peak memory", "MiB", of_starts(lambda start: start.peak_mib)),
            Line("cursor move", "bytes", of_moves(lambda key: key.bytes)),
            Line("÷ the ideal cell diff", "", of_moves(lambda key: key.times_fewest)),
            Line("cursor move, CPU", "ms", of_moves(lambda key: key.cpu_ms)),
            Line("idle, sent", "bytes", of_idles(lambda idle: idle.bytes)),
            Line("idle, wake-ups", "", of_idles(lambda idle: idle.wakeups)),
        ],
    )

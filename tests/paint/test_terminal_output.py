"""Output to a terminal that does not read can be abandoned; the size of a picture is limited."""

from __future__ import annotations

import os
import select
import tty
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kraty_console.paint.screen_size import MOST, clamp_size, drop_invalid_sizes
from kraty_console.paint.terminal_output import TerminalWriter, reopen_terminal

_PATIENCE = 30.0


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """A pseudo-terminal: our end of it, and that of the program."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_all_of_a_text_arrives_at_a_terminal_that_reads(ends: tuple[int, int]) -> None:
    ours, theirs = ends
    text = "é" * 50_000
    with os.fdopen(theirs, "w", closefd=False) as file:
        writer = Thread(target=TerminalWriter(file).write, args=(text,))
        writer.start()
        read = b""
        while len(read) < len(text.encode()):
            read += os.read(ours, 65_536)
        writer.join(_PATIENCE)
    assert read.decode() == text


def test_a_blocked_write_can_be_abandoned_and_the_end_is_written(ends: tuple[int, int]) -> None:
    ours, theirs = ends
    with os.fdopen(theirs, "w", closefd=False) as file:
        outlet = TerminalWriter(file)
        assert not outlet.is_stuck(0)
        writer = Thread(target=outlet.write, args=("x" * 1_000_000,))
        writer.start()
        while not outlet.is_stuck(0.01):
            assert writer.is_alive()
        outlet.give_up()
        writer.join(_PATIENCE)
        assert not writer.is_alive()
        assert not outlet.is_stuck(0)
        outlet.write("more")
        outlet.last("the end")
    read = b""
    while select.select([ours], [], [], 0)[0]:
        read += os.read(ours, 65_536)
    assert read.strip(b"x") == b"the end"


def test_the_blocking_mode_of_other_descriptors_is_unchanged(ends: tuple[int, int]) -> None:
    _, theirs = ends
    own = reopen_terminal(theirs, os.O_RDONLY)
    assert own != theirs
    assert os.get_blocking(theirs)
    assert not os.get_blocking(own)
    os.close(own)


def test_a_file_that_is_no_terminal_is_used_directly(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w", encoding="utf-8") as file:
        assert reopen_terminal(file.fileno(), os.O_WRONLY) == file.fileno()
        TerminalWriter(file).write("all of it")
    assert (tmp_path / "file").read_text("utf-8") == "all of it"


@pytest.mark.parametrize(
    ("told", "painted"),
    [((120, 36), (120, 36)), ((9_999, 36), (MOST[0], 36)), ((80, 65_535), (80, MOST[1])), ((0, 0), (1, 1))],
)
def test_the_screen_size_is_limited(told: tuple[int, int], painted: tuple[int, int]) -> None:
    assert clamp_size(*told) == painted


@pytest.mark.parametrize(
    ("told", "stays"), [("120", True), ("²", False), ("9" * 5_000, False), ("-1", False), ("0", False)]
)
def test_an_invalid_size_in_the_environment_is_removed(monkeypatch: pytest.MonkeyPatch, told: str, stays: bool) -> None:
    monkeypatch.setenv("COLUMNS", told)
    drop_invalid_sizes()
    assert (os.environ.get("COLUMNS") == told) is stays

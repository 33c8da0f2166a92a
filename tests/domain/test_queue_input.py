"""The input of a queue: tables and lists in any encoding, duplicates and errors with their lines."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.domain.pasted_candidates import LONGEST_ID
from kraty_console.domain.queue_input import (
    MOST_BYTES,
    MOST_ROWS,
    QueueInputError,
    read_queue_bytes,
    read_queue_text,
)
from tests.harness.each import for_each

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
BREAKS = ("\n", "\r\n", "\r")

_id = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co"), exclude_characters='"\ufeff'),
    min_size=1,
    max_size=30,
).filter(str.strip)
_plain_id = st.text("aZ9_.|-", min_size=1, max_size=8)
_cell = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufeff"), max_size=20)


def texts(data: str | bytes) -> list[str]:
    read = read_queue_bytes(data) if isinstance(data, bytes) else read_queue_text(data)
    assert not [each for each in read.rows if each.problem]
    return [each.text for each in read.rows]


@given(
    players=st.lists(st.tuples(_plain_id, _cell), min_size=1, max_size=6),
    separator=st.sampled_from(",;\t"),
    line_break=st.sampled_from(BREAKS),
    encoding=st.sampled_from(ENCODINGS),
    place=st.integers(0, 2),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
)
def test_a_table_gives_its_column_in_order(
    players: list[tuple[str, str]], separator: str, line_break: str, encoding: str, place: int, quoting: int
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=line_break, quoting=quoting)  # type: ignore[arg-type]
    for player, note in [("player_id", "note"), *players]:
        others = [note, "level" if player == "player_id" else "7"]
        writer.writerow([*others[:place], player, *others[place:]])
    assert texts(out.getvalue().encode(encoding)) == [player for player, _ in players]


@given(
    ids=st.lists(_id, min_size=2, max_size=20), encoding=st.sampled_from(ENCODINGS), line_break=st.sampled_from(BREAKS)
)
def test_a_list_below_a_title_is_taken_as_it_is(ids: list[str], encoding: str, line_break: str) -> None:
    data = line_break.join(["player_id", *ids, ""]).encode(encoding)
    read = read_queue_bytes(data)
    assert [each.text for each in read.rows] == ids
    assert [each.line for each in read.rows] == list(range(2, len(ids) + 2))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read = read_queue_bytes(data)
    except QueueInputError:
        return
    for row in read.rows:
        assert row.line >= 1
        assert row.problem or (row.text.strip() and len(row.text) <= LONGEST_ID)


@given(st.text(alphabet='player_id,;\t"\r\n ax=', max_size=80))
def test_every_row_is_part_of_the_text(text: str) -> None:
    try:
        read = read_queue_text(text)
    except QueueInputError:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [each.line for each in read.rows] == sorted(each.line for each in read.rows)
    for row in read.rows:
        first = row.text.split("\n")[0].replace('"', "")
        assert first in lines[row.line - 1].replace('"', ""), row


def test_duplicates_stay_in_their_order() -> None:
    assert texts("bob\nalice\nbob\n") == ["bob", "alice", "bob"]


@for_each(
    "title",
    [
        "player",
        "Player ID",
        "playerId",
        "external_player_id",
        "External ID",
        "E-Mail",
        "player e-mail",
        "Spieler-ID",
        "user id",
        "id",
    ],
)
def test_titles_name_the_column(title: str) -> None:
    assert texts(f"level;{title};note\n7;alice;x\n8;bob;y\n") == ["alice", "bob"]
    assert texts(f"{title}\nalice\nbob\n") == ["alice", "bob"]


def test_the_surest_title_wins() -> None:
    read = read_queue_text("id,playerId,externalPlayerId,email\n1,uuid,alice,a@b.c\n")
    assert (read.title, [each.text for each in read.rows]) == ("externalPlayerId", ["alice"])


def test_the_line_for_spreadsheets_names_the_separator() -> None:
    assert texts("sep=;\nplayer;a,b\nalice;1,2\n") == ["alice"]


def test_one_line_with_separators_is_a_list() -> None:
    assert texts("alice, bob; carol") == ["alice", "bob", "carol"]


def test_quoted_cells_hold_separators_and_line_breaks() -> None:
    read = read_queue_text('player_id,note\n"a,""b""","two\nlines"\ncarol,\n')
    assert [(each.line, each.text) for each in read.rows] == [(2, 'a,"b"'), (4, "carol")]


def test_rows_that_name_nobody_are_kept_with_their_line() -> None:
    read = read_queue_text(f"level,player\n1,alice\n2\n3,\n,\n4,{'x' * 600}\n5,a\0b\n")
    told = [(each.line, each.problem) for each in read.rows]
    assert told == [
        (2, ""),
        (3, "line 3 has 1 column, and the player is in column 2"),
        (4, "line 4 names no player"),
        (6, "line 6 is longer than an id (512 characters)"),
        (7, "line 7 holds a NUL character"),
    ]


@for_each(
    ("data", "words"),
    [
        (b"", "the input is empty"),
        (b"\xef\xbb\xbf \r\n", "the input is empty"),
        (b"alice\nb\xf6b\n", "line 2 is not UTF-8"),
        ("alice\nbob".encode("utf-16") + b"\x00", "is not UTF-16"),
        (b"alice,1\nbob,2\n", "line 1: the lines have columns, separated by commas"),
        (b'player_id,note\nalice,"x\nbob,y\n', "line 2: the quotes do not match"),
        (b"player_id;player id\na;b\n", "line 1: the columns 'player_id' and 'player id' may both name the players"),
        (b"player_id\n\n", "no player below the title 'player_id'"),
        (b"\n".join(b"p%d" % n for n in range(MOST_ROWS + 1)), f"line {MOST_ROWS + 1}: a queue has at most 10000 rows"),
        (b"x" * (MOST_BYTES + 1), "larger than 16 MiB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(data: bytes, words: str) -> None:
    with pytest.raises(QueueInputError) as refused:
        read_queue_bytes(data)
    assert words in str(refused.value)


def test_ten_thousand_rows_are_read() -> None:
    assert len(texts("".join(f"player_{n}\n" for n in range(MOST_ROWS)))) == MOST_ROWS

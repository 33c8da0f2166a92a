"""CSV for spreadsheets: nothing is computed or converted, and every text can be read back exactly."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kraty_console.present.csv_cells import csv_cell, csv_lines
from tests.data import load_hostile
from tests.harness.spreadsheet_cells import read_back

GUESSED = [
    *(
        "007",
        "1E5",
        "123456789012345678",
        "-1",
        "+49 170 123",
        "1/2",
        "2026-06-11T12:00:00.000Z",
        "50%",
        "1,5",
        "$5",
        "",
    ),
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\n=1+1", "＝1+1", "'=1+1", "|calc", '"=1"'),
    *("MAR1", "ZD-4821", "may 5", "Sept 11, 2026", "TRUE", "wahr", "NaN", "E5", "a197c0de-0000-7000-8000-000000000001"),
    *('{"a": 1}', "[]", "\\u{41}", "'", "''", "\u00a0=1"),
]


@pytest.mark.parametrize("value", GUESSED)
def test_what_a_spreadsheet_would_guess_is_made_text(value: str) -> None:
    cell = csv_cell(value)
    assert cell.startswith("'")
    assert read_back(cell) == value


@pytest.mark.parametrize(
    "value",
    ["ok", "denied", "grant.manual_create", "alice_42", "maria@studio.example", "goodwill, for the race", "Zoë"],
)
def test_plain_text_is_left_alone(value: str) -> None:
    assert csv_cell(value) == value


def test_line_breaks_tabs_and_invisible_characters_survive() -> None:
    assert csv_cell("a\r\nb\tc\u202ed\ud800") == "'a\\u{D}\nb\\u{9}c\\u{202E}d\\u{D800}"
    assert csv_cell("see;=1+1") == "'see\\u{3B}=1+1"
    assert csv_cell(None) == ""


@settings(deadline=None, derandomize=True)
@given(st.lists(st.lists(st.none() | st.text(st.characters(codec=None)), min_size=1, max_size=3), max_size=4))
def test_every_text_is_read_back(rows: list[list[str | None]]) -> None:
    text = csv_lines(rows)
    assert text.encode().decode() == text
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [[read_back(cell) for cell in row] for row in found] == rows


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(codec=None), min_size=1))
def test_no_cell_begins_as_a_formula_or_holds_a_control_character(value: str) -> None:
    cell = csv_cell(value)
    assert cell[0] == "'" or cell[0].isalpha()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", cell)
    assert not re.search(r";[\s\"']*[=+\-@]", cell)


def test_the_hostile_corpus_is_read_back() -> None:
    values = [each.value for each in load_hostile() if each.raw is None]
    assert values
    assert [read_back(csv_cell(value)) for value in values] == values

"""The output of `doctor`: 80 columns, sanitized, and JSON."""

from __future__ import annotations

import json

import pytest

from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.checkup import checkup_json, checkup_text, wrapped
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells

FOUND = [
    Finding(CheckArea.TERMINAL, "TERM", CheckState.OK, "xterm"),
    Finding(CheckArea.TLS, "certificate", CheckState.WARNING, "ends soon", "Renew it."),
    Finding(CheckArea.TOKEN, "accepted", CheckState.PROBLEM, "over", "Give a new one.", {"status": 401}),
    Finding(CheckArea.CONFIGURATION, "routes.force_complete", CheckState.OK, "POST /x"),
    Finding(CheckArea.LINK, "connect", CheckState.OK, "connecting took 5 ms"),
]


def test_numbers_are_ungrouped() -> None:
    findings = [
        Finding(CheckArea.STATE, "journal", CheckState.OK, f"{counted(12345, 'entry', 'entries')}", grouped(1840))
    ]
    assert "12345 entries" in checkup_text(findings)
    assert "1840" in checkup_text(findings)
    assert (checkup_json(findings)["findings"][0]["words"], checkup_json(findings)["findings"][0]["advice"]) == (
        "12345 entries",
        "1840",
    )


def test_the_text() -> None:
    assert checkup_text(FOUND) == (
        "1 problem, 1 warning.\n"
        "\n"
        "  problem  token: accepted     over\n"
        "                               → Give a new one.\n"
        "  warning  tls: certificate    ends soon\n"
        "                               → Renew it.\n"
        "\n"
        "Configuration\n"
        "  ok       routes.force_complete\n"
        "                               POST /x\n"
        "\n"
        "Round trip\n"
        "  ok       connect             connecting took 5 ms\n"
        "\n"
        "Terminal\n"
        "  ok       TERM                xterm\n"
    )


@pytest.mark.parametrize(
    ("findings", "begin"),
    [
        ([], "No problem."),
        (FOUND[:2], "No problem, 1 warning."),
        ([FOUND[2], FOUND[2]], "2 problems."),
    ],
)
def test_the_first_line_counts_the_findings(findings: list[Finding], begin: str) -> None:
    assert checkup_text(findings).partition("\n")[0] == begin


def test_the_json_has_the_most_important_first() -> None:
    text = json.loads(json.dumps(checkup_json(FOUND)))
    assert text["ok"] is False
    assert text["findings"][0] == {
        "area": "token",
        "name": "accepted",
        "state": "problem",
        "words": "over",
        "advice": "Give a new one.",
        "facts": {"status": 401},
    }
    assert [each["name"] for each in text["findings"]][1] == "certificate"
    assert text["findings"][2]["advice"] is None


@pytest.mark.parametrize(
    "words", ["a " * 200, "x" * 300, "全" * 90, "e\u0301" * 90, "\x1b[31mred\n\u202ebad", ""], ids=range(6)
)
def test_lines_have_at_most_80_cells_and_no_control_characters(words: str) -> None:
    text = checkup_text([Finding(CheckArea.STATE, words, CheckState.NOTE, words, words)])
    assert all(cells(SafeText(line)) <= 80 for line in text.splitlines())
    assert not set("\x1b\u202e") & set(text)


def test_wrapping_keeps_all_words() -> None:
    text = safe("a bc " + "d" * 25 + " 全角文字 e")
    lines = wrapped(text, 10)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(cells(SafeText(each)) for each in lines) <= 10

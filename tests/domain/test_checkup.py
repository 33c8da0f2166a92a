"""Findings: their order, and the secrets removed from them."""

from __future__ import annotations

from kraty_console.domain.checkup import CheckArea, CheckState, Finding, by_severity, has_problem, without


def test_problems_come_first_by_importance_then_warnings_then_the_rest() -> None:
    found = [
        Finding(CheckArea.TERMINAL, "a", CheckState.PROBLEM, ""),
        Finding(CheckArea.TERMINAL, "b", CheckState.OK, ""),
        Finding(CheckArea.CONFIGURATION, "c", CheckState.NOTE, ""),
        Finding(CheckArea.CLOCK, "d", CheckState.WARNING, ""),
        Finding(CheckArea.SESSION, "e", CheckState.PROBLEM, ""),
        Finding(CheckArea.TOKEN, "f", CheckState.PROBLEM, ""),
        Finding(CheckArea.CONFIGURATION, "g", CheckState.UNKNOWN, ""),
        Finding(CheckArea.TOKEN, "h", CheckState.PROBLEM, ""),
    ]
    assert "".join(each.name for each in by_severity(found)) == "fheadcgb"
    assert has_problem(found)
    assert not has_problem(found[1:4])


def test_the_areas_are_in_the_order_of_importance() -> None:
    grave = ["configuration", "token", "address", "tls", "proxy", "session", "operations", "clock"]
    assert [each.value for each in CheckArea][: len(grave)] == grave
    assert list(CheckArea)[-1] is CheckArea.TERMINAL


def test_secrets_are_hidden_everywhere() -> None:
    facts = {"said": ["a s3cret-long b", 7], "s3cret": {"deep": "s3cret"}, "none": None}
    found = [Finding(CheckArea.TOKEN, "name", CheckState.OK, "x s3cret-long y s3cret", "do s3cret", facts)]
    (cleaned,) = without(found, ["s3cret", "s3cret-long", ""], "•")
    assert (cleaned.words, cleaned.advice) == ("x • y •", "do •")
    assert cleaned.facts == {"said": ["a • b", 7], "•": {"deep": "•"}, "none": None}

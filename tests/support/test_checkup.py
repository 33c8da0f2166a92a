"""Findings of a check: their order, and secrets kept out of them."""

from __future__ import annotations

from kraty_console.support.checkup import Area, Finding, State, has_problem, in_order, without


def test_problems_come_first_by_importance_then_warnings_then_the_rest() -> None:
    found = [
        Finding(Area.TERMINAL, "a", State.PROBLEM, ""),
        Finding(Area.TERMINAL, "b", State.OK, ""),
        Finding(Area.CONFIGURATION, "c", State.NOTE, ""),
        Finding(Area.CLOCK, "d", State.WARNING, ""),
        Finding(Area.SESSION, "e", State.PROBLEM, ""),
        Finding(Area.TOKEN, "f", State.PROBLEM, ""),
        Finding(Area.CONFIGURATION, "g", State.UNKNOWN, ""),
        Finding(Area.TOKEN, "h", State.PROBLEM, ""),
    ]
    assert "".join(each.name for each in in_order(found)) == "fheadcgb"
    assert has_problem(found)
    assert not has_problem(found[1:4])


def test_the_areas_are_in_the_order_of_importance() -> None:
    grave = ["configuration", "token", "address", "tls", "proxy", "session", "operations", "clock"]
    assert [each.value for each in Area][: len(grave)] == grave
    assert list(Area)[-1] is Area.TERMINAL


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    facts = {"said": ["a s3cret-long b", 7], "s3cret": {"deep": "s3cret"}, "none": None}
    found = [Finding(Area.TOKEN, "name", State.OK, "x s3cret-long y s3cret", "do s3cret", facts)]
    (cleaned,) = without(found, ["s3cret", "s3cret-long", ""], "•")
    assert (cleaned.words, cleaned.advice) == ("x • y •", "do •")
    assert cleaned.facts == {"said": ["a • b", 7], "•": {"deep": "•"}, "none": None}

"""A test for many values fails when it fails with one of them, and says with which."""

from __future__ import annotations

import inspect

import pytest

from tests.harness.each import for_each


def test_every_value_is_tried_and_those_that_fail_are_named() -> None:
    tried = []

    @for_each(("first", "second"), [(1, 1), (1, 2), (3, 4)])
    @for_each("by", [1, 10])
    def is_equal(first: int, second: int, by: int, fixture: str) -> None:
        tried.append((first, second, by, fixture))
        assert first * by == second * by

    assert list(inspect.signature(is_equal).parameters) == ["fixture"]
    with pytest.raises(ExceptionGroup) as raised:
        is_equal(fixture="same")
    assert len(tried) == 6
    assert [each.__notes__ for each in raised.value.exceptions] == [
        ["with {'first': 1, 'second': 2}"],
        ["with {'first': 3, 'second': 4}"],
    ]


def test_a_test_of_nothing_is_refused() -> None:
    with pytest.raises(AssertionError):
        for_each("value", [])

"""Style sheets are parsed once in a process: an application starts in every test, and a quarter of that is parsing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


@contextmanager
def parse_once() -> Iterator[None]:
    """What Textual remembers of a sheet for one application is remembered for all that have the same variables."""
    parse = Stylesheet._parse_rules

    def remembered(
        sheet: Stylesheet,
        css: str,
        read_from: tuple[str, str],
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        variables = frozenset(sheet._variables.items())
        key = (css, read_from, is_default_rules, tie_breaker, scope, variables)
        if key not in _parsed:
            _parsed[key] = parse(sheet, css, read_from, is_default_rules, tie_breaker, scope)
        return _parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", remembered)
        yield

"""Every answer that any test of this directory gets is held against the published types of its call."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tests.harness.compat import published_shapes
from tests.harness.compat.published_calls import Call


def check(method: str, path: str, told: Any) -> None:
    """Fail where a success is of no published type; what is no published call passes."""
    call = _call(method, path.partition("?")[0])
    if call is None or not isinstance(told, dict) or "data" not in told:
        return
    data = told["data"]
    published_shapes.check(data[call.under] if call.under else data, call.shape, f"{call.name}: data")


@cache
def _call(method: str, path: str) -> Call | None:
    for pattern, call in _patterns():
        if call.method == method and pattern.fullmatch(path):
            return call
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], Call]]:
    """Paths with fixed parts before those with parameters."""
    from tests.harness.compat import (
        game_calls,
        server_calls,  # they need the stage, which needs the SDK
    )

    calls = [*server_calls.CALLS, *game_calls.CALLS]
    calls.sort(key=lambda call: call.path.count(":"))
    return [(re.compile(re.sub(r":\w+", "[^/]+", call.path)), call) for call in calls]

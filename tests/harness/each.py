"""One test for many values: a test of its own for each costs more than to look at the value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any


def for_each(names: str | tuple[str, ...], values: Collection[Any]) -> Callable[[Callable[..., None]], Any]:
    """Call a test with every value, or tuple of them for several names, and report all with which it fails.

    In place of `pytest.mark.parametrize`, for a test that leaves nothing behind; its fixtures are the same for all.
    """
    assert values, "a test of nothing cannot fail"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            failures = []
            for value in values:
                chosen = {names: value} if isinstance(names, str) else dict(zip(names, value, strict=True))
                try:
                    test(**fixtures, **chosen)
                except Exception as error:  # noqa: BLE001 (the others are tried as well)
                    error.add_note(f"with {chosen!r:.500}")
                    failures.append(error)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(values)} values", failures)

        signature = inspect.signature(test)
        rest = [
            each
            for name, each in signature.parameters.items()
            if name not in ((names,) if isinstance(names, str) else names)
        ]
        run.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
        return run

    return decorate

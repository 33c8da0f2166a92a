"""The fields that a change modified, and those that it left, from the audit row's before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.document import VALUE_LIMIT, LabelledValue, amount_text
from kraty_console.present.safe import SafeText, safe

MAX_CHANGES: Final = 100
MAX_UNCHANGED: Final = 30
"""Unchanged fields that are named."""
MAX_DEPTH: Final = 12
_ABSENT: Final = object()


def differences(before: Any, after: Any) -> tuple[LabelledValue, ...]:  # noqa: ANN401 (any JSON)
    """One line per changed field: `status  pending → claimed`; added and removed fields are marked as such."""
    changes: list[LabelledValue] = []
    for path, old, new in _walk(before, after, ()):
        if _same(old, new):
            continue
        if len(changes) == MAX_CHANGES:
            changes.append(LabelledValue(SafeText("…"), SafeText("more changes are in the raw JSON"), "dim"))
            break
        label = safe(".".join(path) or "value", limit=120)
        if _nothing(old):
            changes.append(LabelledValue(label, SafeText(f"+ {amount_text(new)}"), "good"))
        elif _nothing(new):
            changes.append(LabelledValue(label, SafeText(f"− {amount_text(old)}"), "warn"))
        else:
            changes.append(LabelledValue(label, SafeText(f"{amount_text(old)} → {amount_text(new)}"), "accent"))
    return tuple(changes)


def unchanged(before: Any, after: Any) -> LabelledValue | None:  # noqa: ANN401 (any JSON)
    """One line for all fields with the same value in both, `3 fields: id, kind, status`; None if there are none.

    Fields that are null in both are left out.
    """
    names = [".".join(path) for path, old, new in _walk(before, after, ()) if _kept(path, old, new)]
    if not names:
        return None
    named = ", ".join(names[:MAX_UNCHANGED])
    more = f" and {grouped(len(names) - MAX_UNCHANGED)} more" if len(names) > MAX_UNCHANGED else ""
    words = safe(f"{counted(len(names), 'field')}: {named}{more}", limit=VALUE_LIMIT)
    return LabelledValue(SafeText("unchanged"), words, "dim")


def _kept(path: tuple[str, ...], old: Any, new: Any) -> bool:  # noqa: ANN401 (any JSON)
    return bool(path) and not _nothing(new) and _same(old, new)


def _opened(value: Any, other: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Expand an object that was added or removed, so that its fields are listed."""
    return {} if _nothing(value) and isinstance(other, Mapping) else value


def _walk(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:  # noqa: ANN401
    """Fields with both values, down to where they are the same or cannot be compared further."""
    if len(path) < MAX_DEPTH and (not path or not _same(old, new)):
        if not path:
            old, new = _opened(old, new), _opened(new, old)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            for name in dict.fromkeys([*old, *new]):
                yield from _walk(old.get(name, _ABSENT), new.get(name, _ABSENT), (*path, str(name)))
            return
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for place, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from _walk(one, other, (*path, str(place + 1)))
            return
    yield path, old, new


def _same(old: Any, new: Any) -> bool:  # noqa: ANN401 (any JSON)
    if _nothing(old) and _nothing(new):
        return True
    return type(old) is type(new) and bool(old == new)


def _nothing(value: Any) -> bool:  # noqa: ANN401 (any JSON)
    return value is None or value is _ABSENT

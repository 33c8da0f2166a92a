"""Properties of strict JSON, prefixes and cursors."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.http.strict_json import MAX_INTEGER, BadJson, parse
from kraty_console.backend.players.names import after_prefix

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
quick = settings(deadline=None, max_examples=150, database=None, derandomize=True)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and have the same types throughout."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def tried(body: bytes) -> tuple[BadJson | None, Any]:
    """The fault of a refused body, or its value."""
    try:
        return None, parse(body)
    except BadJson as refused:
        return refused, None


@quick
@given(values, st.booleans())
def test_json_that_can_be_kept_passes_unchanged(value: Any, escaped: bool) -> None:
    assert same(parse(json.dumps(value, ensure_ascii=escaped).encode("utf-8")), value)


@quick
@given(st.binary(max_size=200))
def test_other_json_is_refused_naming_a_field(body: bytes) -> None:
    refused, value = tried(body)
    if refused is None:
        assert same(value, json.loads(body))
    else:
        assert refused.field.isascii()
        assert refused.message


@quick
@given(texts.filter(bool), texts, texts)
def test_texts_with_a_prefix_lie_between_it_and_its_end(prefix: str, rest: str, other: str) -> None:
    end = after_prefix(prefix)

    def between(text: str) -> bool:
        return prefix <= text and (end is None or text < end)

    assert between(prefix + rest)
    assert between(other) == other.startswith(prefix)


@quick
@given(st.integers(0, 10**15), st.uuids())
def test_a_cursor_survives_a_round_trip(moment: int, name: Any) -> None:
    position = PagePosition(moment, str(name))
    cursor = position.encoded()
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert PagePosition.decoded(cursor) == position


@quick
@given(st.text(max_size=80))
def test_no_other_cursor_breaks_anything(cursor: str) -> None:
    position = PagePosition.decoded(cursor)
    assert position is None or position.occurred_at >= 0

"""Strict JSON: what is refused, and which field is named."""

from __future__ import annotations

import pytest

from kraty_console.backend.http.strict_json import BadJson, field_path, parse


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"", "body", "is not JSON"),
        (b"{", "body", "is not JSON"),
        (b'{"a":1} x', "body", "is not JSON"),
        (b"\xef\xbb\xbf{}", "body", "is not JSON"),
        (b'{"a":"\xff"}', "body", "is not UTF-8 (byte 6)"),
        ('{"a":1}'.encode("utf-16"), "body", "is not UTF-8"),
        (b"[" * 100_000, "body", "is nested deeper than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, ".".join("a" * 64), "is nested deeper than 64 levels"),
        (b'{"a":NaN}', "a", "is NaN, which is not a number"),
        (b'{"a":[0,-Infinity]}', "a[1]", "is -Infinity, which is not a number"),
        (b'{"a":1e999}', "a", "is a number too large to keep"),
        (b'{"a":9223372036854775808}', "a", "is a whole number beyond 64 bits"),
        (b'{"a":' + b"9" * 5000 + b"}", "a", "is a whole number beyond 64 bits"),
        (b'{"entries":[{"amount":1,"amount":2}]}', "entries[0].amount", "is given twice"),
        (b'{"a":{"b":"x\\u0000"}}', "a.b", "holds a NUL character"),
        (b'{"a\\u0000b":1}', '["a\\u0000b"]', "has a name that holds a NUL character"),
        (b'{"a":"\\ud800"}', "a", "holds half of a surrogate pair"),
        (b'{"\\udfff":1}', '["\\udfff"]', "has a name that holds half of a surrogate pair"),
        (b'{"a b":[NaN]}', '["a b"][0]', "is NaN"),
    ],
)
def test_invalid_json_is_refused_naming_the_field(body: bytes, field: str, words: str) -> None:
    with pytest.raises(BadJson) as refused:
        parse(body)
    assert refused.value.field == field
    assert refused.value.message.startswith(words)


def test_accepted_values_keep_their_type() -> None:
    value = parse(b'{"i":5,"f":5.0,"e":1e2,"t":true,"n":null,"s":"\\ud83d\\ude00","o":{},"l":[[-9223372036854775807]]}')
    assert value == {
        "i": 5,
        "f": 5.0,
        "e": 100.0,
        "t": True,
        "n": None,
        "s": "😀",
        "o": {},
        "l": [[-9223372036854775807]],
    }
    assert [type(value[key]) for key in "ifets"] == [int, float, float, bool, str]


def test_sixty_four_levels_pass() -> None:
    assert parse(b"[" * 64 + b"]" * 64) is not None


def test_a_long_path_is_cut() -> None:
    assert len(field_path(("k" * 60,) * 9)) == 201

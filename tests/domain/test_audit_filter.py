"""The filter line of the audit log: what it says, what it matches, and that it never fails in another way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kraty_console.contract.audit import AuditRow
from kraty_console.domain.audit_filter import (
    KEYS,
    AuditFilter,
    AuditFilterError,
    escaped,
    literal_of,
    parse_audit_filter,
)

NOW = datetime(2026, 6, 11, 12, 0, tzinfo=UTC)
ROW = {
    "id": "a-1",
    "occurredAt": "2026-06-11T11:00:00.000Z",
    "actor": {"kind": "member", "id": "m-1", "label": "maria@studio.example"},
    "action": "grant.manual_create",
    "outcome": "ok",
    "player": {"id": "p-1", "externalPlayerId": "alice_42"},
    "ticket": "ZD 4821",
}


def matched(line: str, **more: Any) -> bool | None:
    row = {name: value for name, value in {**ROW, **more}.items() if value is not ...}
    return parse_audit_filter(line).at(NOW).matches(AuditRow.model_validate(row))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "actor:maria",
        "actor:maria@studio.example",
        "actor:m-1",
        "actor:*@studio.example",
        "action:grant.*",
        "action:*n*a*_*create*",
        "action:wallet.credit,grant.manual_create",
        "action:wallet.* action:grant.*",
        "player:alice_42",
        "player:p-1",
        "player:alice_?2",
        'ticket:"ZD 4821"',
        "'ticket:ZD 4821'",
        "outcome:ok,denied",
        "since:1h",
        "since:2026-06-11 until:2026-06-12",
        "since:2026-06-11T13:00:00+02:00",
        "actor:maria action:grant.* player:alice_42 outcome:ok since:7d",
    ],
)
def test_a_row_matches(line: str) -> None:
    assert matched(line) is True


@pytest.mark.parametrize(
    "line",
    [
        "actor:mari",
        "actor:Maria",
        "actor:studio.example",
        "action:grant",
        r"'action:grant.\*'",
        "action:*create*create",
        "player:alice",
        "ticket:ZD",
        "outcome:denied",
        "since:59m",
        "until:1h",
        "until:2026-06-11T11:00:00",
        "actor:maria outcome:denied",
    ],
)
def test_a_row_does_not_match(line: str) -> None:
    assert matched(line) is False


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("ticket:ZD", {"ticket": ...}),
        ("ticket:ZD", {"ticket": 7}),
        ("since:1h", {"occurredAt": "yesterday"}),
        ("player:x", {"player": "alice"}),
        ("actor:maria", {"actor": ...}),
    ],
)
def test_what_is_not_known_is_not_decided(line: str, more: dict[str, Any]) -> None:
    assert matched(line, **more) is None
    assert matched(f"{line} action:other", **more) is False


def test_null_is_known() -> None:
    assert matched("ticket:*", ticket=None) is False
    assert matched("player:*", player=None) is False


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("actor:maria", {}),
        ("actor:maria@studio.example", {"actor": "maria@studio.example"}),
        ("actor:api_key:sRabbit0", {"actor": "api_key:sRabbit0"}),
        ("action:grant.*", {}),
        (r"player:'a\*b'", {"player": "a*b"}),
        ("action:wallet.credit,player.ban", {}),
        ("outcome:denied ticket:T-1", {"outcome": "denied", "ticket": "T-1"}),
        ("since:7d", {"since": NOW - timedelta(days=7)}),
        ("until:2026-06-01", {"until": datetime(2026, 6, 1, tzinfo=UTC)}),
    ],
)
def test_the_backend_is_asked_for_what_it_can_filter(line: str, asked: dict[str, Any]) -> None:
    assert parse_audit_filter(line).at(NOW).query() == asked


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("alice_42", "has none of the keys actor:, action:, player:, ticket:, outcome:, since:, until:"),
        ("ticket:ZD 4821", 'as in ticket:"ZD 4821"'),
        ("who:maria", "'who:maria' has none of the keys"),
        ("Actor:maria", "has none of the keys"),
        ("actor:", "actor: has no value"),
        ("action:,,", "action: has no value"),
        ("since:yesterday", "since:yesterday is no time: give an age such as 90s"),
        ("until:7y", "or a time such as 2026-06-01"),
        ("since:999999999w", "is no time"),
        ("since:٧d", "is no time"),
        ("since:0001-01-01T00:00:00+14:00", "is no time"),
        ("since:7d since:8d", "since: is given twice"),
        ('ticket:"ZD', "is not closed"),
        ("ticket:ZD\\", "is not closed"),
    ],
)
def test_an_unusable_line_says_what_is_allowed(line: str, words: str) -> None:
    with pytest.raises(AuditFilterError) as refused:
        parse_audit_filter(line)
    assert words in str(refused.value)


TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=12)
TERMS = st.tuples(st.sampled_from([*KEYS, "x", ""]), st.sampled_from([":", "", "::"]), TEXTS | st.sampled_from(["7d"]))
LINES = st.text(st.characters(codec=None)) | st.lists(TERMS.map("".join)).map(" ".join)


@settings(deadline=None, derandomize=True)
@given(LINES)
def test_a_line_is_read_or_refused_and_what_is_read_is_written_and_read_again(line: str) -> None:
    try:
        parsed = parse_audit_filter(line)
    except AuditFilterError:
        return
    assert parse_audit_filter(parsed.line()) == parsed
    parsed.at(NOW).matches(AuditRow.model_validate(ROW))


MOMENTS = st.none() | st.integers(0, 10**7).map(lambda seconds: timedelta(seconds=seconds))
MOMENTS |= st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
PATTERNS = st.lists(TEXTS.map(escaped), unique=True, max_size=3).map(tuple)
FILTERS = st.builds(AuditFilter, PATTERNS, PATTERNS, PATTERNS, PATTERNS, PATTERNS, MOMENTS, MOMENTS)


@settings(deadline=None, derandomize=True)
@given(FILTERS)
def test_any_filter_is_written_and_read_again(wanted: AuditFilter) -> None:
    assert parse_audit_filter(wanted.line()) == wanted


@settings(deadline=None, derandomize=True)
@given(TEXTS, TEXTS)
def test_an_escaped_value_matches_itself_and_nothing_else(value: str, other: str) -> None:
    assert literal_of(escaped(value)) == value
    wanted = AuditFilter(ticket=(escaped(value),)).at(NOW)
    for ticket in (value, other):
        assert wanted.matches(AuditRow(id="a", ticket=ticket)) is (ticket == value)
    assert wanted.query() == {"ticket": value}

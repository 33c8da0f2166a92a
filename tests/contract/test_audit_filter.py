"""The filter line against the backend's own answers: the rows it sends are those that match, of all rows there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.iso_time import iso
from kraty_console.domain.audit_filter import AuditFilter, escaped, parse_audit_filter
from tests.harness.contract.served_backend import NOW
from tests.harness.contract.troubled_game import HOUR, TroubledGame

TICKETS = ("T-1", "T 1", "t-1", "T-*", "T\\1", "'T'", "Ä-1", "T,1")


@pytest.fixture(scope="module")
def busy(module_world: TroubledGame) -> TroubledGame:
    """A world in which one thing happened each hour, under tickets that look like patterns."""
    world = module_world
    for number, ticket in enumerate((*TICKETS, None)):
        world.backend.clock.ms = NOW + number * HOUR
        body = {"amount": 1, "reason": "goodwill", "ticket": ticket, "idempotencyKey": f"key-{number:04}"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", body).status == 200
    world.backend.clock.ms += HOUR
    world.post(f"{world.player('alicia')}/ban", {"reason": "cheating", "idempotencyKey": "key-ban"})
    world.serve("POST", "/players/alicia/wallet/gold/credit", {"amount": 5})
    claim = f"{world.game}/grants/{world.grants['pending']}/force-claim"
    world.post(claim, {"reason": "ack lost", "idempotencyKey": "key-claim"}, role="GAME_DEBUGGER")
    world.post(f"{world.player('alice')}/wallet/gold/credit", {"amount": 9, "reason": "no"}, role="GAME_VIEWER")
    return world


@pytest.fixture(scope="module")
def every(busy: TroubledGame) -> list[AuditRow]:
    """All rows."""
    return [AuditRow.model_validate(row) for row in busy.audit_rows()]


PATTERNS = {
    "actor": ("game_admin", "game_admin@studio.example", "game_*", "api_key:*", "nobody@studio.example"),
    "action": ("wallet.credit", "wallet.*", "player.ban", "*.manual_force_claim", "none"),
    "player": ("alice", "ali*", "alici?", "ghost"),
    "ticket": (*map(escaped, TICKETS), "T-*", "?-1", "*"),
    "outcome": ("ok", "denied", "*"),
}
ENDS = st.none() | st.integers(-1, 12).map(lambda hours: datetime.fromtimestamp(NOW / 1000 + hours * 3600, UTC))
ENDS |= st.integers(0, 12).map(lambda hours: timedelta(hours=hours))
FILTERS = st.builds(
    AuditFilter,
    since=ENDS,
    until=ENDS,
    **{key: st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple) for key, values in PATTERNS.items()},
)


@settings(
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(FILTERS)
def test_the_backend_sends_every_row_that_matches(
    busy: TroubledGame, every: list[AuditRow], wanted: AuditFilter
) -> None:
    matcher = parse_audit_filter(wanted.line()).at(datetime.fromtimestamp(NOW / 1000 + 10 * 3600, UTC))
    asked = matcher.query()
    times = {name: iso(asked.pop(key)) for key, name in (("since", "from"), ("until", "to")) if key in asked}
    sent = [AuditRow.model_validate(row) for row in busy.audit_rows(**asked, **times)]
    expected = [row.id for row in every if matcher.matches(row)]
    assert [row.id for row in sent if matcher.matches(row)] == expected
    if matcher.is_asked_whole:
        assert [row.id for row in sent] == expected

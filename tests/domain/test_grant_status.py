"""When a grant counts as expired."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kraty_console.contract.players import Grant
from kraty_console.domain.grant_status import can_be_collected, has_expired, is_overdue
from tests.harness.domain.snapshots import NOW

PAST, FUTURE = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "expires_at", "overdue", "expired", "collectable"),
    [
        ("pending", PAST, True, True, False),
        ("pending", FUTURE, False, False, True),
        ("pending", None, False, False, True),
        ("expired", None, False, True, False),
        ("expired", FUTURE, False, True, False),
        ("claimed", PAST, False, False, False),
        ("revoked", PAST, False, False, False),
        ("melting", PAST, False, False, False),
    ],
)
def test_a_pending_grant_past_its_expiry_counts_as_expired(
    status: str, expires_at: datetime | None, overdue: bool, expired: bool, collectable: bool
) -> None:
    grant = Grant(id="g1", status=status, expires_at=expires_at)
    assert is_overdue(grant, NOW) is overdue
    assert has_expired(grant, NOW) is expired
    assert can_be_collected(grant, NOW) is collectable


def test_a_pending_grant_is_not_expired_while_the_time_is_unknown() -> None:
    assert not has_expired(Grant(id="g1", status="pending", expires_at=PAST), None)

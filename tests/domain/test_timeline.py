"""The filter of the timeline, times without contact, and rows that the lists of the look-up lack."""

from __future__ import annotations

from datetime import timedelta

from kraty_console.contract.timeline import TimelinePage, TimelineRow
from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.contract.wire import PartialList, iso
from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.timeline_filter import TimelineFilter, read_timeline_filter
from kraty_console.domain.timeline_links import related
from kraty_console.domain.timeline_rows import gaps, with_timeline_rows
from tests.harness.domain.snapshots import NOW, attempt, grant, snapshot


def events(*rows: tuple[str, float, dict[str, object]]) -> list[TimelineRow]:
    """Events, each by kind, days ago and content."""
    return TimelinePage.model_validate(
        {
            "rows": [
                {"kind": kind, "at": iso(NOW - timedelta(days=days)), "id": f"r{place}", kind: content}
                for place, (kind, days, content) in enumerate(rows)
            ]
        }
    ).rows


def test_a_filter_is_kinds_and_text_in_any_order() -> None:
    grants, wallet, webhook = TimelineKind.GRANT, TimelineKind.WALLET, TimelineKind.WEBHOOK
    for typed, kinds, text, unknown in (
        ("", (), "", ""),
        ("gold", (), "gold", ""),
        ("kind:grant", (grants,), "", ""),
        ("gold KIND:Wallet,grant  more", (grants, wallet), "gold more", ""),
        ("kind:gr kind:w", (grants, wallet, webhook), "", ""),
        ("kind:", (), "", ""),
        ("kind:,", (), "", ""),
        ("kind:x,grant", (grants,), "", "x"),
    ):
        assert read_timeline_filter(typed) == TimelineFilter(kinds, text, unknown), typed
    wanted = TimelineFilter((grants, wallet), "gold more")
    assert wanted.typed == "kind:grant,wallet gold more"
    assert read_timeline_filter(wanted.typed) == wanted


def test_contact_is_whatever_the_loaded_rows_tell_of() -> None:
    ledger = {"ledgerId": "l"}
    rows = events(("wallet", 1, ledger), ("wallet", 20, ledger), ("wallet", 22, ledger))
    unseen = snapshot().player.model_copy(update={"first_seen_at": None, "last_seen_at": None})
    assert gaps(rows, unseen) == {"r1": 19}
    seen = unseen.model_copy(update={"last_seen_at": NOW - timedelta(days=12)})
    assert gaps(rows, seen) == {"r1": 11}
    played = events(
        ("wallet", 1, ledger),
        ("attempt", 20, attempt(lastProgressAt=iso(NOW - timedelta(days=2)))),
        ("grant", 21, grant(claimedAt=iso(NOW - timedelta(days=9)))),
    )
    assert gaps(played, unseen) == {"r1": 11}
    assert gaps(played, None) == {"r1": 19}
    assert gaps([], unseen) == gaps(rows[:1], unseen) == {}


def test_rows_of_the_timeline_are_added_to_lists_that_were_sent() -> None:
    known = snapshot(attempts=[attempt(id="a1")], grants=[])
    rows = events(("attempt", 1, attempt(id="a1", score=9)), ("attempt", 2, attempt(id="a2")), ("grant", 2, grant()))
    more = with_timeline_rows(known, rows)
    assert [each.id for each in more.attempts] == ["a1", "a2"]
    assert more.attempts[0] is known.attempts[0]
    assert len(known.attempts) == 1
    assert with_timeline_rows(known, rows[:1]) is known
    partial = known.model_copy(update={"attempts": PartialList(known.attempts, 2)})
    assert unreadable_count(with_timeline_rows(partial, rows).attempts) == 2
    absent = type(known).model_validate({"player": known.player.raw()})
    assert with_timeline_rows(absent, rows) is absent


def test_a_reward_is_followed_in_both_directions() -> None:
    (played,) = events(("attempt", 1, attempt(id="a1", grantIds=["g1"], leaderboardId="b1")))
    (given,) = events(("grant", 1, grant(id="g1", attemptId="a1")))
    (crate,) = events(("grant", 1, grant(id="g2", parentGrantId="g1")))
    (deposit,) = events(("wallet", 1, {"ledgerId": "l1", "sourceRefId": "g1", "reason": "grant_deposit"}))
    (seat,) = events(("lobby", 2, {"id": "o1", "leaderboardId": "b1"}))
    (change,) = events(("audit", 1, {"id": "d1", "action": "x", "target": {"kind": "grant", "id": "g1"}}))
    known = with_timeline_rows(snapshot(), [played, given, crate, deposit, seat, change])

    def ids(event: TimelineRow, **data: object) -> list[tuple[str, str]]:
        return [(each.scope, each.row_id) for each in related(event, known, data)]

    assert ids(played) == [("lobby", "o1"), ("grant", "g1"), ("grant", "g2")]
    assert ids(given) == [("attempt", "a1"), ("audit", "d1"), ("ledger", "l1"), ("grant", "g2")]
    assert ids(crate)[0] == ("grant", "g1")
    assert ids(deposit) == [("grant", "g1")]
    assert ids(seat) == [("attempt", "a1")]
    assert ids(change) == [("grant", "g1")]
    (told,) = events(("webhook", 1, {"id": "evt_1"}))
    assert ids(told, grant={"id": "g1"}, ledgerId="l1") == [("grant", "g1"), ("ledger", "l1")]
    assert ids(told, grant=7, attemptId=None) == []
    alone = related(deposit, snapshot())
    assert [(each.row_id, each.name) for each in alone] == [("g1", "g1")]  # not loaded, and named all the same

"""What happened to a player in one list: every kind, every page, the same on both databases."""

from __future__ import annotations

import pytest

from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.contract.timeline import TimelinePage
from kraty_console.contract.timeline_kinds import TimelineKind
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered, segment
from tests.harness.contract.troubled_game import HOUR, TroubledGame
from tests.harness.contract.webhooks import deliver, make_endpoint
from tests.harness.row_versions import without_version


@pytest.fixture(scope="module")
def eventful(module_world: TroubledGame) -> TroubledGame:
    """A world in which alice was credited, banned, unbanned and given what she was owed."""
    world = module_world
    for number in range(3):
        world.backend.clock.ms += HOUR
        credit = {"amount": number + 1, "reason": "goodwill", "idempotencyKey": f"credit-{number:04}"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", credit).status == 200
    for way in ("ban", "unban", "ban"):
        world.backend.clock.ms += 1
        body = {"reason": "cheating", "idempotencyKey": f"{way}-{world.backend.clock.ms}"}
        assert world.post(f"{world.player('alice')}/{way}", body).status == 200
    world.backend.clock.ms += 1
    endpoint = make_endpoint(world)["endpoint"]["id"]
    for number in range(3):
        world.backend.clock.ms += 1
        credit = {"amount": number + 1, "reason": "again", "idempotencyKey": f"again-{number:04}"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", credit).status == 200
        if number:
            deliver(world, endpoint, Outcome(3, 200, None, "ok"))
    claim = {"reason": "ack lost", "idempotencyKey": "claim-0001"}
    assert world.post(f"{world.game}/grants/{world.grants['pending']}/force-claim", claim).status == 200
    return world


def look(world: TroubledGame, query: str = "", player: str = "alice") -> Answered:
    return world.get(f"{world.player(player)}/timeline?{query}")


def page_of(answer: Answered) -> TimelinePage:
    for row in answer.data["rows"]:
        assert set(row) == {"kind", "at", "id", row["kind"]}
    return TimelinePage.model_validate(answer.data)


def test_every_row_of_every_list_is_in_it_newest_first(eventful: TroubledGame) -> None:
    page = page_of(look(eventful, "limit=200"))
    assert page.next_cursor is None
    order = [(row.at, row.id) for row in page.rows]
    assert order == sorted(order, reverse=True)
    snapshot = eventful.get(f"{eventful.player('alice')}?limit=200").data
    of_kind = {kind: {row.id for row in page.rows if row.kind == kind} for kind in TimelineKind}
    assert of_kind["attempt"] == {row["id"] for row in snapshot["attempts"]}
    assert of_kind["grant"] == {row["id"] for row in snapshot["grants"]}
    assert of_kind["wallet"] == {row["ledgerId"] for row in snapshot["walletLedger"]}
    assert of_kind["item"] == {row["ledgerId"] for row in snapshot["itemLedger"]}
    assert of_kind["ban"] | of_kind["audit"] == {row["id"] for row in snapshot["audit"]}
    assert len(of_kind["ban"]) == 3
    assert len(of_kind["audit"]) == 7
    told = eventful.get(f"{eventful.game}/webhooks/deliveries?player=alice").data["deliveries"]
    assert [row.webhook.id for row in page.rows if row.webhook] == [row["id"] for row in told]
    assert len(told) == 3


def test_a_row_is_the_one_that_the_look_up_shows(eventful: TroubledGame) -> None:
    rows = look(eventful, "limit=200").data["rows"]
    snapshot = eventful.get(f"{eventful.player('alice')}?limit=200").data
    shown = {row["id"]: row for row in snapshot["attempts"] + snapshot["grants"] + snapshot["audit"]}
    shown |= {row["ledgerId"]: row for row in snapshot["walletLedger"] + snapshot["itemLedger"]}
    told = {row["id"]: row for row in eventful.get(f"{eventful.game}/webhooks/deliveries").data["deliveries"]}
    for row in rows:
        of = shown[row["id"]] if row["kind"] != "webhook" else told[row["webhook"]["id"]]
        assert row[row["kind"]] == without_version(of)
    for row in rows:
        empty = dict.fromkeys(set(TimelineKind) - {row["kind"]})
        exactly(TimelinePage, {"rows": [{**row, **empty}], "nextCursor": None})


@pytest.mark.parametrize("size", [1, 3, 7])
def test_the_pages_join_without_a_gap_or_a_double(eventful: TroubledGame, size: int) -> None:
    whole = [row["id"] for row in look(eventful, "limit=200").data["rows"]]
    found: list[str] = []
    query = f"limit={size}"
    while True:
        page = look(eventful, query).data
        assert 0 < len(page["rows"]) <= size
        found += [row["id"] for row in page["rows"]]
        if page["nextCursor"] is None:
            break
        query = f"limit={size}&cursor={page['nextCursor']}"
    assert found == whole


@pytest.mark.parametrize("kinds", ["ban", "attempt,grant", "wallet,wallet,item", "lobby", "webhook"])
def test_the_timeline_can_be_filtered_by_kind(eventful: TroubledGame, kinds: str) -> None:
    whole = look(eventful, "limit=200").data["rows"]
    wanted = [row for row in whole if row["kind"] in kinds.split(",")]
    assert look(eventful, f"limit=200&kinds={segment(kinds)}").data["rows"] == wanted
    assert look(eventful, f"limit=1&kinds={segment(kinds)}").data["rows"] == wanted[:1]


@pytest.mark.parametrize(
    ("query", "field"), [("kinds=attempt,nothing", "kinds"), ("cursor=x", "cursor"), ("limit=0", "limit")]
)
def test_an_invalid_filter_is_refused_by_field(eventful: TroubledGame, query: str, field: str) -> None:
    answer = look(eventful, query)
    assert (answer.status, answer.fields) == (400, [field])


def test_a_missing_player_is_404_and_a_new_one_has_an_empty_timeline(eventful: TroubledGame) -> None:
    assert look(eventful, player="ghost").status == 404
    assert look(eventful, player="alicia").data == {"rows": [], "nextCursor": None}
    assert look(eventful, "environment=test").status == 404

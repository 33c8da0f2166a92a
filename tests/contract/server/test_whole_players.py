"""Merging, erasing and exporting over the wire, as the published SDKs ask for it (contract/SERVER.md#merge)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.server import DeletePlayerResult, MergePlayerResult, PlayerExport
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered, segment
from tests.harness.contract.troubled_game import TroubledGame
from tests.harness.contract.webhooks import make_endpoint
from tests.harness.row_versions import without_version

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}


def merge(world: TroubledGame, source: str, target: str, body: object = None) -> Answered:
    return world.serve("POST", f"/players/{segment(source)}/merge-into/{segment(target)}", body)


def erase(world: TroubledGame, player: str, body: object = None) -> Answered:
    return world.serve("POST", f"/players/{segment(player)}/delete", body)


def export(world: TroubledGame, player: str) -> Answered:
    return world.serve("GET", f"/players/{segment(player)}/export")


def test_a_merge_has_the_published_shape_and_is_done_once(world: TroubledGame) -> None:
    first = merge(world, "alice", "alicia", {"idempotencyKey": "m-1"})
    result = exactly(MergePlayerResult, first.data)
    assert (first.status, result.status) == (200, "merged")
    assert result.counts.attempts_reassigned == 5
    assert result.counts.grants_reassigned == len(world.serve("GET", "/players/alicia?limit=200").data["grants"])
    replay = merge(world, "alice", "alicia", {"idempotencyKey": "m-1"})
    assert (replay.data, replay.headers["idempotent-replayed"]) == (first.data, "true")
    again = exactly(MergePlayerResult, merge(world, "alice", "alicia").data)
    assert (again.status, again.anonymized_external_player_id) == (
        "no_op_already_merged",
        f"__merged_{result.from_player_id}__",
    )
    assert again.counts.attempts_reassigned == 0
    other = merge(world, "alice", "bob", {"idempotencyKey": "m-1"})
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    assert world.serve("GET", "/players/alice").status == 404
    [hit] = world.get(f"{world.game}/players?query=alice").data["players"][:1]
    assert (hit["externalPlayerId"], hit["match"], hit["mergedFrom"]) == ("alicia", "merged", "alice")
    for external_id in ("alice", "alicia"):
        [row] = world.audit_rows(action="player.merge", player=external_id)
        assert row["metadata"]["counts"] == first.data["counts"]


def test_concurrent_merge_requests_merge_once(world: TroubledGame) -> None:
    with ThreadPoolExecutor(64) as many:
        answers = list(many.map(lambda _: merge(world, "alice", "alicia"), range(64)))
    assert {answer.status for answer in answers} == {200}
    assert Counter(answer.data["status"] for answer in answers) == {"merged": 1, "no_op_already_merged": 63}
    assert len(_events(world, "player.merged")) == 1


def test_the_guest_s_id_can_be_used_again_after_the_merge(world: TroubledGame) -> None:
    merge(world, "alice", "alicia")
    made = world.serve("POST", "/players/alice/grants", {"entries": [GOLD], "idempotencyKey": "k"})
    assert made.status == 201
    fresh = world.serve("GET", "/players/alice").data
    assert (fresh["summary"]["attemptCount"], len(fresh["grants"])) == (0, 1)
    [hit, *_] = world.get(f"{world.game}/players?query=alice").data["players"]
    assert (hit["externalPlayerId"], hit["match"]) == ("alice", "external_id")


def test_a_merge_that_is_not_possible_is_refused(world: TroubledGame) -> None:
    before = world.backend.counts()
    for source, target, status, code in (
        ("alice", "alice", 422, "conflict"),
        ("alice", "ghost", 404, "not_found"),
        ("ghost", "alice", 404, "not_found"),
    ):
        answer = merge(world, source, target)
        assert (answer.status, answer.error["code"]) == (status, code), (source, target)
    assert world.backend.counts() == before
    world.post(f"{world.player('alicia')}/ban", {"reason": "cheating", "idempotencyKey": "ban-0001"})
    assert (merge(world, "alice", "alicia").status, merge(world, "alicia", "alice").status) == (422, 200)
    assert world.serve("GET", "/players/alice").data["player"]["ban"]["reason"] == "cheating"


@pytest.mark.parametrize("source", ["x/merge-into/alicia", "merge-into", "..", "a%2Fb", "日本語"])
def test_an_id_never_lands_on_the_merge_route(world: TroubledGame, source: str) -> None:
    """`x%2Fmerge-into%2Falicia` is one id, which does not exist under another method or path."""
    world.register("x")
    before = world.backend.counts()
    assert world.serve("POST", f"/players/{segment(source)}").status in (404, 405)
    assert erase(world, source).data["status"] == "no_op_never_existed"
    assert merge(world, source, "alicia").status == 404
    assert merge(world, "alicia", source).status == 404
    assert world.backend.counts() == before
    world.register(source)
    assert merge(world, source, "alicia").data["fromExternalPlayerId"] == source
    assert world.serve("GET", "/players/x").status == 200


def test_an_export_is_all_there_is(still: TroubledGame) -> None:
    answer = export(still, "alice")
    told = exactly(PlayerExport, answer.data)
    shown = still.serve("GET", "/players/alice?limit=200").data
    assert (told.schema_version, told.player.external_player_id) == (1, "alice")
    for name in ("attempts", "grants", "inventory", "wallet"):
        assert answer.data[name] == shown[name]
    assert "email" not in answer.data["player"]
    assert export(still, "ghost").status == 404


def test_an_export_ends_at_a_thousand_rows(world: TroubledGame) -> None:
    async def many(tx: Transaction) -> None:
        grant = await tx.first(tables.grants.select().where(tables.grants.c.game_id == world.tenant.game_id).limit(1))
        assert grant is not None
        new_id = world.backend.new_id
        await tx.insert_many(tables.grants, [{**grant, "grant_id": new_id()} for _ in range(1_001)])

    world.backend.run(many)
    assert len(export(world, "alice").data["grants"]) == 1_000


def test_an_erased_player_is_not_found(world: TroubledGame) -> None:
    before = world.serve("GET", "/players/alice").data
    make_endpoint(world)
    answer = erase(world, "alice", {"reason": "gdpr_erasure", "idempotencyKey": "e-1"})
    result = exactly(DeletePlayerResult, answer.data)
    assert (answer.status, result.status) == (200, "erased")
    assert (result.player_id, result.attempts_anonymized) == (before["player"]["id"], 5)
    name = f"__deleted_{result.player_id}__"
    assert result.anonymized_external_id == name
    assert world.serve("GET", "/players/alice").status == 404
    left = world.get(world.player(name)).data
    assert left["summary"] == before["summary"]
    grants = [without_version(each) for each in left["grants"]]
    assert (grants, left["wallet"]) == (before["grants"], before["wallet"])
    for gone in ("email", "lastContextSnapshot"):
        assert left["player"][gone] is None
    assert "alice" not in str(left["player"]).lower()
    for query in ("alice", "Alice@Straße.example"):
        hits = world.get(f"{world.game}/players?query={segment(query)}").data["players"]
        assert result.player_id not in str(hits)
        assert name not in [hit["externalPlayerId"] for hit in hits]
    [row] = world.audit_rows(action="player.delete")
    assert (row["reason"], row["player"]["externalPlayerId"]) == ("gdpr_erasure", name)
    assert '"alice"' not in str(row).replace("'", '"')
    [event] = _events(world, "player.deleted")
    assert (event["externalPlayerId"], event["anonymizedExternalId"]) == ("alice", name)
    for body in (None, {"idempotencyKey": "e-1"}, {"reason": "test"}):
        again = exactly(DeletePlayerResult, erase(world, "alice", body).data)
        assert (again.status, again.player_id, again.deleted_at) == (
            "no_op_already_erased",
            result.player_id,
            result.deleted_at,
        )
    assert len(_events(world, "player.deleted")) == 1
    assert (merge(world, "alicia", "alice").status, merge(world, "alice", "alicia").status) == (422, 404)


def test_erasing_an_unknown_id_succeeds(still: TroubledGame) -> None:
    before = still.backend.counts()
    answer = exactly(DeletePlayerResult, erase(still, "ghost").data)
    assert (answer.status, answer.player_id, answer.anonymized_external_id) == ("no_op_never_existed", None, None)
    assert erase(still, "ghost", {"reason": "because"}).fields == ["reason"]
    assert still.backend.counts() == before


def test_the_ids_of_guests_go_with_the_account(world: TroubledGame) -> None:
    for guest in ("guest-1", "guest-2"):
        world.register(guest)
        merge(world, guest, "alice")
    forgotten = exactly(DeletePlayerResult, erase(world, "guest-1").data)
    assert (forgotten.status, forgotten.external_player_id) == ("no_op_already_erased", "guest-1")
    assert world.get(f"{world.game}/players?query=guest-1").data["players"] == []
    assert world.serve("GET", "/players/alice").status == 200
    erase(world, "alice")
    assert world.get(f"{world.game}/players?query=guest-2").data["players"] == []


def test_the_id_of_an_erased_player_is_free(world: TroubledGame) -> None:
    erase(world, "alice")
    world.register("alice")
    assert world.serve("GET", "/players/alice").data["summary"]["attemptCount"] == 0
    second = erase(world, "alice").data
    assert second["status"] == "erased"
    assert erase(world, "alice").data["playerId"] == second["playerId"]


def _events(world: TroubledGame, name: str) -> list[dict[str, Any]]:
    column = tables.outbox.c

    async def read(tx: Transaction) -> list[dict[str, Any]]:
        mine = tables.outbox.select().where(column.game_id == world.tenant.game_id, column.event_name == name)
        return [row["payload"] for row in await tx.all(mine)]

    return world.backend.run(read)

"""Collecting over /sdk/v1 by the published shapes: what waits, claims, crates, self-grants
(contract/SDK.md#collecting)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.players import bans
from kraty_console.contract.holdings import CrateOpened
from kraty_console.contract.players import Grant
from tests.harness.contract.collectables import BOX, GOLD, SWORD, give, manage
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import HOUR, TroubledGame


def collect_all(world: TroubledGame, player: str = "alice") -> dict[str, list[Any]]:
    """As the official client SDKs do it: list what waits, open crates and claim rewards, and look again until nothing
    waits; what was in a crate comes with the next list (contract/SDK.md#collecting)."""
    done: dict[str, list[Any]] = {"claimed": [], "opened": []}
    while waiting := world.play("GET", f"/players/{segment(player)}/pending-grants", who=player).data:
        for grant in waiting:
            if grant["kind"] == "crate":
                path = f"/players/{segment(player)}/crates/{grant['id']}/open"
                done["opened"].append(world.play("POST", path, {}, who=player).data)
            else:
                path = f"/players/{segment(player)}/grants/{grant['id']}/claim"
                done["claimed"].append(world.play("POST", path, {}, who=player).data)
    return done


def wallet(world: TroubledGame, player: str = "alice") -> dict[str, int]:
    held = world.play("GET", f"/players/{segment(player)}/wallet", who=player).data["wallet"]
    return {row["economyKey"]: row["balance"] for row in held}


def items(world: TroubledGame, player: str = "alice") -> dict[str, int]:
    held = world.play("GET", f"/players/{segment(player)}/inventory", who=player).data["items"]
    return {row["itemKey"]: row["quantity"] for row in held}


def test_collecting_all_until_nothing_waits(world: TroubledGame) -> None:
    two_boxes = {**BOX, "quantity": 2}
    give(world, [GOLD, SWORD, two_boxes])
    give(world, [BOX], kind="crate")
    done = collect_all(world)
    # Of the world: 7 gold, a sword, a paid race (100 gold) and a box. Each box holds 50 gold.
    assert len(done["opened"]) == 3
    for opened in done["opened"]:
        told = exactly(CrateOpened, opened)
        assert (told.crate.status, told.contents.status) == ("claimed", "pending")
        assert told.contents.parent_grant_id == told.contents.source_ref_id == told.crate.id
    assert wallet(world) == {"gold": 7 + 100 + 5 + 4 * 50}
    assert items(world) == {"sword": 1 + 2}
    assert collect_all(world) == {"claimed": [], "opened": []}
    summary = world.serve("GET", "/players/alice").data["summary"]
    assert (summary["grantsPending"], summary["grantsClaimed"]) == (0, len(done["claimed"]) + len(done["opened"]))


def test_pending_grants_are_listed_oldest_first_up_to_the_limit(world: TroubledGame) -> None:
    ids = [give(world, [GOLD], "first/contact") for _ in range(3)]
    path = f"/players/{segment('first/contact')}/pending-grants"
    listed = world.play("GET", path, who="first/contact").data
    assert [exactly(Grant, grant).id for grant in listed] == ids
    assert [grant["id"] for grant in world.play("GET", f"{path}?limit=2", who="first/contact").data] == ids[:2]
    assert world.play("GET", f"{path}?limit=201", who="first/contact").fields == ["limit"]


def test_an_unknown_player_has_no_pending_grants(still: TroubledGame) -> None:
    answer = still.play("GET", "/players/nobody/pending-grants")
    assert (answer.status, answer.data) == (200, [])


def test_claiming_twice_has_one_effect(world: TroubledGame) -> None:
    path = f"/players/alice/grants/{world.grants['pending']}/claim"
    first = world.play("POST", path, {"idempotencyKey": "k"}, who="alice")
    grant = exactly(Grant, first.data)
    assert (first.status, grant.status) == (200, "claimed")
    before = world.backend.counts()
    world.backend.clock.ms += HOUR
    again = world.play("POST", path, who="alice")
    assert (again.status, again.data) == (200, first.data)
    assert world.backend.counts() == before
    assert wallet(world) == {"gold": 7}


def test_opening_twice_gives_the_same_contents(world: TroubledGame) -> None:
    path = f"/players/alice/crates/{world.grants['crate']}/open"
    first = world.play("POST", path, {}, who="alice").data
    before = world.backend.counts()
    assert world.play("POST", path, {}, who="alice").data == first
    assert world.backend.counts() == before


@pytest.mark.parametrize(("name", "verb"), [("crate", "grants/{}/claim"), ("pending", "crates/{}/open")])
def test_a_crate_is_opened_and_a_reward_is_claimed(still: TroubledGame, name: str, verb: str) -> None:
    answer = still.play("POST", f"/players/alice/{verb.format(still.grants[name])}", {}, who="alice")
    assert (answer.status, answer.error["code"]) == (409, "conflict")


def test_an_expired_grant_is_404_for_a_game_and_409_for_the_studio(world: TroubledGame) -> None:
    """Before the sweep has come by (contract/README.md#grant)."""
    expires_at = world.backend.clock.ms + HOUR
    reward = give(world, [GOLD], expires_at=expires_at)
    crate = give(world, [BOX], kind="crate", expires_at=expires_at)
    world.secret("alice")
    world.backend.clock.ms = expires_at
    for path in (f"grants/{reward}/claim", f"crates/{crate}/open"):
        late = world.play("POST", f"/players/alice/{path}", {}, who="alice")
        assert (late.status, late.error["code"]) == (404, "not_found")
        assert late.error["message"].endswith("has expired")
    acked = world.serve("POST", f"/players/alice/grants/{reward}/ack")
    assert (acked.status, acked.error["details"]["status"]) == (409, "expired")
    waiting = {grant["id"] for grant in world.play("GET", "/players/alice/pending-grants", who="alice").data}
    assert not waiting & {reward, crate}


def test_another_s_grant_is_not_there(still: TroubledGame) -> None:
    for path in (f"grants/{still.grants['pending']}/claim", f"crates/{still.grants['crate']}/open", "grants/x/claim"):
        answer = still.play("POST", f"/players/alicia/{path}", {}, who="alicia")
        assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_a_banned_player_cannot_collect(world: TroubledGame) -> None:
    world.secret("alice")
    world.backend.run(lambda tx: bans.ban(tx, world.context(), "alice"))
    before = world.backend.counts()
    for path, body in (
        (f"grants/{world.grants['pending']}/claim", {}),
        (f"crates/{world.grants['crate']}/open", {}),
        ("wallet/gold/debit", {"amount": 1}),
        ("inventory/sword/consume", {"quantity": 1, "idempotencyKey": "k"}),
    ):
        answer = world.play("POST", f"/players/alice/{path}", body, who="alice")
        assert (answer.status, answer.error["code"]) == (403, "player_banned"), path
    assert world.backend.counts() == before
    assert len(world.play("GET", "/players/alice/pending-grants", who="alice").data) == 3
    assert world.serve("POST", f"/players/alice/grants/{world.grants['pending']}/ack").status == 200


class TestSelfGrants:
    def test_only_where_the_game_is_permissive(self, world: TroubledGame) -> None:
        world.secret("alice")
        before = world.backend.counts()
        for how in ("platform", "studio"):
            manage(world, how)
            answer = world.play("POST", "/players/alice/grants", {"entries": [GOLD]}, who="alice")
            assert (answer.status, answer.error["code"]) == (403, "inventory_not_permissive")
        assert world.backend.counts() == before

    def test_self_grants_of_a_permissive_game_are_claimed_at_once(self, world: TroubledGame) -> None:
        manage(world, "permissive")
        body = {"entries": [GOLD, SWORD, BOX], "idempotencyKey": "k", "metadata": {"why": "quest"}, "new": 1}
        first = world.play("POST", "/players/alice/grants", body, who="alice")
        grant = exactly(Grant, first.data)
        assert (first.status, grant.status, grant.source_kind) == (201, "claimed", "client")
        assert (wallet(world), items(world)) == ({"gold": 5}, {"sword": 2})
        before = world.backend.counts()
        again = world.play("POST", "/players/alice/grants", body, who="alice")
        assert (again.status, again.data) == (200, first.data)
        assert world.backend.counts() == before
        other = world.play("POST", "/players/alice/grants", {**body, "entries": [GOLD]}, who="alice")
        assert (other.status, other.error["code"]) == (409, "idempotency_conflict")

    def test_a_crate_is_still_to_be_opened(self, world: TroubledGame) -> None:
        manage(world, "permissive")
        body = {"entries": [BOX], "kind": "crate"}
        made = world.play("POST", "/players/alice/grants", body, who="alice").data
        assert made["status"] == "pending"
        assert world.play("POST", f"/players/alice/crates/{made['id']}/open", {}, who="alice").status == 200

    def test_a_player_s_keys_are_the_player_s_own(self, world: TroubledGame) -> None:
        manage(world, "permissive")
        body = {"entries": [GOLD], "idempotencyKey": "shared-key"}
        for player in ("alice", "alicia"):
            assert world.play("POST", f"/players/{player}/grants", body, who=player).status == 201
        assert world.serve("POST", "/players/alice/grants", body).status == 201

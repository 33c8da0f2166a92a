"""What Kraty's documents tell studios to do, done with an SDK
(contract/README.md#a-lost-reward, contract/SERVER.md#wallet)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from kraty_console.contract.signature import sign
from tests.contract.sdk.test_streams import listening
from tests.harness.compat.call_stage import GOLD, CallStage, path
from tests.harness.compat.sdk_client import CLIENT_NAME, Sdk, refusal
from tests.harness.contract import collectables, open_events


def at(template: str, player: str) -> str:
    """A path about a player."""
    return path(template, {"p": player})


def test_a_repeated_receipt_fulfils_a_purchase_once(stage: CallStage) -> None:
    server, buyer, receipt = stage.server(), "never seen", "apple_receipt_abc"
    tagged = {"idempotencyKey": receipt, "sourceRefId": receipt}
    entries = [{**GOLD, "amount": 500}, {"type": "item", "itemKey": "sword", "quantity": 1}]

    def fulfil() -> list[Any]:
        return [
            server.data("POST", at("/server/v1/players/:p/wallet/gold/credit", buyer), {"amount": 500, **tagged}),
            server.data("POST", at("/server/v1/players/:p/inventory/sword/grant", buyer), {"quantity": 1, **tagged}),
            server.data("POST", at("/server/v1/players/:p/grants", buyer), {"entries": entries, **tagged}),
        ]

    bought, told_again = fulfil(), fulfil()
    assert [each.get("applied") for each in bought] == [True, True, None]
    assert [each.get("applied") for each in told_again] == [False, False, None]
    assert told_again[2] == bought[2]
    had = server.data("GET", at("/server/v1/players/:p", buyer))
    assert [(row["economyKey"], row["balance"]) for row in had["wallet"]] == [("gold", 500)]
    assert [(row["itemKey"], row["quantity"]) for row in had["inventory"]] == [("sword", 1)]
    assert [grant["id"] for grant in had["recentGrants"]] == [bought[2]["id"]]
    other = at("/server/v1/players/:p/wallet/gold/credit", buyer)
    refused = refusal(lambda: server.data("POST", other, {"amount": 501, **tagged}))
    assert (refused.status, refused.code) == (409, "idempotency_conflict")


@pytest.mark.parametrize("what", ["wallet/gold/debit", "inventory/sword/revoke"])
def test_taking_from_a_missing_player_is_refused(stage: CallStage, what: str) -> None:
    body = {"amount": 1, "quantity": 1}
    refused = refusal(lambda: stage.server().data("POST", f"/server/v1/players/ghost/{what}", body))
    assert (refused.status, refused.code) == (404, "not_found")
    assert refusal(lambda: stage.server().data("GET", "/server/v1/players/ghost")).status == 404


def test_a_guest_who_signs_in_keeps_what_they_had(stage: CallStage) -> None:
    server, guest, member = stage.server(), stage.newcomer(), stage.newcomer()
    stage.game(guest).data("POST", at("/sdk/v1/players/:p/events/sprint/start", guest), {})
    for player, swords, gold in ((guest, 2, 7), (member, 1, 5)):
        server.data("POST", at("/server/v1/players/:p/inventory/sword/grant", player), {"quantity": swords})
        server.data("POST", at("/server/v1/players/:p/wallet/gold/credit", player), {"amount": gold})
    merge = path("/server/v1/players/:p/merge-into/:to", {"p": guest, "to": member})
    first, again = server.data("POST", merge), server.data("POST", merge)
    assert (first["status"], again["status"]) == ("merged", "no_op_already_merged")
    assert first["counts"] == {**first["counts"], "attemptsReassigned": 1, "itemsMerged": 1, "walletsMerged": 1}
    had = server.data("GET", at("/server/v1/players/:p", member))
    assert (had["inventory"][0]["quantity"], had["wallet"][0]["balance"], len(had["attempts"])) == (3, 12, 1)
    anew = stage.game().data("POST", at("/sdk/v1/players/:p/register", guest), {})
    assert anew["playerId"] not in (first["fromPlayerId"], first["toPlayerId"])
    refused = refusal(lambda: server.data("POST", path("/server/v1/players/:p/merge-into/:p", {"p": member})))
    assert (refused.status, refused.code) == (422, "conflict")


def test_a_migration_runs_in_batches_and_reports_failed_rows(stage: CallStage) -> None:
    server = stage.server()
    rows = [
        {"externalPlayerId": "moved", "itemKey": key, "quantity": 2, "idempotencyKey": f"moved:{key}", "reason": None}
        for key in ("sword", "nothing")
    ]
    told = server.data("POST", "/server/v1/migrate/inventory", {"rows": rows})
    assert (told["applied"], told["skipped"], told["failed"]) == (1, 0, 1)
    [failure] = told["failures"]
    assert (failure["rowIndex"], failure["externalPlayerId"], failure["error"]["code"]) == (1, "moved", "unknown_item")
    again = server.data("POST", "/server/v1/migrate/inventory", {"rows": rows[:1]})
    assert (again["applied"], again["skipped"]) == (0, 1)


def test_everything_pending_is_collected_crates_first(stage: CallStage) -> None:
    player = stage.newcomer()
    sdk = stage.game(player)
    collectables.give(stage.world, [collectables.BOX], player, kind="crate")
    collectables.give(stage.world, [GOLD], player)

    def collect() -> tuple[int, int]:
        opened = claimed = 0
        for grant in sdk.data("GET", at("/sdk/v1/players/:p/pending-grants", player)):
            if grant["kind"] == "crate":
                told = sdk.data("POST", path("/sdk/v1/players/:p/crates/:g/open", {"p": player, "g": grant["id"]}), {})
                assert (told["crate"]["status"], told["contents"]["status"]) == ("claimed", "pending")
                assert told["contents"]["parentGrantId"] == grant["id"]
                opened += 1
            else:
                sdk.data("POST", path("/sdk/v1/players/:p/grants/:g/claim", {"p": player, "g": grant["id"]}), {})
                claimed += 1
        return opened, claimed

    assert [collect(), collect(), collect()] == [(1, 1), (0, 1), (0, 0)]
    [gold] = sdk.data("GET", at("/sdk/v1/players/:p/wallet", player))["wallet"]
    assert gold["balance"] == 55
    nobody = Sdk(sdk.port, sdk.key, CLIENT_NAME, "no secret")
    assert nobody.data("GET", "/sdk/v1/players/ghost/pending-grants") == []


def test_a_lobby_that_forms_is_an_error_to_wait_for(stage: CallStage) -> None:
    open_events.arena(stage.world, "duel")
    first, second = stage.newcomer(), stage.newcomer()
    start = "/sdk/v1/players/:p/events/duel/start"
    forming = refusal(lambda: stage.game(first).data("POST", at(start, first), {}))
    assert (forming.status, forming.code) == (202, "lobby_forming")
    lobby = f"/sdk/v1/lobbies/{forming.details['lobbyId']}"
    assert stage.game().data("GET", lobby)["status"] == "forming"
    begun = stage.game(second).data("POST", at(start, second), {})
    assert stage.game().data("GET", lobby)["status"] == "active"
    assert stage.game(first).data("POST", at(start, first), {})["leaderboardId"] == begun["leaderboardId"]


def test_a_device_that_lost_its_secret_gets_another_in_the_test_environment(stage: CallStage) -> None:
    world, register = stage.world, "/sdk/v1/players/dev-1/register"
    sdk = Sdk(world.backend.port, world.keys["test_client"], CLIENT_NAME)
    lost = sdk.data("POST", register, {})["secret"]
    assert refusal(lambda: sdk.data("POST", register, {})).code == "player_already_registered"
    found = sdk.data("POST", f"{register}?force=true", {})["secret"]
    wallet = "/sdk/v1/players/dev-1/wallet"
    sdk.secret = lost
    refused = refusal(lambda: sdk.data("GET", wallet))
    assert (refused.status, refused.code) == (401, "player_secret_invalid")
    sdk.secret = found
    assert sdk.data("GET", wallet) == {"wallet": []}


def test_changes_by_the_studio_are_streamed_to_the_game_with_a_reason(stage: CallStage) -> None:
    player, server = stage.newcomer(), stage.server()
    stream = at("/players/:p/inventory/stream", player)
    with listening(stage.world, stream, **{"X-Player-Secret": stage.world.secret(player)}) as heard:
        assert heard.next() == ("ready", {"externalPlayerId": player})
        server.data("POST", at("/server/v1/players/:p/wallet/gold/credit", player), {"amount": 5})
        server.data("POST", at("/server/v1/players/:p/wallet/gold/debit", player), {"amount": 1, "reason": "refund"})
        server.data("POST", at("/server/v1/players/:p/inventory/sword/grant", player), {"quantity": 1})
        told = [event for event in (heard.next() for _ in range(3)) if event]
    assert [(name, data["delta"], data["reason"], data["origin"]) for name, data in told] == [
        ("wallet_changed", 5, "server_credit", "server"),
        ("wallet_changed", -1, "refund", "server"),
        ("inventory_changed", 1, "server_grant", "server"),
    ]


def test_a_banned_player_s_game_may_not_write_and_the_studio_may(stage: CallStage) -> None:
    player, server = stage.newcomer(), stage.server()
    sdk = stage.game(player)
    server.data("POST", at("/server/v1/players/:p/ban", player), {"reason": "cheating"})
    for call in ("events/sprint/start", "wallet/gold/debit", "inventory/sword/consume", "register"):
        body = {"amount": 1, "quantity": 1}
        refused = refusal(lambda call=call, body=body: sdk.data("POST", at(f"/sdk/v1/players/:p/{call}", player), body))
        assert (refused.status, refused.code) == (403, "player_banned")
    assert server.data("POST", at("/server/v1/players/:p/wallet/gold/credit", player), {"amount": 1})["applied"] is True
    assert server.data("POST", at("/server/v1/players/:p/unban", player))["applied"] is True


def test_a_receiver_that_checks_as_published_takes_what_is_signed() -> None:
    secret, body, now = "whsec_test_12345", b'{"id":"evt_1"}', 1_780_000_000
    parts = dict(part.strip().split("=", 1) for part in sign(secret, body, now).split(","))
    assert int(parts["t"]) == now
    expected = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(bytes.fromhex(expected), bytes.fromhex(parts["v1"]))

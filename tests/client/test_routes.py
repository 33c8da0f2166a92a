"""Every id is sent as one segment that means exactly this id (client/README.md#paths)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from kraty_console.client.routes import ClientRoute, RouteTable
from kraty_console.contract.actions import (
    BanPlayer,
    CurrencyEntry,
    ForceComplete,
    ManualGrant,
    RetryRewardRoll,
    WalletCredit,
)
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import Invalid, OperationMissing
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation
from tests.client.conftest import MakeClient
from tests.data import load_hostile
from tests.harness.client.scripted_server import ok, wired

AWKWARD = [
    *(".", "..", "...", "./..", "../", "a/b", "/", "//", "%2e%2e", "%2E", "%", "%2F", "x/merge-into/y", "a?b", "a#b"),
    *(
        "a;b",
        "a:b@c",
        "a b",
        " ",
        "a+b",
        "ü",
        "名前",
        "🦊",
        "a\\b",
        "[/nope]",
        "\x01\x7f",
        "\r\n",
        "e\u0301",
        "é" * 200,
    ),
]
SENDABLE = [each.value for each in load_hostile() if each.can_be_text and each.value and "\0" not in each.value]


async def test_every_id_is_sent_as_one_decodable_segment(client_of: MakeClient) -> None:
    ids = [each for each in AWKWARD + SENDABLE if len(each) <= 2_000]
    async with wired(ok({"player": {"externalPlayerId": "x"}})) as wire:
        client = client_of(wire.url + "/base")
        for external_id in ids:
            await client.snapshot(external_id)
    assert len(ids) > 60
    for external_id, heard in zip(ids, wire.heard, strict=True):
        path, _, query = heard.target.partition("?")
        segments = path.split("/")
        assert len(segments) == 10, heard.target
        assert segments[1:4] == ["base", "admin", "v1"]
        assert unquote(segments[-1], errors="strict") == external_id
        assert segments[-1] not in (".", "..")
        assert query == "limit=50&environment=live"


@pytest.mark.parametrize("external_id", ["", "\0", "a\0b", "\ud800", "a\udfffb"])
async def test_invalid_ids_are_refused_before_sending(client_of: MakeClient, external_id: str) -> None:
    async with wired(ok({})) as wire:
        client = client_of(wire.url)
        with pytest.raises(Invalid):
            await client.snapshot(external_id)
        with pytest.raises(Invalid):
            await client.search(external_id + "\0")
    assert wire.heard == []


ADMIN = [kind for kind, spec in ADMIN_OPERATIONS.items() if spec.is_write]
"""The changes of the admin surface; the others take a server key."""


@pytest.mark.parametrize("kind", ADMIN)
def test_every_change_has_a_route_whose_ids_are_encoded(kind: Operation) -> None:
    request = BanPlayer(reason="because", idempotency_key="key-0001")
    call = ChangeRequest(kind, "p/..", request, target_id="t/..", economy_key="e/..")
    change = RouteTable().change(call, studio="s/..", game="g/..", environment="te st")
    assert change.target.startswith("/admin/v1/studios/s%2F../games/g%2F../")
    assert change.target.count("/") == OPERATIONS[kind].path.count("/")
    assert "{" not in change.target
    assert change.target.endswith("?environment=te%20st")
    assert change.body == request.body()


@pytest.mark.parametrize("kind", [Operation.FORCE_COMPLETE, Operation.FORCE_CLAIM, Operation.CREDIT])
def test_a_change_without_its_target_is_refused(kind: Operation) -> None:
    call = ChangeRequest(kind, "p", BanPlayer(reason="because", idempotency_key="key-0001"))
    with pytest.raises(Invalid):
        RouteTable().change(call, studio="s", game="g", environment=None)


def test_an_id_that_a_custom_path_does_not_name_is_in_the_body() -> None:
    own = {"force_complete": ("PUT", "/v2/{gameId}/complete"), "credit": ("POST", "/v2/{externalPlayerId}/credit")}
    table = RouteTable(own)
    request = ForceComplete(reason="because", idempotency_key="key-0001")
    change = table.change(
        ChangeRequest(Operation.FORCE_COMPLETE, "p", request, "a/1"), studio="s", game="g", environment=None
    )
    assert change == (
        ClientRoute("PUT", "/v2/{gameId}/complete"),
        "/v2/g/complete",
        {**request.body(), "attemptId": "a/1"},
    )
    credit = WalletCredit(amount=5, reason="because", idempotency_key="key-0001")
    call = ChangeRequest(Operation.CREDIT, "p", credit, economy_key="gold")
    change = table.change(call, studio="s", game="g", environment=None)
    assert (change.target, change.body) == ("/v2/p/credit", {**credit.body(), "economyKey": "gold"})


def test_an_id_that_a_custom_path_names_is_not_in_the_body() -> None:
    table = RouteTable({"manual_grant": ("POST", "/v2/players/{externalPlayerId}/grants")})
    entry = CurrencyEntry(type="currency", currency_key="gold", amount=5)
    request = ManualGrant(external_player_id="p/1", entries=[entry], reason="because", idempotency_key="key-0001")
    change = table.change(ChangeRequest(Operation.MANUAL_GRANT, "p/1", request), studio="s", game="g", environment=None)
    assert change.target == "/v2/players/p%2F1/grants"
    assert "externalPlayerId" not in change.body


def test_fields_are_renamed_by_the_profile() -> None:
    names = {"reason": "note", "ticket": None, "attemptId": "attempt"}
    table = RouteTable({"retry_roll": ("POST", "/roll")}, lambda operation: names if operation == "retry_roll" else {})
    request = RetryRewardRoll(reason="because", ticket="ZD-1", idempotency_key="key-0001")
    change = table.change(
        ChangeRequest(Operation.RETRY_ROLL, "p", request, "a"), studio="s", game="g", environment=None
    )
    assert change.body == {"note": "because", "idempotencyKey": "key-0001", "attempt": "a"}


def test_an_operation_disabled_by_the_profile_is_missing() -> None:
    table = RouteTable({"ban": ("", "")})
    call = ChangeRequest(Operation.BAN, "p", BanPlayer(reason="because", idempotency_key="key-0001"))
    with pytest.raises(OperationMissing) as raised:
        table.change(call, studio="s", game="g", environment=None)
    assert raised.value.route == "POST …/ban"

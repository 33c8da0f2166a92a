"""An id of any kind goes out as one segment that means exactly that id (trust: The door)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from kraty_console.client.routes import CHANGES, change_target
from kraty_console.contract.actions import BanPlayer
from kraty_console.contract.calls import ActionKind, Call
from kraty_console.contract.errors import Invalid
from tests.client.conftest import MakeClient
from tests.client.wire import told, wired
from tests.data import load_hostile

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


async def test_every_id_arrives_as_one_segment_that_decodes_to_itself(client_of: MakeClient) -> None:
    ids = [each for each in AWKWARD + SENDABLE if len(each) <= 2_000]
    async with wired(told({"player": {"externalPlayerId": "x"}})) as wire:
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
async def test_what_no_id_can_be_is_refused_before_anything_is_sent(client_of: MakeClient, external_id: str) -> None:
    async with wired(told({})) as wire:
        client = client_of(wire.url)
        with pytest.raises(Invalid):
            await client.snapshot(external_id)
        with pytest.raises(Invalid):
            await client.search(external_id + "\0")
    assert wire.heard == []


@pytest.mark.parametrize("kind", ActionKind)
def test_every_change_has_a_route_whose_ids_are_encoded(kind: ActionKind) -> None:
    request = BanPlayer(reason="because", idempotency_key="key-0001")
    call = Call(kind, "p/..", request, target_id="t/..", economy_key="e/..")
    target = change_target(call, studio="s/..", game="g/..", environment="te st")
    assert target.startswith("/admin/v1/studios/s%2F../games/g%2F../")
    assert target.count("/") == CHANGES[kind].template.count("/")
    assert "{" not in target
    assert target.endswith("?environment=te%20st")


@pytest.mark.parametrize("kind", [ActionKind.FORCE_COMPLETE, ActionKind.FORCE_CLAIM, ActionKind.CREDIT])
def test_a_change_without_its_target_is_refused(kind: ActionKind) -> None:
    call = Call(kind, "p", BanPlayer(reason="because", idempotency_key="key-0001"))
    with pytest.raises(Invalid):
        change_target(call, studio="s", game="g", environment=None)

"""The requests of the client, byte for byte, and how it reads the answers."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime

import pytest

from kraty_console import __version__
from kraty_console.client.admin import KratyClient
from kraty_console.contract.actions import Credited, GrantCreated, ManualGrant, WalletCredit
from kraty_console.contract.audit import AuditLink
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import BadAnswer, Invalid, SignInNeeded
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from tests.client.conftest import TOKEN, MakeClient
from tests.harness.client.scripted_server import Line, answers, failed, ok, wired

PLAYER = {"player": {"externalPlayerId": "alice_42"}, "somethingNew": 1}
GAME = "/admin/v1/studios/studio-1/games/game-1"
CREDIT = ChangeRequest(
    Operation.CREDIT,
    "alice_42",
    WalletCredit(amount=500, reason="lost in the crash", idempotency_key="key-0001"),
    economy_key="gold",
)


async def test_requests_have_the_token_and_the_version_but_no_library_headers(client_of: MakeClient) -> None:
    async with wired(ok({"member": {"id": "m"}})) as wire:
        await client_of(wire.url + "/").me()
    (heard,) = wire.heard
    assert heard.method == "GET"
    assert heard.target == "/admin/v1/me"
    assert len(heard.headers.pop("x-request-id")) == 32
    assert heard.headers == {
        "host": wire.url.removeprefix("http://"),
        "connection": "keep-alive",
        "user-agent": f"kraty-console/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "x-kraty-console": __version__,
        "authorization": f"Bearer {TOKEN}",
    }


async def test_a_cookie_credential_is_sent_as_a_cookie(client_of: MakeClient) -> None:
    async with wired(ok({"member": {"id": "m"}})) as wire:
        await client_of(wire.url, kind="cookie").me()
    assert wire.heard[0].headers["cookie"] == f"kraty_session={TOKEN}"
    assert "authorization" not in wire.heard[0].headers


async def test_cookies_from_the_server_are_ignored(client_of: MakeClient) -> None:
    async with wired(ok({"member": {"id": "m"}}, Set_Cookie="kraty_session=stolen; Path=/")) as wire:
        client = client_of(wire.url)
        await client.me()
        await client.me()
    assert "cookie" not in wire.heard[1].headers


async def test_health_is_requested_without_a_token(client_of: MakeClient) -> None:
    async with wired(answers(200, {"ok": True, "features": ["idempotency-keys"]})) as wire:
        health = await client_of(wire.url).health()
    assert health.features == ["idempotency-keys"]
    assert "authorization" not in wire.heard[0].headers


async def test_one_connection_serves_many_calls(client_of: MakeClient) -> None:
    async with wired(ok(PLAYER)) as wire:
        client = client_of(wire.url)
        for _ in range(5):
            await client.snapshot("alice_42")
    assert wire.connections == 1


async def test_a_snapshot_has_its_etag_and_unknown_fields(client_of: MakeClient) -> None:
    async with wired(ok(PLAYER, ETag='W/"7"', X_Request_Id="r-1")) as wire:
        fetched = await client_of(wire.url).snapshot("alice_42", limit=20)
    assert fetched is not None
    assert (fetched.etag, fetched.request_id) == ('W/"7"', "r-1")
    assert fetched.value.raw()["somethingNew"] == 1
    assert wire.heard[0].target == f"{GAME}/players/alice_42?limit=20&environment=live"


async def test_an_unchanged_snapshot_is_none(client_of: MakeClient) -> None:
    async with wired(answers(304, b"", {"ETag": 'W/"7"'})) as wire:
        assert await client_of(wire.url).snapshot("alice_42", etag='W/"7"') is None
    assert wire.heard[0].headers["if-none-match"] == 'W/"7"'


async def test_the_search_text_is_encoded(client_of: MakeClient) -> None:
    async with wired(ok({"players": [{"externalPlayerId": "a&b", "match": "prefix"}]})) as wire:
        hits = await client_of(wire.url).search("a&b=c #ü", limit=3)
    assert [hit.external_player_id for hit in hits] == ["a&b"]
    assert wire.heard[0].target == f"{GAME}/players?query=a%26b%3Dc%20%23%C3%BC&environment=live&limit=3"


async def test_the_audit_log_is_requested_with_every_filter(client_of: MakeClient) -> None:
    page = {"rows": [{"id": "a-1", "action": "wallet.credit"}], "nextCursor": "c 2"}
    async with wired(ok(page)) as wire:
        read = await client_of(wire.url).audit_log(
            player="a/b",
            actor="maria",
            action="wallet.credit",
            ticket="ZD 1",
            outcome="ok",
            since=datetime(2026, 3, 1, tzinfo=UTC),
            until=datetime(2026, 3, 2, 1, 2, 3, 456000, tzinfo=UTC),
            cursor="x",
            limit=10,
        )
    assert [row.id for row in read.rows] == ["a-1"]
    assert read.next_cursor == "c 2"
    assert wire.heard[0].target == (
        "/admin/v1/studios/studio-1/audit-log?gameId=game-1&player=a%2Fb&actor=maria&action=wallet.credit&ticket=ZD%201"
        "&outcome=ok&from=2026-03-01T00%3A00%3A00.000Z&to=2026-03-02T01%3A02%3A03.456Z&cursor=x&limit=10"
    )


async def test_an_audit_row_and_the_catalog_are_read(client_of: MakeClient) -> None:
    catalog = {"items": [{"key": "potion"}], "currencies": [{"key": "gold"}], "bundles": []}
    async with wired(ok({"id": "row/1"}), ok(catalog)) as wire:
        client = client_of(wire.url)
        assert (await client.audit_row("row/1")).id == "row/1"
        assert [item.key for item in (await client.catalog()).items] == ["potion"]
    assert [heard.target for heard in wire.heard] == [
        "/admin/v1/studios/studio-1/audit-log/row%2F1",
        f"{GAME}/catalog",
    ]


async def test_a_change_is_posted_to_its_route_with_only_the_set_fields(client_of: MakeClient) -> None:
    answer = {"economyKey": "gold", "balance": 700, "applied": True, "audit": {"id": "a-1", "url": "/audit/a-1"}}
    async with wired(ok(answer)) as wire:
        client = client_of(wire.url)
        credited = await client.send(CREDIT)
    assert isinstance(credited, Credited)
    assert credited.balance == 700
    assert credited.audit is not None
    assert client.audit_url(credited.audit) == f"{wire.url}/audit/a-1"
    (heard,) = wire.heard
    assert (heard.method, heard.target) == ("POST", f"{GAME}/players/alice_42/wallet/gold/credit?environment=live")
    assert heard.headers["content-type"] == "application/json"
    assert heard.json == {"amount": 500, "reason": "lost in the crash", "idempotencyKey": "key-0001"}


async def test_a_manual_grant_names_its_player_in_a_body_of_ascii(client_of: MakeClient) -> None:
    request = ManualGrant.model_validate(
        {
            "externalPlayerId": "ünï/…",
            "entries": [{"type": "item", "itemKey": "potion", "quantity": 1, "parameters": {"a": "é"}}],
            "reason": "späte Zustellung",
            "idempotencyKey": "key-0002",
        }
    )
    async with wired(answers(201, {"data": {"grant": {"id": "g-1"}}})) as wire:
        created = await client_of(wire.url).send(ChangeRequest(Operation.MANUAL_GRANT, "ünï/…", request))
    assert isinstance(created, GrantCreated)
    assert wire.heard[0].target == f"{GAME}/grants?environment=live"
    assert wire.heard[0].body.isascii()
    assert wire.heard[0].json["externalPlayerId"] == "ünï/…"


async def test_an_audit_row_without_a_url_gets_the_url_of_its_route(client_of: MakeClient) -> None:
    client = client_of("http://127.0.0.1:1/kraty")
    link = client.audit_url(AuditLink(id="a-1"))
    assert link == "http://127.0.0.1:1/kraty/admin/v1/studios/studio-1/audit-log/a-1"
    assert client.audit_url(AuditLink(id="a-1", url="https://portal.example/a-1")) == "https://portal.example/a-1"


async def test_an_audit_row_is_linked_to_the_configured_page(client_of: MakeClient) -> None:
    client = client_of("http://127.0.0.1:1", audit_page="https://portal.example/{studioId}/{gameId}/log?row={auditId}")
    link = "https://portal.example/studio-1/game-1/log?row=a%2F1"
    assert client.audit_url(AuditLink(id="a/1")) == link
    assert client.audit_url(AuditLink(id="a/1", url="/elsewhere")) == link


async def test_gzip_is_decompressed(client_of: MakeClient) -> None:
    packed = gzip.compress(json.dumps({"data": PLAYER}).encode())
    async with wired(answers(200, packed, {"Content-Encoding": "gzip"})) as wire:
        fetched = await client_of(wire.url).snapshot("alice_42")
    assert fetched is not None
    assert fetched.value.player.external_player_id == "alice_42"


async def test_broken_gzip_is_a_bad_answer(client_of: MakeClient) -> None:
    async with wired(answers(200, b"not gzip at all", {"Content-Encoding": "gzip"})) as wire:
        with pytest.raises(BadAnswer, match="decompressed"):
            await client_of(wire.url).me()


async def test_a_new_token_is_used_from_the_next_request(client_of: MakeClient) -> None:
    async with wired(failed(401, "session_invalid", "dead"), ok({"member": {"id": "m"}})) as wire:
        client = client_of(wire.url)
        with pytest.raises(SignInNeeded):
            await client.me()
        client.sign_in(Credential(Secret("kst_new")))
        await client.me()
    assert wire.heard[1].headers["authorization"] == "Bearer kst_new"


async def test_a_session_is_ended_with_delete(client_of: MakeClient) -> None:
    async with wired(answers(204, b"")) as wire:
        await client_of(wire.url).end_session()
    assert (wire.heard[0].method, wire.heard[0].target) == ("DELETE", "/admin/v1/session")


async def test_a_cancelled_request_closes_its_connection_and_the_next_one_works(client_of: MakeClient) -> None:
    asked = asyncio.Event()

    async def asked_and_silent(line: Line) -> None:
        await line.request()
        asked.set()
        await line.reader.read()

    async with wired(asked_and_silent, ok(PLAYER)) as wire:
        client = client_of(wire.url)
        task = asyncio.create_task(client.snapshot("alice_42"))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await client.snapshot("alice_42") is not None
    assert wire.connections == 2


async def test_nothing_is_requested_before_a_game_is_selected() -> None:
    async with wired(ok({"players": []})) as wire:
        client = KratyClient(wire.url, Credential(Secret("t")))
        with pytest.raises(Invalid, match="No game is selected"):
            await client.search("alice")
        client.enter("s", "g", "test")
        assert await client.search("alice") == []
        await client.close()
    assert wire.heard[0].target == "/admin/v1/studios/s/games/g/players?query=alice&environment=test&limit=8"


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "semi;colon", "ümlaut", "tab\t", "nul\0"])
async def test_an_invalid_token_is_refused_without_showing_it(client_of: MakeClient, token: str) -> None:
    async with wired(ok({"member": {"id": "m"}})) as wire:
        with pytest.raises(Invalid) as raised:
            await client_of(wire.url, token=token).me()
    assert wire.heard == []
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com",
        "http://10.0.0.1:8080",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "https://",
        "https://user:secret@example.com",
        "https://example.com/?token=x",
        "https://example.com/#x",
        "https://example.com/a/../b",
        "https://exa mple.com/ü",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_an_invalid_or_unsafe_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        KratyClient(address, None)


@pytest.mark.parametrize(
    "address",
    ["https://api.kraty.io", "http://localhost:8080/", "http://127.0.0.1:1", "http://[::1]:1", "http://127.9.9.9"],
)
def test_https_anywhere_and_http_to_this_machine(address: str) -> None:
    assert KratyClient(address, None).base_url == address.rstrip("/")


@pytest.mark.parametrize("surface", ["/admin/v1", "/server/v1", "/sdk/v1"])
@pytest.mark.parametrize("written", ["https://api.kraty.io{}", "https://api.kraty.io{}/", "https://h/kraty{}//"])
def test_an_address_with_the_prefix_of_the_routes_is_refused(surface: str, written: str) -> None:
    for each in (surface, surface.upper()):
        with pytest.raises(Invalid, match=f"leave {surface} out of the address"):
            KratyClient(written.format(each), None)
    assert KratyClient("https://h" + surface.replace("v1", "v10"), None).base_url.endswith("v10")

"""Every error status and every broken connection becomes the right error."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kraty_console.client.transport import Timeouts
from kraty_console.contract.actions import WalletCredit
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import (
    BadAnswer,
    IdempotencyConflict,
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from kraty_console.contract.operations import Operation
from tests.client.conftest import Clock, MakeClient
from tests.harness.client.scripted_server import (
    Act,
    answers,
    cut_after,
    cut_after_request,
    cut_at_once,
    failed,
    ok,
    pass_by,
    sends,
    silence,
    silence_for_an_hour,
    wired,
    written,
)

CREDIT = ChangeRequest(
    Operation.CREDIT, "p", WalletCredit(amount=1, reason="because", idempotency_key="key-0001"), economy_key="gold"
)
CREDITED = {"data": {"economyKey": "gold", "balance": 1}}

ANSWERS: list[tuple[Act, type[KratyError], dict[str, Any]]] = [
    (failed(400, "validation_failed", "amount: too large"), Invalid, {"code": "validation_failed"}),
    (failed(401, "session_invalid", "over"), SignInNeeded, {"message": "over"}),
    (answers(401, b""), BadAnswer, {"maybe_applied": True}),
    (failed(402, "insufficient_entry_cost"), Refused, {}),
    (failed(403, "forbidden", details={"permission": "wallet.credit"}), NotAllowed, {"permission": "wallet.credit"}),
    (failed(403, "forbidden", details={"permission": 7}), NotAllowed, {"permission": None}),
    (answers(403, b"<html>proxy</html>"), BadAnswer, {"maybe_applied": True, "status": 403}),
    (failed(404, "not_found", "Player 'ghost' not found"), NotFound, {"message": "Player 'ghost' not found"}),
    (answers(404, b"<html>nginx</html>"), BadAnswer, {"maybe_applied": True}),
    (failed(405, "method_not_allowed"), Invalid, {"status": 405}),
    (failed(409, "conflict", "complete already", details={"requestId": "r-9"}), Refused, {"request_id": "r-9"}),
    (failed(409, "idempotency_conflict"), IdempotencyConflict, {}),
    (failed(409, "conflict", Retry_After="1"), Unavailable, {"maybe_applied": True}),
    (failed(413, "payload_too_large"), Invalid, {}),
    (failed(415, "unsupported_media_type"), Invalid, {}),
    (failed(422, "conflict"), Refused, {"status": 422}),
    (failed(429, "rate_limited", Retry_After="2.5"), RateLimited, {"retry_after": 2.5}),
    (failed(429, "rate_limited"), RateLimited, {"retry_after": 1.0}),
    (failed(429, "rate_limited", Retry_After="nan"), RateLimited, {"retry_after": 1.0}),
    (failed(429, "rate_limited", Retry_After="-3"), RateLimited, {"retry_after": 0.0}),
    (failed(429, "rate_limited", Retry_After="soon"), RateLimited, {"retry_after": 1.0}),
    (
        failed(429, "rate_limited", Date="Sun, 22 Nov 2026 08:00:00 GMT", Retry_After="Sun, 22 Nov 2026 08:00:07 GMT"),
        RateLimited,
        {"retry_after": 7.0},
    ),
    (failed(408), BadAnswer, {"maybe_applied": True}),
    (failed(418, "teapot"), BadAnswer, {"maybe_applied": True}),
    (failed(500, "internal_error", X_Request_Id="r-1"), Unavailable, {"request_id": "r-1", "maybe_applied": True}),
    (answers(502, b"<html>"), Unavailable, {"status": 502, "maybe_applied": True}),
    (answers(503, b""), Unavailable, {"maybe_applied": True}),
    (answers(302, b"", {"Location": "https://evil.example/x"}), BadAnswer, {"status": 302, "maybe_applied": True}),
    (answers(307, b"", {"Location": "/elsewhere"}), BadAnswer, {"maybe_applied": True}),
    (answers(200, b"<html>hello</html>"), BadAnswer, {"maybe_applied": True}),
    (answers(200, b""), BadAnswer, {"maybe_applied": True}),
    (answers(200, {"data": [1, 2]}), BadAnswer, {"maybe_applied": True}),
    (answers(200, {"economyKey": "gold", "balance": 1}), BadAnswer, {"maybe_applied": True}),
    (answers(200, b'{"data": ' + b"[" * 100_000), BadAnswer, {"maybe_applied": True}),
    (answers(400, {"error": "just text"}), BadAnswer, {"maybe_applied": True}),
    (answers(400, {"error": {"code": 7, "message": None, "details": []}}), BadAnswer, {"maybe_applied": True}),
]


@pytest.mark.parametrize(("act", "kind", "shows"), ANSWERS)
async def test_an_error_answer_to_a_write_is_raised(
    client_of: MakeClient, clock: Clock, act: Act, kind: type[KratyError], shows: dict[str, Any]
) -> None:
    async with wired(act) as wire:
        with pytest.raises(KratyError) as raised:
            await client_of(wire.url).send(CREDIT)
    assert type(raised.value) is kind
    assert {name: getattr(raised.value, name) for name in shows} == shows
    assert str(raised.value)
    assert len(wire.heard) == 1, "a write is never sent again by itself"
    assert clock.pauses == []


REQUEST_BYTES = 350
"""Less than the head of the request below; cuts before it lie inside the head."""

BREAKS: list[tuple[str, Act]] = [
    ("after the first byte", cut_after(1)),
    ("in the head", cut_after(REQUEST_BYTES)),
    ("after the request", cut_after_request),
    ("no answer in time", silence_for_an_hour),
    ("half a status line", sends(b"HTTP/1.1 20")),
    ("half a head", sends(written(200, CREDITED)[:30])),
    ("a head without a body", sends(written(200, CREDITED).partition(b"\r\n\r\n")[0] + b"\r\n\r\n")),
    ("half a body", sends(written(200, CREDITED)[:-10])),
    ("garbage", sends(b"\x16\x03\x01 not http\r\n\r\n")),
    ("nothing at all", sends(b"")),
    ("a chunk that does not end", sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{")),
]


@pytest.mark.parametrize(("when", "act"), BREAKS, ids=[when for when, _ in BREAKS])
async def test_a_write_whose_connection_breaks_may_have_been_applied(
    client_of: MakeClient, when: str, act: Act
) -> None:
    async with wired(act) as wire:
        with pytest.raises(Unavailable) as raised:
            await client_of(wire.url).send(CREDIT)
    assert raised.value.maybe_applied, when
    assert wire.connections == 1


async def test_a_write_without_a_server_was_not_sent(client_of: MakeClient) -> None:
    async with wired(ok({})) as wire:
        pass
    with pytest.raises(Unavailable, match=r"could not be reached \(Connection refused\)") as raised:
        await client_of(wire.url).send(CREDIT)
    assert not raised.value.maybe_applied


async def test_a_write_refused_before_sending_was_not_sent(client_of: MakeClient) -> None:
    async def refuse() -> None:
        raise Unavailable("the disk is full")

    async with wired(silence) as wire:
        client = client_of(wire.url)
        prepared = client.prepare(CREDIT)
        with pytest.raises(Unavailable, match="disk is full"):
            await client.deliver(CREDIT.operation, *prepared, before_send=refuse)
    assert wire.heard == []


async def test_a_slow_answer_times_out(client_of: MakeClient) -> None:
    dripping = asyncio.Event()

    async def drip(line: Any) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        dripping.set()
        for _ in range(10_000):
            await line.send(b" ")
            pass_by(0.5)
            await asyncio.sleep(0)

    async with wired(drip) as wire:
        with pytest.raises(Unavailable, match="in time"):
            await client_of(wire.url, timeout=Timeouts(connect=60.0, answer=60.0, whole=100.0)).send(CREDIT)
    assert dripping.is_set()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_read_is_retried_after_temporary_errors(client_of: MakeClient, clock: Clock, status: int) -> None:
    trouble = failed(status, Retry_After="0.25")
    async with wired(trouble, trouble, ok({"member": {"id": "m"}})) as wire:
        assert (await client_of(wire.url).me()).member.id == "m"
    assert len(wire.heard) == 3
    assert clock.pauses == ([0.25, 0.25] if status == 429 else [0.2, 0.4])


@pytest.mark.parametrize("act", [cut_at_once, cut_after_request, sends(b"HTTP/1.1 2")])
async def test_a_read_is_retried_over_a_new_connection(client_of: MakeClient, act: Act) -> None:
    async with wired(act, ok({"member": {"id": "m"}})) as wire:
        assert (await client_of(wire.url).me()).member.id == "m"
    assert wire.connections == 2


async def test_a_read_is_tried_at_most_four_times(client_of: MakeClient, clock: Clock) -> None:
    async with wired(failed(503, "unavailable", "back soon")) as wire:
        with pytest.raises(Unavailable, match="back soon"):
            await client_of(wire.url).me()
    assert len(wire.heard) == 4
    assert clock.pauses == [0.2, 0.4, 0.8]


async def test_a_long_retry_after_is_not_waited_for(client_of: MakeClient, clock: Clock) -> None:
    async with wired(failed(429, "rate_limited", Retry_After="30")) as wire:
        with pytest.raises(RateLimited) as raised:
            await client_of(wire.url).me()
    assert raised.value.retry_after == 30.0
    assert (len(wire.heard), clock.pauses) == (1, [])


@pytest.mark.parametrize("act", [failed(400), failed(401), failed(403), failed(404), failed(409), answers(200, b"x")])
async def test_an_answered_read_is_not_retried(client_of: MakeClient, act: Act) -> None:
    async with wired(act) as wire:
        with pytest.raises(KratyError):
            await client_of(wire.url).snapshot("alice_42")
    assert len(wire.heard) == 1


async def test_a_change_with_an_unreadable_answer_of_success_was_made(
    client_of: MakeClient,
) -> None:
    async with wired(ok({"economyKey": "gold", "audit": {"id": "a-1"}})) as wire:
        answer = await client_of(wire.url).send(CREDIT)
    assert answer.audit is not None
    assert answer.raw()["economyKey"] == "gold"


async def test_a_redirect_is_not_followed_and_gets_no_token(client_of: MakeClient) -> None:
    async with wired(ok({})) as other, wired(answers(307, b"", {"Location": other.url + "/x"})) as wire:
        with pytest.raises(BadAnswer, match="not followed"):
            await client_of(wire.url).me()
    assert other.heard == []


async def test_requests_to_this_machine_bypass_the_proxy(
    client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(ok({"member": {"id": "proxy"}})) as proxy, wired(ok({"member": {"id": "m"}})) as wire:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert (await client_of(wire.url).me()).member.id == "m"
    assert proxy.heard == []

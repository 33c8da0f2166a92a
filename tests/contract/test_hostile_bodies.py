"""Bodies that are no request: each is refused by its field, and nothing is written (backend/README.md#bad-input)."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest

from kraty_console.backend.http.request_body import MAX_BODY
from tests.data import Hostile, load_hostile
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame

pytestmark = pytest.mark.no_database

KEY = b'"idempotencyKey":"key-0000-0001"'
REASON = b'"reason":"make-good"'
ENTRIES = b'"entries":[{"type":"currency","currencyKey":"gold","amount":5}]'
DEEP = b"[" * 70 + b"]" * 70

CREDITS: dict[str, tuple[bytes, str]] = {
    "an amount as text": (b'"amount":"7"', "amount"),
    "an amount as a fraction": (b'"amount":7.0', "amount"),
    "an amount with an exponent": (b'"amount":1e2', "amount"),
    "an amount that is true": (b'"amount":true', "amount"),
    "an amount that is null": (b'"amount":null', "amount"),
    "an amount of nothing": (b'"amount":0', "amount"),
    "an amount below nothing": (b'"amount":-5', "amount"),
    "an amount over the limit": (b'"amount":1000000001', "amount"),
    "an amount of 2^63": (b'"amount":9223372036854775808', "amount"),
    "an amount of 5,000 digits": (b'"amount":' + b"9" * 5000, "amount"),
    "an amount that is no number": (b'"amount":NaN', "amount"),
    "an amount without end": (b'"amount":Infinity', "amount"),
    "an amount without end below": (b'"amount":-Infinity', "amount"),
    "an amount too large for a float": (b'"amount":1e999', "amount"),
    "two amounts": (b'"amount":1,"amount":2', "amount"),
    "two amounts, one of them spelled out": (b'"amount":1,"\\u0061mount":2', "amount"),
    "an amount in a list": (b'"amount":[5]', "amount"),
    "a ticket with a NUL": (b'"amount":5,"ticket":"T-\\u0000"', "ticket"),
    "a ticket with half a pair": (b'"amount":5,"ticket":"\\ud83d"', "ticket"),
    "a ticket too long": (b'"amount":5,"ticket":"' + b"t" * 201 + b'"', "ticket"),
    "a ticket that is a number": (b'"amount":5,"ticket":17', "ticket"),
    "an empty ticket": (b'"amount":5,"ticket":""', "ticket"),
    "a field that is not known": (b'"amount":5,"Amount":5', "Amount"),
    "a field whose name is NUL": (b'"amount":5,"\\u0000":5', '["\\u0000"]'),
    "a field whose name is half a pair": (b'"amount":5,"\\udc00":5', '["\\udc00"]'),
    "a field of prototypes": (b'"amount":5,"__proto__":{}', "__proto__"),
    "something deep in a field not known": (b'"amount":5,"x":' + DEEP, "x" + "[0]" * 63),
}

GRANTS: dict[str, tuple[bytes, str]] = {
    "entries that are an object": (b'"entries":{}', "entries"),
    "no entries": (b'"entries":[]', "entries"),
    "51 entries": (b'"entries":[' + b",".join([b"{}"] * 51) + b"]", "entries"),
    "an entry without a type": (b'"entries":[{"amount":5}]', "entries[0]"),
    "an entry of a type not known": (ENTRIES[:-1] + b',{"type":"xp"}]', "entries[1]"),
    "an entry that is a number": (b'"entries":[5]', "entries[0]"),
    "an entry with a fraction": (ENTRIES.replace(b"5", b"5.5"), "entries[0].amount"),
    "an entry that is no number": (ENTRIES.replace(b"5", b"NaN"), "entries[0].amount"),
    "an entry with two amounts": (ENTRIES.replace(b'"amount":5', b'"amount":5,"amount":6'), "entries[0].amount"),
    "an entry with more than it has": (ENTRIES.replace(b'"amount":5', b'"amount":5,"bonus":1'), "entries[0].bonus"),
    "an entry with a key of NUL": (ENTRIES.replace(b"gold", b"go\\u0000ld"), "entries[0].currencyKey"),
    "metadata with a NUL": (ENTRIES + b',"metadata":{"a":["\\u0000"]}', "metadata.a[0]"),
    "metadata with half a pair for a name": (ENTRIES + b',"metadata":{"\\ud800":1}', 'metadata["\\ud800"]'),
    "metadata too deep": (ENTRIES + b',"metadata":{"a":' + DEEP + b"}", "metadata.a" + "[0]" * 62),
    "metadata that is a list": (ENTRIES + b',"metadata":[]', "metadata"),
    "a kind that is not known": (ENTRIES + b',"kind":"loot"', "kind"),
}

WHOLE: dict[str, bytes] = {
    "not JSON": b"{amount:1}",
    "cut off": b'{"amount":1',
    "two values": b'{"amount":1}{}',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"amount":1}'.encode("utf-16"),
    "Latin-1": b'{"reason":"caf\xe9"}',
    "an overlong slash": b'{"reason":"\xc0\xaf"}',
    "a surrogate as bytes": b'{"reason":"\xed\xa0\x80"}',
    "a hundred thousand brackets": b"[" * 100_000,
    "a raw line break in a text": b'{"reason":"a\nb"}',
}


def refused(answer: Answered, field: str) -> None:
    assert (answer.status, answer.error["code"]) == (400, "validation_failed"), answer.raw
    assert answer.fields == [field]


@pytest.fixture
def unwritten(still: TroubledGame) -> Iterator[TroubledGame]:
    """A world in which nothing may have been written when the test is over."""
    before = still.backend.counts()
    yield still
    assert still.backend.counts() == before


def test_a_credit_names_the_field_that_is_wrong(unwritten: TroubledGame) -> None:
    path = f"{unwritten.player('alice')}/wallet/gold/credit"
    for name, (fields, wrong) in CREDITS.items():
        answer = unwritten.post(path, b"{" + REASON + b"," + KEY + b"," + fields + b"}")
        assert answer.status == 400, name
        refused(answer, wrong)


def test_a_grant_names_the_entry_that_is_wrong(unwritten: TroubledGame) -> None:
    for name, (fields, wrong) in GRANTS.items():
        body = b"{" + b",".join([REASON, KEY, b'"externalPlayerId":"alice"', fields]) + b"}"
        answer = unwritten.post(f"{unwritten.game}/grants", body)
        assert answer.status == 400, name
        refused(answer, wrong)
        if not wrong.endswith(".bonus"):  # the server surface ignores what it does not know
            refused(unwritten.serve("POST", "/players/new/grants", body), wrong)


def test_a_body_that_is_no_object_is_refused(unwritten: TroubledGame) -> None:
    for body in WHOLE.values():
        refused(unwritten.post(f"{unwritten.player('alice')}/wallet/gold/credit", body), "body")
        refused(unwritten.serve("POST", "/players/alice/wallet/gold/credit", body), "body")


@pytest.mark.parametrize("hostile", [each for each in load_hostile() if each.is_json], ids=lambda each: each.name)
def test_invalid_json_is_refused_in_every_body(unwritten: TroubledGame, hostile: Hostile) -> None:
    text = hostile.value.encode("utf-8", "surrogatepass")
    path = f"{unwritten.player('alice')}/wallet/gold/credit"
    for body in (text, b"{" + REASON + b"," + KEY + b',"amount":' + text + b"}"):
        answer = unwritten.post(path, body)
        assert (answer.status, answer.error["code"]) == (400, "validation_failed")


@pytest.mark.parametrize("score", ["-1", "NaN", "Infinity", "1e999", "true", '"7"', "[]", "1" + "0" * 400])
def test_a_score_is_a_finite_number(unwritten: TroubledGame, score: str) -> None:
    path = f"{unwritten.game}/attempts/{unwritten.attempts['stuck']}/force-complete"
    body = b"{" + REASON + b"," + KEY + b',"finalScore":' + score.encode() + b"}"
    refused(unwritten.post(path, body), "finalScore")


def test_a_body_over_a_mebibyte_is_413(unwritten: TroubledGame) -> None:
    for size, status in ((MAX_BODY, 400), (MAX_BODY + 1, 413)):
        for answer in (
            unwritten.post(f"{unwritten.player('alice')}/ban", b" " * size),
            chunked(unwritten, size),
        ):
            assert answer.status == status
            if status == 413:
                assert answer.error["code"] == "payload_too_large"


def chunked(world: TroubledGame, size: int) -> Answered:
    """A body whose length is not announced."""
    connection = http.client.HTTPConnection("127.0.0.1", world.backend.port, timeout=30)
    token = world.sessions["GAME_ADMIN"]
    pieces = [b" " * 65536] * (size // 65536) + [b" " * (size % 65536)] * bool(size % 65536)
    try:
        connection.request(
            "POST",
            f"{world.player('alice')}/ban",
            body=iter(pieces),
            headers={"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"},
            encode_chunked=True,
        )
        with connection.getresponse() as response:
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, headers, response.read())
    finally:
        connection.close()


def test_a_compressed_body_is_415(unwritten: TroubledGame) -> None:
    answer = unwritten.post(f"{unwritten.player('alice')}/ban", b"{}", headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.error["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", "application/octet-stream", None])
def test_the_content_type_does_not_matter(world: TroubledGame, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    body = json.dumps({"amount": 1, "reason": "goodwill", "idempotencyKey": "key-0000-0001"}).encode()
    assert world.post(f"{world.player('alice')}/wallet/gold/credit", body, headers=headers).status == 200

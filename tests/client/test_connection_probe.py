"""Measuring a connection: connect time, and the expiry of the certificate."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest

from kraty_console.client.connection_probe import ProbeTransport, certificate_in, valid_until
from kraty_console.contract.secret import Credential, Secret
from tests.client.test_tls import CERTIFICATE
from tests.harness.client.scripted_server import answers, wired

DER = certificate_in(CERTIFICATE.read_text()) or b""


async def test_a_probe_sends_get_over_one_connection_without_the_token() -> None:
    async with wired(answers(200, {"ok": True})) as wire:
        way = ProbeTransport(wire.url, Credential(Secret("t" * 20)))
        timed = [await way.ask("/admin/v1/health") for _ in range(3)]
        await way.close()
    assert [each.reply.status for each in timed] == [200] * 3
    assert wire.connections == 1
    assert {heard.method for heard in wire.heard} == {"GET"}
    assert not any("authorization" in heard.headers for heard in wire.heard)
    assert way.tls is None


async def test_connect_time_is_measured_separately() -> None:
    """By a clock that is read at the call, when the exchange begins, when the connection is open, and at the end."""
    seconds = iter([1.0, 2.0, 10.0, 12.0, 12.0])
    async with wired(answers(200, {"ok": True})) as wire:
        way = ProbeTransport(wire.url, None, clock=lambda: next(seconds))
        timed = await way.ask("/admin/v1/health")
        await way.close()
    assert (timed.reply.elapsed_ms, timed.connect_ms) == (10_000, 8_000)


def test_certificate_expiry_matches_the_tls_library() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CERTIFICATE)
    (said,) = context.get_ca_certs()
    assert valid_until(DER) == datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said["notAfter"])), UTC)


def _element(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([kind, len(content)]) + content


def _certificate(end: bytes, *, version: bool = True) -> bytes:
    validity = _element(0x30, _element(0x17, b"200101000000Z"), end)
    head = [_element(0xA0, _element(0x02, b"\x02"))] if version else []
    return _element(0x30, _element(0x30, *head, _element(0x02, b"\x01"), b"\x30\x00", b"\x30\x00", validity))


@pytest.mark.parametrize(
    ("certificate", "until"),
    [
        (_certificate(_element(0x17, b"300102030405Z")), datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (_certificate(_element(0x17, b"300102030405Z"), version=False), datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (_certificate(_element(0x17, b"990102030405Z")), datetime(1999, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (_certificate(_element(0x18, b"20510102030405Z")), datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (_certificate(_element(0x04, b"300102030405Z")), None),
        (_certificate(_element(0x17, b"no moment")), None),
        (b"", None),
        (b"\x30", None),
        (b"\x30\x84\xff\xff\xff\xff", None),
        (DER[:100], None),
        (b"hello, this is no certificate", None),
    ],
)
def test_an_unreadable_certificate_has_no_expiry(certificate: bytes, until: datetime | None) -> None:
    assert valid_until(certificate) == until


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----"]
)
def test_a_text_without_a_certificate_has_none(text: str) -> None:
    assert valid_until(certificate_in(text) or b"") is None

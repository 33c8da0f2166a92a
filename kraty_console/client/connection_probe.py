"""Measures a connection to a backend: connect time, TLS version and certificate expiry."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.client.replies import HttpReply
from kraty_console.client.transport import Transport

if TYPE_CHECKING:
    import httpx


class TlsInfo(NamedTuple):
    """An encrypted connection whose certificate was verified."""

    version: str
    """OpenSSL's name: `TLSv1.3`."""
    valid_until: datetime | None
    """The expiry of the server's certificate; None if unreadable."""


class TimedReply(NamedTuple):
    """An answer, and the time to connect before the request."""

    reply: HttpReply
    connect_ms: float


class ProbeTransport(Transport):
    """A transport that records properties of its connections; it sends only GET, and never the token."""

    tls: TlsInfo | None = None

    async def ask(self, target: str) -> TimedReply:
        """Send one request.

        Raises:
            KratyError: As `exchange` does.
        """
        connected_at = self._clock()

        async def note() -> None:
            nonlocal connected_at
            connected_at = self._clock()

        reply = await self.exchange("GET", target, anonymous=True, before_send=note)
        return TimedReply(reply, max(0.0, reply.elapsed_ms - (self._clock() - connected_at) * 1000))

    def _answered(self, response: httpx.Response) -> None:
        stream = response.extensions.get("network_stream")
        secured = stream.get_extra_info("ssl_object") if stream is not None else None
        if isinstance(secured, ssl.SSLObject | ssl.SSLSocket):
            certificate = secured.getpeercert(binary_form=True)
            until = valid_until(certificate) if certificate else None
            self.tls = TlsInfo(secured.version() or "TLS", until)


_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17
_TIME: Final = 0x18


def valid_until(certificate: bytes) -> datetime | None:
    """The expiry of a certificate (DER; RFC 5280, 4.1); None if unreadable.

    The standard library offers this only for a server's certificate, not for a file.
    """
    try:
        _, whole, _ = _element(certificate)
        _, rest, _ = _element(whole)
        kind, _, after = _element(rest)
        if kind == _VERSION:
            kind, _, after = _element(after)
        if kind != _INTEGER:
            return None
        for _ in ("algorithm", "issuer"):
            _, _, after = _element(after)
        kind, validity, _ = _element(after)
        if kind != _SEQUENCE:
            return None
        _, _, after = _element(validity)
        kind, moment, _ = _element(after)
        return _moment(kind, moment.decode("ascii"))
    except (IndexError, ValueError):
        return None


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """The first DER element: tag, content, and the remaining data."""
    kind, length, begin = data[0], data[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[2:begin])
    if begin + length > len(data):
        raise ValueError("cut short")
    return kind, data[begin : begin + length], data[begin + length :]


def _moment(kind: int, text: str) -> datetime | None:
    if kind not in (_UTC_TIME, _TIME):
        return None
    if kind == _UTC_TIME:  # two-digit years start at 1950 (RFC 5280, 4.1.2.5.1)
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def certificate_in(pem: str) -> bytes | None:
    """The first certificate of a PEM text, as DER; None without one."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    if begin not in pem or end not in pem.partition(begin)[2]:
        return None
    body = pem.partition(begin)[2].partition(end)[0]
    try:
        return ssl.PEM_cert_to_DER_cert(f"{begin}{body}{end}\n")
    except ValueError:
        return None

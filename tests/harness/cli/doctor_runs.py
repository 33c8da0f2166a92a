"""Running `doctor` in tests: with separate folders, and a tap that records each request."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from kraty_console.cli.main import run
from tests.harness.tcp_server import tcp_server

_REQUEST = re.compile(rb"^([A-Z]+) (\S+) HTTP/1\.1\r$", re.MULTILINE)

VARIABLES = (
    *("KRATY_URL", "KRATY_STUDIO", "KRATY_GAME", "KRATY_PROFILE", "KRATY_ENVIRONMENT", "KRATY_TOKEN", "KRATY_THEME"),
    *("KRATY_SERVER_KEY", "KRATY_CREDENTIAL", "KRATY_PERSON", "KRATY_READ_ONLY", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
"""What would be found on the machine that runs the tests."""


@dataclass(frozen=True)
class DoctorRun:
    """How a run with --json ended."""

    code: int
    out: str
    err: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(json.loads(self.out)["findings"])

    def of(self, area: str, name: str) -> dict[str, Any]:
        """The one finding of this name."""
        (found,) = [each for each in self.findings if (each["area"], each["name"]) == (area, name)]
        return found

    def support(self) -> Mapping[str, str]:
        """By operation: available, missing or unknown."""
        return {each["name"]: each["facts"]["support"] for each in self.findings if "support" in each["facts"]}


async def examined(capsys: pytest.CaptureFixture[str], *arguments: str) -> DoctorRun:
    """Run `doctor --json` beside the loop of the test."""
    code = await asyncio.to_thread(run, ["doctor", "--json", *arguments])
    captured = capsys.readouterr()
    return DoctorRun(code, captured.out, captured.err)


@dataclass(slots=True)
class Tap:
    """A line to a server of this machine: where it begins, and what went over it."""

    url: str = ""
    said: list[bytearray] = field(default_factory=list)

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and target of each request that was sent."""
        return [(method.decode(), target.decode()) for each in self.said for method, target in _REQUEST.findall(each)]

    @property
    def methods(self) -> set[str]:
        return {method for method, _ in self.requests}


@asynccontextmanager
async def tapped(port: int) -> AsyncIterator[Tap]:
    """Carry every byte to that port and back, and keep what the client says."""
    tap = Tap()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray | None) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if kept is not None:
                    kept += data
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = bytearray()
        tap.said.append(kept)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(carry(reader, there_writer, kept), carry(there_reader, writer, None))
        finally:
            there_writer.close()

    async with tcp_server(serve) as own_port:
        tap.url = f"http://127.0.0.1:{own_port}"
        yield tap

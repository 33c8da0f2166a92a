"""`doctor` with problems: the most important one comes first, and no secret is printed."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kraty_console.cli.checkup.address import RESOLVE_SECONDS
from kraty_console.cli.checkup.backend_checkup import BUDGET, BackendCheckup
from kraty_console.cli.checkup.health_probe import unreached
from kraty_console.cli.main import run
from kraty_console.config.launch import Launch
from kraty_console.config.profiles import Profile
from kraty_console.config.tokens import KEYRING_SECONDS
from kraty_console.console.backend_facts import BackendFacts
from kraty_console.contract.errors import Unavailable
from kraty_console.contract.operations import ADMIN_OPERATIONS
from kraty_console.contract.secret import Secret
from kraty_console.domain.checkup import CheckArea, CheckState
from tests.client.test_proxies import socks, tunnel
from tests.client.test_tls import CERTIFICATE
from tests.harness.cli.doctor_runs import VARIABLES, examined
from tests.harness.client.scripted_server import (
    Act,
    HungUp,
    Line,
    answers,
    cut_at_once,
    ok,
    silence_for_an_hour,
    wired,
    written,
)
from tests.harness.ports import reserved_port
from tests.harness.tcp_server import tcp_server

TOKEN = "kst_" + "t" * 43
HEADER = "h3ader-" + "v" * 20
PASSWORD = "pa55word-in-an-address"
HEALTH = {"ok": True, "version": "2"}
HEALTHY = answers(200, HEALTH)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KRATY_TOKEN", TOKEN)
    return tmp_path


async def test_a_dead_link_is_one_problem_and_the_operations_are_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    with reserved_port() as port:
        result = await examined(capsys, "--url", f"http://127.0.0.1:{port}")
    assert result.code == 1
    assert [each["name"] for each in result.findings if each["state"] == "problem"] == ["health"]
    assert result.findings[0]["area"] == "address"
    assert set(result.support().values()) == {"unknown"}


def test_all_timeouts_together_are_below_20_seconds() -> None:
    assert RESOLVE_SECONDS + KEYRING_SECONDS + BUDGET < 20


async def test_a_broken_connection_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(cut_at_once) as wire:
        result = await examined(capsys, "--url", wire.url)
    assert result.code == 1
    assert result.findings[0]["area"] == "address"


@pytest.mark.parametrize(
    "act",
    [
        answers(200, b"<html>Sign in</html>"),
        answers(404, b"<html>nginx</html>"),
        answers(200, {"fine": True}),
        answers(302, b"", {"Location": "https://login.example/"}),
        answers(200, [1]),
    ],
)
async def test_another_server_never_gets_the_token(act: Act, capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(act) as wire:
        result = await examined(capsys, "--url", wire.url)
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("address", "health")
    assert {heard.method for heard in wire.heard} == {"GET"}
    assert not any("authorization" in heard.headers for heard in wire.heard)


async def test_an_unhealthy_kraty_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(answers(200, {"ok": False, "version": "2"})) as wire:
        result = await examined(capsys, "--url", wire.url)
    assert result.code == 1
    assert result.findings[0]["words"] == "its health check reports a failure (version 2)"


@asynccontextmanager
async def over_tls(health: object = HEALTH) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A Kraty with a certificate that it signed itself."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(written(200, health))
            await writer.drain()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with tcp_server(serve, context) as port:
        yield port, heard


async def test_an_untrusted_certificate_is_a_tls_problem(capsys: pytest.CaptureFixture[str]) -> None:
    async with over_tls() as (port, heard):
        result = await examined(capsys, "--url", f"https://localhost:{port}")
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("tls", "certificate")
    assert "not trusted" in result.findings[0]["words"]
    assert "SSL_CERT_FILE" in result.findings[0]["advice"]
    assert heard == []


async def test_a_port_without_tls_is_a_tls_problem(capsys: pytest.CaptureFixture[str]) -> None:
    async def plain(line: Line) -> None:
        await line.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        raise HungUp

    async with wired(plain) as wire:
        result = await examined(capsys, "--url", wire.url.replace("http:", "https:"))
    assert (result.code, result.findings[0]["area"]) == (1, "tls")
    assert "does not speak https" in result.findings[0]["words"]


def test_a_silent_tls_connection_is_not_a_tls_problem() -> None:
    waiting = Unavailable("The server did not answer in time.")
    waiting.__cause__ = TimeoutError()
    waiting.__cause__.__context__ = ssl.SSLWantReadError()
    assert unreached(waiting).area is CheckArea.ADDRESS
    waiting.__cause__.__context__ = ssl.SSLCertVerificationError()
    assert unreached(waiting).area is CheckArea.TLS


async def test_tls_version_and_expiry_are_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.delenv("KRATY_TOKEN")
    async with over_tls() as (port, heard):
        result = await examined(capsys, "--url", f"https://localhost:{port}")
    finding = result.of("tls", "certificate")
    assert finding["state"] == "ok"
    assert finding["words"].startswith("TLSv1.3, trusted by SSL_CERT_FILE; valid until 2126-")
    assert finding["facts"]["days"] > 0
    assert all(each.startswith(b"GET ") for each in heard)


async def test_a_slow_backend_times_out_and_findings_remain(places: Path) -> None:
    async def then(line: Line) -> None:
        await (silence_for_an_hour if len(wire.heard) >= 5 else HEALTHY)(line)

    async with wired(then) as wire:
        profile = Profile(url=wire.url, studio="s", game="g")
        launch = Launch(profile, Secret(TOKEN), places / "state", places / "state")
        findings = await BackendCheckup(launch, BackendFacts(launch, "")).examine()
    assert {(each.area, each.state) for each in findings if each.area is CheckArea.LINK} >= {
        (CheckArea.LINK, CheckState.WARNING)
    }
    assert any((each.area, each.name) == (CheckArea.ADDRESS, "health") for each in findings)
    support = [each.facts["support"] for each in findings if "support" in each.facts]
    assert (len(support), support.count("available")) == (len(ADMIN_OPERATIONS), 1)
    assert {heard.method for heard in wire.heard} == {"GET"}


@pytest.mark.parametrize(("seconds", "where"), [(600, "behind"), (-600, "ahead of"), (0, None)])
async def test_clock_skew_is_reported_with_its_direction(
    seconds: int, where: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    async with wired(answers(200, HEALTH, {"Date": date}), *[HEALTHY] * 4, answers(404)) as wire:
        result = await examined(capsys, "--url", wire.url)
    finding = result.of("clock", "skew")
    assert finding["state"] == ("warning" if where else "ok")
    assert where is None or f"{where} the backend's" in finding["words"]


async def test_echoed_secrets_are_not_printed(
    places: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers, the token and the passphrase come back in an error; the escape in it does not reach the terminal."""
    monkeypatch.setenv("ACCESS", HEADER)
    (places / "config.toml").write_text('[profiles.live]\n[profiles.live.headers]\nX-Access = { env = "ACCESS" }\n')

    async def echo(line: Line) -> None:
        heard = await line.request()
        if "authorization" not in heard.headers:
            await line.send(written(200, HEALTH))
            return
        message = f"\x1b[31m{heard.headers['authorization']} and {heard.headers['x-access']} are bad"
        await line.send(written(401, {"error": {"code": "unauthenticated", "message": message, "details": {}}}))

    async with wired(echo) as wire:
        with (places / "config.toml").open("r+") as file:
            text = file.read().replace("[profiles.live]\n", f'[profiles.live]\nurl = "{wire.url}"\n', 1)
            file.seek(0)
            file.write(text)
        as_json = await examined(capsys)
        code = await asyncio.to_thread(run, ["doctor"])
        out, err = capsys.readouterr()
    assert (as_json.code, code) == (1, 1)
    for text in (as_json.out, as_json.err, out, err):
        assert TOKEN not in text
        assert HEADER not in text
        assert not CONTROL.search(text)
    assert any("authorization" in heard.headers for heard in wire.heard)


async def test_a_failing_backend_that_echoes_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    async def echo(line: Line) -> None:
        heard = await line.request()
        message = f"{heard.headers.get('authorization', '')} is bad"
        body = {"error": {"code": "forbidden", "message": message, "details": {}}}
        await line.send(written(422, body) if "authorization" in heard.headers else written(200, HEALTH))

    async with wired(echo) as wire:
        result = await examined(capsys, "--url", wire.url)
    assert result.code == 1
    assert "•••" in json.dumps(result.findings, ensure_ascii=False), "the message is shown, without the token"
    assert TOKEN not in result.out


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"https://ada:{PASSWORD}@api.example", "user name or password"),
        (f"https://ada:{PASSWORD}@[bad", "user name or password"),
        ("http://api.example", "plain http"),
        ("api.example", "is not a URL"),
        ("https://api.example/admin/v1", "leave /admin/v1 out"),
    ],
)
async def test_an_address_that_cannot_be_used(url: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = await examined(capsys, "--url", url)
    assert result.code == 1
    assert result.findings[0]["area"] == "address"
    assert words in result.findings[0]["words"]
    assert PASSWORD not in result.out + result.err


async def test_an_unresolvable_host_ends_the_requests(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kraty_console.cli.checkup.address.resolved", lambda host, seconds: f"no {host}")
    result = await examined(capsys, "--url", "https://kraty.invalid")
    assert result.code == 1
    assert (result.findings[0]["area"], result.findings[0]["name"]) == ("address", "host")
    assert set(result.support().values()) == {"unknown"}


async def test_behind_a_proxy_the_proxy_is_named_without_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything goes through it, the look-up of the host as well; here it refuses."""
    async with wired(answers(407)) as wire:
        host = wire.url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{PASSWORD}@{host}")
        result = await examined(capsys, "--url", "https://kraty.invalid")
    finding = result.of("proxy", "proxy")
    assert finding["facts"] == {"variable": "HTTPS_PROXY", "host": host}
    assert result.of("proxy", "host")["state"] == "ok"
    assert (result.code, result.findings[0]["name"]) == (1, "health")
    assert [heard.method for heard in wire.heard] == ["CONNECT"]
    assert PASSWORD not in result.out + result.err


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ALL_PROXY": f"socks9://ada:{PASSWORD}@proxy.invalid"}, "ALL_PROXY names a proxy of an unknown kind"),
        ({"HTTPS_PROXY": f"http://ada:{PASSWORD}/x@proxy"}, "HTTPS_PROXY does not name a proxy that can be used"),
        ({"HTTPS_PROXY": f"http://ada:{PASSWORD}@proxy", "NO_PROXY": "[::1"}, "NO_PROXY contains '[::1'"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_one_problem(
    environ: dict[str, str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    result = await examined(capsys, "--url", "https://kraty.invalid")
    (problem,) = [each for each in result.findings if each["state"] == "problem"]
    assert (result.code, problem["area"]) == (1, "proxy")
    assert problem["words"].startswith(words)
    assert "NO_PROXY" in problem["advice"]
    assert PASSWORD not in result.out + result.err


async def test_a_socks_proxy_can_be_used(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async with over_tls() as (backend, _), tcp_server(socks) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{port}")
        result = await examined(capsys, "--url", f"https://localhost:{backend}")
    assert result.of("proxy", "proxy")["words"] == f"127.0.0.1:{port}, from ALL_PROXY"
    assert result.of("address", "health")["state"] == "ok"


async def test_the_password_of_a_proxy_is_hidden_decoded_and_as_it_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend that knows it says it back in its version."""
    health = {"ok": True, "version": "pa55%20word or pa55 word"}
    async with over_tls(health) as (backend, _), tcp_server(lambda *streams: tunnel(*streams, [])) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:pa55%20word@127.0.0.1:{port}")
        result = await examined(capsys, "--url", f"https://localhost:{backend}")
    assert result.of("address", "health")["facts"]["version"] == "••• or •••"
    assert "pa55" not in result.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profiles.live\n", "config.toml"),
        ("[profiles.live]\nurll = 'https://a.example'\n", "urll"),
        ("[profiles.live]\n[profiles.live.headers]\nX-A = { env = 'NOT_SET_HERE' }\n", "NOT_SET_HERE"),
        ("theme = 'pink'\n[profiles.live]\n", "theme pink"),
        ("[profiles.live]\n[profiles.live.keymap]\nnothing = 'f5'\n", "keymap"),
    ],
)
async def test_a_fault_of_the_configuration_comes_before_all_others(
    text: str, words: str, places: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (places / "config.toml").write_text(text)
    monkeypatch.delenv("KRATY_TOKEN")
    result = await examined(capsys)
    assert result.code == 1
    assert result.findings[0]["area"] == "configuration"
    assert words in result.findings[0]["words"]
    assert any(each["area"] == "terminal" for each in result.findings), "the rest is looked at all the same"


async def test_a_token_file_that_others_can_read_is_a_problem_of_the_token(
    places: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRATY_TOKEN")
    (places / "token").write_text(TOKEN)
    (places / "token").chmod(0o644)
    async with wired(HEALTHY) as wire:
        (places / "config.toml").write_text(f'[profiles.a]\nurl = "{wire.url}"\ntoken_file = "{places / "token"}"\n')
        result = await examined(capsys)
    assert (result.code, result.findings[0]["area"]) == (1, "token")
    assert "chmod 600" in result.findings[0]["words"]
    assert TOKEN not in result.out
    assert [each["name"] for each in result.findings if each["area"] == "token"] == ["source"]


async def test_a_failing_check_is_reported_and_the_others_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr("kraty_console.cli.checkup.state.folder_findings", broken)
    monkeypatch.setattr("kraty_console.cli.checkup.backend_checkup.BackendCheckup.examine", broken)
    result = await examined(capsys, "--url", "http://127.0.0.1:9")
    assert result.of("state", "folder")["words"] == "could not be checked (RuntimeError)"
    assert result.of("operations", "operations")["state"] == "unknown"
    assert result.of("journal", "file")["state"] == "note"
    assert TOKEN not in result.out


async def test_people_get_80_columns(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(*[HEALTHY] * 5, ok({"member": {"id": "m", "name": "x" * 200}}), answers(404)) as wire:
        code = await asyncio.to_thread(run, ["doctor", "--url", wire.url])
    out, err = capsys.readouterr()
    assert (code, err) == (1, "")
    assert out.startswith("1 problem")
    assert max(map(len, out.splitlines())) <= 80
    assert not (places / "state").exists()

"""Checks of the terminal and the address, without a query to either."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from kraty_console.cli.checkup import address
from kraty_console.cli.checkup.health_probe import clock_finding
from kraty_console.cli.checkup.terminal import Screen, screen_at_hand, terminal_findings
from kraty_console.client.proxies import proxy_of
from kraty_console.client.server_clock import WORTH_TELLING
from kraty_console.domain.checkup import Finding
from tests.harness.cli.doctor_runs import VARIABLES

GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "en_GB.UTF-8"}


def findings_of(screen: Screen, environ: dict[str, str]) -> dict[str, Finding]:
    return {each.name: each for each in terminal_findings(screen, environ)}


def test_a_good_terminal_has_no_problems() -> None:
    findings = findings_of(Screen(True, (120, 40), "utf-8", None), GOOD)
    assert {each.state.value for each in findings.values()} <= {"ok", "note"}
    assert findings["colours"].words == "16 million colours"
    assert findings["locale"].facts == {"encoding": "utf-8", "locale": "en_GB.UTF-8"}
    assert set(findings) == {"console", "size", "TERM", "colours", "locale", "keys", "clipboard"}


@pytest.mark.parametrize(
    ("size", "expected"),
    [((40, 12), "note"), ((39, 12), "problem"), ((40, 11), "problem"), ((80, 24), "ok"), (None, "unknown")],
)
def test_the_size(size: tuple[int, int] | None, expected: str) -> None:
    assert findings_of(Screen(True, size, "utf-8", None), GOOD)["size"].state == expected


def test_a_console_that_cannot_be_drawn_is_a_problem_only_on_a_terminal() -> None:
    for is_terminal, expected in ((True, "problem"), (False, "note")):
        findings = findings_of(Screen(is_terminal, (10, 5), "latin-1", "the encoding is latin-1"), {"TERM": "dumb"})
        assert (findings["console"].state, findings["size"].state) == (expected, expected)


def test_no_colour() -> None:
    assert "NO_COLOR" in findings_of(Screen(True, (80, 24), "utf-8", None), {**GOOD, "NO_COLOR": "1"})["colours"].words


@pytest.mark.parametrize(
    ("environ", "words", "advice"),
    [
        ({}, "through the terminal", ""),
        ({"TMUX": "/tmp/x"}, "through tmux", "set-clipboard on"),
        ({"STY": "1.pts"}, "through screen", ""),
        ({"TMUX": "/tmp/x", "SSH_CONNECTION": "1 2 3 4"}, "inside ssh", "set-clipboard on"),
    ],
)
def test_the_clipboard(environ: dict[str, str], words: str, advice: str) -> None:
    findings = findings_of(Screen(True, (80, 24), "utf-8", None), {**GOOD, **environ})["clipboard"]
    assert words in findings.words
    assert advice in findings.advice


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TERM": "xterm-kitty"}, "every combination"),
        ({"TERM": "xterm-256color"}, "TERM does not say"),
        ({"TERM": "tmux-256color", "TMUX": "x"}, "as tmux passes them on"),
    ],
)
def test_the_keys(environ: dict[str, str], words: str) -> None:
    assert words in findings_of(Screen(True, (80, 24), "utf-8", None), environ)["keys"].words


def test_without_a_terminal_the_reason_is_given() -> None:
    screen = screen_at_hand({"TERM": "xterm"})
    assert screen.why_not is None or screen.is_terminal or "not a terminal" in screen.why_not


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("environ", "base", "words"),
    [
        ({}, "https://a.example", "none"),
        ({"HTTPS_PROXY": "http://one"}, "http://127.0.0.1:8080", "none: plain http stays on this machine"),
        ({"HTTPS_PROXY": "http://one", "NO_PROXY": "10.0.0.0/8"}, "https://10.2.3.4", "none"),
        ({"HTTPS_PROXY": "http://one", "NO_PROXY": "a.example:443"}, "https://a.example", "none"),
        ({"https_proxy": "http://u:p@proxy:3128"}, "https://a.example", "proxy:3128, from https_proxy"),
        ({"HTTPS_PROXY": "proxy"}, "https://a.example", "proxy:80, from HTTPS_PROXY"),
        ({"ALL_PROXY": "socks5h://[::1]"}, "https://a.example", "[::1]:1080, from ALL_PROXY"),
    ],
)
def test_the_proxy_that_is_used(environ: dict[str, str], base: str, words: str) -> None:
    finding = address.proxy_finding(base, proxy_of(base, environ, "linux"))
    assert finding.words == words
    assert finding.state == ("ok" if words.startswith("none") else "note")


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({"HTTPS_PROXY": "http://one:1"}, "https://a.example"),
        ({"ALL_PROXY": "http://one:1"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "ALL_PROXY": "http://two:2"}, "https://a.example"),
        ({"HTTP_PROXY": "http://one:1"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "a.example"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "example"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": ".example"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "b.example"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "*"}, "https://a.example"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "example"}, "https://anexample"),
        ({"HTTPS_PROXY": "http://one:1", "NO_PROXY": "https://a.example"}, "https://a.example"),
    ],
)
def test_the_proxy_is_the_one_that_the_http_library_uses(
    no_proxies: pytest.MonkeyPatch, environ: dict[str, str], base: str
) -> None:
    import httpx

    for name, value in environ.items():
        no_proxies.setenv(name, value)
    client = httpx.Client(trust_env=True)
    transport = client._transport_for_url(httpx.URL(base))
    used = getattr(transport._pool, "_proxy_url", None)  # type: ignore[attr-defined]
    proxy = proxy_of(base, environ, "linux")
    assert (proxy is None) == (used is None)
    if proxy is not None and used is not None:
        assert proxy.where == f"{used.host.decode()}:{used.port}"


def test_behind_a_proxy_its_host_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *_, **__: [(0, 0, 0, "", (host, 0))] if host == "::1" else []
    )
    proxy = proxy_of("https://a.example", {"ALL_PROXY": "socks5h://[::1]"}, "linux")
    (finding,) = address.host_findings("https://a.example", proxy)
    assert (finding.area, finding.words) == ("proxy", "::1 has 1 address")


def test_resolving_a_host_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait() and [])
    assert address.resolved("a.example", 0.01) == "no answer within 0 s"
    ended.set()


def test_resolving_a_host_gives_addresses_or_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert address.resolved("127.0.0.1", 10) == 1
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    (finding,) = address.host_findings("https://a.example", None)
    assert (finding.state, finding.words) == ("problem", "a.example has no address: Name or service not known")


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_without_a_date_the_skew_is_unknown(date: str | None) -> None:
    assert clock_finding(date, datetime(2026, 6, 1, tzinfo=UTC)).state == "unknown"


@pytest.mark.parametrize(
    ("off", "expected"), [(WORTH_TELLING, "warning"), (WORTH_TELLING - timedelta(seconds=1), "ok")]
)
def test_skew_is_a_warning_from_the_limit_of_the_console(off: timedelta, expected: str) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    for moment in (now + off, now - off):
        finding = clock_finding(format_datetime(now, usegmt=True), moment)
        assert finding.state == expected
        assert finding.advice == (
            "Set the clock; the console shows times by the server's clock." if expected == "warning" else ""
        )

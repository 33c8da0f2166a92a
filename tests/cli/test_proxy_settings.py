"""Every command with a client names a proxy setting that cannot be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kraty_console.cli.main import run
from kraty_console.client.proxies import Proxy
from tests.client.test_proxies import API, closed_port


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))


COMMANDS = [
    (("search", "alice"), {"KRATY_TOKEN": "kst_" + "t" * 43}),
    (("show", "alice"), {"KRATY_TOKEN": "kst_" + "t" * 43}),
    (("server", "ping"), {"KRATY_SERVER_KEY": "krk_" + "t" * 43}),
    (("server", "ban", "alice", "--reason", "cheats"), {"KRATY_SERVER_KEY": "krk_" + "t" * 43}),
    (("backend", "simulate", "--calls", "1"), {"KRATY_CLIENT_KEY": "krk_" + "t" * 43}),
]
SETTINGS = [
    ({"ALL_PROXY": "socks9://maria:s3cr3t@127.0.0.1:7891"}, "ALL_PROXY names", 2),
    ({"HTTPS_PROXY": "http://[::1"}, "HTTPS_PROXY does not name", 2),
    ({"HTTPS_PROXY": "http://proxy", "NO_PROXY": "[::1"}, "NO_PROXY contains", 2),
    ({"HTTPS_PROXY": "http://maria:s3cr3t@127.0.0.1:PORT"}, "(HTTPS_PROXY) refused the connection.", 5),
    ({"ALL_PROXY": "socks5://maria:s3cr3t@127.0.0.1:PORT", "NO_PROXY": "[::1]"}, "(ALL_PROXY) refused the", 5),
]


@pytest.mark.parametrize(("arguments", "credentials"), COMMANDS)
@pytest.mark.parametrize(("settings", "words", "code"), SETTINGS)
async def test_every_command_names_the_invalid_proxy(
    arguments: tuple[str, ...],
    credentials: dict[str, str],
    settings: dict[str, str],
    words: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"KRATY_URL": API, **credentials, **settings}.items():
        monkeypatch.setenv(name, value.replace("PORT", str(closed_port())))
    assert await asyncio.to_thread(run, arguments) == code
    captured = capsys.readouterr()
    assert words in captured.err
    assert "s3cr3t" not in captured.out + captured.err


def test_the_console_reports_an_invalid_proxy_before_it_opens() -> None:
    from kraty_console.config.launch import Launch
    from kraty_console.config.profiles import Profile
    from kraty_console.console.startup.profile_checks import problems

    launch = Launch(Profile(name="p", url=API), None, Path("/nowhere"), Path("/nowhere"))
    assert problems(launch, {}) == []
    assert problems(launch, {"HTTPS_PROXY": "http://proxy"}) == []
    (wrong,) = problems(launch, {"ALL_PROXY": "socks9://maria:s3cr3t@x"})
    assert "ALL_PROXY" in wrong
    assert "s3cr3t" not in wrong


def test_only_the_host_of_a_proxy_is_shown() -> None:
    assert Proxy("http", "::1", 80, "HTTPS_PROXY").words == "the proxy [::1]:80 (HTTPS_PROXY)"


def test_a_missing_socks_extra_is_named() -> None:
    code = "import sys; sys.modules['socksio'] = None; from kraty_console.__main__ import main; main()"
    environ = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "KRATY_TOKEN": "t" * 30, "KRATY_URL": API}
    result = subprocess.run(
        [sys.executable, "-c", code, "search", "alice"],
        env={**environ, "ALL_PROXY": "socks5://127.0.0.1:7891"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "pip install 'kraty-console[socks]'" in result.stderr
    assert "Traceback" not in result.stderr

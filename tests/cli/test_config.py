"""`config show`: the effective settings with their sources, without secrets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kraty_console.cli.main import run
from kraty_console.config.example import EXAMPLE

SECRET = "s3cr3t-value"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile whose secrets are all there to be found, and a command that leaves a trace if it is run."""
    result = tmp_path / "ran"
    (tmp_path / "token").write_text(SECRET)
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "print.py").write_text(f"open({str(result)!r}, 'w'); print({SECRET!r})")
    command = json.dumps([sys.executable, str(tmp_path / "print.py")])
    (tmp_path / "config.toml").write_text(
        f"""
        theme = "light"
        [profiles.live]
        url = "https://ada:{SECRET}@api.example"
        studio = "s-1"
        token_command = {command}
        token_file = "{tmp_path / "token"}"
        server_key_command = {command}
        client_certificate = "{tmp_path / "token"}"
        client_key_passphrase_command = {command}
        [profiles.live.headers]
        X-Id = {{ env = "ACCESS_ID" }}
        X-Key = {{ command = {command} }}
        [profiles.live.routes]
        force_complete = "POST /v2/attempts/{{attemptId}}/complete"
        retry_roll = false
        fields.ticket = false
        [profiles.key]
        credential = "server_key"
        studio = "\\u001b[31mred"
        """,
        "utf-8",
    )
    for name in ("KRATY_TOKEN", "KRATY_SERVER_KEY", "ACCESS_ID"):
        monkeypatch.setenv(name, SECRET)
    for name in ("KRATY_URL", "KRATY_STUDIO", "KRATY_GAME", "KRATY_PROFILE", "KRATY_THEME", "KRATY_PERSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path


def run_config(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert SECRET not in out
    return out


def test_every_setting_is_shown_with_its_source(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRATY_PERSON", "Ada")
    out = run_config(capsys, "config", "show", "--profile", "live", "--game", "g-1")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0] == f"file: {config / 'config.toml'}"
    assert lines[2] == "SETTING FROM VALUE"
    for line in (
        "profile flag --profile live",
        "url file [profiles.live] https://•••@api.example",
        "game flag --game g-1",
        "person variable KRATY_PERSON Ada",
        "theme file, for all profiles light",
        "environment default not set",
        f"token_command file [profiles.live] {sys.executable} {config / 'print.py'}",
        f"token_file file [profiles.live] {config / 'token'}",
        "headers.X-Id file [profiles.live] variable ACCESS_ID",
        f"headers.X-Key file [profiles.live] command {sys.executable} {config / 'print.py'}",
        "fields.ticket file [profiles.live] left out",
    ):
        assert line in lines
    place = lines.index("routes.force_complete file [profiles.live] POST /v2/attempts/{attemptId}/complete")
    game = "/admin/v1/studios/{studioId}/games/{gameId}"
    assert lines[place + 1] == f"built in POST {game}/attempts/{{attemptId}}/force-complete"
    assert "routes.retry_roll file [profiles.live] this backend does not have it" in lines
    assert not (config / "ran").exists()


def test_settings_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(run_config(capsys, "--profile", "live", "config", "show", "--json", "--read-only"))
    assert data["profile"] == {"name": "live", "source": "flag --profile"}
    assert (data["file"], data["fileExists"], data["urlIsOwn"]) == (str(config / "config.toml"), True, True)
    assert data["settings"]["studio"] == {"value": "s-1", "source": "file [profiles.live]"}
    assert data["settings"]["read_only"] == {"value": True, "source": "flag --read-only"}
    assert data["settings"]["headers"]["value"]["X-Id"] == {"env": "ACCESS_ID"}
    assert data["settings"]["fields"]["value"] == {"ticket": False}
    assert data["routes"].keys() == {"force_complete", "retry_roll"}
    assert data["routes"]["force_complete"]["route"] == "POST /v2/attempts/{attemptId}/complete"
    assert data["routes"]["force_complete"]["builtIn"].endswith("/attempts/{attemptId}/force-complete")
    assert data["routes"]["retry_roll"]["route"] is False
    assert not (config / "ran").exists()


def test_the_output_is_sanitized(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run_config(capsys, "config", "show", "--profile", "key")
    assert "\x1b" not in out
    assert "␛[31mred" in out
    assert "routes default the built-in ones" in " ".join(out.split())


def test_another_address_gets_no_stored_credentials(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run_config(capsys, "config", "show", "--profile", "live", "--url", "https://other.example")
    assert "The address is not the profile's own" in out
    assert "flag --url" in out


def test_without_a_file_the_defaults_are_shown(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRATY_CONFIG", str(config / "gone.toml"))
    out = run_config(capsys, "config", "show")
    assert out.startswith(f"file: {config / 'gone.toml'} (does not exist)\n")
    assert "profile default default url" in " ".join(out.split())


def test_an_error_ends_with_2(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "show"]) == 2
    assert "has several profiles (key, live)" in capsys.readouterr().err
    assert run(["config", "show", "--profile", "live", "--environment", "prod"]) == 2
    assert "did you mean live?" in capsys.readouterr().err


def test_the_example_can_be_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(EXAMPLE, "utf-8")
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    assert "server_key" in run_config(capsys, "config", "show", "--profile", "support-key")


def test_the_list_of_commands_has_the_same_summary_of_config(capsys: pytest.CaptureFixture[str]) -> None:
    run(["config", "--help"])
    own = capsys.readouterr().out.partition("\n\n")[2].partition("\n\n")[0].split()
    run(["--help"])
    assert own
    assert f"config {' '.join(own)} doctor" in " ".join(capsys.readouterr().out.split())

"""Effective settings and their sources."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from kraty_console.config.effective import RouteInEffect, Setting, leaves, routes_in_effect, settings
from kraty_console.config.profiles import Overrides, Profile, load_profile_with_sources

TEXT = """
theme = "light"
person = "Ada"

[profiles.live]
url = "https://api.kraty.io"
studio = "s"
game = "g"
token_command = ["pass", "show", "a b"]
server_key_file = "/keys/live"
person = "Bo"

[profiles.live.headers]
X-Id = { env = "ID" }
X-Key = { command = "pass show 'x key'" }

[profiles.live.routes]
player = "GET /p/{externalPlayerId}"
search = "GET /admin/v1/studios/{studioId}/games/{gameId}/players"
ban = false
fields.ticket = false
fields.ban.reason = "note"
"""


def effective(
    tmp_path: Path,
    text: str | None = TEXT,
    environ: dict[str, str] | None = None,
    name: str | None = None,
    **flags: Any,
) -> tuple[Profile, dict[str, Setting], dict[str, str], list[RouteInEffect]]:
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    profile, sources = load_profile_with_sources(file, environ or {}, Overrides(**flags), name=name)
    shown_settings = settings(profile, sources)
    return profile, {each.key: each for each in shown_settings}, dict(sources), routes_in_effect(profile, sources)


def test_each_field_has_a_source(tmp_path: Path) -> None:
    environ = {"KRATY_GAME": "g2", "KRATY_STUDIO": "s2", "KRATY_READ_ONLY": "1"}
    _, _, sources, _ = effective(tmp_path, environ=environ, game="g3", plain_paint=True)
    assert sources.keys() == {item.name for item in fields(Profile)} - {"url_is_own"}
    assert sources["url"] == "file [profiles.live]"
    assert sources["theme"] == "file, for all profiles"
    assert sources["person"] == "file [profiles.live]"
    assert sources["studio"] == "variable KRATY_STUDIO"
    assert sources["read_only"] == "variable KRATY_READ_ONLY"
    assert sources["game"] == "flag --game"
    assert sources["plain_paint"] == "flag --plain-paint"
    assert sources["routes"] == sources["fields"] == "file [profiles.live]"
    assert sources["amount_limit"] == "default"


@pytest.mark.parametrize(
    ("text", "environ", "name", "source"),
    [
        (None, {}, None, "default"),
        (TEXT, {}, None, "file, the only profile"),
        (f'default = "live"\n{TEXT}', {}, None, "file, `default`"),
        (TEXT, {"KRATY_PROFILE": "live"}, None, "variable KRATY_PROFILE"),
        (TEXT, {"KRATY_PROFILE": "x"}, "live", "flag --profile"),
    ],
)
def test_the_profile_name_has_a_source(
    text: str | None, environ: dict[str, str], name: str | None, source: str, tmp_path: Path
) -> None:
    assert effective(tmp_path, text, environ, name)[2]["name"] == source


def test_values_are_json_and_secrets_are_shown_as_sources(tmp_path: Path) -> None:
    profile, shown_settings, _, _ = effective(tmp_path)
    assert shown_settings.keys() == {item.name for item in fields(profile)} - {"name", "url_is_own", "routes"}
    assert shown_settings["token_command"].value == ["pass", "show", "a b"]
    assert shown_settings["server_key_file"].value == "/keys/live"
    assert shown_settings["headers"].value == {"X-Id": {"env": "ID"}, "X-Key": {"command": ["pass", "show", "x key"]}}
    assert shown_settings["fields"].value == {"ticket": False, "ban": {"reason": "note"}}
    assert shown_settings["environment"] == Setting("environment", None, "default")
    assert shown_settings["keyring"] == Setting("keyring", True, "default")


def test_each_entry_of_a_table_is_a_line(tmp_path: Path) -> None:
    _, shown_settings, _, _ = effective(tmp_path)
    assert list(leaves(shown_settings["headers"])) == [
        ("headers.X-Id", "variable ID"),
        ("headers.X-Key", "command pass show 'x key'"),
    ]
    assert list(leaves(shown_settings["fields"])) == [("fields.ticket", "left out"), ("fields.ban.reason", "note")]
    assert list(leaves(shown_settings["events"])) == [("events", "not set")]
    assert list(leaves(shown_settings["keyring"])) == [("keyring", "true")]
    assert list(leaves(shown_settings["token_command"])) == [("token_command", "pass show 'a b'")]


def test_only_routes_that_differ_from_the_built_in_ones_are_shown(tmp_path: Path) -> None:
    player = "/admin/v1/studios/{studioId}/games/{gameId}/players/{externalPlayerId}"
    assert effective(tmp_path)[3] == [
        RouteInEffect("player", "GET /p/{externalPlayerId}", f"GET {player}", "file [profiles.live]"),
        RouteInEffect("ban", None, f"POST {player}/ban", "file [profiles.live]"),
    ]
    assert effective(tmp_path, "[profiles.a]")[3] == []


@pytest.mark.parametrize(
    ("address", "displayed"),
    [
        ("https://ada:s3cr3t@h:1/a@b", "https://•••@h:1/a@b"),
        ("https://s3cr3t@h", "https://•••@h"),
        ("ada:s3cr3t@h", "•••@h"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://h", "https://h"),
    ],
)
def test_a_password_in_an_address_is_not_shown(address: str, displayed: str, tmp_path: Path) -> None:
    assert effective(tmp_path, None, url=address)[1]["url"].value == displayed

"""The example file and the table of settings are complete and correct."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from kraty_console.config import profiles
from kraty_console.config.example import EXAMPLE
from kraty_console.config.profiles import Profile, RouteSetting, load_profile
from kraty_console.contract.operations import ADMIN_OPERATIONS, Operation
from kraty_console.domain.actions import BY_ID

SETTING = re.compile(r'# (?=\[[\w.-]+\]$|["\w.-]+ = )')
EVERYTHING = "\n".join(SETTING.sub("", line, count=1) if SETTING.match(line) else line for line in EXAMPLE.splitlines())
KEYS = [item.name for item in fields(Profile) if item.name not in ("name", "url_is_own")]


def loaded(text: str, tmp_path: Path, name: str | None = None) -> Profile:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    return load_profile(tmp_path / "config.toml", {}, name=name)


@pytest.mark.parametrize("text", [EXAMPLE, EVERYTHING], ids=["as it is", "everything switched on"])
def test_each_example_profile_can_be_loaded(text: str, tmp_path: Path) -> None:
    names = list(tomllib.loads(text)["profiles"])
    assert names == ["live", "test", "support-key"]
    assert loaded(text, tmp_path).name == "live"
    for name in names:
        assert loaded(text, tmp_path, name).name == name


def test_example_settings_match_their_description(tmp_path: Path) -> None:
    everything = loaded(EVERYTHING, tmp_path)
    assert everything.keymap == {"view.refresh": "f5"}
    assert set(everything.keymap) <= BY_ID.keys()
    assert everything.token_command == ("pass", "show", "kraty/live")
    assert everything.routes[Operation.RETRY_ROLL] == RouteSetting("", "")
    assert everything.fields.of("force_claim") == {"externalPlayerId": "playerId", "reason": "note", "ticket": None}
    assert set(everything.headers) == {"CF-Access-Client-Id", "CF-Access-Client-Secret"}
    support = loaded(EVERYTHING, tmp_path, "support-key")
    assert (support.uses_key, support.server_actions) == (True, True)
    assert not loaded(EXAMPLE, tmp_path, "support-key").server_actions


def test_every_setting_is_in_the_example() -> None:
    document = tomllib.loads(EVERYTHING)
    description = {"profiles", *document, *(key for table in document["profiles"].values() for key in table), "fields"}
    assert description >= set(KEYS)
    assert "fields" in document["profiles"]["live"]["routes"]
    assert all(re.search(rf"\b{each}\b", EXAMPLE) for each in ADMIN_OPERATIONS)


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_is_in_the_table(key: str) -> None:
    assert profiles.__doc__ is not None
    assert f"`{key}`" in profiles.__doc__

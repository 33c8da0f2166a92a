"""Profiles: file, environment and flags put together, and mistakes told so that they can be mended."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kraty_console.config.errors import ConfigError
from kraty_console.config.example import EXAMPLE
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import DEFAULT_AMOUNT_LIMIT, Overrides, Profile, load_profile
from kraty_console.support.actions import BY_ID

TWO = """
default = "live"
theme = "kraty-light"
amount_limit = 50

[keymap]
refresh = ["f5", "r"]

[profiles.live]
url = "https://api.kraty.io"
studio = "s"
game = "g"
environment = "live"
token_command = "pass show 'kraty live'"

[profiles.test]
url = "https://api.kraty.io"
environment = "test"
read_only = true
amount_limit = 7
token_command = ["op", "read", "a b"]
token_file = "~/token"
credential = "cookie"
keyring = false
mouse = true
"""


def loaded(text: str | None, tmp_path: Path, **said: object) -> Profile:
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    environ = {name: value for name, value in said.items() if name.startswith("KRATY_")}
    name = said.get("name")
    overrides = Overrides(**{key: value for key, value in said.items() if key not in environ and key != "name"})
    return load_profile(file, environ, overrides, name=name if isinstance(name, str) else None)


def test_the_default_profile_with_what_is_meant_for_all(tmp_path: Path) -> None:
    profile = loaded(TWO, tmp_path)
    assert (profile.name, profile.url, profile.environment) == ("live", "https://api.kraty.io", "live")
    assert (profile.theme, profile.amount_limit, profile.mouse) == ("kraty-light", 50, False)
    assert profile.token_command == ("pass", "show", "kraty live")
    assert profile.keymap == {"refresh": ["f5", "r"]}
    assert profile.url_is_own


@pytest.mark.parametrize("said", [{"name": "test"}, {"KRATY_PROFILE": "test"}])
def test_a_named_profile_wins_over_what_is_meant_for_all(tmp_path: Path, said: dict[str, object]) -> None:
    profile = loaded(TWO, tmp_path, **said)
    assert (profile.name, profile.read_only, profile.amount_limit) == ("test", True, 7)
    assert (profile.credential, profile.keyring, profile.mouse) == ("cookie", False, True)
    assert profile.token_command == ("op", "read", "a b")
    assert profile.token_file == Path.home() / "token"


def test_the_flag_names_the_profile_over_the_environment(tmp_path: Path) -> None:
    assert loaded(TWO, tmp_path, name="live", KRATY_PROFILE="test").name == "live"


def test_flags_win_over_the_environment_and_it_over_the_file(tmp_path: Path) -> None:
    profile = loaded(TWO, tmp_path, KRATY_STUDIO="s2", KRATY_GAME="g2", game="g3", KRATY_READ_ONLY="1", mouse=True)
    assert (profile.studio, profile.game, profile.read_only, profile.mouse) == ("s2", "g3", True, True)
    assert not loaded(TWO, tmp_path, name="test", KRATY_READ_ONLY="no").read_only
    assert not loaded(TWO, tmp_path, name="test", read_only=False).read_only


def test_another_address_takes_no_stored_token_along(tmp_path: Path) -> None:
    assert not loaded(TWO, tmp_path, url="https://evil.example").url_is_own
    assert not loaded(TWO, tmp_path, KRATY_URL="https://evil.example").url_is_own
    assert loaded(TWO, tmp_path, url="https://api.kraty.io/").url_is_own
    assert loaded(None, tmp_path, url="https://api.kraty.io").url_is_own


def test_without_a_file_flags_and_environment_suffice(tmp_path: Path) -> None:
    assert loaded(None, tmp_path) == Profile()
    profile = loaded(None, tmp_path, KRATY_URL="http://127.0.0.1:1", studio="s")
    assert (profile.url, profile.studio, profile.amount_limit) == ("http://127.0.0.1:1", "s", DEFAULT_AMOUNT_LIMIT)


def test_the_page_of_an_audit_row_may_be_named(tmp_path: Path) -> None:
    page = "https://portal.example/studios/{studioId}/audit/{auditId}"
    assert loaded(f'[profiles.a]\naudit_url = "{page}"', tmp_path).audit_url == page


def test_an_only_profile_is_the_default(tmp_path: Path) -> None:
    assert loaded('[profiles.mine]\nurl = "https://x"', tmp_path).name == "mine"


MISTAKES = [
    ("profle = 1", "unknown key `profle`: did you mean `profiles`?"),
    ("colour = 1", "unknown key `colour` (known: default, profiles"),
    ('[profiles.a]\nstdio = "s"', "[profiles.a]: unknown key `stdio`: did you mean `studio`?"),
    ("[profiles.a]\nurl = 7", "[profiles.a]: `url` must be text"),
    ('[profiles.a]\nstudio = " "', "`studio` must be text"),
    ('[profiles.a]\nread_only = "yes"', "`read_only` must be true or false"),
    ("[profiles.a]\namount_limit = -1", "`amount_limit` must be a whole number"),
    ("amount_limit = true", "`amount_limit` must be a whole number"),
    ('[profiles.a]\ncredential = "basic"', '`credential` must be "bearer", "cookie" or "server_key"'),
    ("[profiles.a]\ntoken_command = []", "`token_command` must be a command line"),
    ('[profiles.a]\ntoken_command = "a \'b"', "`token_command` cannot be taken apart"),
    (
        '[profiles.a]\naudit_url = "https://portal.example/audit"',
        "`audit_url` must be an https address that holds {auditId}",
    ),
    ('[profiles.a]\naudit_url = "portal.example/{auditId}"', "`audit_url` must be an https address"),
    ('[profiles.a]\naudit_url = "https://x/{auditId}/{role}"', "it may hold {studioId}, {gameId}, {auditId}"),
    ('[profiles.a]\naudit_url = "https://x/{auditId} y"', "`audit_url` must be an https address"),
    ("[profiles.a]\naudit_url = 1", "`audit_url` must be an https address"),
    ("[profiles.a]\ntoken_file = 1", "`token_file` must be a path"),
    ("keymap = 1", "`keymap` must be a table"),
    ("default = 1", "`default` must be the name of a profile"),
    ('default = "b"\n[profiles.a]', "has no profile 'b'"),
    ("[profiles.a]\n[profiles.b]", "has several profiles (a, b): say --profile NAME"),
    ("profiles = 3", "`profiles` must be tables"),
    ("[profiles]\na = 3", "a profile is a table"),
    ("[profiles.a", "is not TOML"),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_to_write(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(text, tmp_path)
    assert words in str(raised.value)
    assert str(tmp_path / "config.toml") in str(raised.value)


def test_a_misspelt_profile_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `live`"):
        loaded(TWO, tmp_path, name="liev")


def test_a_wrong_word_in_the_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="KRATY_READ_ONLY must be 1 or 0"):
        loaded(None, tmp_path, KRATY_READ_ONLY="perhaps")
    with pytest.raises(ConfigError, match="KRATY_CREDENTIAL"):
        loaded(None, tmp_path, KRATY_CREDENTIAL="basic")


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        loaded(None, tmp_path)


def test_the_example_is_a_file_that_works(tmp_path: Path) -> None:
    assert set(tomllib.loads(EXAMPLE)["profiles"]) == {"live", "test"}
    assert loaded(EXAMPLE, tmp_path).name == "live"
    lines = [line.removeprefix("# ") if " = " in line or "[keymap]" in line else line for line in EXAMPLE.splitlines()]
    everything = loaded("\n".join(lines), tmp_path)
    assert everything.keymap == {"view.refresh": "f5"}
    assert set(everything.keymap) <= BY_ID.keys()
    assert everything.token_command == ("pass", "show", "kraty/live")


def test_paths_follow_the_environment(tmp_path: Path) -> None:
    paths = Paths.of({"KRATY_CONFIG": str(tmp_path / "c.toml"), "KRATY_STATE": str(tmp_path / "s")})
    assert (paths.config_file, paths.state_dir) == (tmp_path / "c.toml", tmp_path / "s")
    assert paths.token_file("live") == tmp_path / "tokens" / "live"
    assert Paths.of({}).config_file.name == "config.toml"

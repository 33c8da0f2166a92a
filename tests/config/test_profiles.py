"""Profiles from file, environment and flags; error messages say how to correct a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from kraty_console.config.errors import ConfigError
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import DEFAULT_AMOUNT_LIMIT, Overrides, Profile, load_profile
from tests.harness.each import for_each

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


def loaded(text: str | None, tmp_path: Path, **settings: object) -> Profile:
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    environ = {name: value for name, value in settings.items() if name.startswith("KRATY_")}
    name = settings.get("name")
    overrides = Overrides(**{key: value for key, value in settings.items() if key not in environ and key != "name"})
    return load_profile(file, environ, overrides, name=name if isinstance(name, str) else None)


def test_the_default_profile_with_shared_settings(tmp_path: Path) -> None:
    profile = loaded(TWO, tmp_path)
    assert (profile.name, profile.url, profile.environment) == ("live", "https://api.kraty.io", "live")
    assert (profile.theme, profile.amount_limit, profile.mouse) == ("kraty-light", 50, False)
    assert profile.token_command == ("pass", "show", "kraty live")
    assert profile.keymap == {"refresh": ["f5", "r"]}
    assert profile.url_is_own


@pytest.mark.parametrize("settings", [{"name": "test"}, {"KRATY_PROFILE": "test"}])
def test_a_profile_overrides_shared_settings(tmp_path: Path, settings: dict[str, object]) -> None:
    profile = loaded(TWO, tmp_path, **settings)
    assert (profile.name, profile.read_only, profile.amount_limit) == ("test", True, 7)
    assert (profile.credential, profile.keyring, profile.mouse) == ("cookie", False, True)
    assert profile.token_command == ("op", "read", "a b")
    assert profile.token_file == Path.home() / "token"


def test_the_flag_names_the_profile_over_the_environment(tmp_path: Path) -> None:
    assert loaded(TWO, tmp_path, name="live", KRATY_PROFILE="test").name == "live"


def test_flags_override_environment_overrides_file(tmp_path: Path) -> None:
    profile = loaded(TWO, tmp_path, KRATY_STUDIO="s2", KRATY_GAME="g2", game="g3", KRATY_READ_ONLY="1", mouse=True)
    assert (profile.studio, profile.game, profile.read_only, profile.mouse) == ("s2", "g3", True, True)
    assert not loaded(TWO, tmp_path, name="test", KRATY_READ_ONLY="no").read_only
    assert not loaded(TWO, tmp_path, name="test", read_only=False).read_only


def test_stored_tokens_are_not_used_for_another_address(tmp_path: Path) -> None:
    assert not loaded(TWO, tmp_path, url="https://evil.example").url_is_own
    assert not loaded(TWO, tmp_path, KRATY_URL="https://evil.example").url_is_own
    assert loaded(TWO, tmp_path, url="https://api.kraty.io/").url_is_own
    assert loaded(None, tmp_path, url="https://api.kraty.io").url_is_own


def test_without_a_file_flags_and_environment_suffice(tmp_path: Path) -> None:
    assert loaded(None, tmp_path) == Profile()
    profile = loaded(None, tmp_path, KRATY_URL="http://127.0.0.1:1", studio="s")
    assert (profile.url, profile.studio, profile.amount_limit) == ("http://127.0.0.1:1", "s", DEFAULT_AMOUNT_LIMIT)


def test_the_url_of_an_audit_row(tmp_path: Path) -> None:
    page = "https://portal.example/studios/{studioId}/audit/{auditId}"
    assert loaded(f'[profiles.a]\naudit_url = "{page}"', tmp_path).audit_url == page


def test_the_url_of_the_portal(tmp_path: Path) -> None:
    for page in ("https://portal.example/", "http://h/{studioId}/{gameId}/players/{externalPlayerId}?tab=1"):
        assert loaded(f'[profiles.a]\nportal_url = "{page}"', tmp_path).portal_url == page


def test_a_profile_may_use_a_server_key(tmp_path: Path) -> None:
    profile = loaded('[profiles.a]\ncredential = "server_key"\nserver_actions = true', tmp_path)
    assert (profile.uses_key, profile.server_actions) == (True, True)
    assert loaded("[profiles.a]", tmp_path, KRATY_CREDENTIAL="server_key").uses_key
    assert not loaded("[profiles.a]", tmp_path).uses_key


def test_server_actions_are_for_a_server_key(tmp_path: Path) -> None:
    words = r'`server_actions` is for a server key, and `credential` is "bearer" \(default\)'
    with pytest.raises(ConfigError, match=words):
        loaded("[profiles.a]\nserver_actions = true", tmp_path)
    with pytest.raises(ConfigError, match=r"\(variable KRATY_CREDENTIAL\)"):
        loaded('[profiles.a]\ncredential = "server_key"\nserver_actions = true', tmp_path, KRATY_CREDENTIAL="cookie")
    assert not loaded("[profiles.a]\nserver_actions = false", tmp_path).server_actions


def test_person_is_set_globally_per_profile_or_by_environment(tmp_path: Path) -> None:
    text = 'person = "Ada"\n[profiles.a]\n[profiles.b]\nperson = " Bo "'
    assert loaded(text, tmp_path, name="a").person == "Ada"
    assert loaded(text, tmp_path, name="b").person == "Bo"
    assert loaded(text, tmp_path, name="b", KRATY_PERSON="Cy").person == "Cy"


def test_the_cookie_and_the_names_of_events(tmp_path: Path) -> None:
    text = '[profiles.a]\ncookie_name = "__Host-kraty.session"\n[profiles.a.events]\n"0f-6c" = "Summer race"\n'
    profile = loaded(text, tmp_path)
    assert (profile.cookie_name, profile.events) == ("__Host-kraty.session", {"0f-6c": "Summer race"})
    assert Profile().cookie_name == "kraty_session"


def test_files_of_a_client_certificate(tmp_path: Path) -> None:
    text = """
    [profiles.a]
    client_certificate = "~/c.pem"
    client_key = "/k.pem"
    client_key_passphrase_command = "pass show k"
    """
    profile = loaded(text, tmp_path)
    assert (profile.client_certificate, profile.client_key) == (Path.home() / "c.pem", Path("/k.pem"))
    assert profile.client_key_passphrase_command == ("pass", "show", "k")


@pytest.mark.parametrize(("written", "meant"), [("LIVE", "live"), (" Live ", "live"), ("eu-1_b", "eu-1_b")])
def test_the_environment_is_normalized_from_every_source(written: str, meant: str, tmp_path: Path) -> None:
    assert loaded(f'[profiles.a]\nenvironment = "{written}"', tmp_path).environment == meant
    assert loaded(None, tmp_path, KRATY_ENVIRONMENT=written).environment == meant
    assert loaded(None, tmp_path, environment=written).environment == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((word, "live") for word in ("prod", "Production", "prd")),
        *((word, "test") for word in ("staging", "STAGE", "dev", "development", "sandbox")),
    ],
)
def test_environment_names_of_other_systems_suggest_kraty_s(written: str, meant: str, tmp_path: Path) -> None:
    words = f"environments are live and test on Kraty; did you mean {meant}?"
    for where, said_so in (
        ("KRATY_ENVIRONMENT", {"KRATY_ENVIRONMENT": written}),
        ("--environment", {"environment": written}),
    ):
        with pytest.raises(ConfigError) as raised:
            loaded(None, tmp_path, **said_so)
        assert str(raised.value) == f"{where}: `environment`: {words}"
    with pytest.raises(ConfigError) as raised:
        loaded(f'[profiles.a]\nenvironment = "{written}"', tmp_path)
    assert str(raised.value) == f"{tmp_path / 'config.toml'}: [profiles.a]: `environment`: {words}"


def test_a_single_profile_is_the_default(tmp_path: Path) -> None:
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
    ('[profiles.a]\ntoken_command = "a \'b"', "`token_command` cannot be parsed"),
    (
        '[profiles.a]\naudit_url = "https://portal.example/audit"',
        "`audit_url` must be an https address that holds {auditId}",
    ),
    ('[profiles.a]\naudit_url = "portal.example/{auditId}"', "`audit_url` must be an https address"),
    ('[profiles.a]\naudit_url = "https://x/{auditId}/{role}"', "it may hold {studioId}, {gameId}, {auditId}"),
    ('[profiles.a]\naudit_url = "https://x/{auditId} y"', "`audit_url` must be an https address"),
    ("[profiles.a]\naudit_url = 1", "`audit_url` must be an https address"),
    ('[profiles.a]\naudit_url = "https://x/{auditId}/{"', "`audit_url` must be an https address"),
    ("[profiles.a]\nportal_url = 1", "`portal_url` must be an https address; it may hold {studioId}, {gameId}, {exte"),
    ('[profiles.a]\nportal_url = "portal.example"', "`portal_url` must be an https address; it may hold"),
    ('[profiles.a]\nportal_url = "https://"', "`portal_url` must be an https address"),
    ('[profiles.a]\nportal_url = "https://x/{auditId}"', "`portal_url` must be an https address"),
    ('[profiles.a]\nportal_url = "https://x/{studioId"', "`portal_url` must be an https address"),
    ('[profiles.a]\nportal_url = "https://x/a b"', "`portal_url` must be an https address"),
    ('[profiles.a]\nportal_url = "https://x/\\u001b"', "`portal_url` must be an https address"),
    ('[profiles.a]\nenvironment = "li ve"', "`environment` must be live, test, or another of the studio"),
    ('[profiles.a]\nenvironment = "-live"', "`environment` must be live, test"),
    (f'[profiles.a]\nenvironment = "{"x" * 65}"', "`environment` must be live, test"),
    ("[profiles.a]\nenvironment = 1", "`environment` must be text"),
    ("[profiles.a]\ncredential = [1]", '`credential` must be "bearer", "cookie" or "server_key"'),
    ('[profiles.a]\ncookie_name = "a b"', "`cookie_name` must be the name of a cookie"),
    ('[profiles.a]\ncookie_name = ""', "`cookie_name` must be the name of a cookie"),
    ("[profiles.a]\ncookie_name = 1", "`cookie_name` must be the name of a cookie"),
    ("[profiles.a]\nserver_actions = 1", "`server_actions` must be true or false"),
    ('person = ""', "`person` must be text"),
    ('person = "a\\nb"', "`person` must be one line of at most 200 characters"),
    (f'person = "{"x" * 201}"', "`person` must be one line of at most 200 characters"),
    ("[profiles.a]\nclient_certificate = 1", "`client_certificate` must be a path"),
    ('[profiles.a]\nclient_key = "k"', "`client_key` needs `client_certificate`"),
    (
        '[profiles.a]\nclient_key_passphrase_command = "p"',
        "`client_key_passphrase_command` needs `client_certificate`",
    ),
    ("[profiles.a]\nevents = 1", '`events` must be a table of "event id" = "name"'),
    ("[profiles.a.events]\ne-1 = 1", "[profiles.a]: `events`: the name of `e-1` must be text"),
    (f'[profiles.a.events]\ne-1 = "{"x" * 201}"', "the name of `e-1` must be one line of at most 200 characters"),
    ("[profiles.a]\nroutes = 1", "must be a table of operation"),
    ("[profiles.a]\ntoken_file = 1", "`token_file` must be a path"),
    ("keymap = 1", "`keymap` must be a table"),
    ("default = 1", "`default` must be the name of a profile"),
    ('default = "b"\n[profiles.a]', "has no profile 'b'"),
    ("[profiles.a]\n[profiles.b]", "has several profiles (a, b): give --profile NAME"),
    ("profiles = 3", "`profiles` must be tables"),
    ("[profiles]\na = 3", "a profile is a table"),
    ("[profiles.a", "is not TOML"),
]


@for_each(("text", "words"), MISTAKES)
def test_errors_contain_location_and_fix(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(text, tmp_path)
    assert words in str(raised.value)
    assert str(tmp_path / "config.toml") in str(raised.value)


def test_a_misspelt_profile_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `live`"):
        loaded(TWO, tmp_path, name="liev")


def test_an_invalid_variable_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="KRATY_READ_ONLY must be 1 or 0"):
        loaded(None, tmp_path, KRATY_READ_ONLY="perhaps")
    with pytest.raises(ConfigError, match="KRATY_CREDENTIAL"):
        loaded(None, tmp_path, KRATY_CREDENTIAL="basic")


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    assert loaded('\ufeffdefault = "live"\r\n[profiles.live]\r\nurl = "https://x"\r\n', tmp_path).url == "https://x"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('default = "live"'.encode("utf-16"), "it is UTF-16 or UTF-32. Save it as UTF-8"),
        ('default = "live"'.encode("utf-16-le"), "it is UTF-16 or UTF-32. Save it as UTF-8"),
        ('default = "live"'.encode("utf-32-be"), "it is UTF-16 or UTF-32. Save it as UTF-8"),
        (b"\xff\xfe", "it is UTF-16 or UTF-32"),
        ("# a\n# ü".encode("latin-1"), "line 2 is not UTF-8. Save it as UTF-8"),
    ],
)
def test_a_file_that_is_not_utf_8_is_reported(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        loaded(None, tmp_path)
    assert f"{tmp_path / 'config.toml'} cannot be read: {words}" in str(raised.value)


def test_paths_follow_the_environment(tmp_path: Path) -> None:
    paths = Paths.of({"KRATY_CONFIG": str(tmp_path / "c.toml"), "KRATY_STATE": str(tmp_path / "s")})
    assert (paths.config_file, paths.state_dir) == (tmp_path / "c.toml", tmp_path / "s")
    assert paths.token_file("live") == tmp_path / "tokens" / "live"
    assert Paths.of({}).config_file.name == "config.toml"

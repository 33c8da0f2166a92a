"""Sources of the token in their order; files that others can read are refused (client/README.md#secrets)."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import sys
import threading
import traceback
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from kraty_console.config import tokens
from kraty_console.config.errors import ConfigError
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Profile
from kraty_console.config.tokens import find_token, find_token_and_source
from kraty_console.contract.secret import HIDDEN, Credential, Secret

PRINTS = (sys.executable, "-c", "print('from-command')")


def no_keyring(_profile: str) -> None:
    return None


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "state")


def written(path: Path, text: str = "from-file\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_sources_are_tried_in_order(paths: Paths) -> None:
    written(paths.token_file("default"))
    profile = Profile(token_command=PRINTS)
    environ = {"KRATY_TOKEN": "from-environment"}
    calls = []

    def keyring(name: str) -> str:
        calls.append(name)
        return "from-keyring"

    def find(profile: Profile, environ: dict[str, str], stdin: io.StringIO | None = None) -> str:
        token = find_token(profile, paths, environ, stdin=stdin, keyring=keyring)
        assert token is not None
        return token.reveal()

    assert find(profile, environ, io.StringIO("from-stdin\n")) == "from-stdin"
    assert find(profile, environ) == "from-environment"
    assert find(profile, {"KRATY_TOKEN": "  "}) == "from-command"
    assert find(Profile(name="live"), {}) == "from-keyring"
    assert find(Profile(keyring=False), {}) == "from-file"
    assert calls == ["live"]
    assert find_token(Profile(name="other"), paths, {}, keyring=no_keyring) is None


def test_the_token_has_its_source(paths: Paths) -> None:
    file = written(paths.token_file("default"))
    key_file = written(paths.token_file("key"))

    def source(profile: Profile, environ: dict[str, str], stdin: io.StringIO | None = None) -> tuple[str, Path | None]:
        find = find_token_and_source(profile, paths, environ, stdin=stdin, keyring=lambda _: "from-keyring")
        assert find is not None
        return find.source, find.file

    key = Profile(credential="server_key", server_key_file=key_file)
    assert source(Profile(), {}, io.StringIO("x\n")) == ("the standard input", None)
    assert source(Profile(), {"KRATY_TOKEN": "x"}) == ("variable KRATY_TOKEN", None)
    assert source(Profile(token_command=PRINTS), {}) == ("token_command", None)
    assert source(Profile(), {}) == ("the keyring", None)
    assert source(Profile(keyring=False), {}) == (f"token_file {file}", file)
    assert source(key, {"KRATY_SERVER_KEY": "x"}) == ("variable KRATY_SERVER_KEY", None)
    assert source(key, {}) == (f"server_key_file {key_file}", key_file)
    assert source(Profile(credential="server_key", server_key_command=PRINTS), {}) == ("server_key_command", None)
    assert find_token_and_source(Profile(name="none"), paths, {}, keyring=no_keyring) is None


def test_stored_tokens_are_only_used_for_their_own_address(paths: Paths) -> None:
    written(paths.token_file("default"))
    elsewhere = Profile(url="https://evil.example", token_command=PRINTS, url_is_own=False)
    assert find_token(elsewhere, paths, {}, keyring=lambda _: "from-keyring") is None
    token = find_token(elsewhere, paths, {"KRATY_TOKEN": "meant for it"[:5]}, keyring=no_keyring)
    assert token == Secret("meant")


def test_a_profile_with_a_server_key_uses_the_sources_of_the_key(paths: Paths, tmp_path: Path) -> None:
    written(paths.token_file("default"))
    held = written(tmp_path / "key", "key-file\n")
    prints = (sys.executable, "-c", "print('key-command')")
    profile = Profile(credential="server_key", token_command=PRINTS, server_key_command=prints, server_key_file=held)
    environ = {"KRATY_TOKEN": "a-session", "KRATY_SERVER_KEY": "key-environment"}

    def find(profile: Profile, environ: dict[str, str], stdin: io.StringIO | None = None) -> Secret | None:
        return find_token(profile, paths, environ, stdin=stdin, keyring=lambda _: "from-keyring")

    assert find(profile, environ, io.StringIO("key-stdin\n")) == Secret("key-stdin")
    assert find(profile, environ) == Secret("key-environment")
    assert find(profile, {"KRATY_TOKEN": "a-session"}) == Secret("key-command")
    assert find(replace(profile, server_key_command=None), {}) == Secret("key-file")
    assert find(Profile(credential="server_key"), {"KRATY_TOKEN": "a-session"}) is None
    assert find(replace(profile, url_is_own=False), {}) is None
    with pytest.raises(ConfigError, match="--token-stdin was given, but the standard input has no key"):
        find(profile, environ, io.StringIO("\n"))
    with pytest.raises(ConfigError, match="KRATY_SERVER_KEY: this is not a key"):
        find(profile, {"KRATY_SERVER_KEY": "two words"})


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.exit(3)", "ended with 3"),
        ("pass", "printed nothing"),
        ("print('two words')", "not a token"),
        ("print('\\x1b[31m')", "not a token"),
    ],
)
def test_a_command_without_a_token_is_reported(paths: Paths, program: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        find_token(Profile(token_command=(sys.executable, "-c", program)), paths, {}, keyring=no_keyring)


def test_a_missing_command_is_reported(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="there is no 'no-such-command'"):
        find_token(Profile(token_command=("no-such-command",)), paths, {}, keyring=no_keyring)


def test_a_hanging_keyring_is_skipped(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = threading.Event()
    monkeypatch.setattr(tokens, "KEYRING_SECONDS", 0.01)

    def keyring(_profile: str) -> str | None:
        hangs.wait(20)
        return "too late"

    written(paths.token_file("default"))
    assert find_token(Profile(), paths, {}, keyring=keyring) == Secret("from-file")
    hangs.set()


def test_a_readable_file_is_refused_with_the_fix(paths: Paths, tmp_path: Path) -> None:
    path = written(tmp_path / "my token", mode=0o640)
    profile = Profile(token_file=path, keyring=False)
    with pytest.raises(ConfigError, match="can be read by others") as raised:
        find_token(profile, paths, {})
    assert f"chmod 600 '{path}'" in str(raised.value)
    path.chmod(0o600)
    assert find_token(profile, paths, {}) == Secret("from-file")


def test_a_file_of_another_user_is_refused_even_through_a_link(paths: Paths, tmp_path: Path) -> None:
    path = written(tmp_path / "token")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert find_token(Profile(token_file=link, keyring=False), paths, {}) == Secret("from-file")
    if os.geteuid() != 0:
        return  # only root can give a file away
    os.chown(path, 12345, 12345)
    for each in (path, link):
        with pytest.raises(ConfigError, match="another user"):
            find_token(Profile(token_file=each, keyring=False), paths, {})
    os.chown(path, 0, 0)
    os.chown(link, 12345, 12345, follow_symlinks=False)
    with pytest.raises(ConfigError, match="another user"):
        find_token(Profile(token_file=link, keyring=False), paths, {})


def test_invalid_token_files_are_reported(paths: Paths, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    written(tmp_path / "empty", " \n")
    written(tmp_path / "long", "x" * 20_000)
    for name, words in (("pipe", "not a file"), ("empty", "empty"), ("long", "too long"), ("gone", "there is no")):
        with pytest.raises(ConfigError, match=words):
            find_token(Profile(token_file=tmp_path / name, keyring=False), paths, {})


@pytest.mark.parametrize("text", ["", "\n", "   \n"])
def test_a_missing_token_on_the_standard_input_is_an_error(paths: Paths, text: str) -> None:
    with pytest.raises(ConfigError, match="the standard input has no token"):
        find_token(Profile(), paths, {"KRATY_TOKEN": "t"}, stdin=io.StringIO(text))


VALUE = "kst_" + "s3cr3t" * 7


class Holder(BaseModel):
    token: Secret


def test_a_secret_is_only_shown_by_reveal() -> None:
    secret = Secret(VALUE)
    credential = Credential(secret)
    text = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>9}",
        f"{secret:>9}",
        "%s" % secret,  # noqa: UP031 (this form, too)
        repr(credential),
        str(asdict(credential)),
        repr(replace(credential, kind="cookie")),
        repr([secret]),
        json.dumps({"token": secret}, default=str),
        repr(copy.deepcopy(secret)),
        repr(vars(type(secret))),
        repr(Holder(token=secret)),
        Holder(token=secret).model_dump_json(),
        str(Holder(token=secret).model_dump(mode="json")),
    ]
    assert all(VALUE not in each for each in text)
    assert text[0] == text[1] == text[2] == HIDDEN
    assert secret.reveal() == VALUE


def test_a_secret_cannot_be_pickled_or_dumped_and_is_in_no_traceback() -> None:
    secret = Secret(VALUE)
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    try:
        _ = 1 / int(not secret)
    except ZeroDivisionError as error:
        message = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert VALUE not in "".join(message.format())


def test_secrets_are_compared_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert not Secret("")

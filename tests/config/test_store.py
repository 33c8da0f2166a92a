"""A saved first sign-in can be loaded again, and only its owner can read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Profile, load_profile
from kraty_console.config.store import save_sign_in
from kraty_console.config.tokens import find_token
from kraty_console.contract.secret import Secret

KEPT = Profile(name='de"fault', url="https://api.kraty.io", studio="s ü", game='g"', environment="live")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config" / "config.toml", tmp_path / "state")


def test_a_saved_sign_in_is_loaded_again(paths: Paths) -> None:
    message = save_sign_in(KEPT, Secret("kst_abc"), paths)
    assert str(paths.config_file) in message
    assert "kst_abc" not in message
    profile = load_profile(paths.config_file, {})
    assert profile == KEPT
    assert find_token(profile, paths, {}, keyring=lambda _: None) == Secret("kst_abc")


def test_the_kind_of_credential_is_saved(paths: Paths) -> None:
    cookie = replace(KEPT, credential="cookie", cookie_name="portal_session")
    save_sign_in(cookie, Secret("kst_abc"), paths)
    assert load_profile(paths.config_file, {}) == cookie
    paths.config_file.unlink()
    assert save_sign_in(replace(KEPT, credential="server_key"), Secret("ksk_abc"), paths).endswith("the key beside it")
    profile = load_profile(paths.config_file, {})
    assert profile.uses_key
    assert find_token(profile, paths, {}) == Secret("ksk_abc")


def test_only_the_owner_can_read_the_files(paths: Paths) -> None:
    paths.token_file(KEPT.name).parent.mkdir(mode=0o755, parents=True)
    save_sign_in(KEPT, Secret("kst_abc"), paths)
    token_file = paths.token_file(KEPT.name)
    for path, mode in ((paths.config_file, 0o600), (token_file, 0o600), (token_file.parent, 0o700)):
        assert path.stat().st_mode & 0o777 == mode
    assert sorted(each.name for each in paths.config_file.parent.iterdir()) == ["config.toml", "tokens"]


def test_an_existing_file_is_not_changed(paths: Paths) -> None:
    paths.config_file.parent.mkdir()
    paths.config_file.write_text("# mine")
    assert "left alone" in save_sign_in(KEPT, Secret("kst_abc"), paths)
    assert paths.config_file.read_text() == "# mine"
    assert not paths.token_file(KEPT.name).exists()

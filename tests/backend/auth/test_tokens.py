"""The format of tokens and keys, of which only hashes are stored."""

from __future__ import annotations

import re

from kraty_console.backend.auth.tokens import digest, key_prefix, matches, new_api_key, new_session_token


def counting(size: int) -> bytes:
    return bytes(range(size))


def test_a_session_token_is_43_characters_after_its_prefix() -> None:
    assert re.fullmatch(r"kst_[A-Za-z0-9_-]{43}", new_session_token(counting))


def test_a_key_has_a_public_prefix_of_eight_and_a_secret_of_43() -> None:
    key = new_api_key(counting, "p")
    assert re.fullmatch(r"p[A-Za-z0-9_-]{7}\.[A-Za-z0-9_-]{43}", key)
    assert key_prefix(key) == key[:8]


def test_other_text_has_no_key_prefix() -> None:
    assert [key_prefix(text) for text in ("", "abcdefgh", "abcdefgh.", "abc.def", ".x", "abcdefghi.x")] == [None] * 6


def test_only_the_credential_itself_matches_its_digest() -> None:
    token = new_session_token(counting)
    assert matches(token, digest(token))
    assert not matches(token + "x", digest(token))
    assert not matches("", digest(token))
    assert token not in digest(token)
    assert not matches("\ud800", digest(token))

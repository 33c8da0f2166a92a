"""Headers and client certificates for a gateway: their sources, and errors without their values."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kraty_console.config.access import LONGEST_VALUE, Access, resolve_access
from kraty_console.config.errors import ConfigError
from kraty_console.config.headers import OWN_HEADERS
from kraty_console.config.profiles import HeaderSource, Profile, load_profile
from kraty_console.contract.secret import Secret

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"


def headed(lines: str, tmp_path: Path) -> Profile:
    file = tmp_path / "config.toml"
    file.write_text(f"[profiles.a]\n[profiles.a.headers]\n{lines}", "utf-8")
    return load_profile(file, {})


def printing(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({text!r})")


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_headers_name_their_source(tmp_path: Path) -> None:
    profile = headed(
        """
        "CF-Access-Client-Id" = { env = "CF_ID" }
        "CF-Access-Client-Secret" = { command = "pass show 'my cf'" }
        X-Words = { command = ["op", "read", "a b"] }
        """,
        tmp_path,
    )
    assert profile.headers == {
        "CF-Access-Client-Id": HeaderSource("CF_ID", None),
        "CF-Access-Client-Secret": HeaderSource(None, ("pass", "show", "my cf")),
        "X-Words": HeaderSource(None, ("op", "read", "a b")),
    }


MISTAKES = [
    ('X-A = "s3cr3t"', "header `X-A` holds its value: name where it comes from instead"),
    ("X-A = 1", "for values of headers are secrets"),
    ("X-A = {}", "header `X-A` needs one source"),
    ('X-A = { env = "A", command = "b" }', "header `X-A` needs one source"),
    ('X-A = { value = "s3cr3t" }', "header `X-A` needs one source"),
    ("X-A = { env = 1 }", "`env` must be the name of a variable"),
    ('X-A = { env = "A B" }', "`env` must be the name of a variable"),
    ("X-A = { command = [] }", "header `X-A`: `command` must be a command line"),
    ('X-A = { command = "a \'b" }', "header `X-A`: `command` cannot be parsed"),
    ('"X A" = { env = "A" }', "header `X A` is not a header name"),
    ('"" = { env = "A" }', "header `` is not a header name"),
    ('"X-Ä" = { env = "A" }', "is not a header name"),
    ('X-A = { env = "A" }\nx-a = { env = "B" }', "header `x-a` is there already as `X-A`"),
]


@pytest.mark.parametrize(("lines", "words"), MISTAKES)
def test_errors_do_not_contain_the_value(lines: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        headed(lines, tmp_path)
    assert words in str(raised.value)
    assert "[profiles.a]: header" in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("name", sorted(OWN_HEADERS))
def test_reserved_headers_are_refused(name: str, tmp_path: Path) -> None:
    for written in (name, name.title()):
        with pytest.raises(ConfigError, match="is set by the console itself"):
            headed(f'"{written}" = {{ env = "A" }}', tmp_path)


def test_headers_must_be_a_table(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[profiles.a]\nheaders = 1")
    with pytest.raises(ConfigError, match="`headers` must be a table"):
        load_profile(tmp_path / "config.toml", {})


def test_header_values_are_secrets() -> None:
    sources = {
        "CF-Id": HeaderSource("CF_ID", None),
        "CF-Secret": HeaderSource(None, printing("of the command")),
    }
    access = resolve_access(Profile(headers=sources), {"CF_ID": " of the variable\n"})
    assert access == Access((("CF-Id", Secret("of the variable")), ("CF-Secret", Secret("of the command"))))
    assert "of the" not in repr(access)


def test_no_settings_give_an_empty_access() -> None:
    assert resolve_access(Profile(), {}) == Access()


def test_nothing_is_resolved_for_another_address(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    touch = (sys.executable, "-c", f"open({str(ran)!r}, 'w'); print('x')")
    profile = Profile(
        url="https://evil.example",
        url_is_own=False,
        headers={"A": HeaderSource("A", None), "B": HeaderSource(None, touch)},
        client_certificate=tmp_path / "gone",
        client_key_passphrase_command=touch,
    )
    assert resolve_access(profile, {"A": "x"}) == Access()
    assert not ran.exists()


@pytest.mark.parametrize("environ", [{}, {"CF_ID": ""}, {"CF_ID": "  "}])
def test_a_variable_that_is_not_set_is_named_with_its_header(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="header CF-Id: the variable CF_ID is not set, or empty"):
        resolve_access(Profile(headers={"CF-Id": HeaderSource("CF_ID", None)}), environ)


@pytest.mark.parametrize("value", ["s3cr3t\r\nX: y", "s3cr3t\x1b", "s3cr3t\x7f", "s3cr3tü", "s3cr3t\ty"])
def test_invalid_header_values_are_refused_without_showing_them(value: str) -> None:
    with pytest.raises(ConfigError, match="header A, variable V: this cannot be the value of a header") as raised:
        resolve_access(Profile(headers={"A": HeaderSource("V", None)}), {"V": value})
    assert "s3cr3t" not in str(raised.value)


def test_header_values_have_a_maximum_length() -> None:
    profile = Profile(headers={"A": HeaderSource("V", None)})
    assert len(resolve_access(profile, {"V": "x" * LONGEST_VALUE}).headers[0][1].reveal()) == LONGEST_VALUE
    with pytest.raises(ConfigError, match=f"longer than {LONGEST_VALUE}"):
        resolve_access(profile, {"V": "x" * (LONGEST_VALUE + 1)})


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((sys.executable, "-c", "raise SystemExit(3)"), "header A: `.*` ended with 3"),
        ((sys.executable, "-c", ""), "header A: `.*` printed nothing"),
        (("no-such-command",), "header A: there is no 'no-such-command'"),
        (("a\0b",), "header A: .* cannot be run"),
        (printing("\x1b[31m"), "header A: this cannot be the value"),
    ],
)
def test_a_failing_command_is_reported(command: tuple[str, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        resolve_access(Profile(headers={"A": HeaderSource(None, command)}), {})


def test_a_certificate_with_its_key_in_one_file_or_two(tmp_path: Path) -> None:
    both = written(tmp_path / "both.pem", CERTIFICATE + KEY)
    assert resolve_access(Profile(client_certificate=both), {}) == Access(certificate=both)
    certificate = written(tmp_path / "certificate.pem", CERTIFICATE, 0o644)
    key = written(tmp_path / "key.pem", KEY)
    profile = Profile(
        client_certificate=certificate, client_key=key, client_key_passphrase_command=printing("two words ")
    )
    assert resolve_access(profile, {}) == Access((), certificate, key, Secret("two words "))


def test_a_readable_key_is_refused_with_the_fix(tmp_path: Path) -> None:
    both = written(tmp_path / "both.pem", CERTIFICATE + KEY, 0o640)
    with pytest.raises(ConfigError, match=r"client_certificate: .* can be read by others") as raised:
        resolve_access(Profile(client_certificate=both), {})
    assert f"chmod 600 {both}" in str(raised.value)
    key = written(tmp_path / "my key.pem", KEY, 0o604)
    with pytest.raises(ConfigError, match=r"client_key: .* can be read by others") as raised:
        resolve_access(Profile(client_certificate=both, client_key=key), {})
    assert f"chmod 600 '{key}'" in str(raised.value)


def test_a_file_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    both = written(tmp_path / "both.pem", CERTIFICATE + KEY)
    lone = written(tmp_path / "lone.pem", CERTIFICATE)
    other = written(tmp_path / "other", "\x00\xff")
    for certificate, key, words in (
        (tmp_path / "gone", None, "client_certificate: there is no "),
        (tmp_path, None, "client_certificate: .* is not a file"),
        (other, None, "client_certificate: .* holds no certificate in PEM"),
        (lone, None, "client_certificate: .* holds no private key in PEM, and `client_key` names no other file"),
        (lone, tmp_path / "gone", "client_key: there is no "),
        (both, lone, "client_key: .* holds no private key in PEM$"),
    ):
        with pytest.raises(ConfigError, match=words):
            resolve_access(Profile(client_certificate=certificate, client_key=key), {})


def test_passphrases_have_a_maximum_length(tmp_path: Path) -> None:
    both = written(tmp_path / "both.pem", CERTIFICATE + KEY)
    profile = Profile(client_certificate=both, client_key_passphrase_command=printing("x" * 2_000))
    with pytest.raises(ConfigError, match="this is no passphrase"):
        resolve_access(profile, {})

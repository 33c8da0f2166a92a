"""Finds the session token: the first source that has one wins
(client/README.md#secrets), and command-line arguments are not a source.

In order: the standard input (`--token-stdin`), `KRATY_TOKEN`, the profile's `token_command`, the system's keyring, a
private file. Stored tokens belong to the profile's own address and are not sent to another. A profile that uses a
server key has that instead of the token, from its own sources.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from kraty_console.config.commands import printed_line
from kraty_console.config.errors import ConfigError
from kraty_console.config.files import open_setting_file
from kraty_console.config.paths import APP, Paths
from kraty_console.config.profiles import Profile
from kraty_console.contract.secret import Secret

LONGEST: Final = 16_384
"""Maximum length of a token, in characters."""

KEYRING_SECONDS: Final = 3.0


class FoundToken(NamedTuple):
    """A token or key, and its source."""

    secret: Secret
    source: str
    """In words: `variable KRATY_TOKEN`, `token_command`, `the keyring`."""
    file: Path | None = None
    """The file with the token, if it came from one."""


def find_token(
    profile: Profile,
    paths: Paths,
    environ: Mapping[str, str],
    *,
    stdin: TextIO | None = None,
    keyring: Callable[[str], str | None] | None = None,
) -> Secret | None:
    """The token from the first source that has one, or the server key if the profile uses one; None without any.

    Pass `stdin` for `--token-stdin`. `keyring` looks up a profile's name; the default is the system's keyring, if the
    keyring package is installed.

    Raises:
        ConfigError: a configured source fails or has an unusable token.
    """
    result = find_token_and_source(profile, paths, environ, stdin=stdin, keyring=keyring)
    return result.secret if result is not None else None


def find_token_and_source(
    profile: Profile,
    paths: Paths,
    environ: Mapping[str, str],
    *,
    stdin: TextIO | None = None,
    keyring: Callable[[str], str | None] | None = None,
) -> FoundToken | None:
    """Like `find_token`, with the source; each source is read once.

    Raises:
        ConfigError: as `find_token`.
    """
    if profile.uses_key:
        return _from_stdin(stdin, what="key") if stdin is not None else _server_key(profile, environ)
    if stdin is not None:
        return _from_stdin(stdin)
    if environ.get("KRATY_TOKEN", "").strip():
        return FoundToken(_token(environ["KRATY_TOKEN"], "KRATY_TOKEN"), "variable KRATY_TOKEN")
    if not profile.url_is_own:
        return None
    if profile.token_command:
        return _from_command(profile.token_command, environ)
    if profile.keyring and (keyring is not None or _has_keyring()):
        result = _within(KEYRING_SECONDS, lambda: (keyring or system_keyring)(profile.name))
        if result:
            return FoundToken(_token(result, "the keyring"), "the keyring")
    return _from_file(profile.token_file or paths.token_file(profile.name), required=profile.token_file is not None)


def find_server_key(profile: Profile, environ: Mapping[str, str], *, stdin: TextIO | None = None) -> Secret | None:
    """The server key: from standard input, `KRATY_SERVER_KEY`, or the sources in the profile.

    Raises:
        ConfigError: a configured source fails or has an unusable key.
    """
    result = _from_stdin(stdin, "--key-stdin", "key") if stdin is not None else _server_key(profile, environ)
    return result.secret if result is not None else None


def _server_key(profile: Profile, environ: Mapping[str, str]) -> FoundToken | None:
    if environ.get("KRATY_SERVER_KEY", "").strip():
        return FoundToken(_token(environ["KRATY_SERVER_KEY"], "KRATY_SERVER_KEY", "key"), "variable KRATY_SERVER_KEY")
    if not profile.url_is_own:
        return None
    if profile.server_key_command:
        return _from_command(profile.server_key_command, environ, "server_key_command", "key")
    if profile.server_key_file:
        return _from_file(profile.server_key_file, required=True, name="server_key_file", what="key")
    return None


def find_client_key(environ: Mapping[str, str], *, stdin: TextIO | None = None) -> Secret | None:
    """The client key: from standard input or `KRATY_CLIENT_KEY`.

    Raises:
        ConfigError: the value is not a key.
    """
    if stdin is not None:
        return _from_stdin(stdin, "--key-stdin", "key").secret
    value = environ.get("KRATY_CLIENT_KEY", "")
    return _token(value, "KRATY_CLIENT_KEY", "key") if value.strip() else None


def _has_keyring() -> bool:
    return find_spec("keyring") is not None


def system_keyring(profile: str) -> str | None:
    """The token of a profile in the system's keyring; None without the keyring package or an entry."""
    try:
        import keyring.errors  # optional; not loaded if an earlier source has the token
    except ImportError:
        return None
    try:
        return keyring.get_password(APP, profile)  # type: ignore[no-any-return,unused-ignore]
    except (keyring.errors.KeyringError, OSError, RuntimeError):
        return None  # locked, absent, or unsupported: try the next source


def read_line(stdin: TextIO, flag: str) -> str:
    """Read a line from standard input; `flag` is for error messages.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return stdin.readline(LONGEST + 2)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{flag} was given, and the standard input holds no text ({error.reason})") from error
    except OSError as error:
        why = "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
        raise ConfigError(f"{flag} was given, and the standard input cannot be read ({why})") from error


def _from_stdin(stdin: TextIO, flag: str = "--token-stdin", what: str = "token") -> FoundToken:
    text = read_line(stdin, flag)
    if not text.strip():
        raise ConfigError(f"{flag} was given, but the standard input has no {what}")
    return FoundToken(_token(text, "the standard input", what), "the standard input")


def _from_command(
    command: tuple[str, ...], environ: Mapping[str, str], name: str = "token_command", what: str = "token"
) -> FoundToken:
    return FoundToken(_token(printed_line(command, environ, name, what), name, what), name)


def _within(seconds: float, read: Callable[[], str | None]) -> str | None:
    """The result, if it comes in time: a hanging keyring service must not block the console."""
    answers: list[str | None] = []
    thread = threading.Thread(target=lambda: answers.append(read()), name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def _from_file(path: Path, *, required: bool, name: str = "token_file", what: str = "token") -> FoundToken | None:
    file = open_setting_file(path, name, private=True)
    if file is None:
        if required:
            raise ConfigError(f"{name}: there is no {path}")
        return None
    with file:
        where = f"{name} {path}"
        return FoundToken(_token(file.read(LONGEST + 2), where, what), where, path)


def _token(text: str, where: str, what: str = "token") -> Secret:
    token = text.strip()
    if not token:
        raise ConfigError(f"{where}: it is empty")
    if len(token) > LONGEST or not all("!" <= character <= "~" for character in token):
        raise ConfigError(f"{where}: this is not a {what} (it is too long, or holds spaces or special characters)")
    return Secret(token)

"""Reads the profile file; unknown keys are reported with the nearest known one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kraty_console.config.errors import ConfigError
from kraty_console.contract.spelling import closest

_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16 and UTF-32."""


def read_document(config_file: Path) -> dict[str, Any]:
    """The tables of the file; empty if there is no file.

    Raises:
        ConfigError: it cannot be read, is not UTF-8, or is not TOML.
    """
    try:
        content = config_file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{config_file} cannot be read: {error.strerror}") from error
    if content.startswith(_WIDE) or b"\0" in content[:4]:
        raise ConfigError(f"{config_file} cannot be read: it is UTF-16 or UTF-32. Save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")  # some editors write a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{config_file} cannot be read: line {line} is not UTF-8. Save it as UTF-8") from error
    import tomllib  # not loaded without a profile file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{config_file} is not TOML: {error}") from error


def known_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Check that all keys are known.

    Raises:
        ConfigError: a key is unknown.
    """
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown key `{key}`{nearest(key, known)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known word, or else all of them."""
    names = [str(each) for each in known]
    if (match := closest(word, names)) is not None:
        return f": did you mean `{match}`?"
    return f" (known: {', '.join(names)})" if names else ""

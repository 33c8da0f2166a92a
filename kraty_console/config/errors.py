"""What can be wrong with a configuration, told so that it can be mended (exit code 2)."""

from __future__ import annotations


class ConfigError(Exception):
    """The message says what is wrong, where, and what to write instead."""

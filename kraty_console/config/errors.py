"""The error for an invalid configuration (exit code 2)."""

from __future__ import annotations


class ConfigError(Exception):
    """An invalid configuration; the message says what is wrong, where, and how to fix it."""

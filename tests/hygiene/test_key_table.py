"""The README's key table is the registry's."""

from __future__ import annotations

from pathlib import Path

from kraty_console.domain.keymap import key_table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_lists_the_keys_of_the_registry() -> None:
    assert key_table().strip() in README.read_text(encoding="utf-8")

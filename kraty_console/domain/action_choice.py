"""Which actions of the registry a screen has, and which one a key means there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import BY_ID, MOVES, REGISTRY

FIRST_SCREEN: Final = (
    "row.open",
    "search.focus",
    "ticket.next",
    "ticket.give_up",
    "ticket.previous",
    "ticket.read",
    "player.recent",
    "audit.open",
    "ticket.set",
    "help.open",
    "app.back_or_quit",
)
"""The actions in the footer while no player is open."""


_TRIVIAL: Final = frozenset({"pane.next", "pane.previous", "view.back", "app.back_or_quit", "app.quit"})


def actions(context: ActionContext) -> tuple[ActionSpec, ...]:
    """The actions of this screen and profile.

    A read-only profile has no changes, a session no actions that need a server key, and a console that was opened
    without tickets none for them.
    """
    return tuple(
        each
        for each in REGISTRY
        if (context.offered is None or each.id in context.offered)
        and not (context.read_only and each.is_write)
        and _suits_launch(each, context)
    )


def _suits_launch(spec: ActionSpec, context: ActionContext) -> bool:
    """Whether the console was opened with the credential and the tickets that the action needs."""
    return (context.uses_key or not spec.key_only) and (context.inbox is not None or not spec.inbox_only)


def is_trivial(spec: ActionSpec) -> bool:
    """Whether an action only moves about or goes back, as in every program. Lists of actions name these last."""
    return spec.help == MOVES or spec.id in _TRIVIAL


def fits(spec: ActionSpec, context: ActionContext) -> bool:
    """Whether the action applies to the row under the cursor; this decides between two actions with one key."""
    return spec.scope in ("anywhere", "player") or spec.scope == context.row_scope


def for_key(key: str, context: ActionContext, keys: Mapping[str, tuple[str, ...]] | None = None) -> ActionSpec | None:
    """The action of a key: of several with that key, the one that applies to the row under the cursor."""
    candidates = [
        each for each in REGISTRY if key in (keys or {}).get(each.id, each.keys) and _suits_launch(each, context)
    ]
    return next((each for each in candidates if fits(each, context)), candidates[0] if candidates else None)


def footer(context: ActionContext) -> Iterator[tuple[ActionSpec, str | None]]:
    """The actions in the footer, each with the reason if it is disabled."""
    if context.snapshot is None:
        for spec in map(BY_ID.__getitem__, FIRST_SCREEN):
            if _suits_launch(spec, context):
                yield spec, spec.disabled_reason(context)
        return
    for spec in actions(context):
        if spec.footer and fits(spec, context):
            yield spec, spec.disabled_reason(context)

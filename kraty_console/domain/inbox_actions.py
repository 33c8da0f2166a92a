"""The actions of a console that was opened with tickets; part of the registry (`domain/actions.py`)."""

from __future__ import annotations

from typing import Final

from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.disabled_reasons import previous_ticket_disabled, ticket_disabled

INBOX_ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "ticket.read",
        "Read ticket",
        ("#",),
        "with tickets at hand: read the whole ticket",
        inbox_only=True,
        footer=True,
        footer_title="read",
        disabled_rule=ticket_disabled,
    ),
    ActionSpec(
        "ticket.next",
        "Next ticket",
        (">",),
        "with tickets at hand: this one is answered, take the next",
        inbox_only=True,
        footer=True,
        footer_title="next ticket",
        disabled_rule=ticket_disabled,
    ),
    ActionSpec(
        "ticket.give_up",
        "Give up ticket",
        ("-",),
        "with tickets at hand: give this one up, take the next",
        inbox_only=True,
        footer_title="give up",
        disabled_rule=ticket_disabled,
    ),
    ActionSpec(
        "ticket.previous",
        "Previous ticket",
        ("<",),
        "with tickets at hand: back to the one before",
        inbox_only=True,
        footer_title="previous",
        disabled_rule=previous_ticket_disabled,
    ),
)
"""From one ticket to the next, and back."""

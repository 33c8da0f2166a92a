"""What a change will do, before anything is sent."""

from __future__ import annotations

from kraty_console.support.fields import Effect, Form, Seen, Values
from kraty_console.support.forms import CHANGES


def effects(form: Form, values: Values, seen: Seen) -> list[Effect]:
    """What will change, computed from the player as last read; notes come last. The words are raw text."""
    return sorted(CHANGES[form.action_id].effects(form, values, seen), key=lambda effect: effect.note)

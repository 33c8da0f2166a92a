"""What a change will do, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.fields import Effect, EffectContext, Form, Values
from kraty_console.domain.forms import CHANGES

_WITHOUT_REASON: Final = (Operation.FORCE_CLAIM, Operation.UNBAN, Operation.MERGE)
"""Changes whose published calls name no reason (contract/SERVER.md): a backend may ignore the one that goes along."""


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """What will change, computed from the player as last read; notes come last. The words are raw text."""
    found = [*CHANGES[form.action_id].effects(form, values, context), *_key_notes(form, context)]
    return sorted(found, key=lambda effect: effect.note)


def _key_notes(form: Form, context: EffectContext) -> Iterator[Effect]:
    """With a server key: whom the audit log will name, and where the person is recorded."""
    if not context.key_label:
        return
    yield Effect("note", f"the audit log will name the key {context.key_label}, not you", note=True)
    words = f"{context.person} goes along in reason and metadata"
    if form.operation in _WITHOUT_REASON:
        words += "; Kraty may not keep them for this call, your journal does (o)"
    yield Effect("note", words, note=True)

"""What a change will do, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.fields import Effect, EffectContext, Form, Values
from kraty_console.domain.forms import CHANGES

_WITHOUT_REASON: Final = (Operation.FORCE_CLAIM, Operation.UNBAN, Operation.MERGE)
"""Changes whose published calls name no reason (contract/SERVER.md): a backend may ignore the one that goes along."""


def effects(form: Form, values: Values, seen: EffectContext) -> list[Effect]:
    """What will change, computed from the player as last read; notes come last. The words are raw text."""
    found = [*CHANGES[form.action_id].effects(form, values, seen), *_key_notes(form, seen)]
    return sorted(found, key=lambda effect: effect.note)


def _key_notes(form: Form, seen: EffectContext) -> Iterator[Effect]:
    """With a server key: whom the audit log will name, and where the person is recorded."""
    if not seen.key_label:
        return
    yield Effect("note", f"the audit log will name the key {seen.key_label}, not you", note=True)
    words = f"{seen.person} goes along in reason and metadata"
    if form.kind in _WITHOUT_REASON:
        words += "; Kraty may not keep them for this call, your journal does (o)"
    yield Effect("note", words, note=True)

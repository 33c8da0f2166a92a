"""Previews the effects of a change before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.fields import Effect, EffectContext, Form, Values
from kraty_console.domain.forms import CHANGES

_WITHOUT_REASON: Final = (Operation.FORCE_CLAIM, Operation.UNBAN, Operation.MERGE)
"""Changes whose published calls have no reason (contract/SERVER.md): a backend may ignore it."""


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The effects, computed from the latest snapshot; notes come last. The words are raw text."""
    lines = [*CHANGES[form.action_id].effects(form, values, context), *_key_notes(form, context)]
    return sorted(lines, key=lambda effect: effect.note)


def _key_notes(form: Form, context: EffectContext) -> Iterator[Effect]:
    """With a server key: the actor in the audit log, and where the person is recorded."""
    if not context.key_label:
        return
    yield Effect("note", f"the audit log will name the key {context.key_label}, not you", note=True)
    words = f"{context.person} goes along in reason and metadata"
    if form.operation in _WITHOUT_REASON:
        words += "; Kraty may not keep them for this call, your journal does (o)"
    yield Effect("note", words, note=True)

"""The key that makes a change happen once, however often it is sent (contract/README.md#idempotency)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

PREFIX: Final = "kc_"


def idempotency_key(chance: UUID) -> str:
    """The key of a dialog, made once when it opens: `kc_` and 32 hex digits. Chance is passed in (`uuid.uuid4()`)."""
    return PREFIX + chance.hex

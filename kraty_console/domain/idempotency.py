"""Makes idempotency keys (contract/README.md#idempotency)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

PREFIX: Final = "kc_"


def idempotency_key(chance: UUID) -> str:
    """The idempotency key of a dialog: `kc_` and 32 hex digits. `chance` is a random UUID (`uuid.uuid4()`)."""
    return PREFIX + chance.hex

"""The error of a rule that refuses: code, message, details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from kraty_console.backend.storage.transaction import Refusal
from kraty_console.contract.errors import STATUS, Code


class RuleError(Refusal):
    """The change was not made; the api turns this into the error envelope.

    `commit` is True in the one case where the refusal itself is worth keeping: a reward roll that fails again is
    recorded on its attempt (contract/README.md#retry-roll). The transaction then commits before it raises.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        commit: bool = False,
        replayed: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.status = STATUS[code] if status is None else status
        self.commit = commit
        self.replayed = replayed


def not_found(what: str, name: str) -> NoReturn:
    """Nothing of that name here, or nothing this caller may see."""
    raise RuleError(Code.NOT_FOUND, f"{what} '{name}' not found")


def conflict(message: str, **details: object) -> NoReturn:
    """Understood and declined: the state does not allow it."""
    raise RuleError(Code.CONFLICT, message, details)

"""The error of a rule that refuses, and the refusals that several rules and handlers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from kraty_console.backend.storage.transaction import Refusal
from kraty_console.contract.errors import STATUS, Code


class RuleError(Refusal):
    """The change was refused; the API turns this into the error envelope.

    With `commit` the transaction commits before it raises, for refusals that are recorded: a reward roll that fails
    again (contract/README.md#retry-roll), a seat in a forming lobby.
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


def invalid(field: str, message: str, *, verb: str = "") -> RuleError:
    """400 for one field; the text reads `field verb message`, the details have the field and `message` alone."""
    return RuleError(
        Code.VALIDATION_FAILED,
        " ".join(part for part in (field, verb, message) if part),
        {"fields": [{"field": field, "message": message}]},
    )


def invalid_fields(faults: Iterable[tuple[str, str]], left_out: int = 0) -> RuleError:
    """400 that names the wrong fields, each with its message; `left_out` more are counted, not named."""
    fields = [{"field": field, "message": message} for field, message in faults]
    first = fields[0]
    others = len(fields) - 1 + left_out
    more = f" (and {others} more)" if others else ""
    details = {"fields": fields, **({"fieldsLeftOut": left_out} if left_out else {})}
    return RuleError(Code.VALIDATION_FAILED, f"{first['field']} {first['message']}{more}", details)


def not_found(what: str, name: str) -> NoReturn:
    """404: nothing of that name here, or nothing this caller may see."""
    raise RuleError(Code.NOT_FOUND, f"{what} '{name}' not found")


def conflict(message: str, **details: object) -> NoReturn:
    """409: understood and declined, because the state does not allow it."""
    raise RuleError(Code.CONFLICT, message, details)

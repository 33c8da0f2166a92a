"""An operator's session on the database: one transaction, recorded in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kraty_console.backend.audit import trail
from kraty_console.backend.rules.context import Actor, Context, Tenant
from kraty_console.backend.storage.transaction import Transaction


class Declined(Exception):
    """The command was refused; the message says why."""


class NoSuch(Declined):
    """The row that the operator named does not exist."""


@dataclass(frozen=True, slots=True)
class AdminSession:
    """An operator's transaction, with time, ids and the actor."""

    tx: Transaction
    now_ms: int
    """Milliseconds since the epoch."""
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    operator: str
    """The operator as the audit log names them: `command line (ann)`."""

    def record(self, tenant: Tenant, action: str, kind: str, target_id: str, **metadata: Any) -> None:  # noqa: ANN401
        """Write a row into the studio's audit log."""
        trail.record(
            self.tx,
            self.context(tenant),
            action,
            target_kind=kind,
            target_id=target_id,
            player=None,
            metadata=metadata or None,
        )

    def context(self, tenant: Tenant) -> Context:
        """The context of a change by this operator in a game."""
        return Context(
            tenant=tenant,
            environment="live",
            actor=Actor("engine", None, self.operator),
            request_id=self.new_id(),
            now_ms=self.now_ms,
            new_id=self.new_id,
        )

"""Actions, the context in which their keys are pressed, and why they are disabled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.contract.permissions import ROLE_PERMISSIONS
from kraty_console.domain.scopes import PANE_OF, Scope, pane

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, Snapshot
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.action_hints import ActionHints

COMPLETE: Final = frozenset({"completed", "force_completed"})
"""The statuses of an attempt that was completed (contract/README.md#attempt)."""


class InboxPlace(NamedTuple):
    """Where the person is among the tickets that the console was opened with."""

    position: int
    """Of the open ticket, from 0; `total` when the last one was left."""
    total: int


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The state of the screen when a key is pressed."""

    snapshot: Snapshot | None = None
    pane: str = "attempts"
    row_scope: Scope | None = None
    row_id: str | None = None
    role: str | None = None
    permissions: frozenset[str] | None = frozenset()
    """None if the backend does not send them; then the server decides."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """By operation: why this backend or this credential does not have it, in words."""
    uses_key: bool = False
    """Whether the profile uses a server key instead of a session."""
    read_only: bool = False
    ticket: str | None = None
    made: bool = False
    """Whether this console has changed this player."""
    audit_link: bool = False
    """Whether there is an audit row to link to: of the last change to this player, or the row under the cursor."""
    worklog: bool = False
    """Whether a change was made under the ticket."""
    step_disabled_reason: str = ""
    """Why this person cannot do the suggested next step; empty if they can."""
    now: datetime | None = None
    delivery: Delivery | None = None
    """The delivery under the cursor, on the screen of deliveries."""
    audit_row: AuditRow | None = None
    """The audit row under the cursor, in the studio's audit log."""
    inbox: InboxPlace | None = None
    """None if the console was opened without tickets."""
    how: ActionHints | None = None
    """How reasons name another action; None to name keys."""
    offered: frozenset[str] | None = None
    """Ids of the actions of a studio list; None on the player screen, which has all of them."""

    def attempt(self) -> Attempt | None:
        """The attempt under the cursor."""
        if self.snapshot is None or self.row_scope != "attempt":
            return None
        return next((each for each in self.snapshot.attempts if each.id == self.row_id), None)

    def grant(self) -> Grant | None:
        """The grant under the cursor."""
        if self.snapshot is None or self.row_scope != "grant":
            return None
        return next((each for each in self.snapshot.grants if each.id == self.row_id), None)

    def audited(self) -> AuditRow | None:
        """The audit row under the cursor, of a player or of the studio's log."""
        if self.audit_row is not None or self.snapshot is None or self.row_scope != "audit":
            return self.audit_row
        return next((each for each in self.snapshot.audit if each.id == self.row_id), None)


def _never_disabled(_: ActionContext) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action of a person. Its id is stable, because keymaps use it."""

    id: str
    title: str
    keys: tuple[str, ...]
    """Textual's names of the keys; the first one is shown."""
    help: str
    """A few words without a full stop; reading actions with the same text share a line in the key tables."""
    scope: Scope = "anywhere"
    operation: Operation | None = None
    """The operation that it asks of the backend; None if it needs none."""
    palette: str = ""
    """The text in the palette, if the help is shared with other actions."""
    footer: bool = False
    footer_title: str = ""
    """The text in the footer if the title does not fit."""
    command: str = ""
    """The name of its command under `act`, if that is not the last word of the id."""
    key_only: bool = False
    """Whether only server keys have it, because the admin surface has no such call."""
    inbox_only: bool = False
    """Whether only a console that was opened with tickets has it."""
    disabled_rule: Callable[[ActionContext], str | None] = field(default=_never_disabled, repr=False)
    """Why the state of the player or of the row disables it, in words; None if it does not."""

    @property
    def key(self) -> str:
        """The key to show."""
        return self.keys[0]

    @property
    def is_write(self) -> bool:
        """Whether it changes something on the server; it then has a dialog."""
        return self.operation is not None and OPERATIONS[self.operation].is_write

    @property
    def permission(self) -> str:
        """The permission that its operation needs; empty if none."""
        return OPERATIONS[self.operation].permission if self.operation is not None else ""

    def disabled_reason(self, context: ActionContext) -> str | None:
        """Why this cannot be done here and now, in words; None when it can."""
        if self.is_write and context.read_only:
            return "this is a read-only profile; nothing can be changed from it"
        if (missing := context.missing.get(self._operation(context) or "")) is not None:
            return missing
        if not self.is_permitted(context):
            return missing_permission(self.permission, context.role)
        if self.scope == "delivery" or (self.scope == "audit" and context.offered is not None):
            return self.disabled_rule(context)
        if self.scope != "anywhere" and context.snapshot is None:
            return "open a player first (/)"
        if self.is_write and context.snapshot is not None and context.snapshot.player.merged_into is not None:
            return f"this player was merged into {context.snapshot.player.merged_into}; open that one"
        if self.scope not in ("anywhere", "player") and (context.row_scope != self.scope or not context.row_id):
            return select_first(self.scope)
        return self.disabled_rule(context)

    def is_permitted(self, context: ActionContext) -> bool:
        """Whether the person has the permission, as far as it is known."""
        return not self.permission or context.permissions is None or self.permission in context.permissions

    def _operation(self, context: ActionContext) -> str | None:
        """The operation that it asks for here: for a banned player, unban instead of ban."""
        if self.operation is Operation.BAN and context.snapshot is not None and context.snapshot.player.ban is not None:
            return Operation.UNBAN
        return self.operation


def missing_permission(permission: str, role: str | None) -> str:
    """`needs grant.manual_create (GAME_ADMIN); you are GAME_DEBUGGER`."""
    holders = " or ".join(name for name, held in ROLE_PERMISSIONS.items() if permission in held)
    needs = f"needs {permission} ({holders})" if holders else f"needs {permission}"
    return f"{needs}; you are {role}" if role else needs


def select_first(scope: Scope) -> str:
    """`select an attempt first (1)`."""
    where = pane(PANE_OF[scope])
    article = "an" if scope[0] in "aeiou" else "a"
    return f"select {article} {scope} first ({where.key})"

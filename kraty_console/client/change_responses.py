"""What each change is answered with; apart from its route, for a look-up needs none of these models."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import HttpReply
from kraty_console.contract.actions import (
    Banned,
    Changed,
    Credited,
    Debited,
    ForceClaimed,
    ForceCompleted,
    GrantCreated,
    Merged,
    RewardRolled,
    Unbanned,
)
from kraty_console.contract.calls import ActionKind
from kraty_console.contract.errors import BadAnswer
from kraty_console.contract.webhooks import DeliveryReplayed

ANSWERS: Final[dict[ActionKind, type[Changed]]] = {
    ActionKind.FORCE_COMPLETE: ForceCompleted,
    ActionKind.RETRY_ROLL: RewardRolled,
    ActionKind.MANUAL_GRANT: GrantCreated,
    ActionKind.FORCE_CLAIM: ForceClaimed,
    ActionKind.CREDIT: Credited,
    ActionKind.BAN: Banned,
    ActionKind.UNBAN: Unbanned,
    ActionKind.REPLAY_DELIVERY: DeliveryReplayed,
    ActionKind.DEBIT: Debited,
    ActionKind.MERGE: Merged,
}

BARE: Final[dict[ActionKind, str]] = {
    ActionKind.FORCE_COMPLETE: "attempt",
    ActionKind.MANUAL_GRANT: "grant",
    ActionKind.FORCE_CLAIM: "grant",
}
"""The part of an answer that a backend may give alone, as the server surface does (contract/SERVER.md#grants)."""


def changed(kind: ActionKind, data: dict[str, Any], reply: HttpReply) -> Changed:
    """What a change was answered with.

    The answers of this surface are not public: a bare object stands for the whole answer, and of a shape that cannot be
    read it is still certain that the change was made, since it came in Kraty's envelope with a status of success.
    """
    name = BARE.get(kind)
    whole = {name: data} if name is not None and name not in data and "id" in data else data
    try:
        return parse_data(ANSWERS[kind], whole, reply, write=True)
    except BadAnswer:
        return parse_data(Changed, data, reply, write=True)

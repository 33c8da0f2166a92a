"""The records of a queue's file (`client/queue_file.py`).

They are written in this order: `queue` and `input`; for each plan `plan`, `found`, `refusal`, `body`, `intent` and
`confirmed`; then `outcome`. A plan without `confirmed` was never agreed to, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.queue_input import InputRow
from kraty_console.domain.queue_state import (
    FoundRow,
    IntentOutcome,
    QueueIntent,
    QueueOrder,
    QueueOrigin,
    QueueState,
    RefusedRow,
    RowState,
)

LAYOUT: Final = 1
"""The version of the records."""


class QueueRecordError(ValueError):
    """The records are not those of a queue, or of a later version."""


# -- to records ------------------------------------------------------------------------------------------------------


def head_records(state: QueueState) -> Iterator[dict[str, Any]]:
    """The records of a new queue."""
    origin, order = state.origin, state.order
    yield {
        "kind": "queue",
        "layout": LAYOUT,
        "createdAt": origin.created_at,
        "source": origin.source,
        "baseUrl": origin.base_url,
        "studio": origin.studio,
        "game": origin.game,
        "environment": origin.environment,
        "profile": origin.profile,
        "member": origin.member,
        "group": order.group,
        "action": order.action,
        "texts": dict(order.texts),
        "confirm": order.confirm,
    }
    for row in state.rows:
        yield {"kind": "input", "line": row.line, "text": row.text, "problem": row.problem, "target": row.target_id}


def plan_records(state: QueueState) -> Iterator[dict[str, Any]]:
    """The records of a plan that was agreed to; the last one says so."""
    yield {"kind": "plan"}
    for found in state.found:
        yield {"kind": "found", "player": found.player, "state": found.state, "words": found.words}
    for refused in state.refused:
        yield {
            "kind": "refusal",
            "player": refused.player,
            "target": refused.target_id,
            "words": refused.words,
            "about": refused.about,
        }
    bodies: dict[str, int] = {}
    for intent in state.intents:
        for body in (intent.body, intent.then_body):
            if body and body not in bodies:
                bodies[body] = len(bodies)
                yield {"kind": "body", "json": body}
        yield _intent_record(intent, bodies)
    yield {"kind": "confirmed", "count": len(state.intents)}


def _intent_record(intent: QueueIntent, bodies: Mapping[str, int]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": "intent",
        "player": intent.player,
        "operation": intent.operation.value,
        "key": intent.key,
        "body": bodies[intent.body],
        "target": intent.target_id,
        "economyKey": intent.economy_key,
        "version": intent.version,
        "about": intent.about,
    }
    if intent.then is not None:
        record |= {"then": intent.then.value, "thenBody": bodies[intent.then_body], "thenKey": intent.then_key}
    return record


def outcome_record(place: int, outcome: IntentOutcome) -> dict[str, Any]:
    """The record of an outcome; a later one replaces it."""
    return {
        "kind": "outcome",
        "intent": place,
        "state": outcome.state.value,
        "words": outcome.words,
        "audit": list(outcome.audit_urls),
        "requestId": outcome.request_id,
    }


# -- from records ----------------------------------------------------------------------------------------------------


def state_of(records: Iterable[Mapping[str, Any]]) -> QueueState:
    """The state that records tell.

    Raises:
        QueueRecordError: they are not those of a queue, or of a later version.
    """
    try:
        return _state_of(iter(records))
    except (KeyError, TypeError, ValueError, IndexError, StopIteration) as error:
        if isinstance(error, QueueRecordError):
            raise
        raise QueueRecordError(f"the records are not those of a queue ({type(error).__name__})") from error


def _state_of(records: Iterator[Mapping[str, Any]]) -> QueueState:
    head = next(records)
    if head["kind"] != "queue":
        raise QueueRecordError("the file does not begin like a queue")
    if head["layout"] > LAYOUT:
        raise QueueRecordError("it was written by a newer kraty-console")
    origin = QueueOrigin(
        head["createdAt"],
        head["source"],
        head["baseUrl"],
        head["studio"],
        head["game"],
        head["environment"],
        head["profile"],
        head["member"],
    )
    order = QueueOrder(head["group"], head["action"], dict(head["texts"]), head["confirm"])
    state = QueueState(origin, order, ())
    rows: list[InputRow] = []
    bodies: list[str] = []
    for record in records:
        match record["kind"]:
            case "input":
                rows.append(InputRow(record["line"], record["text"], record["problem"], record["target"]))
            case "plan":
                state.found, state.refused, state.intents, bodies = [], [], [], []
            case "found":
                known = record["state"]
                state.found.append(
                    FoundRow(record["player"], None if known is None else RowState(known), record["words"])
                )
            case "refusal":
                state.refused.append(
                    RefusedRow(record["player"], record["target"], intern(record["words"]), record["about"])
                )
            case "body":
                bodies.append(record["json"])
            case "intent":
                state.intents.append(_intent_of(record, bodies))
            case "confirmed":
                state.confirmed = record["count"] == len(state.intents)
            case "outcome":
                state.outcomes[record["intent"]] = _outcome_of(record)
    state.rows = tuple(rows)
    if not state.confirmed:
        state.found, state.refused, state.intents = [], [], []
    return state


def _intent_of(record: Mapping[str, Any], bodies: list[str]) -> QueueIntent:
    then = record.get("then")
    return QueueIntent(
        record["player"],
        Operation(record["operation"]),
        record["key"],
        bodies[record["body"]],
        record["target"],
        record["economyKey"],
        record["version"],
        None if then is None else Operation(then),
        "" if then is None else bodies[record["thenBody"]],
        "" if then is None else record["thenKey"],
        record["about"],
    )


def _outcome_of(record: Mapping[str, Any]) -> IntentOutcome:
    return IntentOutcome(
        RowState(record["state"]),
        record["words"],
        tuple(record["audit"]),
        record["requestId"],
    )

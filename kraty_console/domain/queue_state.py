"""A queue: its input, what was ordered, what the look-up found, the changes to be made, and their outcomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from typing import TYPE_CHECKING, Final, cast

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.domain.queue_input import InputRow

if TYPE_CHECKING:
    from kraty_console.contract.wire import Request

_PLAYER_FIELD: Final = "externalPlayerId"
_KEY_FIELD: Final = "idempotencyKey"


class RowState(StrEnum):
    """What became of a row of the input."""

    DONE = "done"
    REFUSED = "refused"
    """The state of the player ruled it out, or the backend declined it, or declined the second of two steps."""
    SKIPPED = "skipped"
    """The row changed after the preview; nothing was changed."""
    FAILED = "failed"
    """It was not changed, because of an error; a resumed queue tries again."""
    UNKNOWN = "unknown"
    """It is not known whether it took effect; a resumed queue asks again."""
    NOT_SENT = "not_sent"
    """The queue stopped before it; a resumed queue sends it."""
    HEALTHY = "healthy"
    NOT_IN_GROUP = "not_in_group"
    NOT_FOUND = "not_found"
    NOT_READ = "not_read"
    """The player could not be looked up."""


SETTLED: Final = frozenset({RowState.DONE, RowState.REFUSED, RowState.SKIPPED})
"""The states of an intent that a resumed queue leaves alone."""


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """What to do with which group. The texts are unsanitized."""

    group: str
    action: str
    """The name of the command."""
    texts: Mapping[str, str]
    """The fields of the form by name, with reason and ticket."""
    confirm: int | None = None
    """The number of changes that was agreed to with the order; None to ask when it is known."""


@dataclass(frozen=True, slots=True)
class QueueOrigin:
    """Where a queue comes from, and where its changes go."""

    created_at: str
    source: str
    """The name of the file, `-`, or the words of an incident."""
    base_url: str
    studio: str
    game: str
    environment: str
    profile: str
    member: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """What the look-up found for a row of the input."""

    player: str = ""
    """The external id; empty if no player was found."""
    state: RowState | None = None
    """None for a player in the group."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class QueueIntent:
    """One change to be made: all that its request needs, and nothing of the snapshot that it was decided on."""

    player: str
    operation: Operation
    key: str
    body: str
    """The request as JSON, without key and player; equal bodies are one text."""
    target_id: str | None = None
    economy_key: str | None = None
    version: int | str | None = None
    then: Operation | None = None
    """A second request, to be sent only after the first took effect."""
    then_body: str = ""
    then_key: str = ""
    about: str = ""
    """What it acts on, for people; unsanitized."""

    def call(self) -> ChangeRequest:
        """The request; always the same one."""
        return _call(self, self.operation, self.body, self.key, self.version)

    def then_call(self, version: int | str | None) -> ChangeRequest | None:
        """The second request, on the version that the first left; None if there is none."""
        return None if self.then is None else _call(self, self.then, self.then_body, self.then_key, version)


@dataclass(frozen=True, slots=True)
class IntentOutcome:
    """How far an intent came. The texts are unsanitized."""

    state: RowState
    words: str = ""
    audit_urls: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A change that the preview ruled out."""

    player: str
    target_id: str | None
    words: str
    about: str = ""


@dataclass(slots=True)
class QueueState:
    """Everything that a queue's file tells."""

    origin: QueueOrigin
    order: QueueOrder
    rows: tuple[InputRow, ...]
    found: list[FoundRow] = field(default_factory=list)
    """As many as rows, once the look-up ended."""
    refused: list[RefusedRow] = field(default_factory=list)
    intents: list[QueueIntent] = field(default_factory=list)
    outcomes: dict[int, IntentOutcome] = field(default_factory=dict)
    """By place of the intent; one without an outcome may have been sent."""
    confirmed: bool = False
    """Whether the plan was agreed to: only then anything may have been sent."""

    @property
    def left(self) -> list[int]:
        """The places of the intents that a resumed queue has to look after."""
        return [place for place in range(len(self.intents)) if not self.is_settled(place)]

    def is_settled(self, place: int) -> bool:
        """Whether an intent has come to its end."""
        outcome = self.outcomes.get(place)
        return outcome is not None and outcome.state in SETTLED


def intent_of(call: ChangeRequest, then: ChangeRequest | None, about: str) -> QueueIntent:
    """What is kept of a change that was decided on."""
    key, body = _parts(call)
    then_key, then_body = _parts(then) if then is not None else ("", "")
    return QueueIntent(
        call.external_player_id,
        call.operation,
        key,
        body,
        call.target_id,
        call.economy_key,
        call.version,
        then.operation if then is not None else None,
        then_body,
        then_key,
        about,
    )


def _parts(call: ChangeRequest) -> tuple[str, str]:
    """The key of a request, and the rest of it as JSON; equal texts are one object."""
    body = call.request.body()
    key = body.pop(_KEY_FIELD)
    body.pop(_PLAYER_FIELD, None)
    return str(key), intern(json.dumps(body, ensure_ascii=True))


def _call(intent: QueueIntent, operation: Operation, body: str, key: str, version: int | str | None) -> ChangeRequest:
    model = cast("type[Request]", model_of(OPERATIONS[operation].request))
    fields = {**json.loads(body), _KEY_FIELD: key}
    if "external_player_id" in model.model_fields:
        fields[_PLAYER_FIELD] = intent.player
    request = model.model_validate_json(json.dumps(fields, ensure_ascii=True))
    return ChangeRequest(
        operation, intent.player, request, target_id=intent.target_id, economy_key=intent.economy_key, version=version
    )

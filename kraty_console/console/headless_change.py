"""One confirmed change without a screen: found, checked, journaled, sent once and settled, as its dialog does.

`perform_asked` does all of it. For a preview, `plan_asked` finds the target and plans the change, and `perform_planned`
makes it; for a player who is read already, `domain.planned_change.plan_change` plans without a request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from kraty_console.client.repeated_change import BUILT_APART, is_repeated
from kraty_console.client.writer import ChangeOutcome
from kraty_console.contract.audit import AuditLink
from kraty_console.contract.errors import IdempotencyConflict, Invalid, KratyError, NotFound, OperationMissing, Stale
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.bare_player import bare_player
from kraty_console.domain.change_commands import (
    ChangeCommand,
    StatelessContext,
    change_commands,
    stateless_requests,
)
from kraty_console.domain.changes.correct_ticket import player_of as player_of_row
from kraty_console.domain.changes.replay import player_of as player_of_delivery
from kraty_console.domain.fields import EffectContext, FormContext
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.domain.planned_change import ChangeNotPossible, PlannedChange, plan_change
from kraty_console.domain.row_versions import StaleRow, stale_row

if TYPE_CHECKING:
    from kraty_console.client.journal_entries import JournalEntry
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery


_ROWS: Final[Mapping[str, Callable[[Snapshot, str], Any]]] = {
    "attempt": snapshot_lookup.attempt,
    "grant": snapshot_lookup.grant,
}
"""By scope: finds a row of the player."""


@dataclass(frozen=True, slots=True)
class AskedChange:
    """A change as it is asked for: by the name of a command, the id of its target, and texts."""

    command: ChangeCommand
    target: str
    """The exact id of the attempt, grant or delivery, or the player's external id."""
    key: str
    """The idempotency key."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """By field name, without the ticket, which is the workspace's."""
    player: str = ""
    """The external id of the player of the row; found by `resolve` if it is empty."""
    other: str = ""
    """The external id of the player to merge into."""
    typed_id: str = ""
    """The player's id once more, where the change asks for it."""


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One request of a change and its outcome."""

    title: str
    player: str
    """The external id; empty if the target was refused before its player was known."""
    target_id: str | None
    key: str
    outcome: ChangeOutcome
    summary: str = ""
    """What it did, from the answer; empty if it was not applied, or the answer does not say."""
    stale: StaleRow | None = None
    """The row before and now, if it had changed since it was read, so that nothing was done."""
    was_unknown: bool = False
    """Whether the answer was lost, and the outcome was looked up."""


@dataclass(frozen=True, slots=True)
class _ChangeSubject:
    """What a change is about, as it is now."""

    snapshot: Snapshot
    delivery: Delivery | None = None
    other: Snapshot | None = None
    audit_row: AuditRow | None = None


async def plan_asked(workspace: Workspace, asked: AskedChange) -> PlannedChange:
    """Find the target of a change and plan it on the player as they are now. Nothing is sent.

    Raises:
        ChangeNotPossible: the action is disabled.
        FieldErrors: the fields are not valid.
        KratyError: as the client does; NotFound if there is no such row, Invalid if its player must be named.
    """
    return _plan(workspace, asked, await _find(workspace, asked))


async def perform_asked(
    workspace: Workspace, asked: AskedChange, before_send: Callable[[], None] = lambda: None
) -> list[ChangeStep]:
    """Make a change that a person or a script confirmed; the same key again is answered with the same outcome.

    Args:
        workspace: Signed in, in a game, with the ticket.
        asked: The change.
        before_send: Is called before the first request that changes something.

    Returns:
        One step, or two where a second request follows the first. Errors of what was sent are in the outcomes.

    Raises:
        ChangeNotPossible, FieldErrors, KratyError: as `plan_asked`; nothing was sent.
    """
    if steps := await asked_before(workspace, asked, before_send):
        return steps
    found = await _find(workspace, asked)
    try:
        planned = _plan(workspace, asked, found)
    except ChangeNotPossible:
        recorded = _recorded(workspace, asked, found.snapshot)
        if recorded is None:
            raise
        return [recorded]
    before_send()
    return await perform_planned(workspace, planned)


async def _find(workspace: Workspace, asked: AskedChange) -> _ChangeSubject:
    """Read what the change is about, and what its dialog would know.

    Raises:
        KratyError: as the client does; NotFound if there is no such row, Invalid if its player must be named.
    """
    command, client = asked.command, await workspace.game_client()
    if command.target == "delivery":
        delivery = await client.delivery(asked.target)
        return _ChangeSubject(bare_player(player_of_delivery(delivery)), delivery)
    if command.target == "audit":
        row = await client.audit_row(asked.target)
        return _ChangeSubject(bare_player(player_of_row(row)), audit_row=row)
    snapshot = await _read(workspace, await _player_of(workspace, asked))
    _check_row(command, snapshot, asked.target)
    other = await _read(workspace, asked.other) if command.change.names_other else None
    with suppress(KratyError):  # without the catalog, keys are checked by the backend alone
        if command.change.shorthand is not None:
            await workspace.catalog()
    with suppress(KratyError):
        if command.operation is Operation.FORCE_COMPLETE:
            await workspace.count_forced()
    return _ChangeSubject(snapshot, None, other)


def _plan(workspace: Workspace, asked: AskedChange, found: _ChangeSubject) -> PlannedChange:
    command, snapshot, delivery, other = asked.command, found.snapshot, found.delivery, found.other
    row_id = asked.target if command.target != "player" else None
    now, catalog = workspace.now(), workspace.known_catalog
    return plan_change(
        command,
        ActionContext(
            snapshot=snapshot,
            row_scope=command.change.spec.scope if row_id is not None else None,
            row_id=row_id,
            role=workspace.role or None,
            permissions=workspace.permissions,
            missing=workspace.facts.missing(snapshot.player.external_player_id),
            uses_key=workspace.uses_key,
            read_only=workspace.launch.read_only,
            now=now,
            delivery=delivery,
            audit_row=found.audit_row,
        ),
        FormContext(
            snapshot,
            now,
            row_id=row_id,
            ticket=workspace.ticket,
            catalog=catalog,
            amount_limit=workspace.launch.profile.amount_limit,
            delivery=delivery,
            other=other,
            audit_row=found.audit_row,
        ),
        EffectContext(
            snapshot,
            now,
            catalog,
            workspace.forced_lately,
            delivery,
            other,
            workspace.key_label,
            workspace.person if workspace.uses_key else "",
        ),
        asked.texts,
        idempotency_key=asked.key,
        typed_id=asked.typed_id,
    )


async def perform_planned(workspace: Workspace, planned: PlannedChange) -> list[ChangeStep]:
    """Make a change, and what follows it once it was applied: one step, or two. Errors are in the outcomes.

    Each request is in the journal before it is sent. After a lost answer the server's records are looked at, and the
    request is sent again only under its key, where that is safe.
    """
    title = planned.command.title
    step = await _perform(workspace, title, planned.call, planned.snapshot)
    if step.outcome.state != "applied":
        return [step]
    row = getattr(step.outcome.answer, "attempt", None)
    following = planned.follow_up(getattr(row, "version", None))
    if following is None:
        return [step]
    return [step, await _perform(workspace, _title_of(following), following, planned.snapshot)]


async def asked_before(
    workspace: Workspace, asked: AskedChange, before_send: Callable[[], None] = lambda: None
) -> list[ChangeStep]:
    """The outcome of the change that was made, or begun, under this key before; empty if there was none.

    An open one is resolved: looked up, and sent again only where that is safe; then what should follow it is made. It
    is refused if the key belongs to another change.

    Raises:
        KratyError: as the client does; JournalFailed if the journal cannot be read.
    """
    outcome = await (await workspace.writer()).earlier(asked.command.operation, asked.key)
    if outcome is None or outcome.entry is None:
        return []
    requests = await _requests_of(workspace, asked, outcome.entry)
    if requests is None:
        error = IdempotencyConflict("This key belongs to another change that was made from here before.")
        return [_step_of(asked, outcome.entry.player, ChangeOutcome("refused", outcome.entry, error=error))]
    title, entry = asked.command.title, outcome.entry
    call, following = requests
    was_unknown = outcome.state == "unknown"
    if was_unknown:
        before_send()
        outcome = await workspace.resolve(entry)
    step = _step(title, call, outcome, None, was_unknown=was_unknown)
    if following is None or outcome.state != "applied":
        return [step]
    return [step, await _perform(workspace, _title_of(following), following, None)]


async def _requests_of(
    workspace: Workspace, asked: AskedChange, entry: JournalEntry
) -> tuple[ChangeRequest, ChangeRequest | None] | None:
    """The request of an entry and what follows it, if that is what is asked for; None if it is another change."""
    if asked.command.target == "player" and asked.target != entry.player:
        return None
    client, target = await workspace.game_client(), asked.other or asked.target

    def built(opened_at: datetime) -> tuple[ChangeRequest, ChangeRequest | None]:
        context = StatelessContext(entry.player, target, workspace.ticket, opened_at)
        return stateless_requests(asked.command, context, asked.texts, asked.key)

    try:
        requests, (late, _) = built(entry.created_at - BUILT_APART), built(entry.created_at + BUILT_APART)
    except ValueError:  # no request was ever made of these texts
        return None
    return requests if is_repeated(entry, client.prepare(requests[0]), client.prepare(late)) else None


def _recorded(workspace: Workspace, asked: AskedChange, snapshot: Snapshot) -> ChangeStep | None:
    """The outcome of this change from the player's audit rows, where another machine made it under the same key."""
    action = OPERATIONS[asked.command.operation].permission
    for row in snapshot.audit:
        is_row = asked.command.target == "player" or (row.target is not None and row.target.id == asked.target)
        if row.idempotency_key == asked.key and is_row and (row.action, row.outcome) == (action, "ok"):
            if "rollError" in (row.metadata or {}):
                return None
            link = AuditLink(id=row.id, url=workspace.audit_url(row.id))
            outcome = ChangeOutcome("applied", None, audit=link, replayed=True)
            return _step_of(asked, snapshot.player.external_player_id, outcome)
    return None


def _step_of(asked: AskedChange, player: str, outcome: ChangeOutcome) -> ChangeStep:
    target_id = asked.other or (asked.target if asked.command.target != "player" else None)
    return ChangeStep(asked.command.title, player, target_id, asked.key, outcome)


async def _read(workspace: Workspace, player: str) -> Snapshot:
    """The player with this exact id.

    Raises:
        KratyError: as the client does; NotFound if there is none.
    """
    try:
        fetched = await workspace.snapshot(player, MAX_LIMIT)
    except NotFound as error:
        raise NotFound(f"No player of this game has exactly the id {player}.", request_id=error.request_id) from None
    assert fetched is not None  # no etag was sent
    return fetched.value


async def _player_of(workspace: Workspace, asked: AskedChange) -> str:
    """The external id of the player of the target.

    Raises:
        Invalid: this backend does not tell; the player must be named.
        NotFound: there is no such row.
    """
    scope = asked.command.target
    if scope == "player" or asked.player:
        return asked.player or asked.target
    try:
        found = await (await workspace.game_client()).resolve(asked.target)
    except OperationMissing:
        words = f"This Kraty does not tell whose {scope} it is: name the player with --player."
        raise Invalid(words) from None
    for match in found.matches:
        if (match.kind, match.id) == (scope, asked.target) and match.external_player_id:
            return match.external_player_id
    raise NotFound(f"No {scope} of this game has exactly the id {asked.target}.")


def _check_row(command: ChangeCommand, snapshot: Snapshot, target: str) -> None:
    """Refuse a row that is not among those that were read.

    Raises:
        NotFound: it is not.
    """
    if command.target not in _ROWS or _ROWS[command.target](snapshot, target) is not None:
        return
    player = snapshot.player.external_player_id
    words = f"Not among the newest {MAX_LIMIT} {command.target}s of {player} that could be read: {target}."
    raise NotFound(words)


async def _perform(workspace: Workspace, title: str, call: ChangeRequest, snapshot: Snapshot | None) -> ChangeStep:
    outcome = await workspace.perform(call, snapshot)
    was_unknown = outcome.state == "unknown"
    if was_unknown and outcome.entry is not None:
        outcome = await workspace.resolve(outcome.entry)
    return _step(title, call, outcome, snapshot, was_unknown=was_unknown)


def _step(
    title: str, call: ChangeRequest, outcome: ChangeOutcome, snapshot: Snapshot | None, *, was_unknown: bool
) -> ChangeStep:
    applied = outcome.state == "applied"
    summary = outcome_summary(call, outcome.answer, snapshot) if applied else ""
    stale = None
    if isinstance(outcome.error, Stale) and snapshot is not None:
        stale = stale_row(call, outcome.error, snapshot)
    key: str = getattr(call.request, "idempotency_key", "")
    return ChangeStep(title, call.external_player_id, call.target_id, key, outcome, summary, stale, was_unknown)


def _title_of(call: ChangeRequest) -> str:
    return next(each.title for each in change_commands().values() if each.operation is call.operation)

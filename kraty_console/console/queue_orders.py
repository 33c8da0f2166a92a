"""An order for a queue: looked up, planned, confirmed, and run or resumed. It draws nothing and asks nobody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kraty_console.client.queue_file import QueueFile
from kraty_console.console.queue_lookup import LookedUpRow, Progress, QueueLookup
from kraty_console.console.queue_run import QueueProgress, QueueRun
from kraty_console.contract.errors import Invalid, KratyError
from kraty_console.contract.iso_time import iso
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.change_commands import ChangeCommand, change_commands
from kraty_console.domain.fields import EffectContext, FormContext, typed_id_for
from kraty_console.domain.planned_change import PlannedChange, plan_change
from kraty_console.domain.queue_groups import QueuedPlayer
from kraty_console.domain.queue_plan import NOT_IN_QUEUES, PlanOne, QueuePlan, found_row
from kraty_console.domain.queue_records import QueueRecordError, head_records, plan_records, state_of
from kraty_console.domain.queue_state import QueueOrder, QueueOrigin, QueueState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.queue_input import InputRow


def queue_commands() -> dict[str, ChangeCommand]:
    """The changes that a queue can make, by name."""
    commands = change_commands()
    return {name: each for name, each in commands.items() if each.operation not in NOT_IN_QUEUES}


@dataclass(slots=True)
class PreparedQueue:
    """What was looked up and planned. Nothing was sent."""

    rows: Sequence[InputRow]
    found: list[LookedUpRow]
    plan: QueuePlan | None
    """None without an order."""

    @property
    def players(self) -> list[str]:
        """The external ids, in the order of the input; a player may be named several times."""
        return [each.player.external_player_id for each in self.found if each.player is not None]


async def prepare(
    workspace: Workspace,
    rows: Sequence[InputRow],
    order: QueueOrder | None,
    *,
    limit: int,
    progress: Progress | None = None,
) -> PreparedQueue:
    """Look up the players of a queue, and plan what was ordered on each of them as it is read.

    Raises:
        KratyError: as `QueueLookup.run`.
    """
    plan = None
    if order is not None:
        command = queue_commands()[order.action]
        with suppress(KratyError):  # without the catalog, keys are checked by the backend alone
            await workspace.catalog()
        plan = QueuePlan(command, order.group, _planner(workspace, command, order))

    meant: dict[str, set[str]] = {}
    for row in rows:
        if row.target_id:
            meant.setdefault(row.text, set()).add(row.target_id)

    def visit(player: QueuedPlayer, snapshot: Snapshot) -> None:
        if plan is not None:
            plan.visit(player, snapshot, meant.get(player.external_player_id, ()))

    found = await QueueLookup(workspace, limit=limit).run(rows, visit=visit, progress=progress)
    return PreparedQueue(rows, found, plan)


def _planner(workspace: Workspace, command: ChangeCommand, order: QueueOrder) -> PlanOne:
    texts = {name: text for name, text in order.texts.items() if name != "ticket"}
    ticket, opened_at = order.texts.get("ticket", ""), workspace.now()
    scope = command.change.spec.scope

    def plan_one(snapshot: Snapshot, row_id: str, key: str) -> PlannedChange:
        now, catalog = workspace.now(), workspace.known_catalog
        context = ActionContext(
            snapshot=snapshot,
            row_scope=scope if row_id else None,
            row_id=row_id or None,
            role=workspace.role or None,
            permissions=workspace.permissions,
            missing=workspace.facts.missing(snapshot.player.external_player_id),
            uses_key=workspace.uses_key,
            read_only=workspace.launch.read_only,
            now=now,
        )
        form_context = FormContext(
            snapshot,
            opened_at,
            row_id=row_id or None,
            ticket=ticket,
            catalog=catalog,
            amount_limit=workspace.launch.profile.amount_limit,
        )
        effect_context = EffectContext(
            snapshot,
            now,
            catalog,
            workspace.forced_lately,
            key_label=workspace.key_label,
            person=workspace.person if workspace.uses_key else "",
        )
        return plan_change(
            command,
            context,
            form_context,
            effect_context,
            texts,
            idempotency_key=key,
            typed_id=typed_id_for(snapshot),
        )

    return plan_one


async def new_queue(
    workspace: Workspace, rows: Sequence[InputRow], order: QueueOrder, source: str
) -> tuple[QueueFile, QueueState]:
    """Begin the file of a queue: its input and its order are on disk.

    Raises:
        QueueFileError: the file cannot be written.
    """
    client, now = await workspace.game_client(), workspace.now()
    origin = QueueOrigin(
        iso(now),
        source,
        client.base_url,
        client.studio_id or "",
        client.game_id or "",
        workspace.environment,
        workspace.launch.profile.name,
        workspace.member,
    )
    state = QueueState(origin, order, tuple(rows))
    queue_id = f"{now:%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"
    file = await asyncio.to_thread(QueueFile.create, workspace.launch.state_dir, queue_id)
    await asyncio.to_thread(file.append, list(head_records(state)))
    return file, state


async def confirm(file: QueueFile, state: QueueState, prepared: PreparedQueue) -> None:
    """Write the plan that was agreed to: every intent is on disk before the first is sent.

    Raises:
        QueueFileError: it cannot be written; nothing is sent then.
    """
    plan = prepared.plan
    assert plan is not None
    state.found = [found_row(each.player, each.state, each.words, plan) for each in prepared.found]
    state.intents = [each.intent for each in plan.in_order(prepared.players)]
    state.refused = [each for player in dict.fromkeys(prepared.players) for each in plan.refused.get(player, ())]
    await asyncio.to_thread(file.append, list(plan_records(state)))
    state.confirmed = True


async def queue_run(
    workspace: Workspace, file: QueueFile, state: QueueState, progress: Callable[[QueueProgress], None]
) -> QueueRun:
    """A run over what is left of a confirmed queue.

    Raises:
        KratyError: the journal cannot be opened.
    """
    await workspace.gate.settled()
    client, writer = await workspace.game_client(), await workspace.writer()
    return QueueRun(file, state, client, writer, member=workspace.member, progress=progress)


def open_queue(state_dir: Path, queue_id: str) -> tuple[QueueFile, QueueState]:
    """Open the file of a queue, to resume it.

    Raises:
        QueueFileError: as `QueueFile.open`.
        Invalid: the file is not that of a queue.
    """
    file, records = QueueFile.open(state_dir, queue_id)
    try:
        return file, state_of(records)
    except QueueRecordError as error:
        file.close()
        raise Invalid(f"The queue {queue_id} cannot be read: {error}.") from None


async def check_place(workspace: Workspace, state: QueueState) -> None:
    """Check that a queue belongs to the backend and game of the session.

    Raises:
        Invalid: it does not.
    """
    client, origin = await workspace.game_client(), state.origin
    here = (client.base_url, client.studio_id or "", client.game_id or "", workspace.environment)
    if here != (origin.base_url, origin.studio, origin.game, origin.environment):
        profile = f": open the profile {origin.profile}" if origin.profile else ""
        raise Invalid(f"This queue belongs to another backend, game or environment{profile}.")


def order_of(group: str, action: str, texts: Mapping[str, str], confirm: int | None) -> QueueOrder:
    """An order, with the action by the name of its command or its id.

    Raises:
        ValueError: there is no such change in queues; with the reason in words.
    """
    commands = queue_commands()
    name = action if action in commands else next((n for n, c in commands.items() if c.change.spec.id == action), None)
    if name is None:
        raise ValueError(f"{action!r} is none of {', '.join(commands)}")
    return QueueOrder(group, name, dict(texts), confirm)

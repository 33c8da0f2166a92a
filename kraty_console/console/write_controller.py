"""From a key to a change: its form, its dialog, the request, and the message and marks afterwards.

Dialogs are pushed by the action and awaited in a worker of the application (`dialog_flow.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import MERGE
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.player_text import candidates
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.console.app import KratyApp
    from kraty_console.console.dialogs.action import Then
    from kraty_console.console.dialogs.draft import Draft
    from kraty_console.console.dialogs.editor import Completer
    from kraty_console.console.screen_protocols import WriterScreen
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.fields import EffectContext, Form, Values
    from kraty_console.domain.worklog import WorklogEntry


class WriteController:
    """Opens the dialogs of the actions that change something, and keeps their outcomes."""

    def __init__(self, app: KratyApp, screen: WriterScreen) -> None:
        self._app = app
        self._screen = screen
        self._workspace = app.workspace
        self._unsettled: dict[str, tuple[str, str, str, ChangeRequest | None]] = {}
        """By journal entry: title, reason, subject and call of a change whose outcome is not known yet."""

    def open(
        self,
        spec: ActionSpec,
        context: ActionContext,
        *,
        prefill: Mapping[str, str | bool] | None = None,
        other: Snapshot | None = None,
    ) -> None:
        """Open the dialog of an action on the row under the cursor, which is taken by its id now.

        A merge first asks for the `other` player, who is looked up for the preview.
        """
        from kraty_console.domain.fields import CannotOpen, FormContext
        from kraty_console.domain.forms import form_for

        snapshot = context.snapshot
        if snapshot is None:
            return
        if spec is MERGE and other is None:
            self._app.follow(self._merge(snapshot, self._ask_target(snapshot)), "merge")
            return
        workspace = self._workspace
        form_context = FormContext(
            snapshot,
            workspace.now(),
            row_id=context.row_id,
            ticket=workspace.ticket,
            prefill=dict(prefill or {}),
            catalog=workspace.known_catalog,
            amount_limit=workspace.launch.profile.amount_limit,
            other=other,
        )
        try:
            form = form_for(spec.id, form_context)
        except CannotOpen as error:
            self._screen.tell(safe(str(error), limit=300), "warn")
            return
        if (written := self._show(form, other)) is not None:
            self._app.follow(written, form.title)

    def compare(self) -> None:
        """Show the player beside another with what a merge would come to, and the command that makes it."""
        if (snapshot := self._screen.state.snapshot) is not None:
            self._app.follow(self._compare(snapshot, self._ask_target(snapshot)), "compare")

    async def _compare(self, snapshot: Snapshot, answer: Awaitable[Snapshot | None]) -> None:
        from kraty_console.console.dialogs.compared import compared

        target = await answer
        if target is not None and self._is_on_screen(snapshot):
            self._app.push_screen(compared(self._workspace, snapshot, target, self._app.copy), self._screen.run_id)

    async def _merge(self, snapshot: Snapshot, answer: Awaitable[Snapshot | None]) -> None:
        target = await answer
        if target is not None and self._is_on_screen(snapshot):
            self.open(MERGE, self._screen.context(), other=target)

    def _ask_target(self, snapshot: Snapshot) -> Awaitable[Snapshot | None]:
        """Ask which player to merge a player into; the answer has been looked up."""
        from kraty_console.console.dialogs.merge_target import MergeTargetDialog

        return self._app.show_dialog(MergeTargetDialog(snapshot.player.external_player_id, self._find_target))

    def _is_on_screen(self, snapshot: Snapshot) -> bool:
        return self._screen.state.player == snapshot.player.external_player_id

    async def _find_target(self, target: str) -> Snapshot | None:
        from kraty_console.contract.errors import NotFound

        for candidate in candidates(target):
            with suppress(NotFound):
                fetched = await self._workspace.snapshot(candidate, DEFAULT_LIMIT)
                return fetched.value if fetched is not None else None
        return None

    def replay(self, delivery: Delivery) -> Coroutine[None, None, bool]:
        """Open the dialog that sends a delivery again; await whether it was sent."""
        from kraty_console.domain.changes.replay import form as replay_form
        from kraty_console.domain.changes.replay import snapshot_of
        from kraty_console.domain.fields import EffectContext, FormContext

        workspace = self._workspace
        seen = snapshot_of(delivery)
        form = replay_form(FormContext(seen, workspace.now(), ticket=workspace.ticket, delivery=delivery))
        draft = workspace.drafts.setdefault((form.action_id, form.external_player_id, delivery.id), _new_draft())
        return self._ask(form, draft, lambda: EffectContext(seen, workspace.now(), delivery=delivery))

    def _show(self, form: Form, other: Snapshot | None = None) -> Coroutine[None, None, bool] | None:
        from kraty_console.console.dialogs.editor import Completer
        from kraty_console.domain.grant_entries import templates

        workspace = self._workspace
        draft = workspace.drafts.setdefault(
            (form.action_id, form.external_player_id, form.target_id or ""), _new_draft()
        )
        snapshot = self._screen.state.snapshot
        if snapshot is None:
            return None
        catalog = workspace.known_catalog
        completer = None
        if any(field.kind == "json" for field in form.fields):
            completer = Completer(catalog, templates(catalog, snapshot.grants))
        return self._ask(form, draft, lambda: self._see(form, snapshot, other), completer)

    def _ask(
        self,
        form: Form,
        draft: Draft,
        see: Callable[[], EffectContext],
        completer: Completer | None = None,
    ) -> Coroutine[None, None, bool]:
        """Open the dialog of a form; await whether its change was applied."""
        from kraty_console.console.dialogs.action import ActionDialog

        workspace = self._workspace
        dialog = ActionDialog(
            form,
            draft,
            environment=workspace.environment,
            role=workspace.role or None,
            submit=lambda values: self._send(form, values, draft),
            resolve=self._resolve,
            see=see,
            then=self._then(form, draft),
            reasons=tuple(workspace.reasons),
            completer=completer,
        )
        return self._conclude(form, len(workspace.done), self._app.show_dialog(dialog))

    def _see(self, form: Form, opened_on: Snapshot, other: Snapshot | None) -> EffectContext:
        """The player as last read; as they were when the dialog opened if another player is on screen."""
        from kraty_console.domain.fields import EffectContext

        state = self._screen.state
        snapshot = state.snapshot if state.player == form.external_player_id else None
        workspace = self._workspace
        return EffectContext(
            snapshot or opened_on,
            workspace.now(),
            workspace.known_catalog,
            workspace.forced_lately,
            other=other,
            key_label=workspace.key_label,
            person=workspace.person if workspace.uses_key else "",
        )

    def _then(self, form: Form, draft: Draft) -> Then | None:
        """The roll that may follow a force-complete (contract/README.md#force-complete)."""
        from kraty_console.console.dialogs.action import Then

        if not any(field.name == THEN_ROLL for field in form.fields):
            return None

        async def roll(values: Values) -> ChangeOutcome:
            from kraty_console.domain.forms import follow_up

            call = follow_up(form, values, draft.key)
            if call is None:
                raise LookupError("the roll was asked for, and the form does not ask for it")
            return await self._perform(call, "Retry roll", form, values, draft)

        return Then(THEN_ROLL, "Retry roll", "rolling", roll)

    async def _send(self, form: Form, values: Values, draft: Draft) -> ChangeOutcome:
        from kraty_console.domain.forms import build_call

        self._workspace.gave_reason(form.text(values, "reason"))
        if ticket := form.text(values, "ticket"):
            self._workspace.ticket = ticket
        return await self._perform(build_call(form, values, draft.key), form.title, form, values, draft)

    async def _perform(
        self, call: ChangeRequest, title: str, form: Form, values: Values, draft: Draft
    ) -> ChangeOutcome:
        """Send a change and keep its outcome; report it here if its dialog was closed meanwhile."""
        before = self._screen.state.snapshot if self._screen.state.player == call.external_player_id else None
        performed = await self._app.perform(call)
        if performed.state == "unknown" and performed.entry is not None and not self._shows(draft):
            performed = await self._workspace.resolve(performed.entry)
        reason, about = form.text(values, "reason"), " · ".join(form.subject_lines[:1])
        if performed.state == "unknown" and performed.entry is not None:
            self._unsettled[performed.entry.id] = (title, reason, about, call)
        outcome_summary = _outcome_summary(call, performed, before)
        self._note(performed, call.external_player_id, title, reason, about, outcome_summary, call.target_id)
        if not self._shows(draft):
            self._tell_late(title, call.external_player_id, performed)
        return performed

    async def _resolve(self, performed: ChangeOutcome) -> ChangeOutcome:
        entry = performed.entry
        if entry is None:
            return performed
        resolved = await self._workspace.resolve(entry)
        title, reason, about, call = self._unsettled.get(entry.id, (str(entry.kind).replace("_", " "), "", "", None))
        outcome_summary = _outcome_summary(call, resolved, None) if call is not None else ""
        self._note(
            resolved, entry.player, title, reason, about, outcome_summary, call.target_id if call is not None else None
        )
        return resolved

    def _shows(self, draft: Draft) -> bool:
        """Whether the dialog of this draft is still open and shows the outcome."""
        from kraty_console.console.dialogs.action import ActionDialog

        if not self._screen.can_draw:
            return False
        return any(isinstance(each, ActionDialog) and each.draft is draft for each in self._app.screen_stack)

    def _tell_late(self, title: str, player: str, performed: ChangeOutcome) -> None:
        """Tell the outcome of a change whose dialog was closed while it ran."""
        from kraty_console.present.errors import error_text

        if performed.state == "applied":
            link = " · y copies the audit link" if self._workspace.last_done(player) is not None else ""
            made = (each.work for each in reversed(self._workspace.done) if each.work.player == player)
            words = next((_applied(each) for each in made if each.title == title), f"{title} applied")
            self._screen.tell(f"{safe(words, limit=240)}{link}", "good")
        elif performed.state == "unknown":
            self._screen.tell(f"{safe(title)}: it is not known whether it took effect; o asks the server", "warn")
        else:
            error = performed.error
            text = error_text(error, role=self._workspace.role or None).text if error is not None else "Not applied."
            self._screen.tell(f"{safe(title)}: {text}", "bad")

    def _note(
        self,
        performed: ChangeOutcome,
        player: str,
        title: str,
        reason: str = "",
        what: str = "",
        outcome_summary: str = "",
        target_id: str | None = None,
    ) -> None:
        """Keep an applied change for the worklog and for the link that `y` copies; read the player again."""
        if performed.state != "applied":
            return
        from kraty_console.domain.worklog import PerformedChange, WorklogEntry

        work = WorklogEntry(
            at=self._workspace.now(),
            player=player,
            title=title,
            outcome=(outcome_summary or APPLIED)
            + (" (answered from the record of the first time)" if performed.replayed else ""),
            what=what,
            reason=reason,
            audit_url=performed.audit.url if performed.audit is not None else "",
            request_id=(performed.entry.request_id or "") if performed.entry is not None else "",
        )
        audit_id = performed.audit.id if performed.audit is not None else ""
        self._workspace.done.append(PerformedChange(self._workspace.ticket, work, target_id, audit_id))
        self._screen.changed_player(player)

    async def _conclude(self, form: Form, before: int, answer: Awaitable[ChangeOutcome | None]) -> bool:
        """Say what was changed once the dialog is closed; `before` changes were made when it was opened."""
        performed = await answer
        applied = performed is not None and performed.state == "applied"
        if applied:
            made = [_applied(each.work) for each in self._workspace.done[before:]]
            has_link = self._workspace.last_done(form.external_player_id) is not None
            link = " · y copies the audit link" if has_link else ""
            more = ", w all of them" if link and len(made) > 1 else ""
            words = "; ".join(made) or f"{form.title} applied"
            self._screen.tell(f"{safe(words, limit=240)}{link}{more}", "good")
            self._workspace.drafts.pop((form.action_id, form.external_player_id, form.target_id or ""), None)
        self._screen.draw()  # an operation that turned out to be missing is dimmed
        return applied


def _applied(work: WorklogEntry) -> str:
    """`Credit applied: gold +250, balance 1 000`; without the outcome where the answer had none."""
    return f"{work.title} applied" + (f": {work.outcome}" if work.outcome != APPLIED else "")


def _outcome_summary(call: ChangeRequest, performed: ChangeOutcome, before: Snapshot | None) -> str:
    from kraty_console.domain.outcome_summary import outcome_summary

    return outcome_summary(call, performed.answer, before)


APPLIED = "applied"
"""The outcome of a change whose answer had no details."""

THEN_ROLL = "then_roll"
"""The field of the force-complete form that asks for the roll afterwards."""


def _new_draft() -> Draft:
    from kraty_console.console.dialogs.draft import Draft

    return Draft(lambda: idempotency_key(uuid.uuid4()))

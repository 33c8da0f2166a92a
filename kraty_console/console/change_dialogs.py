"""From the dialog of a change to its outcome: the form, the request, the message and the records."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.draft import Draft, SentChange
from kraty_console.console.dialogs.editor import Completer
from kraty_console.console.dialogs.phases import DialogUse, FilledForm, Then
from kraty_console.contract.errors import Stale
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.bare_player import bare_player
from kraty_console.domain.changes.correct_ticket import form as correction_form
from kraty_console.domain.changes.correct_ticket import player_of as player_of_row
from kraty_console.domain.changes.replay import form as replay_form
from kraty_console.domain.changes.replay import player_of
from kraty_console.domain.fields import CannotOpen, EffectContext, FormContext
from kraty_console.domain.forms import build_call, follow_up, form_for
from kraty_console.domain.grant_entries import templates
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.domain.row_versions import stale_row, version_of, with_current
from kraty_console.domain.worklog import PerformedChange, WorklogEntry
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.console.app import KratyApp
    from kraty_console.console.screen_protocols import WriterScreen
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.fields import Form

APPLIED = "applied"
"""The outcome of a change without an answer."""

THEN_ROLL = "then_roll"
"""The field of the force-complete form that asks for the roll afterwards."""


class ChangeDialogs:
    """Opens the dialogs of changes, sends what they ask for, and keeps the outcomes."""

    def __init__(self, app: KratyApp, screen: WriterScreen) -> None:
        self._app = app
        self._screen = screen
        self._workspace = app.workspace

    def open(
        self,
        spec: ActionSpec,
        snapshot: Snapshot,
        row_id: str | None,
        *,
        prefill: Mapping[str, str | bool] | None = None,
        other: Snapshot | None = None,
    ) -> None:
        """Open the dialog of an action on a row of a player; `other` is the player to merge into."""
        workspace = self._workspace
        form_context = FormContext(
            snapshot,
            workspace.now(),
            row_id=row_id,
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

        def renewed(latest: Snapshot) -> Form:
            return form_for(spec.id, replace(form_context, snapshot=latest, now=workspace.now()))

        if (applied := self._open_form(form, renewed, other)) is not None:
            self._app.follow(applied, form.title)

    def replay(self, delivery: Delivery) -> Coroutine[None, None, bool]:
        """Open the dialog that sends a delivery again; await whether it was sent."""
        workspace = self._workspace
        snapshot = bare_player(player_of(delivery))
        form = replay_form(FormContext(snapshot, workspace.now(), ticket=workspace.ticket, delivery=delivery))
        draft = workspace.drafts.setdefault((form.action_id, form.external_player_id, delivery.id), Draft(_new_key))
        return self._open_dialog(form, draft, lambda: EffectContext(snapshot, workspace.now(), delivery=delivery))

    def correct_ticket(self, row: AuditRow) -> Coroutine[None, None, bool]:
        """Open the dialog that corrects the ticket of a row of the studio's log; await whether it was corrected."""
        workspace = self._workspace
        player = player_of_row(row)
        snapshot = bare_player(player)
        form = correction_form(FormContext(snapshot, workspace.now(), ticket=workspace.ticket, audit_row=row))
        draft = workspace.drafts.setdefault((form.action_id, player, row.id), Draft(_new_key))
        return self._open_dialog(form, draft, lambda: EffectContext(snapshot, workspace.now()))

    def _open_form(
        self, form: Form, renewed: Callable[[Snapshot], Form], other: Snapshot | None
    ) -> Coroutine[None, None, bool] | None:
        workspace = self._workspace
        draft = workspace.drafts.setdefault(
            (form.action_id, form.external_player_id, form.target_id or ""), Draft(_new_key)
        )
        snapshot = self._screen.state.snapshot
        if snapshot is None:
            return None
        catalog = workspace.known_catalog
        completer = None
        if any(field.kind == "json" for field in form.fields):
            completer = Completer(catalog, templates(catalog, snapshot.grants))
        return self._open_dialog(form, draft, lambda: self._effect_context(form, snapshot, other), completer, renewed)

    def _open_dialog(
        self,
        form: Form,
        draft: Draft,
        effect_context: Callable[[], EffectContext],
        completer: Completer | None = None,
        renewed: Callable[[Snapshot], Form] | None = None,
    ) -> Coroutine[None, None, bool]:
        """Put the dialog of a form on top; await whether its change was applied."""
        workspace = self._workspace
        spare = self._app.spares.free(ActionDialog)
        use = DialogUse(
            form,
            draft,
            workspace.environment,
            submit=lambda filled: self._submit(filled, draft),
            resolve=lambda performed: self._resolve(performed, draft),
            see=lambda: _with_stale_row(effect_context(), draft),
            renewed=renewed,
            then=self._then(form, draft),
            reasons=tuple(workspace.reasons),
            completer=completer,
            role=workspace.role or None,
        )
        dialog = ActionDialog(use) if spare is None else spare.renew(use)
        return self._conclude(form, len(workspace.done), self._app.show_dialog(dialog))

    def _effect_context(self, form: Form, opened_on: Snapshot, other: Snapshot | None) -> EffectContext:
        """The player as last read; as they were when the dialog opened if another player is on screen now."""
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
        if not any(field.name == THEN_ROLL for field in form.fields):
            return None

        async def roll(filled: FilledForm) -> ChangeOutcome:
            call = follow_up(filled.form, filled.values, draft.key)
            if call is None:
                raise LookupError("the form does not ask for a roll")
            completed = getattr(draft.done[-1].answer, "attempt", None)
            attempt = completed if draft.stale is None else draft.stale.current
            call = replace(call, version=getattr(attempt, "version", None))
            return await self._perform(call, "Retry roll", filled, draft)

        return Then(THEN_ROLL, "Retry roll", "rolling", roll)

    async def _submit(self, filled: FilledForm, draft: Draft) -> ChangeOutcome:
        form, values = filled.form, filled.values
        self._workspace.gave_reason(form.text(values, "reason"))
        if ticket := form.text(values, "ticket"):
            self._workspace.ticket = ticket
        call = build_call(form, values, draft.key)
        call = replace(call, version=version_of(call, filled.previewed.snapshot))
        return await self._perform(call, form.title, filled, draft)

    async def _perform(self, call: ChangeRequest, title: str, filled: FilledForm, draft: Draft) -> ChangeOutcome:
        """Send a change and record its outcome; if its dialog was closed meanwhile, say it in the last line."""
        before = self._screen.state.snapshot if self._screen.state.player == call.external_player_id else None
        form = filled.form
        subject = " · ".join(form.subject_lines[:1])
        draft.sent = sent = SentChange(title, subject, call, filled.previewed.snapshot)
        performed = await self._app.perform(call, before)
        if performed.state == "unknown" and performed.entry is not None and not self._shows(draft):
            performed = await self._workspace.resolve(performed.entry)
        self._record(performed, sent, outcome_summary(call, performed.answer, before))
        self._keep_stale_row(performed, sent, draft)
        if not self._shows(draft):
            self._tell_outcome(title, call.external_player_id, performed)
        return performed

    async def _resolve(self, performed: ChangeOutcome, draft: Draft) -> ChangeOutcome:
        entry = performed.entry
        if entry is None:
            return performed
        resolved = await self._workspace.resolve(entry)
        if (sent := draft.sent) is not None:
            self._record(resolved, sent, outcome_summary(sent.call, resolved.answer, None))
            self._keep_stale_row(resolved, sent, draft)
        return resolved

    def _keep_stale_row(self, performed: ChangeOutcome, sent: SentChange, draft: Draft) -> None:
        """After a refusal because the row had changed: keep the row as it is now, and read the player again."""
        if isinstance(performed.error, Stale):
            draft.stale = stale_row(sent.call, performed.error, sent.previewed)
            self._screen.changed_player(sent.call.external_player_id)

    def _shows(self, draft: Draft) -> bool:
        """Whether the dialog of this draft is still open and shows the outcome."""
        if not self._screen.can_draw:
            return False
        return any(isinstance(each, ActionDialog) and each.draft is draft for each in self._app.screen_stack)

    def _tell_outcome(self, title: str, player: str, performed: ChangeOutcome) -> None:
        """Say the outcome of a change whose dialog was closed while it ran."""
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

    def _record(self, performed: ChangeOutcome, sent: SentChange, outcome: str) -> None:
        """Record an applied change for the worklog and for the link that `y` copies; read the player again."""
        if performed.state != "applied":
            return
        player = sent.call.external_player_id
        work = WorklogEntry(
            player=player,
            title=sent.title,
            outcome=(outcome or APPLIED)
            + (" (answered from the record of the first time)" if performed.replayed else ""),
            what=sent.subject,
            audit_url=performed.audit.url if performed.audit is not None else "",
        )
        audit_id = performed.audit.id if performed.audit is not None else ""
        self._workspace.done.append(PerformedChange(self._workspace.ticket, work, sent.call.target_id, audit_id))
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


def _with_stale_row(context: EffectContext, draft: Draft) -> EffectContext:
    """The player with the row as the last refusal told it, until they are read again."""
    if draft.stale is None:
        return context
    return replace(context, snapshot=with_current(context.snapshot, draft.stale))


def _applied(work: WorklogEntry) -> str:
    """`Credit applied: gold +250, balance 1 000`; without the outcome if there was no answer."""
    return f"{work.title} applied" + (f": {work.outcome}" if work.outcome != APPLIED else "")


def _new_key() -> str:
    return idempotency_key(uuid.uuid4())

"""The dialog of all changes: shows the form and its effects, sends the change once, and shows the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Final, Self

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input

from kraty_console.console.dialogs import outcome
from kraty_console.console.dialogs.draft import Draft
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.parts import HASTY, Lines, PushButton
from kraty_console.console.dialogs.phases import EVERY_ROW, DialogUse, FilledForm, Phase, Step, not_in_use
from kraty_console.contract.errors import Stale
from kraty_console.domain.fields import Form
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome

HINTS: Final = "enter next · tab ↔ · PgUp PgDn · esc close, draft kept"
_HINTS_BUSY: Final = "esc does not stop what was sent"


class ActionDialog(Dialog["ChangeOutcome | None"]):
    """Returns the outcome that was applied last, None if nothing was.

    Two presses are one: while a call is under way the button does nothing, and the key of a request stays the same
    until it is settled. Escape while it runs says so first, and closes when it is pressed again; the call goes on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "next", "Next field", show=False)]

    story = query_one("#story", Lines)
    status = query_one("#status", Lines)
    cancel = query_one("#cancel", PushButton)
    confirm = query_one("#confirm", PushButton)

    def __init__(self, use: DialogUse) -> None:
        super().__init__(safe(use.form.title), hints=HINTS, environment=use.environment)
        self._form_body = FormBody()
        self._buttons = (
            PushButton("Cancel", widget_id="cancel"),
            PushButton("", careful=True, widget_id="confirm"),
        )
        self.add_class("-action")
        self.renew(use)

    @classmethod
    def spare(cls, environment: str) -> ActionDialog:
        """A dialog to mount before one is needed; `renew` comes before it opens."""
        return cls(not_in_use(EVERY_ROW, environment))

    def renew(self, use: DialogUse) -> Self:
        """Begin again with another form and draft; nothing of an earlier use stays."""
        self.begin_again(safe(use.form.title), hints=HINTS, environment=use.environment)
        use.draft.catch_up()
        self._use = use
        self.phase = Phase.EDITING
        self._wait = 0
        self._button = ""
        self._result: ChangeOutcome | None = None
        self._clock: Timer | None = None
        self._seconds = 0
        self._warned = False
        self._form_body.renew(use)
        cancel, confirm = self._buttons
        cancel.renew("Cancel")
        confirm.renew(safe(use.form.confirm_label))
        confirm.set_class(use.form.danger, "-danger")
        confirm.remove_class("-off")
        if self.is_mounted:
            self.body.disabled = False
            self.story.say("")
            self._say(())
        return self

    @property
    def form(self) -> Form:
        """The fields and how the change is confirmed."""
        return self._use.form

    @property
    def draft(self) -> Draft:
        """What was typed, and what was sent."""
        return self._use.draft

    def forget(self) -> None:
        """Neither the values nor the player of the form stay; a call that is under way goes on without the dialog."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self._use = not_in_use()
        self._result = None
        self._form_body.forget()
        self.story.say("")
        self._say(())

    # The box

    def compose_body(self) -> ComposeResult:
        """The form."""
        yield self._form_body

    def compose_foot(self) -> ComposeResult:
        """The outcome, and the buttons."""
        yield Lines(widget_id="story")
        yield Lines(widget_id="status")
        with Horizontal(id="buttons"):
            yield from self._buttons

    def first_focus(self) -> Widget | None:
        """The first field that waits for something; without fields, Cancel."""
        if self.draft.pending is not None or self.draft.unsettled is not None:
            return self.confirm
        return self._form_body.first_editor() or self.cancel

    def on_opened(self) -> None:
        """Go on where an earlier dialog was closed."""
        if self.draft.pending is not None:
            self._start(self.draft.pending)
        elif self.draft.unsettled is not None:
            self._ask(self.draft.unsettled)

    def takes_ahead(self, event: events.Key | events.Paste) -> bool:
        """Text typed ahead, and an enter that leads from a line to the next field."""
        leads_on = isinstance(event, events.Key) and event.key == "enter" and isinstance(self.focused, Input)
        return leads_on or super().takes_ahead(event)

    def action_next(self) -> None:
        """Enter without another meaning: the next field."""
        self._form_body.next()

    @on(FormBody.Finished)
    def _finished(self, event: FormBody.Finished) -> None:
        event.stop()
        self.set_focus(self.confirm)

    # Buttons

    @on(Button.Pressed, "#cancel")
    def _cancelled(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_close()

    @on(Button.Pressed, "#confirm")
    def _confirmed(self, event: Button.Pressed) -> None:
        event.stop()
        if self.phase is Phase.FINISHED:
            self.dismiss(self._last)
        elif self.phase is Phase.UNKNOWN:
            self._start(None)
        elif self.phase is Phase.EDITING and self._wait <= 0:
            wrong = self._form_body.require()
            if wrong is not None:
                self.set_focus(wrong)
                return
            self._start(None)

    @on(PushButton.Hasty, "#confirm")
    def _not_yet(self, event: PushButton.Hasty) -> None:
        event.stop()
        if self.phase is Phase.EDITING and self._wait <= 0:
            self._say([HASTY], "-open")

    def action_close(self) -> None:
        """Escape: close and keep the draft; while a call is under way, say first that this does not stop it."""
        if self.phase in (Phase.SENDING, Phase.CHECKING) and not self._warned:
            self._warned = True
            self._show_time()
            return
        self.dismiss(self._last)

    # Sending

    @property
    def _last(self) -> ChangeOutcome | None:
        return self.draft.done[-1] if self.draft.done else self._result

    def _show_story(self) -> None:
        """Say which steps were applied already."""
        done = zip(self._steps(), self.draft.done, strict=False)
        self.story.say("\n".join(outcome.did(step.label, performed) for step, performed in done))

    def _steps(self) -> list[Step]:
        then = self._use.then
        steps = [Step(safe(self.form.confirm_label), safe(self.form.running), self._use.submit)]
        if then is not None and (self.draft.done or self.form.ticked(self._form_body.values, then.field)):
            steps.append(Step(then.label, then.running, then.submit))
        return steps

    def _start(self, pending: asyncio.Future[ChangeOutcome] | None) -> None:
        checking = self.phase is Phase.UNKNOWN
        self._busy(Phase.CHECKING if checking else Phase.SENDING)
        self.in_background(
            partial(self._run, pending, self.draft.unsettled if checking else None),
            group="send",
            description="wait for a change",
            exclusive=False,
        )

    async def _run(self, pending: asyncio.Future[ChangeOutcome] | None, unsettled: ChangeOutcome | None) -> None:
        """Every step that is left, one after the other, each only when the one before was applied."""
        while True:
            steps = self._steps()
            step = steps[len(self.draft.done)]
            if unsettled is not None:
                performed, was_unknown = unsettled, True
            else:
                call = pending or asyncio.ensure_future(
                    step.submit(FilledForm(self.form, self._form_body.values, self._form_body.previewed))
                )
                performed = await self._follow(call)
                was_unknown = False
            pending = unsettled = None
            if performed.state == "unknown":
                was_unknown = True
                self._busy(Phase.CHECKING)
                performed = await self._follow(asyncio.ensure_future(self._use.resolve(performed)))
            if performed.state == "unknown":
                self.draft.unsettled = performed
                self._ask(performed)
                return
            if performed.state == "refused":
                self.draft.refused()
                self._refused(performed, step, was_unknown=was_unknown)
                return
            self.draft.applied(performed)
            if step is steps[-1]:
                self._done(performed, was_unknown=was_unknown)
                return
            self._busy(Phase.SENDING)

    async def _follow(self, call: asyncio.Future[ChangeOutcome]) -> ChangeOutcome:
        """Wait without owning: a dialog that is closed meanwhile leaves the call alone."""
        self.draft.pending = call
        performed = await asyncio.shield(call)
        self.draft.pending = None
        return performed

    # Messages

    def _busy(self, phase: Phase) -> None:
        self.phase = phase
        self._warned = False
        self._seconds = 0
        self._show_story()
        self.body.disabled = True
        self.confirm.add_class("-off")
        self.cancel.relabel("Close")
        self.rehint(_HINTS_BUSY)
        if self._clock is None:
            self._clock = self.set_interval(1.0, self._second)
        self._show_time()
        self.set_focus(self.confirm)

    def _second(self) -> None:
        self._seconds += 1
        self._show_time()

    def _show_time(self) -> None:
        steps = self._steps()
        step = steps[min(len(self.draft.done), len(steps) - 1)]
        if self.phase is Phase.CHECKING:
            lines = [outcome.checking(self._seconds)]
        else:
            lines = [outcome.running(step.running, self._seconds)]
        if self._warned:
            lines.append(outcome.cannot_stop(more=step is not steps[-1]))
        self._say(lines)

    def _say(self, lines: Sequence[str], tone: str = "") -> None:
        for name in ("-wrong", "-good", "-open"):
            self.status.set_class(name == tone, name)
        self.status.say("\n".join(lines))

    def _rest(self, phase: Phase, button: str, hints: str = HINTS) -> None:
        """Nothing runs any more: no timer, and the buttons work again."""
        self.phase = phase
        self._wait = 0
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self.confirm.remove_class("-off")
        self.confirm.relabel(button)
        self.rehint(hints)

    def _refused(self, performed: ChangeOutcome, step: Step, *, was_unknown: bool) -> None:
        first = not self.draft.done
        self._rest(Phase.EDITING, step.label, HINTS if first else "esc close")
        # What follows a change that was applied has nothing left to fill in.
        self.body.disabled = not first
        self.cancel.relabel("Cancel" if first else "Close")
        stale = self.draft.stale if isinstance(performed.error, Stale) else None
        lines = outcome.did_not(
            step.label, performed, role=self._use.role, first=first, was_unknown=was_unknown, stale=stale
        )
        if stale is not None and first:
            self._renew_form()
        self._say(lines, "-wrong")
        if performed.error is not None and (wait := error_text(performed.error).retry_after) is not None:
            self._count_down(step.label, ceil(wait))
        # Onto a field and not onto the button, so that one more enter sends nothing.
        self.set_focus((self._form_body.first_editor() if first else None) or self.cancel)

    def _renew_form(self) -> None:
        """The form for the row as it is now; what was typed stays, and what was left as it was follows the row."""
        if self._use.renewed is not None:
            form = self._use.renewed(self._use.see().snapshot)
            self._use = replace(self._use, form=form)
        self._form_body.renew(self._use)

    def _count_down(self, label: str, seconds: int) -> None:
        """The server is rate limiting; the button shows the seconds left, and is disabled until then."""
        self._wait = seconds
        self._button = label
        self.confirm.add_class("-off")
        self.confirm.relabel(f"{label} in {seconds} s")
        self._clock = self.set_interval(1.0, self._count)

    def _count(self) -> None:
        self._wait -= 1
        if self._wait > 0:
            self.confirm.relabel(f"{self._button} in {self._wait} s")
        else:
            self._rest(Phase.EDITING, self._button)

    def _ask(self, performed: ChangeOutcome) -> None:
        self._rest(Phase.UNKNOWN, "Check again", "esc close; it stays in the journal (o)")
        self.body.disabled = True
        self._say(outcome.not_known(performed, role=self._use.role), "-open")
        self.set_focus(self.confirm)

    def _done(self, performed: ChangeOutcome, *, was_unknown: bool) -> None:
        self._result = performed
        self.draft.finish()
        if not was_unknown:
            self._rest(Phase.FINISHED, str(self.confirm.label))
            self.dismiss(performed)
            return
        self._rest(Phase.FINISHED, "Close", "enter close")
        self.cancel.display = False
        self._say([outcome.it_did(performed)], "-good")
        self.set_focus(self.confirm)

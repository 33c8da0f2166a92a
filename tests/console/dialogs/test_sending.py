"""The dialog of all changes while it sends, and what it says of every outcome."""

from __future__ import annotations

import asyncio

from kraty_console.client.writer import ChangeOutcome
from kraty_console.console.dialogs.action import Phase
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.contract.errors import NotAllowed, RateLimited, Refused, Unavailable
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, typed, until
from tests.harness.console.dialog_workspace import Workspace, text_of
from tests.harness.console.idle import wait_until_idle


async def test_a_second_press_does_nothing_while_it_runs_and_escape_says_so_first() -> None:
    workspace = Workspace("grant.force_claim")
    answer: asyncio.Future[ChangeOutcome] = asyncio.get_running_loop().create_future()
    workspace.answers.append(answer)
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "ack lost")
        await pilot.press("enter", "enter", "enter", "enter")
        assert dialog.phase is Phase.SENDING
        assert len(workspace.sent) == 1
        assert "claiming…" in text_of(pilot.app)
        dialog._second()
        await wait_until_idle(pilot.app)
        assert "claiming, 1 s" in text_of(pilot.app)
        await pilot.press("escape")
        assert pilot.app.screen is dialog
        assert "closing does not stop it" in text_of(pilot.app)
        answer.set_result(dialog_forms.applied())
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"


async def test_a_dialog_closed_while_sending_keeps_the_call_and_shows_it_when_reopened() -> None:
    workspace = Workspace("grant.force_claim")
    answer: asyncio.Future[ChangeOutcome] = asyncio.get_running_loop().create_future()
    workspace.answers.append(answer)
    async with running(Host(workspace)) as pilot:
        await opened(pilot)
        await typed(pilot, "ack lost")
        await pilot.press("enter", "enter")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.answers)
        assert pilot.app.answers == [None]
        assert not answer.cancelled()
        dialog = await opened(pilot)
        assert dialog.phase is Phase.SENDING
        assert len(workspace.sent) == 1
        answer.set_result(dialog_forms.applied())
        await until(pilot, lambda: len(pilot.app.answers) == 2)
    assert pilot.app.answers[1].state == "applied"
    assert len(workspace.sent) == 1


async def test_a_call_that_ended_meanwhile_is_not_sent_again() -> None:
    workspace = Workspace("wallet.credit")
    answer: asyncio.Future[ChangeOutcome] = asyncio.get_running_loop().create_future()
    workspace.answers.append(answer)
    async with running(Host(workspace)) as pilot:
        await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter", "escape", "escape")
        await until(pilot, lambda: pilot.app.answers)
        answer.set_result(dialog_forms.applied())
        await wait_until_idle(pilot.app)
        dialog = await opened(pilot)
        assert dialog.phase is Phase.EDITING
        assert dialog.focused.name == "amount"
        assert dialog.focused.value == ""
    assert workspace.draft.key == "kc_2"


async def test_a_refusal_stays_in_plain_words_and_the_draft_is_kept() -> None:
    workspace = Workspace("attempt.retry_roll")
    error = Refused(
        "grants are linked", code="conflict", status=409, details={"grantIds": ["g1", "g2"]}, request_id="0197-77"
    )
    workspace.answers += [dialog_forms.refused(error), dialog_forms.applied()]
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "again")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and "conflict" in text_of(pilot.app))
        seen = text_of(pilot.app)
        assert "Not applied: 2 grants are already linked to this attempt. (409 conflict," in seen
        assert "0197-77" in seen
        assert "Open them with 2." in seen
        assert dialog.focused.name == "ticket"  # one more enter sends nothing
        await pilot.press("escape")
        dialog = await opened(pilot)
        assert dialog.query_one(FormBody).values["reason"] == "again"
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.answers) == 2)
    assert [key for _, key, _ in workspace.sent] == ["kc_1", "kc_2"]


async def test_a_missing_permission_is_named() -> None:
    workspace = Workspace("grant.force_claim")
    workspace.answers.append(
        dialog_forms.refused(NotAllowed("no", code="forbidden", status=403, permission="grant.manual_force_claim"))
    )
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "because")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and "403" in text_of(pilot.app))
        assert "needs grant.manual_force_claim" in text_of(pilot.app)


async def test_too_many_calls_count_down_and_then_the_button_works_again() -> None:
    workspace = Workspace("grant.force_claim")
    workspace.answers += [dialog_forms.refused(RateLimited("slow", code="rate_limited", status=429, retry_after=1.2))]
    workspace.answers += [dialog_forms.applied()]
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "because")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: str(dialog.confirm.label) == "Force-claim in 2 s")
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        assert len(workspace.sent) == 1
        dialog._count()
        assert str(dialog.confirm.label) == "Force-claim in 1 s"
        dialog._count()
        assert str(dialog.confirm.label) == "Force-claim"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert len(workspace.sent) == 2


async def test_an_unknown_outcome_that_did_take_effect_says_so() -> None:
    workspace = Workspace("wallet.credit")
    workspace.answers.append(dialog_forms.unknown(Unavailable("reset", maybe_applied=True)))
    workspace.found.append(dialog_forms.applied())
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.FINISHED)
        await wait_until_idle(pilot.app)
        assert "It did take effect, once." in text_of(pilot.app)
        assert str(dialog.confirm.label) == "Close"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"
    assert len(workspace.sent) == 1


async def test_an_unknown_outcome_that_did_not_take_effect_says_so() -> None:
    workspace = Workspace("wallet.credit")
    workspace.answers += [dialog_forms.unknown(Unavailable("reset", maybe_applied=True))]
    workspace.found.append(dialog_forms.refused(Unavailable("It was not sent, so nothing was changed.")))
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "It did not take effect" in text_of(pilot.app))
        assert dialog.phase is Phase.EDITING
        assert len(workspace.sent) == 1


async def test_an_unknown_outcome_asks_a_person_and_is_not_resent_automatically() -> None:
    workspace = Workspace("wallet.credit")
    lost = Unavailable("the connection was reset", maybe_applied=True)
    workspace.answers.append(dialog_forms.unknown(lost))
    workspace.found += [dialog_forms.unknown(lost), dialog_forms.unknown(lost), dialog_forms.applied()]
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.UNKNOWN)
        await wait_until_idle(pilot.app)
        assert "It is not known whether it took effect." in text_of(pilot.app)
        assert str(dialog.confirm.label) == "Check again"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.answers)
        dialog = await opened(pilot)
        assert dialog.phase is Phase.UNKNOWN
        await pilot.press("enter")
        await until(pilot, lambda: len(workspace.found) == 1 and dialog.phase is Phase.UNKNOWN)
        await pilot.press("enter")
        await until(pilot, lambda: dialog.phase is Phase.FINISHED)
    assert len(workspace.sent) == 1


async def test_an_applied_first_step_and_a_refused_second_one_are_both_reported() -> None:
    workspace = Workspace("attempt.force_complete", follow=True)
    workspace.answers += [
        dialog_forms.applied(),
        dialog_forms.refused(
            Refused("x", code="conflict", status=409, details={"rollError": "no table"}, request_id="r2")
        ),
        dialog_forms.applied(),
    ]
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter", "enter", "enter")
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and len(workspace.sent) == 2)
        await wait_until_idle(pilot.app)
        seen = text_of(pilot.app)
        assert "Applied: Force-complete (audit row 0197aaaa)." in seen
        assert "Not applied: Retry roll." in seen
        assert "The roll failed again: no table." in seen
        assert str(dialog.confirm.label) == "Retry roll"
        assert dialog.focused is dialog.cancel
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert [what for what, _, _ in workspace.sent] == ["change", "roll", "roll"]
    assert pilot.app.answers[0].state == "applied"


async def test_a_half_done_dialog_answers_what_was_applied_when_it_is_closed() -> None:
    workspace = Workspace("attempt.force_complete", follow=True)
    workspace.answers += [dialog_forms.applied(), dialog_forms.refused(Refused("x", code="conflict", status=409))]
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter", "enter", "enter")
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and len(workspace.sent) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"


async def test_an_unticked_follow_up_is_not_sent() -> None:
    workspace = Workspace("attempt.force_complete", follow=True)
    workspace.answers.append(dialog_forms.applied())
    async with running(Host(workspace)) as pilot:
        await opened(pilot)
        await pilot.press("enter", "space", "enter", "enter")
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert [what for what, _, _ in workspace.sent] == ["change"]

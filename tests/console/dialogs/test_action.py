"""The dialog of all changes: its keys, its checks, and what it says of every outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from kraty_console.client.writer import Performed
from kraty_console.console.dialogs.action import ActionDialog, Phase, Then
from kraty_console.console.dialogs.draft import Draft
from kraty_console.console.dialogs.editor import Completer, EntriesEditor
from kraty_console.contract.errors import NotAllowed, RateLimited, Refused, Unavailable
from kraty_console.support.entries import templates
from tests.console.dialogs import world
from tests.console.dialogs.host import Host, opened, running, typed, until


class Desk:
    """What an app gives a dialog: it counts what is sent, and answers what the test has laid out."""

    def __init__(self, action_id: str, *, limit: int | None = None, follow: bool = False) -> None:
        self.action_id = action_id
        self.limit = limit
        self.follow = follow
        self.keys = 0
        self.draft = Draft(self.new_key)
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: list[Performed | Awaitable[Performed]] = []
        self.found: list[Performed] = []
        self.ticket = "ZD-4821"

    def new_key(self) -> str:
        self.keys += 1
        return f"kc_{self.keys}"

    def submit(self, what: str) -> Callable[[Any], Awaitable[Performed]]:
        async def send(values: Any) -> Performed:
            self.sent.append((what, self.draft.key, dict(values)))
            answer = self.answers.pop(0)
            return answer if isinstance(answer, Performed) else await answer

        return send

    async def resolve(self, performed: Performed) -> Performed:
        assert performed.state == "unknown"
        return self.found.pop(0)

    def __call__(self) -> ActionDialog:
        return ActionDialog(
            world.form(self.action_id, ticket=self.ticket, amount_limit=self.limit),
            self.draft,
            environment="live",
            submit=self.submit("change"),
            resolve=self.resolve,
            see=world.seen,
            then=Then("then_roll", "Retry roll", "rolling", self.submit("roll")) if self.follow else None,
            reasons=("client crashed", "make-good"),
            completer=Completer(world.CATALOG, templates(world.CATALOG, world.SNAPSHOT.grants)),
            role="GAME_DEBUGGER",
        )


def text_of(app: Host) -> str:
    return "\n".join(world.screen_lines(app))


async def test_focus_starts_where_something_must_be_filled_in_and_enter_leads_to_the_button() -> None:
    desk = Desk("attempt.force_complete")
    desk.answers.append(world.applied())
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "reason"
        await typed(pilot, "crash")
        await pilot.press("enter")
        assert dialog.focused is dialog.confirm
        assert desk.sent == []
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    (what, key, values) = desk.sent[0]
    assert (what, key) == ("change", "kc_1")
    assert values["reason"] == "crash"
    assert values["ticket"] == "ZD-4821"
    assert values["then_roll"] is True
    assert pilot.app.answers[0].state == "applied"


async def test_enter_goes_through_every_field_and_space_ticks() -> None:
    desk = Desk("attempt.force_complete")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("shift+tab", "shift+tab", "shift+tab")
        assert dialog.focused.name == "final_score"
        await pilot.press("enter")
        assert dialog.focused.name == "then_roll"
        assert "rolled in a second, separate step" in text_of(pilot.app)
        await pilot.press("space")
        assert "not rolled; R rolls them later" in text_of(pilot.app)
        await pilot.press("enter")
        assert dialog.focused.name == "ticket"
        await pilot.press("enter")
        assert dialog.focused.name == "reason"
        await pilot.press("enter")
        assert dialog.focused is dialog.confirm


async def test_bad_input_is_told_beside_its_field_while_typing() -> None:
    desk = Desk("wallet.credit")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "amount"
        await typed(pilot, "12x")
        assert "! a whole number" in text_of(pilot.app)
        await pilot.press("backspace")
        assert "! " not in text_of(pilot.app)
        assert "gold 1\u202f240 → 1\u202f252" in text_of(pilot.app)


async def test_a_wrong_form_is_not_sent_and_the_first_wrong_field_is_shown() -> None:
    desk = Desk("wallet.credit")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        assert desk.sent == []
        assert dialog.focused.name == "amount"
        assert "! amount is needed" in text_of(pilot.app)
        assert "! reason is needed" in text_of(pilot.app)


async def test_earlier_reasons_come_with_the_arrow_and_what_was_typed_comes_back() -> None:
    desk = Desk("grant.force_claim")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "mine")
        await pilot.press("up")
        assert dialog.focused.value == "client crashed"
        await pilot.press("up", "up")
        assert dialog.focused.value == "make-good"
        await pilot.press("down", "down")
        assert dialog.focused.value == "mine"


async def test_what_steers_a_terminal_is_refused_beside_the_field() -> None:
    desk = Desk("grant.force_claim")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        for pasted, words in (
            ("a\x1b]52;c;aGk=\x07b", "U+001B"),
            ("a\u202eb", "right-to-left override"),
            ("one\ntwo", "line break"),
        ):
            pilot.app.post_message(world.paste(pasted))
            await pilot.pause()
            await pilot.pause()
            assert dialog.focused.value == ""
            assert words in text_of(pilot.app)
        pilot.app.post_message(world.paste("one line\n"))
        await pilot.pause()
        await pilot.pause()
        assert dialog.focused.value == "one line"


async def test_a_second_press_does_nothing_while_it_runs_and_escape_says_so_first() -> None:
    desk = Desk("grant.force_claim")
    answer: asyncio.Future[Performed] = asyncio.get_running_loop().create_future()
    desk.answers.append(answer)
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "ack lost")
        await pilot.press("enter", "enter", "enter", "enter")
        assert dialog.phase is Phase.SENDING
        assert len(desk.sent) == 1
        assert "claiming…" in text_of(pilot.app)
        dialog._second()
        await pilot.pause()
        assert "claiming, 1 s" in text_of(pilot.app)
        await pilot.press("escape")
        assert pilot.app.screen is dialog
        assert "closing does not stop it" in text_of(pilot.app)
        answer.set_result(world.applied())
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"


async def test_a_dialog_closed_while_it_runs_leaves_the_call_alone_and_opens_on_it_again() -> None:
    desk = Desk("grant.force_claim")
    answer: asyncio.Future[Performed] = asyncio.get_running_loop().create_future()
    desk.answers.append(answer)
    async with running(Host(desk)) as pilot:
        await opened(pilot)
        await typed(pilot, "ack lost")
        await pilot.press("enter", "enter")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.answers)
        assert pilot.app.answers == [None]
        assert not answer.cancelled()
        dialog = await opened(pilot)
        assert dialog.phase is Phase.SENDING
        assert len(desk.sent) == 1
        answer.set_result(world.applied())
        await until(pilot, lambda: len(pilot.app.answers) == 2)
    assert pilot.app.answers[1].state == "applied"
    assert len(desk.sent) == 1


async def test_a_call_that_ended_meanwhile_is_not_sent_again() -> None:
    desk = Desk("wallet.credit")
    answer: asyncio.Future[Performed] = asyncio.get_running_loop().create_future()
    desk.answers.append(answer)
    async with running(Host(desk)) as pilot:
        await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter", "escape", "escape")
        await until(pilot, lambda: pilot.app.answers)
        answer.set_result(world.applied())
        await pilot.pause()
        dialog = await opened(pilot)
        assert dialog.phase is Phase.EDITING
        assert dialog.focused.name == "amount"
        assert dialog.focused.value == ""
    assert desk.draft.key == "kc_2"


async def test_a_refusal_stays_in_plain_words_and_the_draft_is_kept() -> None:
    desk = Desk("attempt.retry_roll")
    error = Refused(
        "grants are linked", code="conflict", status=409, details={"grantIds": ["g1", "g2"]}, request_id="0197-77"
    )
    desk.answers += [world.refused(error), world.applied()]
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter")
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
        assert dialog._form_body.values["reason"] == "again"
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.answers) == 2)
    assert [key for _, key, _ in desk.sent] == ["kc_1", "kc_2"]


async def test_a_missing_permission_is_named() -> None:
    desk = Desk("grant.force_claim")
    desk.answers.append(
        world.refused(NotAllowed("no", code="forbidden", status=403, permission="grant.manual_force_claim"))
    )
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "because")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and "403" in text_of(pilot.app))
        assert "needs grant.manual_force_claim" in text_of(pilot.app)


async def test_too_many_calls_count_down_and_then_the_button_works_again() -> None:
    desk = Desk("grant.force_claim")
    desk.answers += [world.refused(RateLimited("slow", code="rate_limited", status=429, retry_after=1.2))]
    desk.answers += [world.applied()]
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "because")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.confirm.label == "Force-claim in 2 s")
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        assert len(desk.sent) == 1
        dialog._count()
        assert dialog.confirm.label == "Force-claim in 1 s"
        dialog._count()
        assert dialog.confirm.label == "Force-claim"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert len(desk.sent) == 2


async def test_an_unknown_outcome_that_did_take_effect_says_so() -> None:
    desk = Desk("wallet.credit")
    desk.answers.append(world.unknown(Unavailable("reset", maybe_applied=True)))
    desk.found.append(world.applied())
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.TOLD)
        await pilot.pause()
        assert "It did take effect, once." in text_of(pilot.app)
        assert dialog.confirm.label == "Close"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"
    assert len(desk.sent) == 1


async def test_an_unknown_outcome_that_did_not_take_effect_says_so() -> None:
    desk = Desk("wallet.credit")
    desk.answers += [world.unknown(Unavailable("reset", maybe_applied=True))]
    desk.found.append(world.refused(Unavailable("It was never sent, so nothing was changed.")))
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "It did not take effect" in text_of(pilot.app))
        assert dialog.phase is Phase.EDITING
        assert len(desk.sent) == 1


async def test_an_outcome_that_stays_unknown_asks_and_is_never_sent_again_by_itself() -> None:
    desk = Desk("wallet.credit")
    lost = Unavailable("the connection was reset", maybe_applied=True)
    desk.answers.append(world.unknown(lost))
    desk.found += [world.unknown(lost), world.unknown(lost), world.applied()]
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "500")
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.UNKNOWN)
        await pilot.pause()
        assert "It is not known whether it took effect." in text_of(pilot.app)
        assert dialog.confirm.label == "Check again"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.answers)
        dialog = await opened(pilot)
        assert dialog.phase is Phase.UNKNOWN
        await pilot.press("enter")
        await until(pilot, lambda: len(desk.found) == 1 and dialog.phase is Phase.UNKNOWN)
        await pilot.press("enter")
        await until(pilot, lambda: dialog.phase is Phase.TOLD)
    assert len(desk.sent) == 1


async def test_a_first_step_applied_and_a_second_refused_are_both_told() -> None:
    desk = Desk("attempt.force_complete", follow=True)
    desk.answers += [
        world.applied(),
        world.refused(Refused("x", code="conflict", status=409, details={"rollError": "no table"}, request_id="r2")),
        world.applied(),
    ]
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and len(desk.sent) == 2)
        await pilot.pause()
        seen = text_of(pilot.app)
        assert "Applied: Force-complete (audit row 0197aaaa)." in seen
        assert "Not applied: Retry roll." in seen
        assert "The roll failed again: no table." in seen
        assert dialog.confirm.label == "Retry roll"
        assert dialog.focused is dialog.cancel
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert [what for what, _, _ in desk.sent] == ["change", "roll", "roll"]
    assert pilot.app.answers[0].state == "applied"


async def test_a_half_done_dialog_answers_what_was_applied_when_it_is_closed() -> None:
    desk = Desk("attempt.force_complete", follow=True)
    desk.answers += [world.applied(), world.refused(Refused("x", code="conflict", status=409))]
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.phase is Phase.EDITING and len(desk.sent) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers[0].state == "applied"


async def test_without_the_tick_nothing_follows() -> None:
    desk = Desk("attempt.force_complete", follow=True)
    desk.answers.append(world.applied())
    async with running(Host(desk)) as pilot:
        await opened(pilot)
        await pilot.press("shift+tab", "shift+tab", "space", "tab", "tab")
        await typed(pilot, "crash")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert [what for what, _, _ in desk.sent] == ["change"]


async def test_a_large_amount_asks_for_the_players_id() -> None:
    desk = Desk("wallet.credit", limit=1000)
    desk.answers.append(world.applied())
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        assert "player's id" not in text_of(pilot.app)
        await typed(pilot, "5000")
        await pilot.pause()
        assert "over 1\u202f000: type alice_42" in text_of(pilot.app)
        await pilot.press("enter", "enter")
        await typed(pilot, "sorry")
        await pilot.press("enter")
        await typed(pilot, "alice")
        await pilot.press("enter", "enter")
        assert desk.sent == []
        assert "! not that id" in text_of(pilot.app)
        assert dialog.focused.name == "typed_id"
        await pilot.press("end")
        await typed(pilot, "_42")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert len(desk.sent) == 1


async def test_a_ban_always_asks_for_the_players_id() -> None:
    async with running(Host(Desk("player.ban"))) as pilot:
        await opened(pilot)
        assert "type alice_42 to confirm" in text_of(pilot.app)


async def test_the_ticket_of_an_untouched_field_follows_the_form() -> None:
    desk = Desk("grant.force_claim")
    async with running(Host(desk)) as pilot:
        await opened(pilot)
        await typed(pilot, "draft")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.answers)
        desk.ticket = "ZD-5000"
        dialog = await opened(pilot)
        assert dialog._form_body.values["ticket"] == "ZD-5000"
        assert dialog._form_body.values["reason"] == "draft"


async def test_entries_have_templates_completion_errors_at_their_line_and_a_preview() -> None:
    desk = Desk("player.grant")
    async with running(Host(desk), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        editor = dialog.query_one(EntriesEditor)
        assert dialog.focused is editor
        assert "100 gold" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "1 potion" in text_of(pilot.app)
        assert "100 gold" not in text_of(pilot.app)
        editor.load_text('[{"type": "currency", "currencyKey": "gems", "amount": 5}]')
        await pilot.press("ctrl+t")
        assert "5 gems and 100 gold" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "5 gems and 1 potion" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "5 gems and 1 legendary_box (crate)" in text_of(pilot.app)
        editor.load_text("[")
        await pilot.press("ctrl+t")
        assert "mend these entries first" in text_of(pilot.app)
        editor.load_text('[\n  {"type": "currency", "currencyKey": "golld", "amount": 5}\n]')
        await pilot.pause()
        assert 'line 2: the catalog has no currency "golld"; nearest is gold' in text_of(pilot.app)
        editor.load_text('[\n  {"type": "cur')
        editor.move_cursor(editor.document.end)
        await pilot.pause()
        assert editor.suggestion == 'rency"'
        await pilot.press("right")
        assert editor.text.endswith('{"type": "currency"')
        await pilot.press("tab")
        assert dialog.focused.name == "expires_in"


async def test_a_paste_that_steers_never_enters_the_entries() -> None:
    desk = Desk("player.grant")
    async with running(Host(desk), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        editor = dialog.query_one(EntriesEditor)
        dialog.set_focus(editor)
        before = editor.text
        pilot.app.post_message(world.paste('[{"type": "\x1b[31mcurrency"}]'))
        await pilot.pause()
        await pilot.pause()
        assert editor.text == before
        assert "U+001B" in text_of(pilot.app)


async def test_a_choice_is_completed_and_offered_by_the_arrows() -> None:
    desk = Desk("wallet.credit")
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("shift+tab")
        field = dialog.focused
        assert field.name == "economy_key"
        field.clear()
        await typed(pilot, "ge")
        await until(pilot, lambda: field._suggestion == "gems")
        await pilot.press("right")
        assert field.value == "gems"
        field.clear()
        await typed(pilot, "golf")
        await pilot.pause()
        assert "nearest is gold" in text_of(pilot.app)
        await pilot.press("up")
        assert field.value == "gold"


async def test_entries_that_were_kept_leave_the_focus_to_what_is_missing() -> None:
    desk = Desk("player.grant")
    desk.draft.values["entries"] = '[{"type": "currency", "currencyKey": "gold", "amount": 7}]'
    async with running(Host(desk)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "reason"
        assert "7 gold" in text_of(pilot.app)

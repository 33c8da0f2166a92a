"""What not to do: healthy players, foreign texts, dialogs; and that diagnosis claims no more than was loaded."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from kraty_console.domain.action_hints import KEYS, ActionHints, CommandName, action_command, command, command_text
from kraty_console.domain.bans import is_under_review
from kraty_console.domain.change_commands import change_commands, fields_of
from kraty_console.domain.effects import effects
from kraty_console.domain.fault_report import player_report
from kraty_console.domain.fields import EffectContext, FormContext
from kraty_console.domain.forms import form_for
from kraty_console.domain.next_step import NextSteps, next_step
from kraty_console.domain.player_analysis import analysis_of
from kraty_console.present.detail import document
from kraty_console.present.fault_report import report_text
from kraty_console.present.rows import tables
from tests.harness.domain.broken_players import BAN, FAILED, claimed, credited, forced, granted, revoked, rolled
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, plain_attempt, published, snapshot
from tests.harness.each import for_each

PAID = {"attempts": [attempt(grantIds=["g1"])], "grants": [grant(id="g1", status="claimed")]}
HEALTHY: list[dict[str, Any]] = [
    {},
    PAID,
    {"attempts": [attempt(rewardPolicy="none", roll=None)]},
    {"attempts": [attempt(roll={"status": "not_configured"})]},
    {"attempts": [attempt()]},
    {"attempts": [attempt(status="in_progress", completedAt=None, score=3, lastProgressAt=ago(minutes=3))]},
    {"attempts": [attempt(rewardPolicy="rank_scaled", roll={"status": "none"}, windowEndsAt=ago(days=-1))]},
    {"grants": [grant(kind="crate", createdAt=ago(days=6))]},
    {"grants": [grant(createdAt=ago(minutes=2))]},
    {"grants": [grant(status="revoked")]},
    {"lobbies": [{"id": "l1", "status": "active"}]},
    {"attempts": [attempt(status="paused")]},
    {**PAID, "audit": [forced("other", occurredAt=ago(days=40)), rolled("other", 1, occurredAt=ago(days=40))]},
    {**PAID, "audit": [granted(occurredAt=ago(days=8)), credited(occurredAt=ago(days=8))]},
]


@for_each("lists", HEALTHY)
def test_healthy_players_have_no_faults_and_nothing_to_avoid(lists: dict[str, Any]) -> None:
    seen = snapshot(**lists)
    report = player_report(seen, NOW)
    assert (report.faults, report.is_wrong, report.cautions) == ((), False, ())
    step = next_step(seen, NOW)
    assert (step.action_id, step.severity, step.avoid) == (None, "fine", ())
    for each in seen.attempts:
        assert analysis_of(seen).attempt(each, NOW).cautions == ()


def test_a_paid_complaint_of_a_healthy_player_is_told() -> None:
    seen = snapshot(**PAID, audit=[credited(), claimed("g1")])
    step = next_step(seen, NOW)
    assert [each.partition(":")[0] for each in step.avoid] == ["Do not pay twice"]
    assert "250 gold credited 30m ago by maria" in step.text
    row = next_step(seen, NOW, row_scope="grant", row_id="g1")
    assert row.avoid == (
        "Do not give it once more: it was force-claimed 30m ago by maria (ZD-1: checked), which delivered it.",
    )
    assert report_text(player_report(seen, NOW), seen, NOW).count("   not       ") == 1


def test_old_payments_of_a_healthy_player_are_told_only_under_their_ticket() -> None:
    seen = snapshot(**PAID, audit=[credited(occurredAt=ago(days=3))])
    assert NextSteps(seen, NOW).for_player().avoid == ()
    assert NextSteps(seen, NOW, ticket="ZD-9").for_player().avoid == ()
    assert NextSteps(seen, NOW, ticket="ZD-1").for_player().avoid == (
        "Do not pay twice under ZD-1: 250 gold credited 3d ago by maria (ZD-1: checked).",
    )


def test_a_payment_of_something_else_is_not_for_a_grant() -> None:
    gems = credited(metadata={"economyKey": "gems", "amount": 5})
    box = granted(after={"kind": "crate", "contents": {"crateItemKey": "box"}})
    seen = snapshot(grants=[grant(id="g1", sourceRefId="order")], audit=[gems, box])
    assert NextSteps(seen, NOW).for_row("grant", "g1").avoid == ()
    unread = snapshot(grants=[grant(id="g1", sourceRefId="order")], audit=[granted(after=None)])
    assert "a grant made by hand" in NextSteps(unread, NOW).for_row("grant", "g1").text
    crate = grant(id="g1", kind="crate", contents={"crateItemKey": "box"}, expiresAt=ago(days=1))
    assert "box (crate) granted by hand" in next_step(snapshot(grants=[crate], audit=[box]), NOW).text


def test_a_revoked_grant_is_not_replaced() -> None:
    seen = snapshot(grants=[grant(id="g1", status="revoked")], audit=[revoked("g1")])
    step = next_step(seen, NOW, row_scope="grant", row_id="g1")
    assert step.avoid == ("Do not deliver or replace it: revoked 30m ago by maria (ZD-1: duplicate of an order).",)


def test_a_roll_that_is_hidden_by_a_cut_list_is_not_repeated() -> None:
    bare = dict.fromkeys(("grantIds", "roll", "rewardPolicy"))
    seen = snapshot(attempts=[attempt(id="a1", **bare)], summary={"grantsClaimed": 80}, audit=[rolled("a1", 1)])
    step = next_step(seen, NOW, row_scope="attempt", row_id="a1")
    assert step.avoid == (
        "Do not retry the roll or pay by hand: tried by hand 30m ago by maria (ZD-1: checked), and it made 1 grant.",
    )


@for_each(
    ("reason", "open_"),
    [
        ("replays under review", True),
        ("Speed hack; review pending", True),
        ("investigation is still open", True),
        ("until the case is reviewed", True),
        ("to be reviewed by trust and safety", True),
        ("awaiting review", True),
        ("we are investigating", True),
        ("banned after review", False),
        ("under review; review closed: confirmed", False),
        ("appeal refused", False),
        ("three accounts on one device", False),
        ("review bombing", False),
        (None, False),
    ],
)
def test_open_reviews(reason: str | None, open_: bool) -> None:
    seen = snapshot(player={"ban": {"bannedAt": ago(days=1), "reason": reason}})
    assert is_under_review(seen) is open_
    assert ("lifts it" in next_step(seen, NOW).text) is not open_


def test_nothing_is_claimed_beyond_what_was_loaded() -> None:
    words = next_step(snapshot(summary={"attemptCount": 5}), NOW).words
    assert words.startswith("No attempts or grants are known")
    words = next_step(snapshot(**PAID, summary={"attemptCount": 69}), NOW).words
    assert words.startswith("Nothing is wrong in the 1 of 69 attempts loaded: every finished attempt has its grants")
    untold = {"attemptCount": None, "grantsPending": None, "grantsClaimed": None}
    full = [attempt(id=f"a{n}", rewardPolicy="none", roll=None) for n in range(50)]
    words = next_step(snapshot(attempts=full, summary=untold), NOW).words
    assert words.startswith("Nothing is wrong in the 50 attempts loaded, and there may be more:")
    words = next_step(snapshot(attempts=[{}, *PAID["attempts"]], grants=PAID["grants"]), NOW).words
    assert words.startswith("Nothing is known to be wrong.")
    assert "1 attempt could not be read" in words
    words = next_step(published(attempts=[plain_attempt()], grants=[grant(status="claimed")]), NOW).words
    assert words.startswith("Nothing is known to be wrong")
    words = next_step(snapshot(attempts=[attempt(status="paused")]), NOW).words
    assert words.startswith("Nothing is known to be wrong")
    words = next_step(snapshot(player=BAN, attempts=[attempt(status="paused")]), NOW).words
    assert "nothing else is known to be wrong" in words


def test_what_is_not_claimed_is_told() -> None:
    seen = snapshot(grants=[grant(kind="crate", createdAt=ago(days=6)), grant(id="g2", status="revoked")])
    assert "every grant is claimed, but for 1 unopened crate and 1 revoked grant." in next_step(seen, NOW).words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lastProgressAt": ago(hours=-5)}, "Its last progress was in 5h by a clock that is wrong."),
        ({"lastProgressAt": None}, "It was started 2h ago, and has no progress yet."),
        ({"lastProgressAt": "odd"}, "its last progress could not be read"),
        ({"lastProgressAt": None, "startedAt": None}, "when it was last played, is not known"),
    ],
)
def test_an_attempt_in_progress_says_what_is_known(fields: dict[str, Any], words: str) -> None:
    seen = snapshot(attempts=[attempt(status="in_progress", completedAt=None, score=1, **fields)])
    assert words in next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id).words


def test_commands_that_texts_name_are_those_of_the_registry() -> None:
    commands = change_commands()
    for name in get_args(CommandName):
        spec = commands[name].change.spec
        assert ActionHints().to(name) == spec.key
        assert action_command(spec.id, "p", "r", {}) in (command(name, "p"), command(name, "r"))
    stuck = attempt(status="in_progress", score=320, lastProgressAt=ago(days=3), roll=None)
    (fault,) = player_report(snapshot(attempts=[stuck]), NOW).faults
    fields = {each.name for each in fields_of(commands["force-complete"])}
    assert fault.prefill.keys() <= fields
    assert fault.command == (
        *("kraty-console", "act", "force-complete", "--then-roll", "--final-score", "320", stuck["id"]),
    )


def test_commands_name_what_they_act_on() -> None:
    how = ActionHints("it's -x")
    assert how.to("unban") == "`kraty-console act unban 'it'\"'\"'s -x' --reason …`"
    assert KEYS.to("unban") == "B"
    values = {"final_score": "320", "then_roll": True, "other": False}
    assert command("force-complete", "a1", values) == (
        *("kraty-console", "act", "force-complete", "--final-score", "320", "--then-roll", "a1"),
    )
    assert command_text(command("unban", "-x")) == "kraty-console act unban --reason … -- -x"


@for_each(
    ("action", "values"),
    [
        ("wallet.credit", {"economy_key": "gold", "amount": "5", "ticket": "ZD-1"}),
        ("player.grant", {"entries": '[{"type": "currency", "currencyKey": "gold", "amount": 5}]', "ticket": "ZD-1"}),
    ],
)
def test_dialogs_tell_what_was_paid_under_the_same_ticket(action: str, values: dict[str, str]) -> None:
    seen = snapshot(audit=[credited()], wallet=[{"economyKey": "gold", "balance": 5}])
    form = form_for(action, FormContext(seen, NOW))
    told = [each.words for each in effects(form, values, EffectContext(seen, NOW)) if each.note]
    assert told == ["paid under this ticket already: 250 gold credited 30m ago by maria (ZD-1: checked)"]
    assert not [each for each in effects(form, {**values, "ticket": "ZD-2"}, EffectContext(seen, NOW)) if each.note]


def test_texts_of_the_audit_log_stay_safe() -> None:
    hostile = granted(reason="\x1b[31mpaid\nalready", actor={"kind": "member", "id": "m", "label": "eve\x07@x"})
    seen = snapshot(attempts=[attempt(id="a1", roll=FAILED)], audit=[hostile])
    row = tables("attempts", seen, NOW)[0].rows[0]
    opened = document(row, seen, NOW)
    assert opened is not None
    told = [item.value for section in opened.sections for item in section.items if item.label == "do not"]
    assert len(told) == 1
    assert told[0].startswith("Do not pay twice")
    assert told[0].isprintable()
    assert report_text(player_report(seen, NOW), seen, NOW).replace("\n", "").isprintable()

"""Absent is unknown, and unreadable is not absent: in diagnoses, next steps and dialogs."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import Snapshot
from kraty_console.domain.completeness import (
    Amount,
    balance_of,
    empty_words,
    is_provided,
    missing_from_panes,
    quantity_of,
    unreadable_parts,
    why_ban_unknown,
    why_unknown,
)
from kraty_console.domain.diagnosis import attempt_faults
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import EffectContext, FormContext, Value
from kraty_console.domain.forms import build_call, form_for
from kraty_console.domain.grant_links import Links
from kraty_console.domain.merging import merge_plan
from kraty_console.domain.next_step import GUEST, NextSteps, next_step
from kraty_console.domain.problems import Fault, Severity
from kraty_console.domain.scopes import LIST_PANES
from tests.harness.domain.snapshots import BANNED, NOW, ago, attempt, grant, plain_attempt, published, snapshot

A1 = attempt()["id"]
CLAIMED = {"status": "claimed"}


def most_urgent_row(seen: Snapshot) -> tuple[str, str] | None:
    """The pane and the id of the row that the player's next step names."""
    row = next_step(seen, NOW).other
    return row and (row.pane, row.row_id)


def error_text(action: str, seen: Snapshot, row_id: str | None = None, **values: Value) -> list[str]:
    """What a dialog says, subject and effects."""
    form = form_for(action, FormContext(seen, NOW, row_id=row_id))
    return [*form.subject_lines, *(effect.words for effect in effects(form, values, EffectContext(seen, NOW)))]


# -- what was told --------------------------------------------------------------------------------------------------


def test_sent_missing_and_unreadable_are_distinct() -> None:
    player = published(player={"email": None, "ban": True}).player
    assert (is_provided(player, "email"), why_unknown(player, "email")) == (True, "")
    assert (is_provided(player, "ban"), why_unknown(player, "ban")) == (False, "could not be read")
    assert (is_provided(player, "display_identity"), why_unknown(player, "display_identity")) == (
        False,
        "not provided by this backend",
    )


@pytest.mark.parametrize("said", [True, False, "yes", 1, []])
def test_an_unreadable_ban_is_unknown(said: object) -> None:
    seen = snapshot(player={"ban": said})
    assert why_ban_unknown(seen.player) == "ban status could not be read"
    assert "The ban status could not be read." in next_step(seen, NOW).words


def test_fields_that_a_published_look_up_lacks_are_unknown() -> None:
    assert missing_from_panes(published()) == ["balances", "items", "audit rows"]
    assert missing_from_panes(snapshot()) == []
    assert [empty_words(each.id, snapshot()) for each in LIST_PANES] == [each.empty for each in LIST_PANES]
    assert empty_words("wallet", published()) == "This backend does not provide balances."
    assert empty_words("attempts", snapshot(attempts=[{}, None])) == "2 rows could not be read."
    assert empty_words("wallet", snapshot(wallet="none")) == "The balances could not be read."


def test_unreadable_rows_are_reported() -> None:
    seen = snapshot(
        player={"ban": 1}, summary={"attemptCount": "many"}, attempts=[{}], audit=[{}, {}], grants=7, walletLedger=[7]
    )
    assert list(unreadable_parts(seen)) == [
        "the ban status could not be read",
        "some totals could not be read",
        "1 attempt could not be read",
        "the grants could not be read",
        "1 row of the wallet ledger could not be read",
        "2 audit rows could not be read",
    ]


@pytest.mark.parametrize(
    ("wallet", "amount"),
    [
        ([{"economyKey": "gold", "balance": 5}], Amount(5)),
        ([{"economyKey": "gems", "balance": 5}], Amount(0)),
        ([], Amount(0)),
        ([{"economyKey": "gold"}], Amount(None, "not provided by this backend")),
        ([{"economyKey": "gold", "balance": "much"}], Amount(None, "could not be read")),
        ([{"economyKey": "gold", "balance": None}], Amount(None, "not provided")),
        ([{"balance": 5}], Amount(None, "not known: 1 balance could not be read")),
        ("none", Amount(None, "could not be read")),
        (
            [{"economyKey": f"k{n}"} for n in range(DEFAULT_LIMIT)],
            Amount(None, "not in the list, which may be cut short"),
        ),
    ],
)
def test_a_balance_is_zero_only_if_known(wallet: object, amount: Amount) -> None:
    assert balance_of(snapshot(wallet=wallet), "gold") == amount


def test_nothing_is_assumed_about_missing_data() -> None:
    assert (
        balance_of(published(), "gold")
        == quantity_of(published(), "box")
        == Amount(None, "not provided by this backend")
    )


# -- grants and rolls -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "lists", "fault", "severity"),
    [
        ({}, {}, Fault.NO_GRANTS_LINKED, "notice"),
        ({"status": "force_completed"}, {}, Fault.NO_GRANTS_LINKED, "notice"),
        ({"roll": "odd"}, {}, Fault.NO_GRANTS_LINKED, "notice"),
        ({"rewardPolicy": "fixed_bundle"}, {}, Fault.NOT_ROLLED, "wrong"),
        ({"roll": {"status": "none"}}, {}, Fault.NOT_ROLLED, "wrong"),
        ({"roll": {"status": "failed"}}, {}, Fault.ROLL_FAILED, "wrong"),
        ({"rewardPolicy": "none"}, {}, Fault.NO_REWARDS, "fine"),
        ({}, {"grants": [{}]}, Fault.GRANTS_NOT_SHOWN, "fine"),
        ({"rewardPolicy": "fixed_bundle"}, {"grants": [{}]}, Fault.GRANTS_NOT_SHOWN, "fine"),
        ({"rewardPolicy": "fixed_bundle"}, {"grants": "none"}, Fault.GRANTS_NOT_SHOWN, "fine"),
        ({"rewardPolicy": "fixed_bundle", "grantIds": [7]}, {"grants": [{}]}, Fault.GRANTS_NOT_SHOWN, "fine"),
        ({"rewardPolicy": "fixed_bundle", "grantIds": []}, {"grants": [{}]}, Fault.NOT_ROLLED, "wrong"),
    ],
)
def test_a_missing_grant_is_a_fault_only_if_one_was_due(
    fields: dict[str, Any], lists: dict[str, Any], fault: Fault, severity: Severity
) -> None:
    seen = published(attempts=[plain_attempt(**fields)], **lists)
    found = attempt_faults(seen.attempts[0], seen, NOW)[0]
    assert (found.code, found.severity) == (fault, severity)


def test_no_grants_linked_offers_the_roll_after_known_faults() -> None:
    doubtful = plain_attempt(id="a9")
    seen = published(attempts=[doubtful])
    step = next_step(seen, NOW, row_scope="attempt", row_id="a9")
    assert (step.action_id, step.severity) == ("attempt.retry_roll", "notice")
    assert "does not say whether the event pays rewards. If it does, retry the roll." in step.words
    broken = plain_attempt(id="a1", status="in_progress", windowEndsAt=ago(days=1), completedAt=None)
    assert most_urgent_row(published(attempts=[doubtful, broken])) == ("attempts", "a1")
    unfinished = plain_attempt(id="a2", status="expired")
    row = most_urgent_row(published(attempts=[unfinished, doubtful]))
    assert row == ("attempts", "a9"), "finished, so it may be owed"
    assert "not known; if not the server refuses" in error_text("attempt.retry_roll", seen, "a9")[-1]


def test_an_attempt_with_unknown_progress_is_not_stuck() -> None:
    playing = plain_attempt(id="a8", status="in_progress", startedAt=ago(days=3), completedAt=None)
    seen = published(attempts=[playing])
    step = next_step(seen, NOW, row_scope="attempt", row_id="a8")
    assert (step.action_id, step.severity) == ("attempt.force_complete", "notice")
    assert "its last progress is not provided by this backend" in step.words
    assert most_urgent_row(published(attempts=[playing, plain_attempt(id="a9")])) == ("attempts", "a9")
    known = {**playing, "lastProgressAt": None}
    assert most_urgent_row(published(attempts=[known, plain_attempt(id="a9")])) == ("attempts", "a8")


@pytest.mark.parametrize(
    ("lists", "doubt"),
    [
        ({"grants": [grant(sourceRefId="x")]}, ""),
        ({"grants": [grant(sourceRefId="x"), {"kind": "reward"}]}, "unreadable"),
        ({"grants": None}, "unreadable"),
        ({"summary": {"grantsClaimed": 9}}, "cut"),
        ({"grants": [grant(status="expired")], "summary": {"grantsClaimed": 1}}, "cut"),
        ({"grants": [grant(id=str(n)) for n in range(DEFAULT_LIMIT)], "summary": {"grantsPending": None}}, "cut"),
    ],
)
def test_an_incomplete_list_of_grants_proves_nothing(lists: dict[str, Any], doubt: str) -> None:
    assert Links(published(**lists)).doubt == doubt


def test_grants_that_are_not_provided_prove_nothing() -> None:
    seen = Snapshot.model_validate({"player": {"externalPlayerId": "p"}, "attempts": [attempt(grantIds=None)]})
    linked = Links(seen).of_attempt(seen.attempts[0])
    assert (linked.certain, linked.doubt) == (False, "absent")
    assert "none known → " in " ".join(error_text("attempt.retry_roll", seen, A1))


# -- the next step --------------------------------------------------------------------------------------------------


def test_a_guest_is_a_player_known_to_have_no_e_mail() -> None:
    rows: dict[str, Any] = {"attempts": [attempt(grantIds=["g1"])], "grants": [grant(id="g1", **CLAIMED)]}
    assert GUEST in next_step(snapshot(player={"email": None}, **rows), NOW).words
    assert GUEST not in next_step(published(**rows), NOW).words
    assert GUEST not in next_step(snapshot(player={"email": 7}, **rows), NOW).words


def test_nothing_is_wrong_states_the_number_of_loaded_rows() -> None:
    rows: dict[str, Any] = {"attempts": [attempt(grantIds=["g1"])], "grants": [grant(id="g1", **CLAIMED)]}
    assert next_step(snapshot(**rows), NOW).words.startswith("Nothing is wrong: every finished attempt has its grants")
    cut = snapshot(**rows, summary={"attemptCount": 69, "grantsClaimed": 80})
    assert "Nothing is wrong in the 1 of 69 attempts and 1 of 80 grants loaded: " in next_step(cut, NOW).words
    banned = snapshot(**rows, summary={"attemptCount": 69}, player=BANNED)
    assert (
        'The player is banned ("speed hack"); nothing else is wrong in the 1 of 69 attempts'
        in next_step(banned, NOW).words
    )
    bare = published(attempts=[plain_attempt()], grants=[grant(**CLAIMED)])
    assert "Whether rolls failed and whether the player is banned are not provided by this backend." in (
        next_step(bare, NOW).words
    )


def test_every_advice_mentions_unreadable_rows() -> None:
    failed = attempt(roll={"status": "failed"})
    seen = snapshot(attempts=[failed, {**failed, "id": None}], grants=[grant(id="g1", sourceRefId=None)])
    steps = NextSteps(seen, NOW)
    for step in (steps.for_player(), steps.for_row("attempt", A1), steps.for_row("grant", "g1")):
        assert step.text.endswith(" 1 attempt could not be read.")
    assert most_urgent_row(seen) == ("attempts", A1)


@pytest.mark.parametrize("lists", [{"attempts": [{}]}, {"attempts": "none"}, {"grants": [{}]}, {"grants": 7}])
def test_unreadable_is_not_empty(lists: dict[str, Any]) -> None:
    words = next_step(snapshot(**lists), NOW).words
    assert "no attempts and no grants" not in words
    assert "could not be read." in words
    one = {"attempts": [attempt(grantIds=["g1"])], "grants": [grant(id="g1", **CLAIMED), {}]}
    assert next_step(snapshot(**one), NOW).words.startswith("Nothing is known to be wrong.")


# -- dialogs --------------------------------------------------------------------------------------------------------


def test_a_credit_assumes_no_zero_balance() -> None:
    bare = error_text("wallet.credit", published(), economy_key="gold", amount="500")
    assert "gold: balance not provided by this backend; 500 are added, at once" in bare
    known = error_text("wallet.credit", snapshot(), economy_key="gold", amount="500")
    assert "gold 0 → 500, at once" in known


def test_a_force_claim_assumes_no_zero_balance() -> None:
    contents = {
        "entries": [
            {"type": "currency", "currencyKey": "gold", "amount": 500},
            {"type": "currency", "currencyKey": "gold", "amount": 20},
            {"type": "item", "itemKey": "potion", "quantity": 2},
        ]
    }
    row = grant(contents=contents)
    bare = error_text("grant.force_claim", published(grants=[row]), row["id"])
    assert "gold: balance not provided by this backend; 500 are added" in bare
    assert "potion: quantity not provided by this backend; 2 are added" in bare
    known = error_text("grant.force_claim", snapshot(grants=[row]), row["id"])
    assert [each for each in known if "→" in each][1:] == ["gold 0 → 500", "gold 500 → 520", "potion 0 → 2"]


def test_the_ban_dialog_says_that_the_status_is_unknown_and_bans() -> None:
    for seen, why in (
        (published(), "ban status not provided by this backend"),
        (snapshot(player={"ban": True}), "ban status could not be read"),
    ):
        form = form_for("player.ban", FormContext(seen, NOW))
        assert (form.title, form.subject_lines[-1]) == ("Ban or lift the ban", why)
        words = error_text("player.ban", seen)
        assert any(each.startswith("not known → banned") for each in words)
        assert "not banned" not in words
        lift = {"do": "lift the ban", "reason": "appeal granted"}
        assert build_call(form, lift, "key-0001").operation is Operation.UNBAN
        assert build_call(form, {"reason": "cheats"}, "key-0001").operation is Operation.BAN
        assert "not known → may play again, at once" in [
            each.words for each in effects(form, lift, EffectContext(seen, NOW))
        ]
    assert "not banned" in error_text("player.ban", snapshot())


def test_a_merge_adds_up_only_what_is_known() -> None:
    rich = snapshot(wallet=[{"economyKey": "gold", "balance": 5}], summary={"attemptCount": 3})
    bare = Snapshot.model_validate({"player": {"externalPlayerId": "p"}})
    plan = merge_plan(bare, rich, limit=200)
    sums = {each.what: (each.source, each.target, each.together) for each in plan.sums}
    assert sums["attempts"] == (None, 3, None)
    assert sums["gold"] == (None, 5, None)
    assert sums["lobbies active"] == (None, 0, None)
    assert "the balances and items of p are not fully known; the merge moves all of them" in plan.notes
    assert "p: ban status not provided by this backend; a ban moves to the target" in plan.notes
    assert merge_plan(rich, rich, limit=200).notes == ()


def test_seats_in_active_lobbies_are_added_up_only_if_all_lobbies_are_loaded() -> None:
    def seats(source: Snapshot, target: Snapshot, limit: int = 200) -> int | float | None:
        plan = merge_plan(source, target, limit=limit)
        return next(each.together for each in plan.sums if each.what == "lobbies active")

    lobbies = [{"id": name, "status": "active", "eventKey": "e"} for name in ("a", "b")]
    one = snapshot(lobbies=lobbies[:1], summary={"lobbiesActive": 1})
    two = snapshot(lobbies=lobbies, summary={"lobbiesActive": 2})
    untold = Snapshot.model_validate({"player": {"externalPlayerId": "p"}, "summary": {"lobbiesActive": 2}})
    unread = snapshot(lobbies=[lobbies[0], 7], summary={"lobbiesActive": 2})
    assert seats(one, two) == 2
    assert seats(one, two, limit=2) is None, "the list may be cut"
    assert seats(one, untold) is None
    assert seats(one, unread) is None
    assert seats(snapshot(summary={"lobbiesActive": 0}), untold) == 2, "none can be shared"

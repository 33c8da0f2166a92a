"""The dialogs of all changes: fields, validation and requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.contract.wire import iso
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import (
    TYPED_ID,
    CannotOpen,
    EffectContext,
    Form,
    FormContext,
    Value,
    score,
    typed_id_for,
    whole_number,
)
from kraty_console.domain.forms import CHANGES, asks_for_id, build_call, follow_up, form_for, problems
from tests.data import load_hostile
from tests.harness.domain.deliveries import DELIVERY
from tests.harness.domain.snapshots import BANNED, CATALOG, NOW, ago, attempt, grant, published, snapshot

OTHER = snapshot(player={"externalPlayerId": "auth_user_42"}, wallet=[{"economyKey": "gold", "balance": 7}])
KEY = "kc_0123456789abcdef"
STUCK = attempt(status="in_progress", score=320, completedAt=None, roll={"status": "none"}, startedAt=ago(days=3))
WALLET = [{"economyKey": "gold", "balance": 1840}, {"economyKey": "xp", "balance": 5}]


AUDITED = AuditRow.model_validate({"id": "0197dddd", "player": {"externalPlayerId": "alice_42"}, "outcome": "ok"})


def opened(action: str, row: str | None = None, **fields: Any) -> Form:
    lists = {
        "attempts": fields.pop("attempts", [STUCK]),
        "grants": fields.pop("grants", [grant(sourceRefId=None)]),
        "wallet": WALLET,
        "player": fields.pop("player", {}),
    }
    return form_for(action, FormContext(snapshot(**lists), NOW, row, **fields))


def body(call: ChangeRequest | None) -> dict[str, Any]:
    assert call is not None
    return call.request.body()


def test_force_complete_asks_for_score_roll_ticket_and_reason() -> None:
    form = opened("attempt.force_complete", STUCK["id"], ticket="ZD-4821")
    assert form.subject_lines == (
        "alice_42 · daily_race · attempt 0197…a001",
        "in progress for 3d, score 320 of 1\u202f500",
    )
    assert [(field.name, field.kind, field.required) for field in form.fields] == [
        ("final_score", "number", False),
        ("then_roll", "check", False),
        ("ticket", "text", False),
        ("reason", "text", True),
    ]
    assert [field.name for field in form.fields if field.doubtful] == ["final_score"]
    assert form.defaults() == {"final_score": "320", "then_roll": True, "ticket": "ZD-4821", "reason": ""}
    assert problems(form, form.defaults()) == {"reason": "reason is needed"}


def test_force_complete_sends_a_score_only_when_it_was_changed() -> None:
    form = opened("attempt.force_complete", STUCK["id"])
    values: dict[str, Value] = {"reason": "client crashed"}
    call = build_call(form, values, KEY)
    assert (call.operation, call.external_player_id, call.target_id) == (
        Operation.FORCE_COMPLETE,
        "alice_42",
        STUCK["id"],
    )
    assert body(call) == {"reason": "client crashed", "idempotencyKey": KEY}
    for unchanged in ("320", " 320.0 ", ""):
        assert "finalScore" not in body(build_call(form, {**values, "final_score": unchanged}, KEY))
    assert body(build_call(form, {**values, "final_score": "1 500", "ticket": " ZD-1 "}, KEY)) == {
        "reason": "client crashed",
        "finalScore": 1500.0,
        "ticket": "ZD-1",
        "idempotencyKey": KEY,
    }


def test_the_roll_follows_in_a_second_request() -> None:
    form = opened("attempt.force_complete", STUCK["id"])
    second = follow_up(form, {"reason": "client crashed", "ticket": "ZD-1"}, KEY)
    assert second is not None
    assert (second.operation, second.target_id) == (Operation.RETRY_ROLL, STUCK["id"])
    assert body(second) == {"reason": "client crashed", "ticket": "ZD-1", "idempotencyKey": KEY + ".roll"}
    assert follow_up(form, {"reason": "client crashed", "then_roll": False}, KEY) is None
    assert follow_up(opened("player.grant"), {"then_roll": True}, KEY) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"grantIds": ["g1", "g2"]}, "2 grants are linked already, a roll would be refused"),
        ({"grantIds": ["g1"]}, "1 grant is linked already, a roll would be refused"),
        ({"rewardPolicy": "none"}, "this event gives no rewards, a roll would be refused"),
    ],
)
def test_a_roll_that_would_be_refused_is_not_offered(fields: dict[str, Any], words: str) -> None:
    form = opened("attempt.force_complete", STUCK["id"], attempts=[STUCK | fields], prefill={"then_roll": True})
    assert form.defaults()["then_roll"] is False
    assert problems(form, {"reason": "crashed", "then_roll": True}) == {"then_roll": words}
    assert problems(form, {"reason": "crashed"}) == {}


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1e999", "twelve", "1_000", "٣", "9" * 50, "0x10"])
def test_invalid_scores(text: str) -> None:
    form = opened("attempt.force_complete", STUCK["id"])
    assert problems(form, {"reason": "crashed", "final_score": text}) == {"final_score": "a number, 0 or more"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("1.840", "1840 or 1.8400? Write one of these"), ("12,345", "12345 or 12.3450? Write one of these")],
)
def test_an_ambiguous_score_is_refused(text: str, words: str) -> None:
    form = opened("attempt.force_complete", STUCK["id"])
    assert problems(form, {"reason": "crashed", "final_score": text}) == {"final_score": words}
    for plainly in ("1840", "1.8400", "0.125", "1.84", "1 840"):
        assert "final_score" not in problems(form, {"reason": "crashed", "final_score": plainly})
    kept = opened("attempt.force_complete", STUCK["id"], attempts=[STUCK | {"score": 1.125}])
    assert problems(kept, {"reason": "crashed"}) == {}, "the present score needs no check"


@pytest.mark.parametrize(
    ("fields", "score", "asks"),
    [
        ({"target": 1500}, "15000", None),
        ({"target": 1500}, "15001", "over 15\u202f000: type alice_42 to confirm"),
        ({"target": None}, "3200", None),
        ({"target": None}, "3201", "over 3\u202f200: type alice_42 to confirm"),
        ({"target": None, "score": None}, "10000000", None),
        ({"target": 1500, "score": 99_999}, "99999", None),
    ],
)
def test_a_score_far_above_the_target_asks_for_the_id(fields: dict[str, Any], score: str, asks: str | None) -> None:
    form = opened("attempt.force_complete", STUCK["id"], attempts=[STUCK | fields])
    assert asks_for_id(form, {"reason": "crashed", "final_score": score}) == asks


def test_valid_scores() -> None:
    assert [score(text) for text in ("0", "1 500", "1\u202f500", "12.5", "1e3")] == [0, 1500, 1500, 12.5, 1000]
    assert [whole_number(text) for text in ("+7", "1 000", "1.0", "", "²", "--5")] == [7, 1000, None, None, None, None]


def test_retry_roll_has_no_required_fields() -> None:
    done = attempt(roll={"status": "failed", "error": "table archived", "at": ago(hours=1)})
    form = opened("attempt.retry_roll", done["id"], attempts=[done])
    assert form.subject_lines[-1] == "the roll failed 1h ago: table archived"
    assert problems(form, {}) == {}
    call = build_call(form, {}, KEY)
    assert (call.operation, call.target_id, body(call)) == (Operation.RETRY_ROLL, done["id"], {"idempotencyKey": KEY})
    assert problems(form, {"reason": "ok"}) == {"reason": "at least 3 characters, it goes into the audit log"}


def test_force_claim() -> None:
    form = opened("grant.force_claim", grant()["id"])
    assert form.subject_lines == (
        "alice_42 · grant 0197…b001",
        "500 gold",
        "pending, granted 1h ago, expires in 14d",
    )
    call = build_call(form, {"reason": "ack was lost"}, KEY)
    assert (call.operation, call.target_id) == (Operation.FORCE_CLAIM, grant()["id"])
    assert body(call) == {"reason": "ack was lost", "idempotencyKey": KEY}


def test_manual_grant() -> None:
    form = opened("player.grant", catalog=CATALOG, ticket="ZD-9")
    assert problems(form, {"reason": "make-good"}) == {}
    text = (
        '[{"type": "currency", "currencyKey": "gold", "amount": 500},'
        '{"type": "item", "itemKey": "potion", "quantity": 2, "parameters": {"a": 1}},'
        '{"type": "crate", "crateItemKey": "legendary_box", "quantity": 1}]'
    )
    values: dict[str, Value] = {"entries": text, "expires_in": "14", "reason": "make-good"}
    call = build_call(form, values, KEY)
    assert (call.operation, call.target_id) == (Operation.MANUAL_GRANT, None)
    assert body(call) == {
        "externalPlayerId": "alice_42",
        "entries": [
            {"type": "currency", "currencyKey": "gold", "amount": 500},
            {"type": "item", "itemKey": "potion", "quantity": 2, "parameters": {"a": 1}},
            {"type": "crate", "crateItemKey": "legendary_box", "quantity": 1},
        ],
        "reason": "make-good",
        "expiresAt": iso(NOW + timedelta(days=14)),
        "ticket": "ZD-9",
        "idempotencyKey": KEY,
    }
    assert build_call(form, values, KEY) == call


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"entries": "[\n{]"}, {"entries": "line 2: a name in double quotes is missing here"}),
        ({"entries": " "}, {"entries": "entries is needed"}),
        ({"expires_in": "0"}, {"expires_in": "whole days, 1 to 3650"}),
        ({"expires_in": "1.5"}, {"expires_in": "whole days, 1 to 3650"}),
        ({"expires_in": "4000"}, {"expires_in": "whole days, 1 to 3650"}),
        ({"ticket": "x" * 201}, {"ticket": "at most 200 characters, these are 201"}),
        ({"ticket": "a\x1bb"}, {"ticket": "character 2 is a control character (U+001B); take it out"}),
        ({"reason": "x" * 1001}, {"reason": "at most 1\u202f000 characters, these are 1\u202f001"}),
        ({"reason": "a\ud800bc"}, {"reason": "character 2 is a control character (U+D800); take it out"}),
    ],
)
def test_manual_grant_validates_input(values: dict[str, Value], found: dict[str, str]) -> None:
    form = opened("player.grant", catalog=CATALOG)
    assert problems(form, {"reason": "make-good", **values}) == found


def test_credit() -> None:
    form = opened("wallet.credit", "gold", catalog=CATALOG)
    assert form.defaults()["economy_key"] == "gold"
    assert form.fields[0].choices == ("gold", "gems")
    call = build_call(form, {"amount": "1 000", "reason": "make-good"}, KEY)
    assert (call.operation, call.economy_key) == (Operation.CREDIT, "gold")
    assert body(call) == {"amount": 1000, "reason": "make-good", "idempotencyKey": KEY}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.5"}, "amount"),
        ({"amount": "1000000001"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"economy_key": "golf"}, "economy_key"),
        ({"economy_key": ""}, "economy_key"),
    ],
)
def test_credit_validates_input(values: dict[str, Value], field: str) -> None:
    form = opened("wallet.credit", "gold", catalog=CATALOG)
    assert list(problems(form, {"amount": "5", "reason": "make-good", **values})) == [field]


def test_credit_without_a_catalog_takes_any_key() -> None:
    form = opened("wallet.credit")
    assert form.fields[0].choices == ("gold", "xp")
    assert problems(form, {"economy_key": "brand_new", "amount": "5", "reason": "make-good"}) == {}


def test_amounts_over_the_limit_ask_for_the_id() -> None:
    form = opened("wallet.credit", "gold", catalog=CATALOG, amount_limit=1000)
    values: dict[str, Value] = {"amount": "1001", "reason": "make-good"}
    assert asks_for_id(form, {**values, "amount": "1000"}) is None
    assert problems(form, values) == {TYPED_ID: "over 1\u202f000: type alice_42 to confirm"}
    assert TYPED_ID in problems(form, {**values, TYPED_ID: "alice_4"})
    assert problems(form, {**values, TYPED_ID: " alice_42 "}) == {}
    gift = opened("player.grant", catalog=CATALOG, amount_limit=10)
    text = '[{"type": "currency", "currencyKey": "gold", "amount": 11}]'
    assert TYPED_ID in problems(gift, {"entries": text, "reason": "make-good"})
    assert asks_for_id(gift, {"entries": "[", "reason": "make-good"}) is None


def test_a_ban_asks_for_the_id_an_unban_only_for_a_reason() -> None:
    ban = opened("player.ban")
    assert (ban.operation, ban.danger, ban.needs_typed_id) == (Operation.BAN, True, True)
    assert problems(ban, {"reason": "cheats"}) == {TYPED_ID: "type alice_42 to confirm"}
    assert problems(ban, {"reason": "cheats", TYPED_ID: "alice_42"}) == {}
    assert body(build_call(ban, {"reason": "cheats"}, KEY)) == {"reason": "cheats", "idempotencyKey": KEY}
    lift = opened("player.ban", player=BANNED)
    assert (lift.operation, lift.danger, lift.title) == (Operation.UNBAN, False, "Lift the ban")
    assert lift.subject_lines == ("alice_42 · Swift Otter", "banned 1d ago: speed hack")
    assert set(problems(lift, {})) == {"reason"}
    assert problems(lift, {"reason": "siblings on one tablet"}) == {}
    assert body(build_call(lift, {"reason": "siblings on one tablet"}, KEY)) == {
        "reason": "siblings on one tablet",
        "idempotencyKey": KEY,
    }


def test_an_id_that_cannot_be_typed_is_replaced() -> None:
    for entry in load_hostile():
        seen = snapshot(player={"externalPlayerId": entry.value})
        typed = typed_id_for(seen)
        assert typed.isascii()
        assert typed.isprintable()
        assert typed.strip() == typed
        assert typed
    assert typed_id_for(snapshot(player={"externalPlayerId": "a\x1b[2Jb"})) == "0000c001"
    assert typed_id_for(snapshot(player={"externalPlayerId": "", "id": None})) == "player"


def test_a_removed_row_cannot_be_opened() -> None:
    for action in ("attempt.force_complete", "attempt.retry_roll", "grant.force_claim", "delivery.replay"):
        with pytest.raises(CannotOpen):
            opened(action, "gone")
    with pytest.raises(CannotOpen):
        opened("help.open")


def test_every_dialog_has_the_same_structure() -> None:
    rows = {
        "attempt.force_complete": STUCK["id"],
        "attempt.retry_roll": STUCK["id"],
        "grant.force_claim": grant()["id"],
        "grant.revoke": grant()["id"],
    }
    for action in CHANGES:
        more = {
            "delivery.replay": {"delivery": DELIVERY},
            "player.merge": {"other": OTHER},
            "audit.correct": {"audit_row": AUDITED},
        }.get(action, {})
        form = opened(action, rows.get(action), **more)
        assert form.action_id == action
        last = "text" if action == "player.note" else "reason"
        assert [field.name for field in form.fields][-2:] == ["ticket", last]
        assert form.confirm_label
        assert form.running
        assert "alice_42" in form.subject_lines[0]


def test_validated_values_fit_the_contract() -> None:
    """Hostile reasons and tickets: reported beside the field, or valid on the wire; never an error on sending."""
    form = opened("grant.force_claim", grant()["id"])
    for entry in load_hostile():
        values: dict[str, Value] = {"reason": entry.value, "ticket": entry.value}
        if problems(form, values):
            continue
        sent = body(build_call(form, values, KEY))
        sent["reason"].encode("utf-8")
    with pytest.raises(ValidationError):
        build_call(form, {"reason": "no"}, KEY)


def test_a_debit_takes_at_most_the_balance() -> None:
    form = opened("wallet.debit", "gold")
    values: dict[str, Value] = {"amount": "340", "reason": "credited twice", "ticket": "ZD-1"}
    call = build_call(form, values, KEY)
    assert (call.operation, call.economy_key) == (Operation.DEBIT, "gold")
    assert call.request.body() == {
        "amount": 340,
        "reason": "credited twice",
        "ticket": "ZD-1",
        "idempotencyKey": KEY,
    }
    seen = EffectContext(snapshot(wallet=WALLET), NOW)
    assert [each.words for each in effects(form, values, seen)] == ["gold 1\u202f840 → 1\u202f500, at once"]
    more = effects(form, {**values, "amount": "5000"}, seen)
    assert "the server will refuse" in more[-1].words
    unknown = effects(form, values, EffectContext(published(), NOW))
    assert unknown[0].words == "gold: balance not provided by this backend; 340 are taken, at once"


def test_a_merge_shows_the_totals_and_asks_for_the_id() -> None:
    form = opened("player.merge", other=OTHER)
    assert form.subject_lines == ("from  alice_42 · Swift Otter", "into  auth_user_42 · Swift Otter")
    assert problems(form, {"reason": "signed in"}) == {TYPED_ID: "type alice_42 to confirm"}
    call = build_call(form, {"reason": "signed in", TYPED_ID: "alice_42"}, KEY)
    assert (call.operation, call.external_player_id, call.target_id) == (Operation.MERGE, "alice_42", "auth_user_42")
    found = {
        each.label: each.words for each in effects(form, {}, EffectContext(snapshot(wallet=WALLET), NOW, other=OTHER))
    }
    assert found["balances"] == "gold 1\u202f840 + 7 → 1\u202f847, xp 5 + 0 → 5"
    with pytest.raises(CannotOpen, match="itself"):
        opened("player.merge", other=snapshot())
    with pytest.raises(CannotOpen, match="name the player"):
        opened("player.merge")


@pytest.mark.parametrize(
    ("action", "row", "kept"), [("player.grant", None, True), ("grant.force_claim", grant()["id"], False)]
)
def test_with_a_server_key_dialogs_name_the_audited_actor(action: str, row: str | None, kept: bool) -> None:
    seen = EffectContext(
        snapshot(grants=[grant(sourceRefId=None)]), NOW, key_label="api_key:sUUVdrM8", person="maria@desk"
    )
    notes = [each.words for each in effects(opened(action, row), {}, seen) if each.note]
    assert "the audit log will name the key api_key:sUUVdrM8, not you" in notes
    assert any(each.startswith("maria@desk goes along in reason and metadata") for each in notes)
    assert any("your journal does" in each for each in notes) is not kept

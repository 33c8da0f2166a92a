"""Replaying a delivery: when it is possible, the dialog and the request."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.actions import Changed
from kraty_console.contract.operations import Operation
from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, ROLE_PERMISSIONS
from kraty_console.contract.webhooks import DeliveryReplayed
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import REPLAY
from kraty_console.domain.bare_player import bare_player
from kraty_console.domain.changes.replay import player_of
from kraty_console.domain.fields import EffectContext, Form, FormContext
from kraty_console.domain.forms import CHANGES, build_call, form_for, problems
from kraty_console.domain.outcome_summary import outcome_summary
from tests.harness.domain.deliveries import DELIVERY, delivery
from tests.harness.domain.snapshots import NOW, ago

KEY = "kc_0123456789abcdef"


def context(role: str = GAME_ADMIN, **fields: Any) -> ActionContext:
    return ActionContext(role=role, permissions=ROLE_PERMISSIONS[role], now=NOW, **fields)


def form() -> Form:
    return form_for(
        "delivery.replay", FormContext(bare_player(player_of(DELIVERY)), NOW, ticket="ZD-1", delivery=DELIVERY)
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, None),
        ({"status": "delivered"}, None),
        ({"status": "pending", "nextAttemptAt": ago(hours=-1)}, None),
        ({"status": "pending", "sending": True}, "it is being sent right now"),
        ({"status": "pending"}, "it waits for an earlier one of its player: replay that one"),
        ({"endpoint": {"state": "paused"}}, "its endpoint is paused"),
        ({"status": "cancelled", "endpoint": {"state": "archived"}}, "its endpoint is archived"),
        ({"endpoint": None}, None),
    ],
)
def test_replay_is_disabled_if_the_backend_would_refuse(fields: dict[str, Any], reason: str | None) -> None:
    assert REPLAY.disabled_reason(context(delivery=delivery(**fields))) == reason


def test_replay_is_disabled_without_a_delivery_or_a_permission() -> None:
    assert REPLAY.disabled_reason(context()) == "select a delivery first (h)"
    denied = REPLAY.disabled_reason(context(GAME_DEBUGGER, delivery=DELIVERY))
    assert denied == "needs webhook.replay (GAME_ADMIN); you are GAME_DEBUGGER"
    assert "read-only" in (REPLAY.disabled_reason(context(delivery=DELIVERY, read_only=True)) or "")


def test_the_dialog_describes_the_delivery_and_sends_the_replay() -> None:
    opened = form()
    assert opened.subject_lines == (
        "alice_42 · wallet.changed · evt_01HZX70000000000000000000A",
        "failed after 8 attempts, created 2d ago",
        "last time: answered 503",
    )
    assert problems(opened, {}) == {}
    call = build_call(opened, {"reason": " receiver is back "}, KEY)
    assert (call.operation, call.target_id, call.external_player_id) == (
        Operation.REPLAY_DELIVERY,
        DELIVERY.id,
        "alice_42",
    )
    assert call.request.body() == {"reason": "receiver is back", "ticket": "ZD-1", "idempotencyKey": KEY}


def test_the_effects_of_a_replay() -> None:
    def told(known: Any) -> list[tuple[str, str]]:
        seen = EffectContext(bare_player(player_of(DELIVERY)), NOW, delivery=known)
        return [(each.label, each.words) for each in CHANGES["delivery.replay"].effects(form(), {}, seen)]

    assert told(DELIVERY) == [
        ("sent", "again, at once, to https://games.example/kraty"),
        ("attempt", "9; if it fails, the schedule starts again"),
    ]
    assert told(delivery(status="delivered"))[-1][0] == "note"
    assert told(None) == [("note", "this delivery is no longer in the list")]


def test_a_delivery_without_a_player_is_replayed() -> None:
    lobby = delivery(player=None, eventName="lobby.started", createdAt=None)
    opened = form_for("delivery.replay", FormContext(bare_player(player_of(lobby)), NOW, delivery=lobby))
    assert opened.subject_lines[:2] == ("lobby.started · evt_01HZX70000000000000000000A", "failed after 8 attempts")
    call = build_call(opened, {}, KEY)
    answer: Changed = DeliveryReplayed.model_validate({"delivery": lobby.raw()})
    assert outcome_summary(call, answer, None) == "lobby.started is sent again, attempt 9"

"""The registry: the keys of the console, and why actions are disabled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER, ROLE_PERMISSIONS
from kraty_console.contract.webhooks import Delivery
from kraty_console.domain.action_choice import actions, footer, for_key
from kraty_console.domain.action_spec import ActionContext, InboxPlace, missing_permission
from kraty_console.domain.actions import BY_ID, REGISTRY
from kraty_console.domain.forms import CHANGES
from kraty_console.domain.scopes import PANES, Scope
from tests.harness.domain.snapshots import BANNED, NOW, attempt, grant, snapshot

DESIGN_KEYS = (
    "/ 1 2 3 4 5 6 tab j k g G pageup pagedown up down enter escape . y w s f : ctrl+p t o q F R M C B c r ? p l"
)
CHANGING = [spec for spec in REGISTRY if spec.is_write]


def context(role: str = GAME_ADMIN, **fields: Any) -> ActionContext:
    return ActionContext(role=role, permissions=ROLE_PERMISSIONS[role], now=NOW, **fields)


def on(scope: Scope, row: dict[str, Any], role: str = GAME_ADMIN, **lists: Any) -> ActionContext:
    seen = snapshot(**{f"{scope}s": [row], **lists})
    return context(role, snapshot=seen, pane=f"{scope}s", row_scope=scope, row_id=row["id"])


def test_every_key_and_pane_is_registered() -> None:
    keys = {key for spec in REGISTRY for key in spec.keys}
    assert set(DESIGN_KEYS.split()) <= keys
    assert "8" not in keys
    titles = ["Attempts", "Grants", "Wallet", "Lobbies", "Items", "Audit", "Timeline"]
    assert [pane.title for pane in PANES] == titles


def test_lower_case_keys_read_and_upper_case_keys_write() -> None:
    for spec in REGISTRY:
        for key in spec.keys:
            if spec.is_write:
                assert len(key) == 1
                assert key.isupper()
            elif len(key) == 1 and key.isupper():
                assert spec.id in ("row.last", "view.json", "copy.reply", "audit.export")


def test_every_action_has_texts_and_a_unique_id() -> None:
    assert len(BY_ID) == len(REGISTRY)
    for spec in REGISTRY:
        assert spec.title
        assert spec.help
        assert not spec.help.endswith(".")
        assert not spec.footer or spec.footer_title


def test_every_change_has_a_dialog_and_a_permission() -> None:
    assert {spec.id for spec in CHANGING} == set(CHANGES)
    assert all(spec.permission or spec.key_only for spec in CHANGING)


def test_read_only_removes_all_changes() -> None:
    left = [spec.id for spec in REGISTRY if not spec.is_write]
    assert [spec.id for spec in actions(context(read_only=True, inbox=InboxPlace(0, 1)))] == left
    for spec in CHANGING:
        assert "read-only profile" in (spec.disabled_reason(context(read_only=True, snapshot=snapshot())) or "")


def test_only_a_console_with_tickets_has_the_actions_on_them() -> None:
    with_them, without = context(inbox=InboxPlace(1, 3)), context()
    assert {spec.id for spec in actions(with_them)} - {spec.id for spec in actions(without)} == {
        "ticket.read",
        "ticket.next",
        "ticket.give_up",
        "ticket.previous",
    }
    for key in "#>-<":
        spec = for_key(key, with_them)
        assert spec is not None
        assert spec.inbox_only
        assert spec.disabled_reason(with_them) is None
        assert for_key(key, without) is None
    assert BY_ID["ticket.previous"].disabled_reason(context(inbox=InboxPlace(0, 3))) == "this is the first ticket"
    assert BY_ID["ticket.next"].disabled_reason(context(inbox=InboxPlace(3, 3))) == "every ticket is done"


@pytest.mark.parametrize(
    ("role", "action", "words"),
    [
        (GAME_DEBUGGER, "player.grant", "needs grant.manual_create (GAME_ADMIN); you are GAME_DEBUGGER"),
        (GAME_DEBUGGER, "wallet.credit", "needs wallet.credit (GAME_ADMIN); you are GAME_DEBUGGER"),
        (GAME_DEBUGGER, "player.ban", "needs player.ban (GAME_ADMIN); you are GAME_DEBUGGER"),
        (
            GAME_VIEWER,
            "attempt.force_complete",
            "needs attempt.force_complete (GAME_ADMIN or GAME_DEBUGGER); you are GAME_VIEWER",
        ),
        (GAME_ADMIN, "player.grant", None),
        (GAME_VIEWER, "audit.open", None),
    ],
)
def test_a_missing_permission_is_named_with_who_has_it(role: str, action: str, words: str | None) -> None:
    assert BY_ID[action].disabled_reason(context(role, snapshot=snapshot())) in (words, "select an attempt first (1)")
    if words is not None:
        assert BY_ID[action].disabled_reason(context(role, snapshot=snapshot())) == words


def test_an_unlisted_permission() -> None:
    assert missing_permission("grant.new_thing", None) == "needs grant.new_thing"


@pytest.mark.parametrize(
    ("action", "row", "lists", "words"),
    [
        ("attempt.force_complete", attempt(), {}, "this attempt is already complete"),
        ("attempt.force_complete", attempt(status="force_completed"), {}, "this attempt is already complete"),
        ("attempt.force_complete", attempt(status="in_progress"), {}, None),
        ("attempt.force_complete", attempt(status="expired"), {}, None),
        ("attempt.retry_roll", attempt(), {}, None),
        (
            "attempt.retry_roll",
            attempt(status="in_progress"),
            {},
            "this attempt is not complete; force-complete it first (F)",
        ),
        (
            "attempt.retry_roll",
            attempt(rewardPolicy="none"),
            {},
            "this event gives no rewards, so there is nothing to roll",
        ),
        (
            "attempt.retry_roll",
            attempt(grantIds=["g1", "g2"]),
            {},
            "2 grants are already linked to this attempt; open them with 2",
        ),
        (
            "attempt.retry_roll",
            attempt(grantIds=None),
            {"grants": [grant()]},
            "1 grant is already linked to this attempt; open it with 2",
        ),
        ("grant.force_claim", attempt(), {}, "select a grant first (2)"),
    ],
)
def test_actions_on_attempts(action: str, row: dict[str, Any], lists: dict[str, Any], words: str | None) -> None:
    assert BY_ID[action].disabled_reason(on("attempt", row, **lists)) == words


@pytest.mark.parametrize(
    ("status", "words"),
    [("pending", None), ("expired", None), ("frozen", None), ("claimed", "this grant is already claimed")],
)
def test_actions_on_grants(status: str, words: str | None) -> None:
    here = on("grant", grant(status=status))
    assert BY_ID["grant.force_claim"].disabled_reason(here) == words
    assert BY_ID["attempt.retry_roll"].disabled_reason(here) == "select an attempt first (1)"


def test_actions_without_a_player() -> None:
    for name in ("player.grant", "wallet.credit", "player.ban", "next.step", "pane.sort", "attempt.force_complete"):
        assert BY_ID[name].disabled_reason(context()) == "open a player first (/)"
    for name in ("search.focus", "ticket.set", "help.open", "journal.open"):
        assert BY_ID[name].disabled_reason(context()) is None


def test_a_merged_player_cannot_be_changed() -> None:
    merged = context(snapshot=snapshot(player={"mergedInto": "auth_user_42"}))
    assert BY_ID["player.grant"].disabled_reason(merged) == ("this player was merged into auth_user_42; open that one")


def test_copying_needs_something_to_copy() -> None:
    assert BY_ID["copy.audit_link"].disabled_reason(context()) is not None
    assert BY_ID["copy.audit_link"].disabled_reason(context(audit_link=True)) is None
    assert BY_ID["copy.worklog"].disabled_reason(context()) == "nothing was done yet"
    assert "nothing was done" in (BY_ID["copy.worklog"].disabled_reason(context(ticket="ZD-1")) or "")
    assert BY_ID["copy.worklog"].disabled_reason(context(ticket="ZD-1", worklog=True)) is None
    assert BY_ID["copy.value"].disabled_reason(context()) is not None
    assert BY_ID["row.open"].disabled_reason(context(snapshot=snapshot())) == "there is no row under the cursor"


def test_a_shared_key_acts_on_the_row_under_the_cursor() -> None:
    attempt_here, grant_here = on("attempt", attempt()), on("grant", grant())
    wallet_here = context(snapshot=snapshot(), pane="wallet", row_scope="wallet", row_id="gold")
    found = [for_key("F", here) for here in (attempt_here, grant_here, wallet_here)]
    assert [spec and spec.id for spec in found] == [
        "attempt.force_complete",
        "grant.force_claim",
        "attempt.force_complete",
    ]
    assert for_key("§", attempt_here) is None
    assert for_key("X", grant_here, {"grant.force_claim": ("X",)}) is BY_ID["grant.force_claim"]


def test_the_footer_lists_fitting_actions_with_their_disabled_reasons() -> None:
    shown = {spec.id: reason for spec, reason in footer(on("attempt", attempt(), GAME_DEBUGGER))}
    assert shown["attempt.force_complete"] == "this attempt is already complete"
    assert shown["attempt.retry_roll"] is None
    assert shown["player.grant"] == "needs grant.manual_create (GAME_ADMIN); you are GAME_DEBUGGER"
    assert "grant.force_claim" not in shown
    assert not any(spec.is_write for spec, _ in footer(replace(on("attempt", attempt()), read_only=True)))
    assert [spec.key for spec, _ in footer(replace(context(), snapshot=None))] == [
        "enter",
        "/",
        "p",
        "l",
        "t",
        "?",
        "q",
    ]


def test_the_server_decides_if_permissions_are_unknown() -> None:
    unknown = replace(on("attempt", attempt(status="in_progress")), role=None, permissions=None)
    assert BY_ID["attempt.force_complete"].disabled_reason(unknown) is None
    assert BY_ID["audit.open"].disabled_reason(unknown) is None


def test_a_missing_operation_disables_its_action() -> None:
    reason = "this Kraty has no route POST …/retry-reward-roll; configure it under routes, or use the portal"
    missing = {"retry_roll": reason, "audit_log": "no log", "unban": "no unban"}
    here = replace(on("attempt", attempt()), missing=missing)
    assert BY_ID["attempt.retry_roll"].disabled_reason(here) == reason
    assert BY_ID["audit.open"].disabled_reason(here) == "no log"
    assert BY_ID["player.ban"].disabled_reason(here) is None, "a player who is not banned can be banned"
    banned = replace(here, snapshot=snapshot(player=BANNED))
    assert BY_ID["player.ban"].disabled_reason(banned) == "no unban"
    for spec in CHANGING:
        assert "read-only" in (spec.disabled_reason(replace(here, read_only=True)) or ""), "read-only comes first"


def test_search_is_enabled_for_every_role() -> None:
    assert BY_ID["search.focus"].disabled_reason(ActionContext(role="NOBODY", permissions=frozenset())) is None


def test_a_server_key_has_two_more_changes() -> None:
    session, key = on("attempt", attempt()), replace(on("attempt", attempt()), uses_key=True)
    assert {spec.id for spec in actions(key)} - {spec.id for spec in actions(session)} == {
        "wallet.debit",
        "player.merge",
    }
    assert for_key("D", session) is None
    found = for_key("D", key)
    assert found is not None
    assert found.id == "wallet.debit"


def test_a_delivery_leads_only_to_a_grant() -> None:
    for event, reason in (("grant.created", None), ("wallet.changed", "this delivery is not about a grant")):
        delivery = Delivery.model_validate({"id": "d1", "eventName": event})
        seen = context(row_scope="delivery", row_id="d1", delivery=delivery)
        assert BY_ID["row.related"].disabled_reason(seen) == reason
    assert BY_ID["row.related"].disabled_reason(context()) == "open a player first (/)"

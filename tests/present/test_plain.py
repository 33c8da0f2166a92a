"""Printed output of `search` and `show`."""

from __future__ import annotations

import json

import pytest

from kraty_console.contract.players import SearchHit
from kraty_console.domain.scopes import LIST_PANES, PaneId
from kraty_console.present.json_output import json_text
from kraty_console.present.text_output import hits_text, pane_text, player_json, player_text
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, snapshot

N = "\u202f"

MUCH = snapshot(
    attempts=[attempt(score=12345, target=54321, metrics={"distance": 98765})],
    grants=[grant(contents={"entries": [{"type": "currency", "currencyKey": "gold", "amount": 5000}]})],
    wallet=[{"economyKey": "gold", "balance": 1234567}],
    walletLedger=[{"ledgerId": "l1", "economyKey": "gold", "delta": -4321, "balance": 1234567}],
    inventory=[{"itemKey": "box", "quantity": 4000}],
    summary={"attemptCount": 5000, "grantsPending": 3000, "grantsClaimed": 2000},
)
"""A player of whom every number needs groups."""


def test_a_search() -> None:
    hits = [
        SearchHit.model_validate(
            {
                "externalPlayerId": "alice_42",
                "displayName": "Swift Otter",
                "email": "alice@example.com",
                "lastSeenAt": ago(minutes=4),
                "match": "external_id",
            }
        ),
        SearchHit.model_validate({"externalPlayerId": "漢字", "match": "merged", "mergedFrom": "guest"}),
        SearchHit.model_validate({"externalPlayerId": "x", "match": "soundex"}),
    ]
    assert hits_text(hits, NOW).splitlines() == [
        "PLAYER    NAME         E-MAIL             LAST SEEN  FOUND BY",
        "alice_42  Swift Otter  alice@example.com  4m ago     id",
        "漢字      —            —                  —          guest was merged into it",
        "x         —            —                  —          soundex",
    ]


def test_the_columns_of_a_pane_are_aligned() -> None:
    answer = snapshot(attempts=[attempt(roll={"status": "failed"}), attempt(id="a2", score=5, eventKey="x")])
    assert pane_text("attempts", answer, NOW).splitlines() == [
        "STATUS     EVENT       SCORE  STARTED  ENDED   GRANTS  WHAT IS WRONG",
        "completed  daily_race   1840  2h ago   1h ago  none    roll failed",
        "completed  x               5  2h ago   1h ago  none    rolled nothing",
    ]


@pytest.mark.parametrize("pane_id", [each.id for each in LIST_PANES])
def test_numbers_are_ungrouped_in_every_pane(pane_id: PaneId) -> None:
    assert N not in pane_text(pane_id, MUCH, NOW)


def test_numbers_are_ungrouped_in_the_whole_answer() -> None:
    shown = player_text(MUCH, NOW)
    assert N not in shown
    assert "12345" in shown
    assert "1234567" in shown


def test_a_pane_of_two_tables_names_them() -> None:
    answer = snapshot(
        wallet=[{"economyKey": "gold", "balance": 5}],
        walletLedger=[{"ledgerId": "l1", "economyKey": "gold", "delta": 5}],
    )
    lines = pane_text("wallet", answer, NOW).splitlines()
    assert lines[0] == "Balances"
    assert lines[1] == "BALANCE OF  BALANCE  CHANGED"
    assert "Wallet ledger" in lines


def test_an_empty_pane_explains_itself() -> None:
    assert pane_text("lobbies", snapshot(), NOW) == "No lobbies yet. A seat in a matched event shows here.\n"


def test_a_player_with_the_next_step() -> None:
    answer = snapshot(attempts=[attempt(roll={"status": "failed"})], grants=[grant(sourceRefId=None)])
    text = player_text(answer, NOW)
    assert text.startswith("alice_42 · Swift Otter · PT · level 7")
    assert "Next step: daily_race (2h ago): The roll failed" in text
    assert "\nAttempts\nSTATUS" in text
    assert "\nGrants\nSTATUS" in text
    assert "Lobbies" not in text


def test_json_is_the_raw_answer_in_ascii() -> None:
    answer = snapshot(player={"externalPlayerId": "a\x7f\u202e漢\x1b"}, attempts=[attempt(extra="kept")])
    text = json_text(player_json(answer))
    assert all(" " <= char <= "~" or char == "\n" for char in text)
    whole = json.loads(text)
    assert whole["player"]["externalPlayerId"] == "a\x7f\u202e漢\x1b"
    assert whole["attempts"][0]["extra"] == "kept"
    assert list(player_json(answer, "wallet")) == ["wallet", "walletLedger"]
    assert player_json(answer, "attempts")["attempts"][0]["startedAt"] == ago(hours=2)

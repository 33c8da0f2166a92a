"""Webhook deliveries as rows and as documents."""

from __future__ import annotations

import unicodedata
from datetime import UTC
from typing import Any

import pytest

from kraty_console.contract.webhooks import Delivery, DeliveryDetail
from kraty_console.domain.formatting import grouped
from kraty_console.present.deliveries import COLUMNS, GAME_COLUMNS, delivery_document, next_words, row
from tests.data import load_hostile
from tests.harness.domain.snapshots import NOW, ago
from tests.harness.each import for_each

BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ID = "evt_01HZX70000000000000000000A"


def delivery(**fields: Any) -> DeliveryDetail:
    """A delivery that failed once, and is tried again in five minutes."""
    told = {
        "id": ID,
        "eventName": "wallet.changed",
        "environment": "live",
        "status": "pending",
        "endpoint": {"id": "e1", "url": "https://games.example/kraty/hook", "state": "active"},
        "player": {"id": "p1", "externalPlayerId": "alice_42"},
        "occurredAt": ago(hours=2),
        "createdAt": ago(hours=2),
        "nextAttemptAt": ago(minutes=-5),
        "attemptCount": 1,
        "attempts": [
            {"number": 1, "startedAt": ago(minutes=1), "durationMs": 12, "status": 503, "error": "answered 503"}
        ],
        **fields,
    }
    return DeliveryDetail.model_validate(told)


def test_a_row_shows_state_and_next_attempt() -> None:
    shown = row(delivery(), NOW)
    assert [each.text for each in shown.cells] == [
        "2h ago",
        "wallet.changed",
        "pending",
        "1",
        "in 5m",
        "games.example",
        "answered 503",
    ]
    assert len(shown.cells) == len(shown.sort) == len(COLUMNS)
    of_game = row(delivery(), NOW, with_player=True)
    assert of_game.cells[2].text == "alice_42"
    assert len(of_game.cells) == len(of_game.sort) == len(GAME_COLUMNS)
    assert (shown.id, shown.copies, shown.scope) == (ID, ID, "delivery")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "delivered", "nextAttemptAt": None}, "—"),
        ({"sending": True, "nextAttemptAt": None}, "being sent"),
        ({"nextAttemptAt": ago(minutes=1)}, "due now"),
        ({"nextAttemptAt": None}, "after an earlier one"),
        ({"nextAttemptAt": None, "endpoint": {"url": "https://x", "state": "paused"}}, "endpoint is paused"),
    ],
)
def test_the_reason_for_waiting_is_shown(fields: dict[str, Any], words: str) -> None:
    assert next_words(delivery(**fields), NOW) == words


def test_the_document_lists_attempts_and_data() -> None:
    attempts = [
        {"number": 1, "startedAt": ago(hours=1), "durationMs": None, "status": None, "error": None},
        {"number": 2, "startedAt": ago(minutes=1), "durationMs": 1200, "status": 200, "error": None, "answer": "ok"},
    ]
    data = {"externalPlayerId": "alice_42", "delta": 5}
    lines = delivery_document(
        delivery(status="delivered", attempts=attempts, attemptCount=2, data=data, finishedAt=ago(minutes=1)), NOW, UTC
    ).plain_lines()
    text = "\n".join(" ".join(line.split()) for line in lines)
    assert "1 2026-03-10 11:00:00 UTC · 1h ago · not known" in text
    assert f"2 2026-03-10 11:59:00 UTC · 1m ago · answered 200 · {' '.join(grouped(1200).split())} ms · ok" in text
    assert any(line.split() == ["delta", "5"] for line in lines)
    assert any(line.split() == ["delivery", ID] for line in lines)
    assert "next attempt" not in text


def test_a_delivery_with_missing_fields_is_shown() -> None:
    bare = Delivery.model_validate({"id": "evt_1"})
    assert [each.text for each in row(bare, NOW, with_player=True).cells].count("—") >= 5
    assert delivery_document(bare, NOW).plain_lines()


@for_each("entry", [each for each in load_hostile() if each.raw is None])
def test_external_text_contains_no_control_characters(entry: Any) -> None:
    value = entry.value[:2_000]
    whole = delivery(
        eventName=value,
        status=value,
        endpoint={"id": value, "url": value, "state": value},
        player={"externalPlayerId": value},
        attempts=[{"number": 1, "status": 500, "error": value, "answer": value, "startedAt": ago(hours=1)}],
        data={value: value},
        environment=value,
    )
    shown = [each.text for each in row(whole, NOW, with_player=True).cells]
    document = delivery_document(whole, NOW, UTC)
    for text in [*shown, document.title, *document.plain_lines(), *document.raw_lines]:
        bad = [hex(ord(char)) for char in text if char != "\u200d" and unicodedata.category(char) in BAD]
        assert not bad, text[:200]

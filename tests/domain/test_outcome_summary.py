"""Summaries of applied changes, from the server's answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kraty_console.contract.actions import (
    Banned,
    Changed,
    Credited,
    ForceClaimed,
    ForceCompleted,
    GrantCreated,
    RewardRolled,
    Unbanned,
    WalletCredit,
)
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.domain.formatting import GROUP as N
from kraty_console.domain.outcome_summary import outcome_summary
from tests.harness.domain.snapshots import attempt, grant, snapshot

CALL = ChangeRequest(
    Operation.CREDIT, "alice_42", WalletCredit(amount=1500, reason="make-good", idempotency_key="k" * 8), None, "gold"
)
STUCK = attempt(status="in_progress", score=320, completedAt=None)
BEFORE = snapshot(attempts=[STUCK], grants=[grant()])
PLAYER: dict[str, Any] = {"externalPlayerId": "alice_42"}


def answered(shape: type[Changed]) -> ChangeRequest:
    """A change whose answer has this shape; a credit where no change has it."""
    kinds = [kind for kind, spec in OPERATIONS.items() if spec.is_write and model_of(spec.answer) is shape]
    return replace(CALL, operation=kinds[0]) if kinds else CALL


@pytest.mark.parametrize(
    ("shape", "answer", "words"),
    [
        (
            ForceCompleted,
            {"attempt": attempt(status="force_completed", score=1500)},
            f"in progress → force-completed, score 320 → 1{N}500",
        ),
        (
            ForceCompleted,
            {"attempt": attempt(status="force_completed", score=320)},
            "in progress → force-completed, score 320 (unchanged)",
        ),
        (
            ForceCompleted,
            {"attempt": attempt(id="another", status="force_completed")},
            f"force-completed, score 1{N}840",
        ),
        (
            RewardRolled,
            {"attempt": attempt(), "grants": [grant()], "grantCount": 1},
            "the roll granted 500 gold, pending",
        ),
        (
            RewardRolled,
            {"attempt": attempt(), "grants": [grant(), grant(id="g2", status="claimed")], "grantCount": 2},
            "the roll granted 500 gold and 500 gold",
        ),
        (RewardRolled, {"attempt": attempt(), "grantCount": 2}, "the roll made 2 grants"),
        (RewardRolled, {"attempt": attempt(), "grants": [], "grantCount": 0}, "the roll gave nothing"),
        (RewardRolled, {"attempt": attempt()}, "the answer does not tell what the roll gave"),
        (RewardRolled, {"attempt": attempt(), "grants": [7]}, "the answer does not tell what the roll gave"),
        (
            RewardRolled,
            {"attempt": attempt(), "grants": [grant(), 7]},
            "the roll granted 500 gold, pending, and what could not be read",
        ),
        (GrantCreated, {"grant": grant()}, "granted 500 gold, pending"),
        (
            ForceClaimed,
            {"grant": grant(status="claimed"), "deposits": [{"economyKey": "gold", "delta": 500}]},
            "pending → claimed, delivered gold +500",
        ),
        (
            ForceClaimed,
            {"grant": grant(status="claimed"), "deposits": []},
            "pending → claimed, nothing was delivered by it",
        ),
        (
            ForceClaimed,
            {"grant": grant(status="claimed")},
            "pending → claimed, the answer does not tell what was delivered",
        ),
        (
            ForceClaimed,
            {"grant": grant(status="claimed"), "deposits": [7]},
            "pending → claimed, the answer does not tell what was delivered",
        ),
        (Credited, {"economyKey": "gold", "balance": 2740}, f"gold +1{N}500, balance 2{N}740"),
        (Banned, PLAYER, "banned"),
        (Banned, {**PLAYER, "applied": False}, "was banned already; the reason was replaced"),
        (Unbanned, PLAYER, "ban lifted"),
        (Unbanned, {**PLAYER, "applied": False}, "was not banned"),
        (Changed, {}, ""),
    ],
)
def test_outcome_lines(shape: type[Changed], answer: dict[str, Any], words: str) -> None:
    assert outcome_summary(answered(shape), shape.model_validate(answer), BEFORE) == words


def test_an_effect_known_only_from_the_audit_log_has_no_summary() -> None:
    assert outcome_summary(CALL, None, BEFORE) == ""
    assert (
        outcome_summary(answered(ForceCompleted), ForceCompleted.model_validate({"attempt": attempt()}), None)
        == f"completed, score 1{N}840"
    )

"""Error messages with advice and exit codes."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.errors import (
    BadAnswer,
    IdempotencyConflict,
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from kraty_console.present.errors import error_text

CASES: list[tuple[KratyError, str | None, str, str, int]] = [
    (
        SignInNeeded("the session has ended", "session_invalid", 401, {}, "req-1"),
        None,
        "The session has expired or is unknown. The session has ended. (401 session_invalid, request req-1)",
        "Enter a new token to continue.",
        4,
    ),
    (
        NotAllowed("no", "forbidden", 403, {}, "req-1", permission="grant.manual_create"),
        "GAME_DEBUGGER",
        "Not allowed: needs grant.manual_create (GAME_ADMIN); you are GAME_DEBUGGER. (403 forbidden, request req-1)",
        "Ask somebody who may, or for the role.",
        4,
    ),
    (
        NotAllowed("no", "forbidden", 403, {"permission": "wallet.credit"}),
        None,
        "Not allowed: needs wallet.credit (GAME_ADMIN). (403 forbidden)",
        "Ask somebody who may, or for the role.",
        4,
    ),
    (
        NotAllowed("the player is banned", "player_banned", 403),
        None,
        "Not applied: the player is banned. (403 player_banned)",
        "Lift the ban first (B).",
        4,
    ),
    (
        NotAllowed("", "tenant_mismatch", 403),
        None,
        "Not allowed. (403 tenant_mismatch)",
        "Ask somebody who may, or for the role.",
        4,
    ),
    (
        NotFound("Player 'ghost' not found", "not_found", 404),
        None,
        "Not found. Player 'ghost' not found. (404 not_found)",
        "Check the id, the game and the environment.",
        3,
    ),
    (Invalid("the player is empty"), None, "The player is empty.", "", 2),
    (
        Refused("no", "conflict", 409, {"grantIds": ["g1", "g2"]}, "0197"),
        None,
        "Not applied: 2 grants are already linked to this attempt. (409 conflict, request 0197)",
        "Open them with 2.",
        1,
    ),
    (
        Refused("no", "conflict", 409, {"grantIds": ["g1"]}),
        None,
        "Not applied: 1 grant is already linked to this attempt. (409 conflict)",
        "Open it with 2.",
        1,
    ),
    (
        Refused("no", "conflict", 409, {"rollError": 'table "daily_gold" is archived'}),
        None,
        'The roll failed again: table "daily_gold" is archived. (409 conflict)',
        "Fix the cause in the portal, then retry the roll.",
        1,
    ),
    (
        Refused("the attempt is already complete", "conflict", 409, {"grantIds": []}),
        None,
        "Not applied: the attempt is already complete. (409 conflict)",
        "Refresh with r and look again.",
        1,
    ),
    (
        Refused("", "conflict", 422),
        None,
        "Not applied: not possible in the current state. (422 conflict)",
        "Refresh with r and look again.",
        1,
    ),
    (
        IdempotencyConflict("the key was used", "idempotency_conflict", 409),
        None,
        "Not applied: this key was already used for another change. The key was used. (409 idempotency_conflict)",
        "Close the dialog and open it again.",
        1,
    ),
    (
        RateLimited("slow down", "rate_limited", 429, retry_after=2.2),
        None,
        "Too many requests. Slow down. (429 rate_limited)",
        "Wait 3 seconds.",
        5,
    ),
    (
        Unavailable("internal error", "internal_error", 500, {}, "req-1"),
        None,
        "The server reported an error. Internal error. (500 internal_error, request req-1)",
        "Press u to try again.",
        5,
    ),
    (
        Unavailable("timed out after 10 s"),
        None,
        "The server cannot be reached. Timed out after 10 s.",
        "Press u to try again.",
        5,
    ),
    (
        Unavailable("the connection broke", maybe_applied=True),
        None,
        "The server cannot be reached. The connection broke.",
        "It may have taken effect: check before sending it again.",
        5,
    ),
    (
        BadAnswer("not JSON"),
        None,
        "The answer was not one of Kraty's. Not JSON.",
        "Check the address: is it a Kraty backend?",
        1,
    ),
    (
        BadAnswer("cut short", maybe_applied=True),
        None,
        "The answer was not one of Kraty's. Cut short.",
        "It may have taken effect: check before sending it again.",
        1,
    ),
    (KratyError("The journal is on a full disk"), None, "The journal is on a full disk.", "", 1),
    (KratyError("teapot", "teapot", 418), None, "The request failed. Teapot. (418 teapot)", "", 1),
]


@pytest.mark.parametrize(
    ("error", "role", "text", "hint", "exit_code"),
    CASES,
    ids=[f"{type(case[0]).__name__}-{number}" for number, case in enumerate(CASES)],
)
def test_words(error: KratyError, role: str | None, text: str, hint: str, exit_code: int) -> None:
    found = error_text(error, role=role)
    assert (found.text, found.hint, found.exit_code) == (text, hint, exit_code)
    assert found.text.startswith(found.title)
    assert found.title.endswith(".")


def test_rate_limits_have_a_countdown() -> None:
    assert error_text(RateLimited("", retry_after=0.2)).retry_after == 1.0
    assert error_text(RateLimited("", retry_after=2.2)).retry_after == 3.0
    assert error_text(NotFound("")).retry_after is None


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"fields": {"amount": "must be 1 or more"}}, "(amount: must be 1 or more)"),
        ({"fields": [{"field": "entries.0.amount", "message": "too much"}]}, "(entries.0.amount: too much)"),
        ({"errors": [{"loc": ["body", "reason"], "msg": "too short"}]}, "(body.reason: too short)"),
        ({"reason": ["too short"], "requestId": "r"}, "(reason: too short)"),
        ({"requestId": "r"}, "Invalid."),
        ({}, "Invalid."),
    ],
)
def test_field_errors_of_any_shape_are_listed(details: dict[str, Any], words: str) -> None:
    assert words in error_text(Invalid("invalid", "validation_failed", 400, details)).text


def test_server_messages_are_truncated_and_sanitized() -> None:
    found = error_text(Refused("x\x1b[2J" * 1000, "conflict", 409))
    assert "\x1b" not in found.text
    assert len(found.text) < 1000

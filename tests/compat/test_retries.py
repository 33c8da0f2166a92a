"""Calls that are tried again: held up, lost on their way, or refused in a way that SDKs try again
(contract/README.md#rate-limits-and-retries)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kraty_console.backend.http.rate_limit import Rate
from tests.harness.compat.call_stage import GOLD, CallStage, path
from tests.harness.compat.sdk_client import TRIES, refusal
from tests.harness.contract import open_events
from tests.harness.contract.served_backend import Backend

CREDIT = "/server/v1/players/alice/wallet/gold/credit"


@pytest.fixture(scope="module")
def slow(database_url: str) -> Iterator[Backend]:
    """A backend in front of the same database that takes two calls, and then one each second."""
    with Backend(database_url, Rate(1, 2)).running() as running:
        yield running


def test_a_rate_limited_client_waits_and_resends_the_same_bytes(stage: CallStage, slow: Backend) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        slow.clock.seconds += seconds

    sdk = replace(stage.server(), port=slow.port, wait=wait)
    balances = [sdk.data("POST", CREDIT, {"amount": 1})["balance"] for _ in range(4)]
    assert balances == list(range(balances[0], balances[0] + 4))
    assert [each.status for each in sdk.tries] == [200, 200, 429, 200, 429, 200]
    assert waited == [1, 1]
    assert sdk.tries[2].body == sdk.tries[3].body != sdk.tries[5].body


@pytest.mark.parametrize("lost", [1, 3])
def test_a_lost_answer_is_repeated_without_a_second_effect(stage: CallStage, lost: int) -> None:
    player = stage.newcomer()
    sdk = replace(stage.server(), lose=lost)
    told = sdk.data("POST", path("/server/v1/players/:p/wallet/gold/credit", {"p": player}), {"amount": 5})
    assert told == {"economyKey": "gold", "balance": 5, "applied": False}
    assert [each.status for each in sdk.tries] == [None] * lost + [200]
    assert len({each.body for each in sdk.tries}) == 1
    sdk.lose = lost
    sdk.data("POST", path("/server/v1/players/:p/grants", {"p": player}), {"entries": [GOLD]})
    assert sdk.status == 200
    assert len(sdk.data("GET", path("/server/v1/players/:p", {"p": player}))["grants"]) == 1


def test_a_start_whose_answer_was_lost_is_one_attempt(stage: CallStage) -> None:
    player = stage.newcomer()
    sdk = replace(stage.game(player), lose=2)
    start = path("/sdk/v1/players/:p/events/sprint/start", {"p": player})
    begun = sdk.data("POST", start, {"playerContext": {"level": 3}})
    attempts = stage.server().data("GET", path("/server/v1/players/:p", {"p": player}))["attempts"]
    assert [each["id"] for each in attempts] == [begun["attempt"]["id"]]


def test_a_registration_whose_answer_was_lost_still_hands_out_a_secret(stage: CallStage) -> None:
    sdk = replace(stage.game(), lose=1)
    sdk.secret = sdk.data("POST", "/sdk/v1/players/kp_lost/register", {})["secret"]
    assert sdk.data("GET", "/sdk/v1/players/kp_lost/wallet") == {"wallet": []}


def test_a_spent_allowance_is_refused_each_time_and_costs_nothing(stage: CallStage) -> None:
    open_events.define(stage.world, "once", more={"attempt_quota": {"maxPerWindow": 1}})
    player = stage.newcomer()
    sdk = stage.game(player)
    start = path("/sdk/v1/players/:p/events/once/start", {"p": player})
    sdk.data("POST", start, {})
    refused = refusal(lambda: sdk.data("POST", start, {}))
    assert (refused.status, refused.code) == (429, "max_attempts_reached")
    assert len(sdk.tries) == 1 + TRIES
    [event] = [each for each in sdk.data("GET", start.removesuffix("/once/start")) if each["eventKey"] == "once"]
    assert (event["attemptQuota"]["usedInWindow"], event["attemptQuota"]["remaining"]) == (1, 0)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [({"amount": 0}, 400, "validation_failed"), ({"amount": "5"}, 400, "validation_failed"), (None, 400, None)],
)
def test_a_permanent_error_is_not_retried(
    stage: CallStage, body: dict[str, object] | None, status: int, code: str | None
) -> None:
    sdk = stage.server()
    refused = refusal(lambda: sdk.data("POST", CREDIT, body))
    assert (refused.status, refused.code, len(sdk.tries)) == (status, code or refused.code, 1)

"""The same call many times at once: one effect, one answer (backend/README.md#exactly-once)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.test_admin_changes import CHANGES, Change, prepared
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame

TIMES = 32


def all_at_once(world: TroubledGame, path: str, bodies: list[dict[str, object]]) -> list[Answered]:
    """Every body posted at the same moment, each on a connection of its own."""
    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(lambda body: world.post(path, body), bodies))


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_one_key_has_one_effect(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    before = world.backend.counts()
    answers = all_at_once(world, path, [{**change.body, "idempotencyKey": "the-one-key"}] * TIMES)
    first = [answer for answer in answers if "idempotent-replayed" not in answer.headers]
    assert len(first) == 1
    assert {answer.status for answer in answers} <= {200, 201}
    audits = {answer.data["audit"]["id"] for answer in answers}
    assert len(audits) == 1
    after = world.backend.counts()
    assert after["audit"] == before["audit"] + 1
    assert after["idempotency"] == before["idempotency"] + 1
    assert after["wallet_ledger"] - before["wallet_ledger"] <= 1
    assert after["grants"] - before["grants"] <= 1


def test_many_keys_roll_once(world: TroubledGame) -> None:
    world.mend_table()
    path = f"{world.game}/attempts/{world.attempts['unrolled']}/retry-reward-roll"
    answers = all_at_once(world, path, [{"idempotencyKey": f"roll-{index:04}"} for index in range(TIMES)])
    assert sorted(answer.status for answer in answers) == [200] + [409] * (TIMES - 1)
    assert all(answer.error["details"]["grantIds"] for answer in answers if answer.status == 409)


def test_many_keys_deliver_once_and_credits_all_count(world: TroubledGame) -> None:
    claim = f"{world.game}/grants/{world.grants['pending']}/force-claim"
    keys = [f"claim-{index:04}" for index in range(TIMES)]
    claims = all_at_once(world, claim, [{"reason": "the ack was lost", "idempotencyKey": key} for key in keys])
    assert sorted(len(answer.data["deposits"]) for answer in claims) == [0] * (TIMES - 1) + [2]
    credit = f"{world.player('alice')}/wallet/gold/credit"
    credited = all_at_once(
        world, credit, [{"amount": 1, "reason": "goodwill", "idempotencyKey": f"credit-{key}"} for key in keys]
    )
    assert sorted(answer.data["balance"] for answer in credited) == list(range(8, 8 + TIMES))


def test_a_player_who_is_new_is_made_once(world: TroubledGame) -> None:
    entries = [{"type": "currency", "currencyKey": "gold", "amount": 1}]

    def give(key: str) -> Answered:
        return world.serve("POST", "/players/newcomer/grants", {"entries": entries, "idempotencyKey": key})

    before = world.backend.counts()
    with ThreadPoolExecutor(TIMES) as threads:
        answers = list(threads.map(give, [f"k{index % 8}" for index in range(TIMES)]))
    assert sorted(answer.status for answer in answers) == [200] * (TIMES - 8) + [201] * 8
    after = world.backend.counts()
    assert (after["players"] - before["players"], after["grants"] - before["grants"]) == (1, 8)

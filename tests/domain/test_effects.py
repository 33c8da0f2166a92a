"""The effects that dialogs show."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.players import Snapshot
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import EffectContext, FormContext, Value
from kraty_console.domain.forms import form_for
from tests.harness.domain.snapshots import BANNED, CATALOG, NOW, ago, attempt, grant, snapshot

N = "\u202f"


def told(
    action: str, row: str | None, seen: Snapshot, values: dict[str, Value] | None = None, later: Snapshot | None = None
) -> dict[str, list[str]]:
    form = form_for(action, FormContext(seen, NOW, row, catalog=CATALOG))
    found: dict[str, list[str]] = {}
    for effect in effects(form, values or {}, EffectContext(later or seen, NOW, CATALOG)):
        found.setdefault(effect.label, []).append(effect.words)
    return found


def playing(**fields: Any) -> dict[str, Any]:
    return attempt(**{"status": "in_progress", "score": 320, "completedAt": None, "roll": {"status": "none"}} | fields)


def test_force_complete_keeps_the_score_and_rolls() -> None:
    seen = snapshot(attempts=[playing()])
    found = told("attempt.force_complete", seen.attempts[0].id, seen)
    assert found["status"] == ["in progress → force-completed"]
    assert found["score"] == ["320 (unchanged)"]
    assert found["rewards"] == ["rolled in a second, separate step"]
    assert found["note"] == [f"the score stays below the target of 1{N}500"]


def test_force_complete_with_a_new_score_and_no_roll() -> None:
    seen = snapshot(attempts=[playing(status="expired")], player=BANNED)
    values: dict[str, Value] = {"final_score": "1600", "then_roll": False}
    found = told("attempt.force_complete", seen.attempts[0].id, seen, values)
    assert found["status"] == ["expired → force-completed"]
    assert found["score"] == [f"320 → 1{N}600, the leaderboard follows"]
    assert found["rewards"] == ["not rolled; R rolls them later"]
    assert found["note"] == ['the player is banned ("speed hack"): what is granted waits until the ban is lifted']


def test_repeated_force_completes_of_a_player_are_noted() -> None:
    before = [attempt(id=f"a{number}", status="force_completed") for number in range(3)]
    seen = snapshot(attempts=[playing(id="a9", target=None), *before])
    assert told("attempt.force_complete", "a9", seen)["note"] == [
        "daily_race was force-completed 3 times for this player: its target may be unreachable"
    ]


def test_frequent_force_completes_in_the_game_are_noted() -> None:
    seen = snapshot(attempts=[playing(id="a9", target=None, eventKey="daily_race")])
    form = form_for("attempt.force_complete", FormContext(seen, NOW, row_id="a9"))
    found = [
        [
            each.words
            for each in effects(form, {}, EffectContext(seen, NOW, forced_lately={"daily_race": times}))
            if each.note
        ]
        for times in (9, 14)
    ]
    assert found == [[], ["daily_race was force-completed 14 times in 7 days: its target may be unreachable"]]


def test_force_complete_of_an_attempt_completed_since() -> None:
    row = playing()
    before, after = snapshot(attempts=[row]), snapshot(attempts=[row | {"status": "completed"}])
    assert "complete by now" in told("attempt.force_complete", row["id"], before, later=after)["note"][-1]
    gone = told("attempt.force_complete", row["id"], before, later=snapshot())
    assert gone == {"note": ["this attempt is no longer in the list"]}


def test_retry_roll() -> None:
    seen = snapshot(attempts=[attempt(roll={"status": "failed", "error": "archived"})])
    found = told("attempt.retry_roll", seen.attempts[0].id, seen)
    assert found["grants"] == ["none → what the roll gives"]
    assert found["twice"] == ["impossible: a second roll is refused once a grant is linked"]
    (note,) = found["note"]
    assert note == "it may fail again: no later roll of daily_race is known to have worked"


def test_retry_roll_with_a_grant_linked_since() -> None:
    row = attempt(roll=None, grantIds=None)
    before = snapshot(attempts=[row])
    after = snapshot(attempts=[row], grants=[grant()])
    assert "the server will refuse" in told("attempt.retry_roll", row["id"], before, later=after)["note"][0]
    unsure = snapshot(attempts=[row], summary={"grantsClaimed": 90})
    assert "older grants are not in the list" in told("attempt.retry_roll", row["id"], unsure)["note"][0]


def test_force_claim_shows_every_balance() -> None:
    contents = {
        "entries": [
            {"type": "currency", "currencyKey": "gold", "amount": 500},
            {"type": "currency", "currencyKey": "gold", "amount": 10},
            {"type": "item", "itemKey": "potion", "quantity": 1},
            {"type": "crate", "crateItemKey": "legendary_box", "quantity": 1},
        ]
    }
    seen = snapshot(
        grants=[grant(contents=contents)],
        wallet=[{"economyKey": "gold", "balance": 1840}],
        inventory=[{"itemKey": "potion", "quantity": 2}],
    )
    found = told("grant.force_claim", seen.grants[0].id, seen)
    assert found["status"] == ["pending → claimed"]
    assert found["wallet"] == [f"gold 1{N}840 → 2{N}340", f"gold 2{N}340 → 2{N}350"]
    assert found["items"] == ["potion 2 → 3"]
    assert found["crate"] == ["1 legendary_box (crate) is handed over"]
    assert found["note"] == ["where the studio keeps the inventory itself, it is only marked claimed"]


def test_force_claim_of_an_expired_grant_of_a_banned_player() -> None:
    seen = snapshot(grants=[grant(status="expired")], player=BANNED)
    found = told("grant.force_claim", seen.grants[0].id, seen)
    assert found["status"] == ["expired → claimed"]
    assert found["wallet"] == ["gold 0 → 500"]
    assert found["note"][1:] == [
        "the grant expired; it is delivered all the same",
        'the player is banned ("speed hack"): this delivers in spite of the ban',
    ]


def test_force_claim_of_a_crate() -> None:
    seen = snapshot(grants=[grant(kind="crate", contents={"crateItemKey": "mystery"})])
    assert told("grant.force_claim", seen.grants[0].id, seen)["crate"] == ["opened, and what is inside is claimed too"]


def test_force_claim_never_delivers_twice() -> None:
    ledger = [{"ledgerId": "l1", "economyKey": "gold", "delta": 500, "sourceRefId": grant()["id"]}]
    seen = snapshot(grants=[grant()], walletLedger=ledger)
    found = told("grant.force_claim", seen.grants[0].id, seen)
    assert found["wallet"] == ["unchanged: the grant was delivered before, it is only marked"]


def test_force_claim_of_a_grant_claimed_since() -> None:
    before, after = snapshot(grants=[grant()]), snapshot(grants=[grant(status="claimed")])
    assert told("grant.force_claim", grant()["id"], before, later=after) == {
        "note": ["this grant is claimed by now; nothing will change"]
    }


def test_frequent_force_claims_are_noted() -> None:
    rows = [
        {"id": str(day), "action": "grant.manual_force_claim", "outcome": outcome, "occurredAt": ago(days=day)}
        for day, outcome in ((1, "ok"), (2, "ok"), (3, "ok"), (4, "denied"), (9, "ok"))
    ]
    seen = snapshot(grants=[grant()], audit=rows)
    notes = told("grant.force_claim", seen.grants[0].id, seen)["note"]
    assert "3 grants of this player were force-claimed in 7 days: is the studio's receiver failing?" in notes


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("14", "500 gold and 1 legendary_box (crate), expires in 14 days"),
        ("1", "500 gold and 1 legendary_box (crate), expires in 1 day"),
        ("", "500 gold and 1 legendary_box (crate)"),
    ],
)
def test_manual_grant_in_words(days: str, words: str) -> None:
    text = (
        '[{"type": "currency", "currencyKey": "gold", "amount": 500},'
        '{"type": "crate", "crateItemKey": "legendary_box", "quantity": 1}]'
    )
    found = told("player.grant", None, snapshot(), {"entries": text, "expires_in": days})
    assert found["grant"] == [words]
    assert found["wallet"] == ["unchanged until it is claimed"]


def test_invalid_manual_grant() -> None:
    assert told("player.grant", None, snapshot(), {"entries": "["}) == {
        "grant": ["nothing yet: the entries cannot be read"]
    }


def test_credit() -> None:
    seen = snapshot(wallet=[{"economyKey": "gold", "balance": 1840}])
    found = told("wallet.credit", "gold", seen, {"amount": "500"})
    assert found["wallet"] == [f"gold 1{N}840 → 2{N}340, at once"]
    assert told("wallet.credit", "gold", seen, {"economy_key": "gems", "amount": "5"})["wallet"] == [
        "gems 0 → 5, at once"
    ]
    assert told("wallet.credit", None, seen)["wallet"] == ["nothing yet: name a currency and an amount"]
    assert told("wallet.credit", None, seen, {"economy_key": "golf", "amount": "5"})["wallet"] == [
        "nothing yet: the catalog has no currency golf"
    ]
    rich = snapshot(wallet=[{"economyKey": "gold", "balance": 2**53 - 1}])
    assert "the server will refuse" in told("wallet.credit", "gold", rich, {"amount": "1"})["note"][0]


def test_ban_and_unban() -> None:
    seen, banned = snapshot(grants=[grant()]), snapshot(grants=[grant()], player=BANNED)
    found = told("player.ban", None, seen)
    assert found["grants"] == ["1 pending grant cannot be collected meanwhile"]
    assert found["kept"] == ["scores, balances and grants stay as they are"]
    assert "only the reason is refreshed" in told("player.ban", None, seen, later=banned)["note"][0]
    assert told("player.ban", None, banned)["player"] == ["banned → may play again, at once"]
    assert "not banned any more" in told("player.ban", None, banned, later=seen)["note"][0]

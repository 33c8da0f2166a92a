"""Event names are learned from rows that have both name and id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.players import Attempt, Lobby, Snapshot
from kraty_console.domain.event_names import LONGEST, MOST, EventNames
from kraty_console.domain.labels import event_words
from tests.harness.domain.snapshots import attempt, grant, snapshot

RACE, HUNT, CHESS = (f"0197eeee-0000-7000-8000-00000000e00{n}" for n in (1, 2, 3))


def nameless(event_id: str, **fields: Any) -> dict[str, Any]:
    """An attempt as Kraty publishes it: with only the id of its event."""
    said = attempt(eventId=event_id, **fields)
    del said["eventKey"]
    return said


def audit_row(**fields: Any) -> AuditRow:
    return AuditRow.model_validate({"id": "a1", **fields})


@pytest.mark.parametrize(
    "lists",
    [
        {"lobbies": [{"id": "l1", "eventId": RACE, "eventKey": "daily_race"}]},
        {"lobbies": [{"id": "l1", "eventId": RACE, "eventName": {"de": "x", "en": "daily_race"}}]},
        {"attempts": [attempt(eventId=RACE)]},
        {"attempts": [nameless(RACE, eventName="daily_race")]},
        {"grants": [grant(eventId=RACE, eventKey="daily_race")]},
    ],
)
def test_names_are_learned_from_every_list(lists: dict[str, Any]) -> None:
    names = EventNames()
    assert names.learn(snapshot(**lists))
    assert dict(names) == {RACE: "daily_race"}
    assert not names.learn(snapshot(**lists))


@pytest.mark.parametrize("where", ["before", "after", "metadata"])
def test_names_are_learned_from_the_audit_log(where: str) -> None:
    names = EventNames()
    rows = [
        audit_row(**{where: {"eventId": RACE, "eventName": "Daily race"}}),
        audit_row(**{where: {"eventId": HUNT}}),
        audit_row(before=[], after="x"),
    ]
    assert names.learn_audit(rows)
    assert dict(names) == {RACE: "Daily race"}


def test_only_rows_with_only_an_id_are_labelled() -> None:
    names = EventNames()
    before = snapshot(
        attempts=[nameless(RACE), nameless(HUNT, id="a2"), attempt(id="a3", eventId=RACE, eventKey="own_key")],
        lobbies=[{"id": "l1", "eventId": RACE}, {"id": "l2", "eventId": HUNT, "eventName": "Hunt"}],
    )
    names.learn(snapshot(lobbies=[{"id": "l9", "eventId": RACE, "eventKey": "daily_race"}]))
    after = names.label(before)
    assert [event_words(each) for each in after.attempts] == ["daily_race", "0197…e002", "own_key"]
    assert [event_words(each) for each in after.lobbies] == ["daily_race", "Hunt"]
    assert after.attempts[2] is before.attempts[2]
    assert names.label(after).attempts == after.attempts
    assert before.attempts[0].event_label is None


def test_a_snapshot_without_new_names_is_not_copied() -> None:
    one = snapshot(attempts=[nameless(RACE)])
    assert EventNames().label(one) is one


def test_names_in_the_profile_take_precedence() -> None:
    names = EventNames({RACE: "Race of the day", CHESS: "Chess"})
    names.learn(snapshot(attempts=[attempt(eventId=RACE)]))
    assert dict(names) == {RACE: "Race of the day", CHESS: "Chess"}
    assert len(names) == 2


def test_learned_names_are_saved_and_restored() -> None:
    names = EventNames({CHESS: "Chess"})
    names.learn(snapshot(attempts=[attempt(eventId=RACE)]))
    kept = json.loads(json.dumps(names.to_json()))
    assert kept == {RACE: "daily_race"}
    assert dict(EventNames.from_json(kept, {HUNT: "Hunt"})) == {RACE: "daily_race", HUNT: "Hunt"}


@pytest.mark.parametrize("kept", [None, [], "x", {RACE: 7}, {RACE: ""}, {"": "x"}, {RACE: "x" * (LONGEST + 1)}])
def test_an_invalid_cache_is_empty(kept: object) -> None:
    assert dict(EventNames.from_json(kept)) == {}


def test_the_number_of_names_is_bounded() -> None:
    names = EventNames.from_json({f"event{n}": "x" for n in range(MOST + 5)})
    assert len(names) == MOST
    assert "event4" not in names
    assert f"event{MOST + 4}" in names


@pytest.mark.parametrize("spelled", ["eventLabel", "event_label"])
def test_labels_are_not_part_of_the_wire_format(spelled: str) -> None:
    for shape in (Attempt, Lobby):
        row = shape.model_validate({"id": "r1", "eventId": RACE, spelled: "forged"})
        assert row.event_label is None
        assert "forged" not in event_words(row)
        assert "eventLabel" not in row.model_copy(update={"event_label": "Race"}).raw()


def test_ids_are_shortened_in_tables_and_whole_in_documents() -> None:
    row = Snapshot.model_validate({"player": {"externalPlayerId": "p"}, "attempts": [nameless(RACE)]}).attempts[0]
    assert event_words(row) == "0197…e001"
    assert event_words(row, whole=True) == RACE
    assert event_words(row.model_copy(update={"event_id": "evt_rabbit_rush"})) == "evt_rabbit_rush"

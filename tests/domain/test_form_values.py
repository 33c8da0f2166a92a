"""Values of forms from texts, and the commands that the registry makes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.domain.change_commands import (
    StatelessContext,
    blank,
    change_commands,
    fields_of,
    stateless_requests,
)
from kraty_console.domain.fields import TYPED_ID, FormContext
from kraty_console.domain.form_values import FieldErrors, check_values, values_of
from kraty_console.domain.forms import CHANGES, form_for
from kraty_console.domain.grant_words import read_entry
from tests.harness.domain.snapshots import attempt, snapshot
from tests.harness.each import for_each

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def context() -> FormContext:
    return FormContext(
        snapshot(attempts=[attempt(id="a1", status="in_progress", score=3)]), NOW, row_id="a1", ticket="ZD-1"
    )


def test_texts_become_the_values_of_the_fields() -> None:
    form = form_for("attempt.force_complete", context())
    values = values_of(form, {"final-score": "1500", "then_roll": "No", "reason": "a cheat"})
    assert values == {"final_score": "1500", "then_roll": False, "ticket": "ZD-1", "reason": "a cheat"}
    grant = form_for("player.grant", context())
    words = values_of(grant, {"entries": "currency:gold=50 item:a=b=2"})["entries"]
    as_json = values_of(grant, {"entries": str(words)})["entries"]
    assert words == as_json
    assert '"itemKey": "a=b", "quantity": 2' in str(words)


@for_each(
    ("texts", "errors"),
    (
        ({"then-roll": "maybe"}, {"then_roll": "yes or no"}),
        ({"final-scor": "1"}, {"final-scor": "there is no such field; nearest is final_score"}),
        ({"colour": "red"}, {"colour": "there is no such field"}),
    ),
)
def test_texts_that_are_no_values_are_named(texts: dict[str, str], errors: dict[str, str]) -> None:
    with pytest.raises(FieldErrors) as caught:
        values_of(form_for("attempt.force_complete", context()), texts)
    assert caught.value.errors == errors


def test_values_that_are_not_valid_are_named() -> None:
    form = form_for("attempt.force_complete", context())
    with pytest.raises(FieldErrors) as caught:
        check_values(form, values_of(form, {"final_score": "x", "reason": "no"}))
    assert set(caught.value.errors) == {"final_score", "reason"}
    assert str(caught.value).startswith("final_score: a number")


def test_the_player_is_repeated_where_the_change_asks_for_it() -> None:
    form = form_for("player.ban", context())
    values = values_of(form, {"reason": "cheating"})
    with pytest.raises(FieldErrors) as caught:
        check_values(form, values)
    assert set(caught.value.errors) == {TYPED_ID}
    check_values(form, values, typed_id=form.typed_id)


def test_nothing_but_the_ticket_is_filled_in_without_a_dialog() -> None:
    form = blank(form_for("attempt.force_complete", context()))
    assert form.defaults() == {"final_score": "", "then_roll": False, "ticket": "ZD-1", "reason": ""}


def test_a_word_of_a_grant_is_one_entry() -> None:
    assert read_entry("crate:box=1").as_json() == {"type": "crate", "crateItemKey": "box", "quantity": 1}


@for_each("word", ("gold=1", "coin:gold=1", "item:=1", "item:a", "item:a=0", "item:a=x", "item:a=1e3"))
def test_a_word_that_is_no_entry_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"KIND:KEY=COUNT|whole number"):
        read_entry(word)


@for_each("name", tuple(change_commands()))
def test_each_command_has_the_fields_of_its_dialog_and_makes_its_operation(name: str) -> None:
    command = change_commands()[name]
    names = {field.name for field in fields_of(command)}
    assert "ticket" in names
    texts = {"reason": "because", "text": "a note", "economy_key": "gold", "amount": "5", "entries": "item:a=1"}
    given = {field: text for field, text in texts.items() if field in names}
    call, following = stateless_requests(command, StatelessContext("p", "row", "ZD-1", NOW), given, "key-0001")
    assert call.operation is command.operation
    assert OPERATIONS[call.operation].is_write
    assert (getattr(call.request, "ticket", None), following) == ("ZD-1", None)
    assert call.external_player_id == "p"


def test_a_dialog_of_two_operations_makes_two_commands() -> None:
    commands = change_commands()
    assert (commands["ban"].operation, commands["unban"].operation) == (Operation.BAN, Operation.UNBAN)
    assert commands["ban"].change is commands["unban"].change is CHANGES["player.ban"]

"""The completion of the audit log's filter line: what is offered where, and that each offer can be used."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kraty_console.contract.audit import AuditRow
from kraty_console.domain.audit_completion import PERIODS, AuditVocabulary, completion
from kraty_console.domain.audit_filter import KEYS, VALUE_KEYS, literal_of, parse_audit_filter
from tests.harness.each import for_each


def row(**fields: Any) -> AuditRow:
    """An audit row of Maria's."""
    about = {"actor": {"kind": "member", "id": "m-1", "label": "maria@studio.example"}, "action": "grant.create"}
    return AuditRow.model_validate({"id": "a-1", "outcome": "ok", **about, **fields})


VOCABULARY = AuditVocabulary()
VOCABULARY.learn(
    [
        row(ticket="ZD 4821", player={"externalPlayerId": "alice_42"}),
        row(ticket="ZD-7", player={"externalPlayerId": "al*ce"}, outcome="lost"),
        row(ticket="ZD\x1b7", player={"id": "p-1"}, actor={"kind": "engine", "id": "e-1"}, action="lobby.close"),
    ]
)

OFFERED: dict[str, tuple[str, ...]] = {
    "": tuple(f"{key}:" for key in KEYS),
    "a": ("actor:", "action:"),
    "ticket:x  pl": ("player:",),
    "since:7d s": (),
    "since:7d ": ("actor:", "action:", "player:", "ticket:", "outcome:", "until:"),
    "since:": tuple(f"since:{each}" for each in PERIODS),
    "until:3": ("until:30d",),
    "actor:": ("actor:maria@studio.example", "actor:e-1"),
    "actor:MA": ("actor:maria@studio.example",),
    "player:": ("player:alice_42", "player:'al\\*ce'", "player:p-1"),
    "player:alice_42": (),
    "player:'al\\*": ("player:'al\\*ce'",),
    "ticket:zd": ("ticket:'ZD 4821'", "ticket:ZD-7"),
    'ticket:"ZD 4': ("ticket:'ZD 4821'",),
    "ticket:ZD\\ 4": ("ticket:'ZD 4821'",),
    "outcome:": ("outcome:ok", "outcome:denied", "outcome:lost"),
    "outcome:ok,d": ("outcome:ok,denied",),
    "outcome:ok,": ("outcome:ok,denied", "outcome:ok,lost"),
    "action:wallet": ("action:wallet.*", "action:wallet.credit", "action:wallet.debit"),
    "action:lob": ("action:lobby.close",),
    "action:player.ban,lob": ("action:player.ban,lobby.close",),
    "who:": (),
    "::": (),
}


@for_each(("line", "terms"), list(OFFERED.items()))
def test_what_is_offered_at_the_end_of_a_line(line: str, terms: tuple[str, ...]) -> None:
    assert completion(line, len(line), VOCABULARY).terms == terms


def test_an_offer_takes_the_place_of_its_term_alone() -> None:
    line = "actor:maria outcome:d since:7d"
    place = line.index(" since")
    found = completion(line, place, VOCABULARY)
    assert line[: found.start] + found.terms[0] + line[found.end :] == "actor:maria outcome:denied since:7d"
    assert completion(line, place - 1, VOCABULARY).terms == (), "not in the middle of a term"
    assert completion(" since:7d", 0, VOCABULARY).terms[-1] == "until:"


def test_no_more_values_are_kept_than_can_be_offered() -> None:
    many = AuditVocabulary()
    many.learn(row(ticket=f"T-{number}") for number in range(2_000))
    assert len(completion("ticket:", 7, many).terms) == 500


VALUES = st.text(st.characters(codec=None), min_size=1, max_size=12)


@settings(deadline=None, derandomize=True)
@given(VALUES, st.sampled_from(VALUE_KEYS), st.text(max_size=8))
def test_every_value_of_a_row_is_offered_as_a_term_that_means_it(value: str, key: str, text: str) -> None:
    seen = AuditVocabulary()
    about = {"actor": {"id": value}, "player": {"id": value}, "action": value, "ticket": value, "outcome": value}
    seen.learn([AuditRow.model_validate({"id": "a", **about})])
    terms = completion(f"{key}:", len(key) + 1, seen).terms
    meant = [literal_of(*getattr(parse_audit_filter(each), key)) for each in terms]
    assert (value in meant) is value.isprintable()
    for place in range(len(text) + 1):
        found = completion(text, place, seen)  # any text, anywhere
        assert found.end == place or not found.terms

"""The text of a manual grant, JSON or words: entries, and problems with their lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.domain.grant_contents import GrantEntry, contents_words, entries_of, listed
from kraty_console.domain.grant_entries import completions, converted, parse_entries, templates, write_entries
from kraty_console.domain.grant_words import write_words
from tests.data import load_hostile
from tests.harness.domain.snapshots import CATALOG, grant, snapshot

GOLD = '{"type": "currency", "currencyKey": "gold", "amount": 500}'
BOX = '{"type": "crate", "crateItemKey": "legendary_box", "quantity": 1}'


def test_entries_are_parsed_and_described() -> None:
    found = parse_entries(f"[\n  {GOLD},\n  {BOX}\n]", CATALOG)
    assert found.ok
    assert found.entries == (GrantEntry("currency", "gold", 500), GrantEntry("crate", "legendary_box", 1))
    assert found.words() == "500 gold and 1 legendary_box (crate)"


def test_a_single_entry_needs_no_list() -> None:
    assert parse_entries(GOLD).entries == (GrantEntry("currency", "gold", 500),)


def test_an_item_may_have_parameters() -> None:
    text = '[{"type": "item", "itemKey": "potion", "quantity": 2, "parameters": {"colour": "red"}}]'
    found = parse_entries(text, CATALOG)
    assert found.ok
    assert found.entries[0].parameters == {"colour": "red"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "write what to give"),
        ("  \n ", 1, "write what to give"),
        ("gold", 1, "is not KIND:KEY=COUNT"),
        ("[]", 1, "there is no entry"),
        (f"[\n {GOLD}\n {BOX}\n]", 3, "a comma or the closing ] is missing here"),
        (f"[\n {GOLD},\n]", 3, "a value is missing here"),
        (f"[\n {GOLD}", 2, "a comma or the closing ] is missing here"),
        (f"{GOLD}\nmore", 2, "there is extra text"),
        (f"[{GOLD}] x", 1, "there is extra text"),
        ("[\n{'type': 1}]", 2, "a name in double quotes is missing here"),
        ('[\n{"type" 1}]', 2, "a colon is missing here"),
        ('[\n{"type": "curr', 2, "a closing quote is missing"),
        ("[1]", 1, "an entry is an object"),
        ('[{"type": "gems"}]', 1, '"type" is one of currency, item, crate'),
        ('[{\n"amount": 5}]', 1, '"type" is one of currency, item, crate'),
        ('[{"type": ["currency"]}]', 1, '"type" is one of'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": 0}]', 3, '"amount" is a whole number from 1'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": true}]', 3, '"amount" is a whole number'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": 1.0}]', 3, '"amount" is a whole number'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": "7"}]', 3, '"amount" is a whole number'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": 1000000001}]', 3, '"amount" is a whole number'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"amount": 1, "amount": 2}]', 3, '"amount" is written twice'),
        ('[{"type": "currency",\n"currencyKey": "gold",\n"quantity": 5}]', 3, 'a currency entry has no "quantity"'),
        ('[\n{"type": "currency", "currencyKey": "gold"}]', 2, '"amount" is missing; a whole number from 1'),
        ('[{"type": "crate", "crateItemKey": "legendary_box", "quantity": 1,\n"parameters": {}}]', 2, "has no"),
        ('[{"type": "item", "itemKey": "potion", "quantity": 1,\n"parameters": 3}]', 2, '"parameters" is an object'),
        ('[{"type": "currency", "amount": 5}]', 1, '"currencyKey" is missing'),
        ('[{"type": "currency", "amount": NaN}]', 1, "NaN is no number"),
        ('[{"type": "currency", "amount": -Infinity}]', 1, "-Infinity is no number"),
        ('[{"type": "currency", "amount": ' + "1" * 5000 + "}]", 1, "a number here is too long"),
        ("[" * 50_000, 1, "nested too deeply"),
        (f"[{','.join([GOLD] * 51)}]", 1, "at most 50 entries, these are 51"),
        (" " * 70_000, 1, "at most 65"),
    ],
)
def test_problems_have_line_numbers(text: str, line: int, words: str) -> None:
    found = parse_entries(text)
    assert not found.ok
    assert [each.line for each in found.problems if words in each.words] == [line]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('{"type": "currency", "currencyKey": "golf", "amount": 1}', 'no currency "golf"; nearest is gold'),
        ('{"type": "currency", "currencyKey": "zzz", "amount": 1}', 'the catalog has no currency "zzz"'),
        ('{"type": "currency", "currencyKey": "potion", "amount": 1}', '"potion" is an item, not a currency'),
        ('{"type": "item", "itemKey": "legendary_box", "quantity": 1}', '"legendary_box" is a crate, not an item'),
        ('{"type": "crate", "crateItemKey": "potion", "quantity": 1}', '"potion" is an item, not a crate'),
    ],
)
def test_the_catalog_knows_the_keys(entry: str, words: str) -> None:
    found = parse_entries(f"[\n{GOLD},\n{entry}]", CATALOG)
    assert (found.problems[0].line, words in found.problems[0].words) == (3, True)
    assert parse_entries(f"[{entry}]").ok


def test_all_problems_of_an_entry_are_reported() -> None:
    found = parse_entries('[{"type": "currency",\n"amount": 0,\n"extra": 1}]')
    assert [problem.line for problem in found.problems] == [1, 2, 3]


@given(st.text(alphabet='[]{}",:0123456789.-eEtrufalsn \n\\"typecurrencyKeyamount', max_size=80))
def test_any_text_is_parsed_without_an_exception(text: str) -> None:
    found = parse_entries(text)
    assert found.ok or found.problems


def test_the_hostile_corpus_is_parsed_without_an_exception() -> None:
    for entry in load_hostile():
        assert not parse_entries(entry.value, CATALOG).ok
        text = json.dumps([{"type": "currency", "currencyKey": entry.value, "amount": 1}])
        assert parse_entries(text).ok is (1 <= len(entry.value) <= 200 and len(text) <= 65_536)


def test_written_entries_are_parsed_back() -> None:
    entries = (
        GrantEntry("currency", "gold", 5),
        GrantEntry("item", 'po"tion', 2, {"a": [1]}),
        GrantEntry("crate", "é\n", 3),
    )
    assert parse_entries(write_entries(entries)).entries == entries
    assert json.loads(write_entries(())) == []


def test_templates_come_from_the_catalog_and_the_last_grants() -> None:
    seen = snapshot(grants=[grant(), grant(id="g2"), grant(id="g3", contents={"crateItemKey": "x"})])
    found = templates(CATALOG, seen.grants)
    assert [name for name, _ in found] == ["currency", "item", "crate", "as before: 500 gold"]
    assert all(parse_entries(text, CATALOG).ok for _, text in found)
    assert [name for name, _ in templates(None)] == ["currency", "item", "crate"]


def test_completions_are_the_keys_of_the_kind() -> None:
    assert completions(CATALOG, "currency") == ("gold", "gems")
    assert completions(CATALOG, "crate") == ("legendary_box",)
    assert completions(CATALOG, "other") == ()
    assert completions(None, "item") == ()


@pytest.mark.parametrize(
    ("contents", "kind", "words"),
    [
        ({"entries": [json.loads(GOLD), json.loads(BOX)]}, "reward", "500 gold and 1 legendary_box (crate)"),
        ({"entries": []}, "reward", "nothing"),
        ({"crateItemKey": "mystery"}, "crate", "mystery (crate)"),
        ({"crateItemKey": "mystery", "quantity": 3}, "crate", "3 mystery (crate)"),
        ({}, "crate", "an opened crate"),
        ({}, "reward", "nothing"),
        ({"gift": 1}, "reward", "1 unknown thing"),
        ({"entries": [{"type": "skin", "amount": 2}]}, "reward", "2 skin"),
        ({"entries": [{"type": "currency", "currencyKey": 5}, 7]}, "reward", "some currency and an unknown entry"),
        ({"entries": [{"type": "currency", "currencyKey": "gems", "amount": "1500"}]}, "reward", "1\u202f500 gems"),
        ({"entries": [{"type": "currency", "currencyKey": "gems", "amount": "a few"}]}, "reward", "a few gems"),
        ({"entries": [{"type": "item", "itemKey": "hat", "quantity": 2.5e7}]}, "reward", "25\u202f000\u202f000 hat"),
        ({"crateItemKey": "box", "quantity": "3"}, "crate", "3 box (crate)"),
        ({"entries": [{"type": ["x"]}]}, "reward", "some unknown thing"),
    ],
)
def test_contents_of_any_shape_have_words(contents: dict[str, object], kind: str, words: str) -> None:
    assert contents_words(contents, kind) == words


def test_entries_of_an_unknown_shape_are_ignored() -> None:
    odd = [
        7,
        {"type": ["x"]},
        {"type": "currency", "currencyKey": 5},
        {"type": "item", "itemKey": "a", "quantity": True},
    ]
    assert entries_of({"entries": [*odd, json.loads(GOLD)]}) == (GrantEntry("currency", "gold", 500),)
    assert entries_of({"entries": "x"}) == ()


def test_lists_of_words() -> None:
    assert [listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_words_say_the_same_as_json() -> None:
    found = parse_entries("currency:gold=500\n crate:legendary_box=1  item:potion=2", CATALOG)
    assert found.ok
    assert found.entries == (
        GrantEntry("currency", "gold", 500),
        GrantEntry("crate", "legendary_box", 1),
        GrantEntry("item", "potion", 2),
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("gold=5", 1, "is not KIND:KEY=COUNT"),
        ("currency:gold=5\ncurrency:golf=5", 2, 'no currency "golf"; nearest is gold'),
        ("currency:gold=5 currency:potion=5", 1, '"potion" is an item, not a currency'),
        ("currency:gold=5\n\ncurrency:gold=0", 3, "is not a whole number from 1"),
        ("currency:gold=5,", 1, "is not a whole number from 1"),
        ("currency:gold=1 " * 51, 1, "at most 50 entries, these are 51"),
    ],
)
def test_problems_of_words_have_line_numbers(text: str, line: int, words: str) -> None:
    found = parse_entries(text, CATALOG)
    assert not found.ok
    assert [each.line for each in found.problems if words in each.words] == [line]


KEYS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
ENTRIES = st.builds(GrantEntry, st.sampled_from(["currency", "item", "crate"]), KEYS, st.integers(1, 1_000_000_000))


@given(st.lists(ENTRIES, min_size=1, max_size=50).map(tuple))
def test_words_and_json_turn_into_each_other(entries: tuple[GrantEntry, ...]) -> None:
    words = write_words(entries)
    assert parse_entries(words).entries == entries
    assert parse_entries(converted(words)).entries == entries
    assert converted(converted(words)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"type": "item", "itemKey": "potion", "quantity": 1, "parameters": {}}]', "potion has parameters"),
        ('[{"type": "item", "itemKey": "big potion", "quantity": 1}]', "'big potion' holds spaces"),
        ("currency:gold=", "fix these entries first"),
        ("[", "fix these entries first"),
    ],
)
def test_what_cannot_be_converted_says_why(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        converted(text)

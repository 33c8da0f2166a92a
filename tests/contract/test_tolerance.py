"""How answers are read: one odd field never costs a screen, and nothing that was sent is lost."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from kraty_console.contract.wire import Answer, unreadable_rows


class Leaf(Answer):
    """What is nested."""

    key: str
    held_at: datetime | None = None


class Tree(Answer):
    """Every kind of field: required and not, nested, listed, and with a default of its own."""

    tree_id: str
    leaf: Leaf | None = None
    first: Leaf = Field(default_factory=lambda: Leaf(key="first"))
    leaves: list[Leaf] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list)
    amount: int | float | None = None
    kind: str = "oak"
    parent: Tree | None = None


FIRST = Leaf(key="first")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"amount": 3}, {"amount": 3}),
        ({"amount": 2.5}, {"amount": 2.5}),
        ({"leaf": {"key": "a"}}, {"leaf": Leaf(key="a")}),
        ({"leaf": None}, {"leaf": None}),
        ({"leaf": {"key": "a", "heldAt": "soon"}}, {"leaf": Leaf(key="a", held_at=None)}),
        ({"leaves": [{"key": "a", "heldAt": 1.5e300}]}, {"leaves": [Leaf(key="a", held_at=None)]}),
        ({"leaves": [{"key": "a"}, {}]}, {"leaves": [Leaf(key="a")]}),
        ({"parent": {"treeId": "p", "kind": 7}}, {"parent": Tree(tree_id="p", kind="oak")}),
        ({"parent": {"treeId": "p", "parent": {"treeId": 1}}}, {"parent": Tree(tree_id="p", parent=None)}),
    ],
)
def test_readable_fields_are_parsed(said: dict[str, Any], read: dict[str, Any]) -> None:
    tree = Tree.model_validate({"treeId": "t", **said})
    assert {name: getattr(tree, name) for name in read} == read
    assert tree.model_fields_set == {"tree_id", *read}
    assert tree.unreadable_fields == ()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"kind": 7}, {"kind": "oak"}),
        ({"kind": None}, {"kind": "oak"}),
        ({"amount": "much"}, {"amount": None}),
        ({"names": "ash"}, {"names": []}),
        ({"names": ["ash", 1]}, {"names": []}),
        ({"leaf": "a"}, {"leaf": None}),
        ({"leaf": {}}, {"leaf": None}),
        ({"first": 1}, {"first": FIRST}),
        ({"first": {"key": None}}, {"first": FIRST}),
        ({"leaves": {"key": "a"}}, {"leaves": []}),
        ({"parent": {"kind": "elm"}}, {"parent": None}),
        ({"kind": 7, "names": 7, "leaf": 7, "leaves": 7}, {"kind": "oak", "names": [], "leaf": None, "leaves": []}),
    ],
)
def test_an_unusable_value_gives_way_to_the_default(said: dict[str, Any], read: dict[str, Any]) -> None:
    tree = Tree.model_validate({"treeId": "t", **said})
    assert {name: getattr(tree, name) for name in read} == read
    assert set(tree.unreadable_fields) == set(read)
    assert tree.model_fields_set == {"tree_id"}, "what cannot be used was not told"
    assert not set(tree.raw()) - {"treeId"}


def test_a_field_that_was_not_sent_is_neither_set_nor_unreadable() -> None:
    tree = Tree(tree_id="t")
    assert (tree.model_fields_set, tree.unreadable_fields) == ({"tree_id"}, ())


def test_unreadable_fields_stay_unreadable_in_a_copy() -> None:
    tree = Tree.model_validate({"treeId": "t", "kind": 7, "leaves": [{}]})
    copies = (tree.model_copy(update={"amount": 3}), copy.deepcopy(tree), pickle.loads(pickle.dumps(tree)))
    for each in copies:
        assert each.unreadable_fields == ("kind",)
        assert unreadable_rows(each.leaves) == 1
    assert copies[0].model_fields_set == {"tree_id", "leaves", "amount"}
    assert tree == Tree(tree_id="t", leaves=[])


bad_rows = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.just({}),
    st.just([]),
    st.fixed_dictionaries({"key": st.none()}),
)
good_rows = st.fixed_dictionaries(
    {"key": st.text()}, optional={"heldAt": st.one_of(st.none(), st.text(), st.integers())}
)


@given(st.lists(st.one_of(good_rows.map(lambda row: (True, row)), bad_rows.map(lambda row: (False, row)))))
def test_every_readable_row_is_kept_in_its_order_and_the_others_are_counted(rows: list[tuple[bool, Any]]) -> None:
    tree = Tree.model_validate({"treeId": "t", "leaves": [row for _, row in rows]})
    assert [leaf.key for leaf in tree.leaves] == [row["key"] for good, row in rows if good]
    assert unreadable_rows(tree.leaves) == sum(not good for good, _ in rows)
    assert "leaves" in tree.model_fields_set
    assert len(tree.raw()["leaves"]) == len(tree.leaves)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, [("treeId",)]),
        ({"treeId": None}, [("treeId",)]),
        ({"tree_id": 7, "kind": 7}, [("tree_id",)]),
        (None, [()]),
        ([], [()]),
        ("t", [()]),
    ],
)
def test_required_fields_of_an_answer_are_required(said: object, where: list[tuple[str, ...]]) -> None:
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(said)
    faults = [fault for fault in caught.value.errors() if fault["type"] != "default_factory_not_called"]
    assert [fault["loc"] for fault in faults] == where


def test_a_required_nested_answer_must_be_complete() -> None:
    class Bough(Answer):
        leaf: Leaf

    assert Bough.model_validate({"leaf": {"key": "a", "heldAt": []}}).leaf == Leaf(key="a", held_at=None)
    with pytest.raises(ValidationError) as caught:
        Bough.model_validate({"leaf": {"heldAt": None}})
    assert [fault["loc"] for fault in caught.value.errors()] == [("leaf", "key")]


def test_unknown_fields_are_kept_and_names_are_taken_too() -> None:
    said = {"treeId": "t", "kind": "elm", "birdsNest": [{"eggs": 3}], "leaf": {"key": "a", "hue": "red"}}
    raw = Tree.model_validate(said).raw()
    assert raw["birdsNest"] == [{"eggs": 3}]
    assert raw["leaf"] == {"key": "a", "hue": "red"}, "what was not sent is not there"
    leaf = Leaf.model_validate({"key": "a", "held_at": "2026-01-02T03:04:05.000Z"})
    assert leaf.held_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert Leaf.model_validate({"key": "a", "held_at": "soon"}).held_at is None


def test_json_is_read_the_same_way() -> None:
    tree = Tree.model_validate_json('{"treeId": "t", "kind": 7, "leaves": [{"key": "a", "heldAt": true}]}')
    assert (tree.kind, tree.leaves) == ("oak", [Leaf(key="a", held_at=None)])
    assert tree.unreadable_fields == ("kind",)


def test_a_default_is_not_shared() -> None:
    one, other = (Tree.model_validate({"treeId": "t", "names": 7}) for _ in range(2))
    one.names.append("ash")
    assert other.names == []

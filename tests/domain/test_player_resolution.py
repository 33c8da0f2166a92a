"""Which player a text means: by id, by e-mail, by the id of a merged player, or as the only hit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kraty_console.contract.errors import NotFound
from kraty_console.contract.players import SearchHit
from kraty_console.contract.wire import PartialList
from kraty_console.domain.player_resolution import (
    ResolvedPlayer,
    fetch_exact,
    first_hits,
    looks_like_email,
    resolve,
    wrapped_index,
)


def hit(player: str, match: str = "prefix") -> SearchHit:
    return SearchHit(external_player_id=player, match=match)


ALICE, ALINA = hit("alice_42"), hit("alina_7")


@pytest.mark.parametrize(
    ("text", "hits", "resolved"),
    [
        ("alice_42", [ALINA, ALICE], ("alice_42", "id")),
        (" 'alice_42' ", [ALINA, ALICE], ("alice_42", "cleaned_id")),
        ("guest_1", [hit("alice_42", "merged"), hit("guest_10")], ("alice_42", "merged")),
        ("alice@example.com", [hit("alice_42", "email")], ("alice_42", "email")),
        ("alice@example.com", [hit("alice_42", "email"), hit("alina_7", "email")], None),
        ("ali", [ALICE], ("alice_42", "other")),
        ("ali", [ALICE, ALINA], None),
        ("ali", PartialList([ALICE], unreadable=1), None),
        ("ali", [], None),
    ],
)
def test_a_text_is_resolved_to_a_player(text: str, hits: Sequence[SearchHit], resolved: tuple[str, str] | None) -> None:
    assert resolve(text, hits) == resolved


@pytest.mark.parametrize(("step", "player"), [(1, "alice_42"), (2, "alina_7"), (-1, "alina_7"), (3, "alice_42")])
def test_moving_chooses_among_several_hits(step: int, player: str) -> None:
    assert resolve("ali", [ALICE, ALINA], step) == ResolvedPlayer(player, "other")


@pytest.mark.parametrize(
    ("start", "step", "count", "index"),
    [(None, 0, 3, None), (1, 0, 3, 1), (1, 0, 0, None), (2, 1, 3, 0), (0, -1, 3, 2), (None, 1, 0, None)],
)
def test_an_index_wraps_at_the_ends(start: int | None, step: int, count: int, index: int | None) -> None:
    assert wrapped_index(start, step, count) == index


async def test_an_exact_player_is_read_as_typed_and_then_without_marks() -> None:
    read: list[str] = []

    async def fetch(player: str) -> str:
        read.append(player)
        if player != "alice_42":
            raise NotFound("no such player")
        return "Alice"

    assert await fetch_exact("<alice_42>", fetch) == "Alice"
    assert await fetch_exact("<bob>", fetch) is None
    assert read == ["<alice_42>", "alice_42", "<bob>", "bob"]


async def test_a_search_without_hits_is_repeated_without_marks() -> None:
    searched: list[str] = []

    async def search(text: str) -> list[SearchHit]:
        searched.append(text)
        return [ALICE] if text == "alice_42" else []

    assert await first_hits("<alice_42>", search) == [ALICE]
    assert searched == ["<alice_42>", "alice_42"]


async def test_unreadable_hits_end_a_search() -> None:
    async def search(_: str) -> list[SearchHit]:
        return PartialList([], unreadable=2)

    assert await first_hits("<alice_42>", search) == []


def test_an_e_mail_is_recognized_by_its_at_sign() -> None:
    assert looks_like_email("alice@example.com")
    assert not looks_like_email("alice_42")

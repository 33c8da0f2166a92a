"""Which game a session selects."""

from __future__ import annotations

import pytest

from kraty_console.client.game_ref import find_game, find_games
from kraty_console.contract.errors import Invalid, NotFound
from kraty_console.contract.session import Me

ME = Me.model_validate(
    {
        "member": {"id": "m1"},
        "studios": [
            {"id": "s1", "name": "One", "games": [{"id": "g1", "slug": "race"}, {"id": "g2", "slug": "hunt"}]},
            {"id": "s2", "name": "Two", "games": [{"id": "g3", "slug": "race"}]},
        ],
    }
)


@pytest.mark.parametrize(
    ("studio", "game", "found"),
    [("s2", None, "g3"), ("Two", "race", "g3"), (None, "hunt", "g2"), ("One", "g1", "g1"), (None, "g3", "g3")],
)
def test_a_game_is_found_by_ids_and_names(studio: str | None, game: str | None, found: str) -> None:
    assert find_game(ME, studio, game).game.id == found


@pytest.mark.parametrize(("studio", "game", "several"), [(None, None, 3), (None, "race", 2), ("s1", None, 2)])
def test_several_matching_games_are_refused(studio: str | None, game: str | None, several: int) -> None:
    assert len(find_games(ME, studio, game)) == several
    with pytest.raises(Invalid, match=r"say which: race \(--studio s1 --game g1\)"):
        find_game(ME, studio, game)


@pytest.mark.parametrize(("studio", "game"), [("s3", None), ("s1", "g3"), (None, "chess")])
def test_the_error_for_another_game_lists_those_of_the_session(studio: str | None, game: str | None) -> None:
    with pytest.raises(NotFound, match="It may enter: race, hunt, race"):
        find_games(ME, studio, game)


@pytest.mark.parametrize(
    ("studios", "count"),
    [
        ([{"id": "s1", "games": [{"slug": "race"}]}], "1 entry"),
        ([{"id": "s1", "games": [{"id": "g1", "slug": "hunt"}, None, {}]}, {"name": "Two"}], "3 entries"),
        ([{"id": "s1", "games": "all"}], "1 entry"),
        ("all", "1 entry"),
    ],
)
def test_an_unreadable_game_is_not_reported_as_forbidden(studios: object, count: str) -> None:
    me = Me.model_validate({"member": {"id": "m1"}, "studios": studios})
    for game in (None, "race"):
        if game is None and any(each.games for each in me.studios):
            assert find_game(me, None, game).game.id == "g1", "what can be read can be entered"
            continue
        with pytest.raises(NotFound, match=f"{count} could not be read") as caught:
            find_games(me, None, game)
        assert "may not enter" not in str(caught.value)


def test_unreadable_permissions_are_unknown() -> None:
    games = [{"id": "g1", "permissions": "all"}, {"id": "g2"}, {"id": "g3", "permissions": []}]
    me = Me.model_validate({"member": {"id": "m1"}, "studios": [{"id": "s1", "games": games}]})
    told = ["permissions" in game.model_fields_set for game in me.studios[0].games]
    assert told == [False, False, True]

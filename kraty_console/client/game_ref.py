"""Selects the game of a session: by id, by name, or the only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kraty_console.contract.errors import Code, Invalid, NotFound
from kraty_console.contract.session import GameAccess, Me, StudioAccess
from kraty_console.contract.wire import Answer, unreadable_rows


@dataclass(frozen=True, slots=True)
class GameRef:
    """A game, its studio, and the member's role there."""

    studio: StudioAccess
    game: GameAccess

    @property
    def name(self) -> str:
        """The game's name for people."""
        return self.game.slug or self.game.name or self.game.id


def find_games(me: Me, studio: str | None, game: str | None, environment: str | None = None) -> list[GameRef]:
    """The games that match the names; without names, all games of the session.

    Raises:
        NotFound: the session has no such game; the message lists its games.
        Invalid: the credential is bound to another environment than the one named.
    """
    places = [GameRef(each, entered) for each in me.studios for entered in each.games]
    fitting = [
        place
        for place in places
        if (not studio or studio in (place.studio.id, place.studio.name))
        and (not game or game in (place.game.id, place.game.slug, place.game.name))
    ]
    if fitting:
        bound = fitting[0].game.only_environment
        if bound is not None and environment not in (None, bound):
            raise Invalid(f"This server key is for {bound}, and the profile is for {environment}.")
        return fitting
    wanted = " in ".join(
        part for part in (f"game {game}" if game else "", f"studio {studio}" if studio else "") if part
    )
    open_ones = ", ".join(place.name for place in places)
    if missing := _unreadable(me):
        raise NotFound(
            f"{wanted[:1].upper() + wanted[1:] or 'A game'} is not among what could be read of this session's games: "
            f"{open_ones or 'none'}; {missing} could not be read.",
            code=Code.NOT_FOUND,
            status=404,
        )
    raise NotFound(
        f"This session may not enter {wanted or 'any game'}. It may enter: {open_ones or 'none'}.",
        code=Code.NOT_FOUND,
        status=404,
    )


def _unreadable(me: Me) -> str:
    """The number of unreadable studios and games, in words; empty if there are none."""
    lists: list[tuple[Answer, str]] = [(me, "studios"), *((each, "games") for each in me.studios)]
    whole = sum(name in answer.unreadable_fields for answer, name in lists)
    count = whole + sum(unreadable_rows(getattr(answer, name)) for answer, name in lists)
    return f"{count} {'entry' if count == 1 else 'entries'}" if count else ""


def game_from_profile(studio: str | None, game: str | None) -> GameRef:
    """The game named by the profile, for a backend that does not list the games of a session.

    Raises:
        Invalid: the profile names no game.
    """
    if not studio or not game:
        raise Invalid(
            "This Kraty does not list the games of a session: give the ids of studio and game, in the profile "
            "or with --studio and --game."
        )
    return GameRef(StudioAccess(id=studio), GameAccess(id=game))


def find_game(me: Me, studio: str | None, game: str | None) -> GameRef:
    """The only game that matches.

    Raises:
        NotFound: the session has no such game.
        Invalid: several games match.
    """
    return only_game(find_games(me, studio, game))


def only_game(places: Sequence[GameRef]) -> GameRef:
    """The only game.

    Raises:
        Invalid: there are several.
    """
    if len(places) > 1:
        named = ", ".join(f"{place.name} (--studio {place.studio.id} --game {place.game.id})" for place in places)
        raise Invalid(f"This session may enter several games; say which: {named}.")
    return places[0]

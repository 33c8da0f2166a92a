"""Which game a session turns to: by id or by name, or the only one there is."""

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
        """The game as a person calls it."""
        return self.game.slug or self.game.name or self.game.id


def find_games(me: Me, studio: str | None, game: str | None, environment: str | None = None) -> list[GameRef]:
    """The places that fit the names; without names, all that the session may enter.

    Raises:
        NotFound: the session may enter no such game; the message names those it may.
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
    """What of the session's studios and games came in no usable form, in words; empty when all did."""
    lists: list[tuple[Answer, str]] = [(me, "studios"), *((each, "games") for each in me.studios)]
    whole = sum(name in answer.unreadable_fields for answer, name in lists)
    count = whole + sum(unreadable_rows(getattr(answer, name)) for answer, name in lists)
    return f"{count} {'entry' if count == 1 else 'entries'}" if count else ""


def game_from_profile(studio: str | None, game: str | None) -> GameRef:
    """The game that a profile names, on a backend that does not tell which games a session may enter.

    Raises:
        Invalid: the profile names none.
    """
    if not studio or not game:
        raise Invalid(
            "This Kraty does not tell which games a session may enter: name the ids of studio and game, in the profile "
            "or with --studio and --game."
        )
    return GameRef(StudioAccess(id=studio), GameAccess(id=game))


def find_game(me: Me, studio: str | None, game: str | None) -> GameRef:
    """The one place that is meant.

    Raises:
        NotFound: the session may enter no such game.
        Invalid: several fit, and an answer from the wrong one would mislead.
    """
    return only_game(find_games(me, studio, game))


def only_game(places: Sequence[GameRef]) -> GameRef:
    """The only one.

    Raises:
        Invalid: there are several, and an answer from the wrong one would mislead.
    """
    if len(places) > 1:
        named = ", ".join(f"{place.name} (--studio {place.studio.id} --game {place.game.id})" for place in places)
        raise Invalid(f"This session may enter several games; say which: {named}.")
    return places[0]

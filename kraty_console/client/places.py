"""Which game a session turns to: by id or by name, or the only one there is."""

from __future__ import annotations

from dataclasses import dataclass

from kraty_console.contract.errors import Code, Invalid, NotFound
from kraty_console.contract.session import GameAccess, Me, StudioAccess


@dataclass(frozen=True, slots=True)
class Place:
    """A game, its studio, and the member's role there."""

    studio: StudioAccess
    game: GameAccess

    @property
    def name(self) -> str:
        """The game as a person calls it."""
        return self.game.slug or self.game.name or self.game.id


def find_places(me: Me, studio: str | None, game: str | None) -> list[Place]:
    """The places that fit the names; without names, all that the session may enter.

    Raises:
        NotFound: the session may enter no such game; the message names those it may.
    """
    places = [Place(each, entered) for each in me.studios for entered in each.games]
    fitting = [
        place
        for place in places
        if (not studio or studio in (place.studio.id, place.studio.name))
        and (not game or game in (place.game.id, place.game.slug, place.game.name))
    ]
    if fitting:
        return fitting
    wanted = " in ".join(
        part for part in (f"game {game}" if game else "", f"studio {studio}" if studio else "") if part
    )
    open_ones = ", ".join(place.name for place in places)
    raise NotFound(
        f"This session may not enter {wanted or 'any game'}. It may enter: {open_ones or 'none'}.",
        code=Code.NOT_FOUND,
        status=404,
    )


def find_place(me: Me, studio: str | None, game: str | None) -> Place:
    """The one place that is meant.

    Raises:
        NotFound: the session may enter no such game.
        Invalid: several fit, and an answer from the wrong one would mislead.
    """
    places = find_places(me, studio, game)
    if len(places) > 1:
        named = ", ".join(f"{place.name} (--studio {place.studio.id} --game {place.game.id})" for place in places)
        raise Invalid(f"This session may enter several games; say which: {named}.")
    return places[0]

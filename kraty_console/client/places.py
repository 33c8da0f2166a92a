"""Which game a session turns to: by id or by name, or the only one there is."""

from __future__ import annotations

from dataclasses import dataclass

from kraty_console.contract.errors import Code, NotFound
from kraty_console.contract.session import GameAccess, Me, StudioAccess


@dataclass(frozen=True, slots=True)
class Place:
    """A game, its studio, and the member's role there."""

    studio: StudioAccess
    game: GameAccess


def find_place(me: Me, studio: str | None, game: str | None) -> Place:
    """The place that is meant; without names, the first one that the session may enter.

    Raises:
        NotFound: the session may enter no such game; the message names those it may.
    """
    places = [Place(each, entered) for each in me.studios for entered in each.games]
    for place in places:
        fits_studio = not studio or studio in (place.studio.id, place.studio.name)
        if fits_studio and (not game or game in (place.game.id, place.game.slug, place.game.name)):
            return place
    wanted = " in ".join(
        part for part in (f"game {game}" if game else "", f"studio {studio}" if studio else "") if part
    )
    open_ones = ", ".join(place.game.slug or place.game.name or place.game.id for place in places)
    raise NotFound(
        f"This session may not enter {wanted or 'any game'}. It may enter: {open_ones or 'none'}.",
        code=Code.NOT_FOUND,
        status=404,
    )

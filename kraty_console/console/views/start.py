"""What stands in the table while no player is open: tickets to try, players opened before, why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.console.look import Look, Status
from kraty_console.console.views.rows import Section
from kraty_console.present.safe import safe
from kraty_console.present.table import Cell, Column, Row
from kraty_console.support.missing import no_search

if TYPE_CHECKING:
    from kraty_console.console.desk import Desk

_COLUMNS: Final = (
    Column("player", "PLAYER", 12, priority=1, middle=True),
    Column("about", "TICKET", 20, priority=2),
)
_RECENT: Final = (Column("player", "", 12, middle=True),)


def start_sections(desk: Desk, look: Look) -> tuple[Section, ...]:
    """The lists of the first screen, and what to say when a look-up found nothing."""
    if look.status is Status.LOADING:
        return (Section("wait", _RECENT, (), empty=f"Looking up {safe(look.player, limit=80)}."),)
    sections: list[Section] = []
    if look.status is Status.MISSING:
        near = tuple(_player_row(each) for each in look.nearest)
        are = "nearest of those that could be read are" if look.not_offered else "nearest are"
        sections.append(
            Section(
                "near",
                _RECENT,
                near,
                title=f"No player is called {safe(look.player, limit=60)}" + (f": {are}" if near else ""),
                empty=_nobody(desk, look),
            )
        )
    elif look.status is Status.FAILED and look.error is not None:
        from kraty_console.present.errors import words_of

        words = words_of(look.error)
        more = words.text.removeprefix(words.title).strip()
        sections.append(
            Section(
                "failed", _RECENT, (), title=words.title, empty="\n".join(line for line in (more, words.hint) if line)
            )
        )
    if desk.launch.tries:
        rows = tuple(
            Row(
                each.player,
                "player",
                (Cell(safe(each.player, limit=60), "accent"), Cell(safe(each.complaint, limit=200))),
                (each.player, each.complaint),
                each.player,
                "player id",
            )
            for each in desk.launch.tries
        )
        sections.append(Section("tries", _COLUMNS, rows, title="Tickets to try in this demo world"))
    if desk.players.recent:
        rows = tuple(_player_row(each) for each in desk.players.recent[:10])
        sections.append(Section("recent", _RECENT, rows, title="Players opened before"))
    if not sections:
        what = "a player's id or e-mail" if desk.facts.can_search else "a player's id, whole"
        sections.append(Section("empty", _RECENT, (), empty=f"Type {what}; several at once can be pasted."))
    return tuple(sections)


def _nobody(desk: Desk, look: Look) -> str:
    """What to do when there is no such player, and none whose id begins like it, as far as that is known."""
    if not desk.facts.can_search:
        return safe(no_search(desk.facts.portal(), by_email="@" in look.player), limit=400, multiline=True)
    if look.not_offered:
        return safe(f"{look.not_offered}\nCheck the id, or try the e-mail with /.", limit=400, multiline=True)
    if "@" in look.player:
        return "An e-mail is found only when all of it is typed. Check it, or try the id with /."
    return "Nothing begins like it either. Check the id, or try the e-mail with /."


def _player_row(player: str) -> Row:
    return Row(player, "player", (Cell(safe(player, limit=80)),), (player,), player, "player id")

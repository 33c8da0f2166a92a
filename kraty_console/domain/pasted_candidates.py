"""What a part of a pasted text may be: its kinds, and the patterns that several readers of a text share.

Patterns are texts, which `re` compiles with the first text that needs them: the module is imported before the first
frame.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

from kraty_console.contract.limits import MAX_TEXTS
from kraty_console.domain.player_text import without_invisible

MOST_CANDIDATES: Final = MAX_TEXTS
"""Texts that are looked up at most."""

LONGEST_READ: Final = 60_000
"""Characters of a paste that are read."""

LONGEST_ID: Final = 512
"""Characters; no id, e-mail or name is longer."""

LONGEST_CLEANED: Final = 1_000
"""Characters; a longer text is no id with marks around it."""

MOST_OF_A_KIND: Final = 200
MOST_WORDS: Final = 8
"""Words of a single line in which each may be an id."""

MOST_WORDS_OF_AN_ID: Final = 4


class CandidateKind(IntEnum):
    """What makes a part of a text a candidate; the smaller, the surer."""

    TYPED = 0
    CLEANED = 1
    PLAYER_ID = 2
    """After words such as `player id`, or in a column of that name."""
    SOME_ID = 3
    """After `id` alone, or after an id of an account or a user, which may be another system's."""
    LINK = 4
    EMAIL = 5
    ROW_ID = 6
    """A UUID, or the id of a delivery."""
    MARKED = 7
    """In quotes, in brackets, in backquotes, or an item of a list."""
    NAME = 8
    """After words such as `name`; names are not unique."""
    TOKEN = 9
    """Looks like an id: a word with a digit or an underscore."""
    WORD = 10
    """A word of a short text, or a number: many texts have some that is also an id by chance."""


WHY: Final = {
    CandidateKind.TYPED: "the text as it is",
    CandidateKind.CLEANED: "without the marks around it",
    CandidateKind.PLAYER_ID: "a player id",
    CandidateKind.SOME_ID: "an id",
    CandidateKind.LINK: "in a link",
    CandidateKind.EMAIL: "an e-mail",
    CandidateKind.ROW_ID: "an id of a row",
    CandidateKind.MARKED: "set off by marks",
    CandidateKind.NAME: "a name",
    CandidateKind.TOKEN: "looks like an id",
    CandidateKind.WORD: "a word",
}
"""What makes a candidate one, in words."""


class Candidate(NamedTuple):
    """A text to look up."""

    text: str
    kind: CandidateKind
    group: int = 0
    """Readings of one place share a number: `id: a b` may be `a b` or `a`."""


class PastedText(NamedTuple):
    """What a text may name."""

    text: str
    """As it was typed or pasted."""
    candidates: tuple[Candidate, ...] = ()
    """The surest first, and in the order of the text; none where it is blank."""
    left_out: int = 0
    """Candidates, apart from plain words, for which there was no room; 1 more where the text is too long to be read."""

    @property
    def is_plain(self) -> bool:
        """Whether only the text itself, or words of it, may be meant."""
        return all(each.kind in (CandidateKind.TYPED, CandidateKind.WORD) for each in self.candidates)


# -- reading ---------------------------------------------------------------------------------------------------------

PLAIN: Final = r"[A-Za-z0-9_.-]{1,64}"
_QUOTED_LINE: Final = r"(?m)^[ \t]*(?:>[ \t]?)+"
"""The marks of a quoted mail."""

END: Final = ".,;:!?…)]}>\"'”“’»。，、；！？）」』"
"""What may follow an id in a sentence."""

LINK: Final = r"(?i)(?:https?://|(?<!\S)/admin/v1/)[^\s<>\"'`|]{1,2000}"
MAILTO: Final = r"(?i)(?<!\w)mailto:([^\s<>\"'?]{3,400})(?:\?[^\s<>\"']{0,400})?"
EMAIL: Final = r"(?<![\w.!#$%&'*+/=?^{}~-])[\w.!#$%&'*+/=?^{}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
UUID: Final = (
    r"(?i)(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|evt_[0-9a-z]{26})(?![0-9A-Za-z])"
)
OF_THE_GAME: Final = r"(?i)/(?:studios|games)/[^/?#]*"
"""In a link: the ids of studio and game."""

OF_A_PLAYER: Final = r"(?i)/(?:players?|users?|accounts?)/([^/?#]+)"
PARAMETERS: Final = frozenset(
    (
        "player",
        "playerid",
        "player_id",
        "externalplayerid",
        "external_id",
        "externalid",
        "user",
        "userid",
        "user_id",
        "id",
    )
)
MARKS: Final = (
    r"`([^`\n]{1,128})`|\"([^\"\n]{1,64})\"|“([^“”\n]{1,64})[”“]|„([^“”„\n]{1,64})[“”]|«([^«»\n]{1,64})»"
    r"|‘([^‘’\n]{1,64})’|(?<!\w)'([^'\n]{1,64})'(?!\w)|<([^<>\n]{1,64})>|\[([^\[\]\n]{1,64})\]|「([^「」\n]{1,64})」"
)
LONG_WORD: Final = r"[^\s<>\"'`“”„«»‘’()\[\]{},;=「」、。，]{2,200}"
ASCII_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_.|:#~+-]{1,127}"
_NO_ID: Final = (
    r"(?i)v?\d{1,4}(?:[./:,-]\d{1,4}){1,4}(?:am|pm|[a-z]\d?)?"  # dates, times, versions, numbers in groups
    r"|\d{4}-\d\d-\d\dT\S*"
    r"|[+-]?\d+(?:st|nd|rd|th|x|k|m|h|s|d|gb|mb|ms|px|hz|fps|am|pm|%|€|\$|£)?"
    r"|[#$€£]\d+|[x×]\d{1,3}|utf-?8|ipv[46]|mp[34]|h26[45]|p\d\d"
)
NUMBER: Final = r"\d{5,30}"
SPLIT: Final = r"[\n,;]+"
CELLS: Final = r"\t|[ ]*\|[ ]*|;"
NOTHING: Final = frozenset(
    [
        *("n/a", "none", "unknown", "null", "nil", "unbekannt", "keine", "aucun", "ninguno", "nenhum"),
        *("email", "e-mail", "mail", "name", "level", "country", "status", "value", "platform", "score"),
    ]
)
"""Values that are none, and titles of columns."""

OTHER_SYSTEM: Final = (
    r"(?i)(?:device|order|ticket|case|transaction|session|request|payment|purchase|receipt|invoice|bundle|app|build|event"
    r"|attempt|grant|lobby|delivery|audit|message|error|guild|clan|team|discord|steam|google(?: play)?|apple|facebook"
    r"|twitch|trace|advertising|analytics|match|product|item|reward|gerät[es]*|bestell|auftrags|commande|appareil|pedido"
    r"|dispositivo|заказа?|устройства?|tracking)[ _-]?$"
)
"""What stands before `id` where it is no player's."""


def lines_of(text: str) -> str:
    """The text without invisible characters and without the marks of quoted mail; every line break is one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").split("\n")
    visible = ("\t".join(map(without_invisible, line.split("\t"))) for line in lines)
    return re.sub(_QUOTED_LINE, "", "\n".join(visible))


def blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def bare(token: str) -> str:
    """A word without the punctuation of its sentence."""
    return token.rstrip(END).lstrip("(-*•·")


def is_like_an_id(token: str) -> bool:
    """Whether a word is more likely an id than a word of a language, a date or an amount."""
    marked = any(char.isdigit() for char in token) or "_" in token or ("|" in token.strip("|"))
    return marked and any(char.isalnum() for char in token) and not re.fullmatch(_NO_ID, token)

"""Finds what a pasted text may name: ids after words such as `player id`, in links, tables and prose, and e-mails.

The text itself is always the first candidate: an id may hold anything. What is found is only looked up, never
corrected; `finding.decide` says when it is certain enough to open a player. Patterns are texts, which `re` compiles
with the first text that needs them: the module is imported before the first frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import cache
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from kraty_console.contract.characters import storage_fault
from kraty_console.contract.limits import MAX_TEXTS
from kraty_console.domain.player_text import candidates as cleaned_candidates
from kraty_console.domain.player_text import without_invisible

MOST_CANDIDATES: Final = MAX_TEXTS
"""Texts that are looked up at most."""

LONGEST_READ: Final = 60_000
"""Characters of a paste that are read."""

LONGEST_ID: Final = 512
"""Characters; no id, e-mail or name is longer."""

_LONGEST_CLEANED: Final = 1_000
"""Characters; a longer text is no id with marks around it."""

_MOST_OF_A_KIND: Final = 200
_MOST_WORDS: Final = 8
"""Words of a single line in which each may be an id."""

_MOST_WORDS_OF_AN_ID: Final = 4


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


def read_pasted(text: str) -> PastedText:
    """What a text may name, in bounded time."""
    if not text.strip():
        return PastedText(text)
    found = _Found()
    found.add(text, CandidateKind.TYPED)
    if re.fullmatch(_PLAIN, text):
        return found.result(text)
    if len(text) <= _LONGEST_CLEANED and len(text.strip().splitlines()) == 1:
        for each in cleaned_candidates(text)[1:]:
            if len(each.split()) <= _MOST_WORDS_OF_AN_ID:
                found.add(each, CandidateKind.CLEANED)
    read = _lines_of(text[:LONGEST_READ])
    without_links = re.sub(_LINK, _blanks, read)
    tables = _tables(without_links)
    found.add_all(_labelled(without_links, {each.begin for each in tables}))
    found.add_all(_of_columns(tables))
    found.add_all(_in_links(read))
    found.add_all(_emails(without_links))
    without_emails = re.sub(_EMAIL, _blanks, re.sub(_MAILTO, _blanks, without_links))
    found.add_all(_row_ids(without_emails))
    found.add_all(_marked(without_emails))
    found.add_all(_names(without_emails))
    found.add_all(_tokens(without_emails))
    found.add_all(_words(without_links))
    return found.result(text)


class _Table(NamedTuple):
    """A table with columns of ids."""

    begin: int
    """Where the line of titles begins."""
    split: str
    """What parts its cells."""
    columns: dict[int, CandidateKind]
    lines: list[str]
    """Below the titles."""


class _Found:
    """Collects candidates; a text that is found again keeps its surest kind."""

    def __init__(self) -> None:
        self._kept: dict[str, Candidate] = {}

    def add(self, text: str, kind: CandidateKind, group: int = 0) -> None:
        """Add a candidate, unless no backend could have it."""
        if kind is not CandidateKind.TYPED and (not text or len(text) > LONGEST_ID or storage_fault(text)):
            return
        known = self._kept.get(text)
        if known is None or kind < known.kind:
            self._kept[text] = Candidate(text, kind, group)

    def add_all(self, candidates: Iterable[Candidate]) -> None:
        """Add candidates, of which only so many are read."""
        for each in islice(candidates, _MOST_OF_A_KIND):
            self.add(*each)

    def result(self, text: str) -> PastedText:
        """The surest candidates, as many as there is room for."""
        ordered = sorted(self._kept.values(), key=lambda each: each.kind)
        rest = ordered[MOST_CANDIDATES:]
        left_out = sum(each.kind is not CandidateKind.WORD for each in rest)
        return PastedText(text, tuple(ordered[:MOST_CANDIDATES]), left_out + (len(text) > LONGEST_READ))


# -- reading ---------------------------------------------------------------------------------------------------------

_PLAIN: Final = r"[A-Za-z0-9_.-]{1,64}"
_QUOTED_LINE: Final = r"(?m)^[ \t]*(?:>[ \t]?)+"
"""The marks of a quoted mail."""

_END: Final = ".,;:!?…)]}>\"'”“’»。，、；！？）」』"
"""What may follow an id in a sentence."""

_LINK: Final = r"(?i)(?:https?://|(?<!\S)/admin/v1/)[^\s<>\"'`|]{1,2000}"
_MAILTO: Final = r"(?i)(?<!\w)mailto:([^\s<>\"'?]{3,400})(?:\?[^\s<>\"']{0,400})?"
_EMAIL: Final = r"(?<![\w.!#$%&'*+/=?^{}~-])[\w.!#$%&'*+/=?^{}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
_UUID: Final = (
    r"(?i)(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|evt_[0-9a-z]{26})(?![0-9A-Za-z])"
)
_OF_THE_GAME: Final = r"(?i)/(?:studios|games)/[^/?#]*"
"""In a link: the ids of studio and game."""

_OF_A_PLAYER: Final = r"(?i)/(?:players?|users?|accounts?)/([^/?#]+)"
_PARAMETERS: Final = frozenset(
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
_MARKS: Final = (
    r"`([^`\n]{1,128})`|\"([^\"\n]{1,64})\"|“([^“”\n]{1,64})[”“]|„([^“”„\n]{1,64})[“”]|«([^«»\n]{1,64})»"
    r"|‘([^‘’\n]{1,64})’|(?<!\w)'([^'\n]{1,64})'(?!\w)|<([^<>\n]{1,64})>|\[([^\[\]\n]{1,64})\]|「([^「」\n]{1,64})」"
)
_LONG_WORD: Final = r"[^\s<>\"'`“”„«»‘’()\[\]{},;=「」、。，]{2,200}"
_ASCII_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_.|:#~+-]{1,127}"
_NO_ID: Final = (
    r"(?i)v?\d{1,4}(?:[./:,-]\d{1,4}){1,4}(?:am|pm|[a-z]\d?)?"  # dates, times, versions, numbers in groups
    r"|\d{4}-\d\d-\d\dT\S*"
    r"|[+-]?\d+(?:st|nd|rd|th|x|k|m|h|s|d|gb|mb|ms|px|hz|fps|am|pm|%|€|\$|£)?"
    r"|[#$€£]\d+|[x×]\d{1,3}|utf-?8|ipv[46]|mp[34]|h26[45]|p\d\d"
)
_NUMBER: Final = r"\d{5,30}"
_SPLIT: Final = r"[\n,;]+"
_CELLS: Final = r"\t|[ ]*\|[ ]*|;"
_NOTHING: Final = frozenset(
    [
        *("n/a", "none", "unknown", "null", "nil", "unbekannt", "keine", "aucun", "ninguno", "nenhum"),
        *("email", "e-mail", "mail", "name", "level", "country", "status", "value", "platform", "score"),
    ]
)
"""Values that are none, and titles of columns."""

_OTHER_SYSTEM: Final = (
    r"(?i)(?:device|order|ticket|case|transaction|session|request|payment|purchase|receipt|invoice|bundle|app|build|event"
    r"|attempt|grant|lobby|delivery|audit|message|error|guild|clan|team|discord|steam|google(?: play)?|apple|facebook"
    r"|twitch|trace|advertising|analytics|match|product|item|reward|gerät[es]*|bestell|auftrags|commande|appareil|pedido"
    r"|dispositivo|заказа?|устройства?|tracking)[ _-]?$"
)
"""What stands before `id` where it is no player's."""


def _lines_of(text: str) -> str:
    """The text without invisible characters and without the marks of quoted mail; every line break is one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").split("\n")
    visible = ("\t".join(map(without_invisible, line.split("\t"))) for line in lines)
    return re.sub(_QUOTED_LINE, "", "\n".join(visible))


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _bare(token: str) -> str:
    """A word without the punctuation of its sentence."""
    return token.rstrip(_END).lstrip("(-*•·")


def is_like_an_id(token: str) -> bool:
    """Whether a word is more likely an id than a word of a language, a date or an amount."""
    marked = any(char.isdigit() for char in token) or "_" in token or ("|" in token.strip("|"))
    return marked and any(char.isalnum() for char in token) and not re.fullmatch(_NO_ID, token)


# -- labels ----------------------------------------------------------------------------------------------------------

_PLAYER_WORDS: Final = (
    "player|in-?game|external(?:[ _]?player)?|gamer|spieler|joueuse|joueur|jugadora?|jogadora?|giocatore|gracza|gracz"
    "|игрока|игрок|oyuncu|speler|spelare|spelar|pelaaja"
)
_USER_WORDS: Final = (
    "user|account|acct|game|member|customer|profile|benutzer|nutzer|konto|kunden|compte|utilisateur|client|usuario|usuária?o?"
    "|utilizador|cuenta|conta|cliente|utente|konta|użytkownika|аккаунта|аккаунт|пользователя|hesap|kullanıcı|gebruiker"
    "|användar|my|mein|meine|mon|mi|meu|moje|il mio|мой"
)
_ID_WORDS: Final = (
    "uuid|uid|ids?|number|nummer|nr|kennung|identifiant|identifier|identificador|identificativo|numéro|número|numer|numero"
    "|идентификатор|айди|ид|номер|kimliği|kimlik|tunnus"
)
_OF: Final = r"(?:of|for|the|de|du|la|le|del|des|der|do|da|dello|della|di|van|von|my|mi|mon|meu|mein(?:e[sr]?)?)"
_FAR_EAST: Final = "プレイヤー|プレーヤー|ユーザー|アカウント|玩家|用户|用戶|账号|帳號|角色|플레이어|유저|계정"
_FAR_EAST_IDS: Final = "ＩＤ|id|編號|编号|アイディー|아이디"

_STRONG: Final = r"(?:[ ]{0,3}(?:=>|->|→|[:：=＝#|\t]|(?<=d)>)[ \t]{0,8}|[ ]?(?:は|是|为|為|는|은|가)[ ]?[:：]?[ ]?)"
_WEAK: Final = r"[ ]{1,3}(?:(?P<verb>is|ist|lautet|est|es|é|è|to|jest|это|—|–|-)[ ]{1,3}:?[ ]?)?"


@cache
def _labels() -> re.Pattern[str]:
    """Words that an id follows; built with the first text that needs them."""
    glue = r"(?:[ _-]{0,2}|['’]s[ ]|s[ -])"
    player = (
        rf"(?:{_PLAYER_WORDS}){glue}(?:{_ID_WORDS})"
        rf"|(?:{_ID_WORDS})(?:[ ]{_OF}){{0,2}}[ ](?:l['’])?(?:{_PLAYER_WORDS})"
        rf"|(?:{_FAR_EAST})[ ]?(?:{_FAR_EAST_IDS})"
    )
    alone = rf"(?:{_PLAYER_WORDS}|{_FAR_EAST})(?=[ ]?[:：=|\t])"
    some = (
        rf"(?:{_USER_WORDS}){glue}(?:{_ID_WORDS})|(?:{_ID_WORDS})(?:[ ]{_OF}){{0,2}}[ ](?:{_USER_WORDS})"
        r"|(?:uid|id|kennung|identifiant|айди)"
    )
    edge = r"(?<![^\W_])(?<![-.@/])"
    far = rf"(?:{_FAR_EAST})[ ]?(?:{_FAR_EAST_IDS})"
    return re.compile(
        rf"(?:{edge}(?:(?P<player>{player})|(?P<alone>{alone})|(?P<some>{some}))|(?P<far>{far}))[\"'`*_]{{0,2}}"
        rf"(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))",
        re.IGNORECASE,
    )


@cache
def _name_labels() -> re.Pattern[str]:
    words = (
        r"(?:display|player|user|nick|in-?game|screen|gamer|spieler|benutzer|anzeige)?[ _-]?names?|nick|nickname"
        r"|gamertag|pseudo|pseudonyme|nombre|apodo|nome|apelido|nazwa|imię|имя|ник|никнейм|isim|naam|namn|プレイヤー名|名前|昵称|名字|닉네임"
    )
    return re.compile(rf"(?<![^\W_])(?:{words})[ ]{{0,2}}[:：=|\t][ \t]{{0,8}}([^\n\t|]{{2,64}})", re.IGNORECASE)


@cache
def _column_titles() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<player>(?:{_PLAYER_WORDS})[ _-]?(?:{_ID_WORDS})?|(?:{_FAR_EAST})[ ]?(?:{_FAR_EAST_IDS})?"
        rf"|(?:{_ID_WORDS})[ ](?:{_OF}[ ]){{0,2}}(?:{_PLAYER_WORDS}))"
        rf"|(?:(?:{_USER_WORDS})[ _-]?)?(?:{_ID_WORDS}))",
        re.IGNORECASE,
    )


def _labelled(text: str, title_lines: set[int]) -> Iterator[Candidate]:
    """The values after words such as `player id`; `title_lines` are where lines of column titles begin."""
    for match in _labels().finditer(text):
        if match["some"] and re.search(_OTHER_SYSTEM, text[max(0, match.start() - 20) : match.start()]):
            continue
        kind = CandidateKind.SOME_ID if match["some"] else CandidateKind.PLAYER_ID
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        strong = match["strong"]
        in_table = strong is not None and ("|" in strong or "\t" in strong)
        is_wide = in_table and len(_cells(text[begin:end], _CELLS)) > 2
        rest = text[match.end() : min(end, match.end() + LONGEST_ID)]
        title = in_table and begin in title_lines
        for value, ends in _values(rest, certain=strong is not None and not is_wide, said=match["verb"] is not None):
            yield Candidate(value, kind if ends and not title else CandidateKind.WORD, match.start() + 1)


def _values(rest: str, *, certain: bool, said: bool) -> Iterator[tuple[str, bool]]:
    """What may be the value at the beginning of the rest of a line, and whether it surely ends there.

    Args:
        rest: The rest of the line.
        certain: Whether a colon or the like stands before it; after mere words only what looks like an id is one.
        said: Whether a verb stands before it.
    """
    rest = rest.strip().lstrip("* ")
    quoted = re.match(_MARKS, rest)
    if quoted:
        yield next(each for each in quoted.groups() if each is not None).strip(), True
        return
    cell = re.split(_CELLS, rest, maxsplit=1)[0].strip() if "|" not in rest or " |" in rest or "\t" in rest else rest
    first = next(iter(cell.split(None, 1)), "")
    token = _bare(re.split("[<&]", first, maxsplit=1)[0]).rstrip("*")
    if not token or token.casefold() in _NOTHING or not any(map(str.isalnum, token)):
        return
    following = cell[len(first) :].lstrip()
    alone = not following or first != token or following[0] in "([,;/{<—–|-"
    likely = is_like_an_id(token) or re.fullmatch(_NUMBER, token) is not None
    few = len(cell.split()) <= _MOST_WORDS_OF_AN_ID
    if likely or (alone and (certain or (said and not following))):
        yield token, True
        if not token.isascii() and (run := re.match(_ASCII_ID, token)):
            yield _bare(run[0]), True
    elif certain:
        yield token, False
    if certain and following and few:
        yield _bare(cell), True


def _tables(text: str) -> list[_Table]:
    """The tables with columns of ids: each ends at a blank line."""
    tables: list[_Table] = []
    begin, before = 0, 0
    inside = False
    for line in text.split("\n")[:2000]:
        if inside and line.strip():
            tables[-1].lines.append(line)
        else:
            inside = False
            for split in (_CELLS, ","):
                columns = _title_columns(_cells(line, split))
                if columns and not (split is _CELLS and before > 1):
                    tables.append(_Table(begin, split, columns, []))
                    inside = True
                    break
        before = len(_cells(line, _CELLS))
        begin += len(line) + 1
    return tables


def _title_columns(cells: Sequence[str]) -> dict[int, CandidateKind]:
    """The columns of ids in a line of titles; none in a line with values."""
    if len(cells) < 2 or any(("@" in each or any(map(str.isdigit, each))) for each in cells):
        return {}
    titles = ((place, _column_titles().fullmatch(each)) for place, each in enumerate(cells))
    return {
        place: CandidateKind.PLAYER_ID if title["player"] else CandidateKind.SOME_ID for place, title in titles if title
    }


def _of_columns(tables: Sequence[_Table]) -> Iterator[Candidate]:
    """The cells below a column title such as `player id`."""
    number = 0
    for _, split, columns, lines in tables:
        for line in lines:
            number += 1
            cells = _cells(line, split)
            for place, kind in columns.items():
                if place < len(cells) and cells[place].strip("-: ") and cells[place].casefold() not in _NOTHING:
                    yield Candidate(cells[place], kind, -number)


def _cells(line: str, split: str) -> list[str]:
    return (
        [each.strip().strip("\"'`*") for each in re.split(split, line.strip().strip("|"))] if len(line) < 4000 else []
    )


def _names(text: str) -> Iterator[Candidate]:
    """The names after words such as `name`, whole."""
    for match in _name_labels().finditer(text):
        name = _bare(match[1].strip().strip("\"'`*“”„«»"))
        if name:
            yield Candidate(name, CandidateKind.NAME)


# -- ids by their form -----------------------------------------------------------------------------------------------


def _in_links(text: str) -> Iterator[Candidate]:
    """The ids in links: of players, and of rows; those of studio and game are left out."""
    for match in re.finditer(_LINK, text):
        link = match[0].rstrip(_END)
        try:
            parts = urlsplit(link)
        except ValueError:
            continue
        path = re.sub(_OF_THE_GAME, "", parts.path)
        values = [value for name, value in _parameters(parts.query) if name.lower() in _PARAMETERS]
        for each in (
            *re.findall(_OF_A_PLAYER, path),
            *values,
            *re.findall(_UUID, path),
            *re.findall(_UUID, parts.fragment),
        ):
            yield Candidate(unquote(each, errors="replace") if "%" in each else each, CandidateKind.LINK)
        last = unquote(path.rstrip("/").rpartition("/")[2], errors="replace")
        if is_like_an_id(last):
            yield Candidate(last, CandidateKind.LINK)


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, errors="replace", max_num_fields=50)
    except ValueError:
        return []


def _emails(text: str) -> Iterator[Candidate]:
    for match in re.finditer(_MAILTO, text):
        address = unquote(match[1], errors="replace").rstrip(_END)
        yield Candidate(address, CandidateKind.EMAIL if "@" in address else CandidateKind.MARKED)
    for match in re.finditer(_EMAIL, text):
        yield Candidate(match[0].rstrip(".-"), CandidateKind.EMAIL)


def _row_ids(text: str) -> Iterator[Candidate]:
    for match in re.finditer(_UUID, text):
        yield Candidate(match[0], CandidateKind.ROW_ID)


def _marked(text: str) -> Iterator[Candidate]:
    """What stands in quotes, brackets or backquotes, and the items of a list of ids."""
    for match in re.finditer(_MARKS, text):
        inner = next(each for each in match.groups() if each is not None).strip()
        if inner and len(inner.split()) <= _MOST_WORDS_OF_AN_ID and any(map(str.isalnum, inner)):
            yield Candidate(inner, CandidateKind.MARKED)
    items = [each.strip() for each in re.split(_SPLIT, text[:4000]) if each.strip()]
    if len(items) > 1 and not any(map(str.isspace, "".join(items))):
        for item in items:
            yield Candidate(item, CandidateKind.MARKED)


def _tokens(text: str) -> Iterator[Candidate]:
    """Words that look like ids; plain numbers are seldom ids."""
    for match in re.finditer(_LONG_WORD, text):
        token = _bare(match[0])
        if re.fullmatch(_NUMBER, token):
            yield Candidate(token, CandidateKind.WORD)
        elif len(token) > 1 and is_like_an_id(token):
            if not token.isascii():
                for run in re.findall(_ASCII_ID, token):
                    if is_like_an_id(_bare(run)):
                        yield Candidate(_bare(run), CandidateKind.TOKEN)
            yield Candidate(token, CandidateKind.TOKEN)
            parts = token.lstrip("#@").split("/")
            for part in parts if len(parts) > 1 or token[0] in "#@" else ():
                if is_like_an_id(part):
                    yield Candidate(part, CandidateKind.TOKEN)


def _words(text: str) -> Iterator[Candidate]:
    """The words of a short line."""
    line = text.strip()
    words = line.split() if len(line) <= LONGEST_ID and "\n" not in line else []
    if 1 < len(words) <= _MOST_WORDS:
        for word in words:
            bare = _bare(word)
            if len(bare) > 1:
                yield Candidate(bare, CandidateKind.WORD)

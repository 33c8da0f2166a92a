"""Reads labelled ids of a pasted text: after words such as `player id` in many languages, and in such columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from kraty_console.domain.pasted_candidates import (
    ASCII_ID,
    CELLS,
    LONGEST_ID,
    MARKS,
    MOST_WORDS_OF_AN_ID,
    NOTHING,
    NUMBER,
    OTHER_SYSTEM,
    Candidate,
    CandidateKind,
    bare,
    is_like_an_id,
)


class IdTable(NamedTuple):
    """A table with columns of ids."""

    begin: int
    """Where the line of titles begins."""
    split: str
    """What parts its cells."""
    columns: dict[int, CandidateKind]
    lines: list[str]
    """Below the titles."""


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


def labelled(text: str, title_lines: set[int]) -> Iterator[Candidate]:
    """The values after words such as `player id`; `title_lines` are where lines of column titles begin."""
    for match in _labels().finditer(text):
        if match["some"] and re.search(OTHER_SYSTEM, text[max(0, match.start() - 20) : match.start()]):
            continue
        kind = CandidateKind.SOME_ID if match["some"] else CandidateKind.PLAYER_ID
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        strong = match["strong"]
        in_table = strong is not None and ("|" in strong or "\t" in strong)
        is_wide = in_table and len(_cells(text[begin:end], CELLS)) > 2
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
    quoted = re.match(MARKS, rest)
    if quoted:
        yield next(each for each in quoted.groups() if each is not None).strip(), True
        return
    cell = re.split(CELLS, rest, maxsplit=1)[0].strip() if "|" not in rest or " |" in rest or "\t" in rest else rest
    first = next(iter(cell.split(None, 1)), "")
    token = bare(re.split("[<&]", first, maxsplit=1)[0]).rstrip("*")
    if not token or token.casefold() in NOTHING or not any(map(str.isalnum, token)):
        return
    following = cell[len(first) :].lstrip()
    alone = not following or first != token or following[0] in "([,;/{<—–|-"
    likely = is_like_an_id(token) or re.fullmatch(NUMBER, token) is not None
    few = len(cell.split()) <= MOST_WORDS_OF_AN_ID
    if likely or (alone and (certain or (said and not following))):
        yield token, True
        if not token.isascii() and (run := re.match(ASCII_ID, token)):
            yield bare(run[0]), True
    elif certain:
        yield token, False
    if certain and following and few:
        yield bare(cell), True


def id_tables(text: str) -> list[IdTable]:
    """The tables with columns of ids: each ends at a blank line."""
    tables: list[IdTable] = []
    begin, before = 0, 0
    inside = False
    for line in text.split("\n")[:2000]:
        if inside and line.strip():
            tables[-1].lines.append(line)
        else:
            inside = False
            for split in (CELLS, ","):
                columns = _title_columns(_cells(line, split))
                if columns and not (split is CELLS and before > 1):
                    tables.append(IdTable(begin, split, columns, []))
                    inside = True
                    break
        before = len(_cells(line, CELLS))
        begin += len(line) + 1
    return tables


def title_kind(title: str) -> CandidateKind | None:
    """Whether a column title names ids of players, or ids of some kind; None if it names something else."""
    match = _column_titles().fullmatch(title)
    if match is None:
        return None
    return CandidateKind.PLAYER_ID if match["player"] else CandidateKind.SOME_ID


def _title_columns(cells: Sequence[str]) -> dict[int, CandidateKind]:
    """The columns of ids in a line of titles; none in a line with values."""
    if len(cells) < 2 or any(("@" in each or any(map(str.isdigit, each))) for each in cells):
        return {}
    titles = ((place, title_kind(each)) for place, each in enumerate(cells))
    return {place: kind for place, kind in titles if kind is not None}


def of_columns(tables: Sequence[IdTable]) -> Iterator[Candidate]:
    """The cells below a column title such as `player id`."""
    number = 0
    for _, split, columns, lines in tables:
        for line in lines:
            number += 1
            cells = _cells(line, split)
            for place, kind in columns.items():
                if place < len(cells) and cells[place].strip("-: ") and cells[place].casefold() not in NOTHING:
                    yield Candidate(cells[place], kind, -number)


def _cells(line: str, split: str) -> list[str]:
    return (
        [each.strip().strip("\"'`*") for each in re.split(split, line.strip().strip("|"))] if len(line) < 4000 else []
    )


def names(text: str) -> Iterator[Candidate]:
    """The names after words such as `name`, whole."""
    for match in _name_labels().finditer(text):
        name = bare(match[1].strip().strip("\"'`*“”„«»"))
        if name:
            yield Candidate(name, CandidateKind.NAME)

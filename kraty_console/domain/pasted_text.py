"""Finds what a pasted text may name: ids after words such as `player id`, in links, tables and prose, and e-mails.

The text itself is always the first candidate: an id may hold anything. What is found is only looked up, never
corrected; `finding.decide` says when it is certain enough to open a player. Patterns are texts, which `re` compiles
with the first text that needs them: the module is imported before the first frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from kraty_console.contract.characters import storage_fault
from kraty_console.domain.pasted_candidates import (
    ASCII_ID,
    EMAIL,
    END,
    LINK,
    LONG_WORD,
    LONGEST_CLEANED,
    LONGEST_ID,
    LONGEST_READ,
    MAILTO,
    MARKS,
    MOST_CANDIDATES,
    MOST_OF_A_KIND,
    MOST_WORDS,
    MOST_WORDS_OF_AN_ID,
    NUMBER,
    OF_A_PLAYER,
    OF_THE_GAME,
    PARAMETERS,
    PLAIN,
    SPLIT,
    UUID,
    Candidate,
    CandidateKind,
    PastedText,
    bare,
    blanks,
    is_like_an_id,
    lines_of,
)
from kraty_console.domain.pasted_labels import id_tables, labelled, names, of_columns
from kraty_console.domain.player_text import candidates as cleaned_candidates


def read_pasted(text: str) -> PastedText:
    """What a text may name, in bounded time."""
    if not text.strip():
        return PastedText(text)
    found = _Found()
    found.add(text, CandidateKind.TYPED)
    if re.fullmatch(PLAIN, text):
        return found.result(text)
    if len(text) <= LONGEST_CLEANED and len(text.strip().splitlines()) == 1:
        for each in cleaned_candidates(text)[1:]:
            if len(each.split()) <= MOST_WORDS_OF_AN_ID:
                found.add(each, CandidateKind.CLEANED)
    read = lines_of(text[:LONGEST_READ])
    without_links = re.sub(LINK, blanks, read)
    in_columns = id_tables(without_links)
    found.add_all(labelled(without_links, {each.begin for each in in_columns}))
    found.add_all(of_columns(in_columns))
    found.add_all(_in_links(read))
    found.add_all(_emails(without_links))
    without_emails = re.sub(EMAIL, blanks, re.sub(MAILTO, blanks, without_links))
    found.add_all(_row_ids(without_emails))
    found.add_all(_marked(without_emails))
    found.add_all(names(without_emails))
    found.add_all(_tokens(without_emails))
    found.add_all(_words(without_links))
    return found.result(text)


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
        for each in islice(candidates, MOST_OF_A_KIND):
            self.add(*each)

    def result(self, text: str) -> PastedText:
        """The surest candidates, as many as there is room for."""
        ordered = sorted(self._kept.values(), key=lambda each: each.kind)
        rest = ordered[MOST_CANDIDATES:]
        left_out = sum(each.kind is not CandidateKind.WORD for each in rest)
        return PastedText(text, tuple(ordered[:MOST_CANDIDATES]), left_out + (len(text) > LONGEST_READ))


# -- ids by their form -----------------------------------------------------------------------------------------------


def _in_links(text: str) -> Iterator[Candidate]:
    """The ids in links: of players, and of rows; those of studio and game are left out."""
    for match in re.finditer(LINK, text):
        link = match[0].rstrip(END)
        try:
            parts = urlsplit(link)
        except ValueError:
            continue
        path = re.sub(OF_THE_GAME, "", parts.path)
        values = [value for name, value in _parameters(parts.query) if name.lower() in PARAMETERS]
        for each in (
            *re.findall(OF_A_PLAYER, path),
            *values,
            *re.findall(UUID, path),
            *re.findall(UUID, parts.fragment),
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
    for match in re.finditer(MAILTO, text):
        address = unquote(match[1], errors="replace").rstrip(END)
        yield Candidate(address, CandidateKind.EMAIL if "@" in address else CandidateKind.MARKED)
    for match in re.finditer(EMAIL, text):
        yield Candidate(match[0].rstrip(".-"), CandidateKind.EMAIL)


def _row_ids(text: str) -> Iterator[Candidate]:
    for match in re.finditer(UUID, text):
        yield Candidate(match[0], CandidateKind.ROW_ID)


def _marked(text: str) -> Iterator[Candidate]:
    """What stands in quotes, brackets or backquotes, and the items of a list of ids."""
    for match in re.finditer(MARKS, text):
        inner = next(each for each in match.groups() if each is not None).strip()
        if inner and len(inner.split()) <= MOST_WORDS_OF_AN_ID and any(map(str.isalnum, inner)):
            yield Candidate(inner, CandidateKind.MARKED)
    items = [each.strip() for each in re.split(SPLIT, text[:4000]) if each.strip()]
    if len(items) > 1 and not any(map(str.isspace, "".join(items))):
        for item in items:
            yield Candidate(item, CandidateKind.MARKED)


def _tokens(text: str) -> Iterator[Candidate]:
    """Words that look like ids; plain numbers are seldom ids."""
    for match in re.finditer(LONG_WORD, text):
        token = bare(match[0])
        if re.fullmatch(NUMBER, token):
            yield Candidate(token, CandidateKind.WORD)
        elif len(token) > 1 and is_like_an_id(token):
            if not token.isascii():
                for run in re.findall(ASCII_ID, token):
                    if is_like_an_id(bare(run)):
                        yield Candidate(bare(run), CandidateKind.TOKEN)
            yield Candidate(token, CandidateKind.TOKEN)
            parts = token.lstrip("#@").split("/")
            for part in parts if len(parts) > 1 or token[0] in "#@" else ():
                if is_like_an_id(part):
                    yield Candidate(part, CandidateKind.TOKEN)


def _words(text: str) -> Iterator[Candidate]:
    """The words of a short line."""
    line = text.strip()
    words = line.split() if len(line) <= LONGEST_ID and "\n" not in line else []
    if 1 < len(words) <= MOST_WORDS:
        for word in words:
            if len(bare(word)) > 1:
                yield Candidate(bare(word), CandidateKind.WORD)

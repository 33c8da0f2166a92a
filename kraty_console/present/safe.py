"""Sanitizes text from outside so that it can be shown (console/README.md#text-from-outside).

Control characters become visible pictures (`␛`); other characters that control the terminal or look like something
else become `\\u{202E}`. The mapping is reversible, so different values never look equal: a picture, a backslash that
would start an escape, and a trailing `…` in the value itself are escaped too. Only truncation loses text: a cut value
ends in `…`, and combining marks beyond the eighth on one letter are replaced by their count (`\\u{+192}`).

Unchanged: letters and marks of living scripts, emoji with joiners and variation selectors. Copying and sending use the
raw value; `SafeText` lets the type checker tell the two apart.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

from kraty_console.contract.characters import BLANK, UNSAFE

SafeText = NewType("SafeText", str)
"""Text that was sanitized, or that this program wrote itself."""

CUT: Final = "…"
DEFAULT_LIMIT: Final = 512
"""Characters; the length limit of player ids."""

MAX_MARKS: Final = 8
"""Maximum number of combining marks on one letter."""

MISSING: Final = SafeText("—")

_JOINER: Final = "\u200d"
_SELECTOR: Final = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PICTURES: Final = re.compile("[\u2400-\u2426]")
_TEXT_OR_EMOJI_STYLE: Final = frozenset("\ufe0e\ufe0f")
_PLAIN: Final = re.compile(r"[ -\[\]-~]*")
"""ASCII without the backslash: needs no sanitizing."""


def safe(value: str | None, *, limit: int = DEFAULT_LIMIT, multiline: bool = False) -> SafeText:
    """The sanitized value; `—` for None.

    `limit` truncates before any other work, so a huge value costs nothing.
    With `multiline` line feeds are kept; otherwise they become pictures.
    """
    if value is None:
        return MISSING
    cut = len(value) > limit
    text = value[:limit] if cut else value
    if not _PLAIN.fullmatch(text):
        text = _cleaned(text, multiline, ends_in_cut=cut)
    return SafeText(text + CUT) if cut else SafeText(text)


def _cleaned(text: str, multiline: bool, *, ends_in_cut: bool) -> str:
    out: list[str] = []
    marks = 0
    has_base = False
    for place, char in enumerate(text):
        if " " <= char <= "~":
            marks, has_base = 0, True
            out.append("\\u{5C}" if char == "\\" and text.startswith("u{", place + 1) else char)
            continue
        if multiline and char == "\n":
            marks, has_base = 0, False
            out.append(char)
            continue
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Mc"):
            if not has_base or char in BLANK or (_SELECTOR.match(char) and not _selects(text, place)):
                out.append(_spelled(char))
                marks, has_base = 0, False
                continue
            marks += 1
            if marks <= MAX_MARKS:
                out.append(char)
            elif _ends_run(text, place):
                out.append(f"\\u{{+{marks - MAX_MARKS}}}")
                has_base = False
            continue
        marks = 0
        if category in UNSAFE and not (char == _JOINER and _joins_emoji(text, place)):
            out.append(_spelled(char))
            has_base = False
        elif char in BLANK or _PICTURES.match(char) or (char == CUT and place == len(text) - 1 and not ends_in_cut):
            out.append(f"\\u{{{ord(char):X}}}")
            has_base = False
        else:
            out.append(char)
            has_base = True
    return "".join(out)


def _spelled(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\u{{{code:X}}}"


def _ends_run(text: str, place: int) -> bool:
    return place + 1 == len(text) or unicodedata.category(text[place + 1]) not in ("Mn", "Me", "Mc")


def _is_symbol(char: str) -> bool:
    if _PICTURES.match(char):
        return False  # it is escaped, so nothing can join or select it
    return unicodedata.category(char) in ("So", "Sk") or char in "♀♂⚕" or 0x1F000 <= ord(char) <= 0x1FAFF


def _joins_emoji(text: str, place: int) -> bool:
    before = place - 1
    while before >= 0 and (text[before] in _TEXT_OR_EMOJI_STYLE or _is_skin_tone(text[before])):
        before -= 1
    after = place + 1
    if (
        before < 0 or after >= len(text) or _is_skin_tone(text[after])
    ):  # skin tones are not joined: the result looks the same
        return False
    return _is_symbol(text[before]) and _is_symbol(text[after])


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _selects(text: str, place: int) -> bool:
    """Whether a variation selector is meaningful: after a symbol, a Han or a Mongolian letter."""
    if place == 0:
        return False
    before, selector = text[place - 1], text[place]
    if selector in _TEXT_OR_EMOJI_STYLE:
        return _is_symbol(before) or unicodedata.category(before) in ("Sm", "Po") or before in "0123456789#*"
    if "\u180b" <= selector <= "\u180f":
        return "\u1820" <= before <= "\u18aa"
    return 0x3400 <= ord(before) <= 0x323AF and unicodedata.category(before) == "Lo"


def misleading_form(value: str) -> str | None:
    """Why a value looks like something else, as a verb phrase (`holds …`); None when it does not."""
    if not value:
        return "is empty"
    head = value[:DEFAULT_LIMIT]
    if all(char.isspace() or char in BLANK or unicodedata.category(char) in UNSAFE for char in head):
        return "looks blank"
    if head[0].isspace() or (len(value) <= DEFAULT_LIMIT and head[-1].isspace()):
        return "begins or ends with a space"
    if _PLAIN.fullmatch(head) is None and safe(head) != head:
        return "holds characters that cannot be seen"
    if any(char.isspace() and char != " " for char in head):
        return "holds an unusual space"
    return _odd_letters(head)


def _odd_letters(head: str) -> str | None:
    if head.isascii():
        return None
    scripts = {name for char in head if char.isalpha() and (name := _script(char)) is not None}
    if len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
        return "mixes letters of alphabets that look alike"
    if any(unicodedata.category(char)[0] in "LN" and unicodedata.normalize("NFKC", char) != char for char in head):
        return "holds look-alikes of plain letters"
    return None


def _script(char: str) -> str | None:
    name = unicodedata.name(char, "")
    return name.split(" ", 1)[0] if name else None

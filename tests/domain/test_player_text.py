"""Marks around an id or an e-mail, from mail clients, chats and spreadsheets, are removed."""

from __future__ import annotations

import pytest

from kraty_console.domain.player_text import candidates

MAIL = "alice@example.com"


@pytest.mark.parametrize(
    "text",
    [
        f"mailto:{MAIL}",
        f"MAILTO:{MAIL}?subject=gold%20missing",
        "mailto:alice%40example.com",
        f"<{MAIL}>",
        f"<mailto:{MAIL}>",
        f'"{MAIL}"',
        f"'{MAIL}',",
        f"“{MAIL}”",
        f"«{MAIL}»",
        f"({MAIL})",
        f"{MAIL}.",
        f"{MAIL};",
        f"Alice Liddell <{MAIL}>",
        f'"Liddell, Alice" <{MAIL}>, cc',
        f"\u200b{MAIL}\ufeff",
        "alice\u200b@exam\u00adple.com",
        f"\u2068{MAIL}\u2069",
        f"**{MAIL}**",
        f"\u00a0{MAIL}\u00a0x"[:-2],
    ],
)
def test_an_e_mail_is_extracted_from_surrounding_marks(text: str) -> None:
    assert candidates(text)[-1] == MAIL


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ('"alice_42"', "alice_42"),
        ("<alice_42>", "alice_42"),
        ("`alice_42`", "alice_42"),
        ("_alice_42_", "alice_42"),
        ("alice_42:", "alice_42"),
        ("alice\u200b_42", "alice_42"),
        ("\u202ealice_42", "alice_42"),
        ("alice_42\t", "alice_42"),
        ("[[alice_42]]", "alice_42"),
    ],
)
def test_an_id_is_extracted_from_surrounding_marks(text: str, cleaned: str) -> None:
    found = candidates(text)
    assert found[0] == text
    assert found[-1] == cleaned


@pytest.mark.parametrize(
    "text", ["alice_42", "_x", "a.b.", "*", "auth0|abc", "google:123", MAIL, "Jürgen", "日本", "()"]
)
def test_plain_text_has_one_candidate(text: str) -> None:
    assert candidates(text) == (text,)


@pytest.mark.parametrize("text", ["", "  ", "\t\u00a0"])
def test_blank_text_has_no_candidates(text: str) -> None:
    assert candidates(text) == ()


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\u2060", " \u200b"])
def test_an_invisible_id_is_searched_as_typed(text: str) -> None:
    assert candidates(text) == (text,)

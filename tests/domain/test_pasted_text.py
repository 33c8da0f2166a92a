"""What a pasted text may name: ids and e-mails in prose, mails, tables and links."""

from __future__ import annotations

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.domain.pasted_candidates import LONGEST_ID, MOST_CANDIDATES, CandidateKind
from kraty_console.domain.pasted_text import read_pasted

UUID = "0198c0de-0000-7000-8000-000000000003"
IDS = st.from_regex(r"[a-z]{2,8}_[0-9]{1,6}", fullmatch=True) | st.from_regex(
    r"[A-Za-z]{4,8}[|:#-]?[A-Za-z0-9]{0,12}[0-9]", fullmatch=True
)


def found(text: str, *kinds: CandidateKind) -> list[str]:
    """The candidates of these kinds; of all kinds by default."""
    return [each.text for each in read_pasted(text).candidates if not kinds or each.kind in kinds]


@given(st.text(max_size=300) | st.text(alphabet="id: pl@y.er_7|\n\t<>\"'`(),;=/", max_size=200))
def test_any_text_is_read_within_bounds_and_comes_first(text: str) -> None:
    pasted = read_pasted(text)
    assert pasted == read_pasted(text)
    if not text.strip():
        assert pasted.candidates == ()
        return
    first, *rest = pasted.candidates
    assert (first.text, first.kind) == (text, CandidateKind.TYPED)
    assert len(pasted.candidates) <= MOST_CANDIDATES
    assert all(0 < len(each.text) <= LONGEST_ID for each in rest)
    assert [each.kind for each in rest] == sorted(each.kind for each in rest)
    assert len({each.text for each in pasted.candidates}) == len(pasted.candidates)


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "<{}>",
        "`{}`",
        "“{}”",
        "«{}»",
        "\ufeff{}\r\n",
        "\u200b{}\u2060",
        "id: {}",
        "player:{}",
        "Player ID = {}",
        "externalPlayerId={}",
        '{{"playerId": "{}"}}',
        "Hello, I lost my gold. My player id is {}. Please help.",
        "Hallo, meine Spieler-ID lautet {} und das Gold fehlt.",
        "Bonjour, l'identifiant du joueur est {}, merci",
        "Hola, ID de jugador: {}",
        "Olá, o meu ID de jogador: {}.",
        "Здравствуйте, ID игрока: {}.",
        "プレイヤーIDは {} です。",
        "玩家ID：{}",
        "플레이어 ID: {}",
        "From: Al <al@example.org>\nSubject: gold\n\n> > Player ID: {}\n>\n-- \nAl",
        "player_id\tlevel\tscore\n{}\t7\t100",
        "| level | Player ID |\n|---|---|\n| 7 | {} |",
        "score,player id\n100,{}",
        "Player ID | {}",
        "**Player ID:** {}",
        "I am {}, and my friend saw it",
        "the user `{}` wrote",
    ],
)
@given(IDS)
def test_an_id_is_found_whatever_is_around_it(around: str, player: str) -> None:
    assert player in found(around.format(player))


@pytest.mark.parametrize(
    "around", ["id: {}", "Player ID: {}\nmore", '"{}"', "`{}` is my id", "player_id\tlevel\n{}\t7"]
)
@pytest.mark.parametrize("player", ["Ann van der Berg", "日本 7", "a.b", "x'y"])
def test_an_id_with_blanks_or_marks_is_found_where_it_is_set_off(around: str, player: str) -> None:
    assert player in found(around.format(player))


@pytest.mark.parametrize(
    ("text", "player"),
    [
        ("https://portal.example/players/al%69ce?tab=2", "alice"),
        ("see http://p.example/admin/v1/studios/s/games/g/players/a%2Fb/timeline.", "a/b"),
        ("https://portal.example/x?playerId=alice_42&tab=1", "alice_42"),
        ("https://portal.example/x#/player/alice", None),
        ("https://[broken/players/alice", None),
    ],
)
def test_a_link_names_its_player(text: str, player: str | None) -> None:
    assert found(text, CandidateKind.LINK) == ([player] if player else [])


def test_a_link_names_its_rows_and_neither_studio_nor_game() -> None:
    link = f"https://p.example/studios/{UUID[:-1]}1/games/{UUID[:-1]}2/audit/{UUID}"
    assert found(f"see {link} please", CandidateKind.LINK, CandidateKind.ROW_ID) == [UUID]


@pytest.mark.parametrize(
    "text",
    [
        "From: Alice <Alice@Example.com>",
        "mail Alice@Example.com.",
        "mailto:Alice%40Example.com?subject=gold",
        "alice\u200b Alice@Exam\u00adple.com,",
        "[Alice@Example.com](mailto:Alice@Example.com)",
    ],
)
def test_an_email_is_found_as_it_is_written(text: str) -> None:
    assert "Alice@Example.com" in found(text, CandidateKind.EMAIL, CandidateKind.CLEANED)


def test_the_ids_of_rows_are_found_in_any_case() -> None:
    text = f"attempt {UUID.upper()}, delivery evt_01J9ZZZZZZZZZZZZZZZZZZZZZZ."
    assert found(text, CandidateKind.ROW_ID) == [UUID.upper(), "evt_01J9ZZZZZZZZZZZZZZZZZZZZZZ"]


@pytest.mark.parametrize(
    "text",
    [
        "On 2026-03-02 at 10:30:15 I got 500 gold (v2.3.1, 60fps, 3rd race, 50% off, 1,840 points) on 01.02.2026",
        "device id: none, ID: n/a",
        "I need help with my player account because it is not working",
    ],
)
def test_dates_amounts_and_prose_are_no_ids(text: str) -> None:
    assert read_pasted(text).is_plain, read_pasted(text).candidates


def test_an_id_of_another_system_is_no_player_id() -> None:
    assert found("Device ID: ABC-123, order id 99_1", CandidateKind.PLAYER_ID, CandidateKind.SOME_ID) == []


def test_a_number_in_prose_is_only_a_word() -> None:
    assert [(each.text, each.kind) for each in read_pasted("I had\n50000 gold").candidates[1:]] == [
        ("50000", CandidateKind.WORD)
    ]


def test_a_name_is_found_whole() -> None:
    assert found("Nickname: Swift Otter\nlevel 7", CandidateKind.NAME) == ["Swift Otter"]


def test_what_there_is_no_room_for_is_counted() -> None:
    pasted = read_pasted("\n".join(f"player id: p_{number}" for number in range(30)))
    assert len(pasted.candidates) == MOST_CANDIDATES
    assert pasted.left_out == 30 - MOST_CANDIDATES + 1


def test_a_typed_id_is_plain() -> None:
    assert read_pasted("alice_42").is_plain
    assert read_pasted("erin lost gold").is_plain
    assert not read_pasted("<alice_42>").is_plain


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a@",
        "id: ",
        "(",
        "player id ",
        "https://",
        "\u200b",
        "a_1 ",
        "'",
        "|",
        "<",
        "id | ",
        "f" * 32 + " ",
        "мой id ",
    ],
)
def test_a_huge_paste_is_read_in_bounded_time(part: str) -> None:
    text = part * (1_000_000 // len(part))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    pasted = read_pasted(text)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 3.0
    assert pasted.left_out

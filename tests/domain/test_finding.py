"""What a pasted text leads to: one player, a list, or nobody."""

from __future__ import annotations

import pytest

from kraty_console.contract.resolve import ResolvedBy, ResolvedKind
from kraty_console.domain.finding import MATCHES, PLAYER, TextHit, decide, matched_words, tried_words
from kraty_console.domain.pasted_candidates import MOST_CANDIDATES, PastedText
from kraty_console.domain.pasted_text import read_pasted

UUID = "0198c0de-0000-7000-8000-000000000003"


def hits(pasted: PastedText, **found: tuple[str, str]) -> list[TextHit]:
    """Hits by the candidate's text: the player, and how it matched."""
    places = {each.text: place for place, each in enumerate(pasted.candidates)}
    return [TextHit(places[text.replace("AT", "@")], player, by) for text, (player, by) in found.items()]


def test_the_text_itself_comes_before_all_others() -> None:
    pasted = read_pasted("bob_7, alice_42")
    found = [TextHit(0, "bob_7, alice_42", "external_id"), *hits(pasted, bob_7=("bob_7", "external_id"))]
    assert decide(pasted, found).player == "bob_7, alice_42"


def test_one_player_is_opened_at_the_row_that_is_named() -> None:
    pasted = read_pasted(f"attempt {UUID} of alice_42 is stuck")
    place = [each.text for each in pasted.candidates].index(UUID)
    row = TextHit(place, "alice_42", "id", "attempt", UUID)
    decision = decide(pasted, [*hits(pasted, alice_42=("alice_42", "external_id")), row])
    assert (decision.player, decision.row) == ("alice_42", row)
    assert (row.pane, row.row) == ("attempts", "attempt 0198…0003")


def test_several_players_are_offered() -> None:
    pasted = read_pasted("alice_42 says that bob_7 cheated")
    found = hits(pasted, alice_42=("alice_42", "external_id"), bob_7=("bob_7", "external_id"))
    decision = decide(pasted, found)
    assert (decision.player, [hit.player for hit in decision.hits]) == (None, ["alice_42", "bob_7"])


@pytest.mark.parametrize(
    ("text", "found", "player"),
    [
        ("Player ID: zed_9, my friend bob_7", {"bob_7": ("bob_7", "external_id")}, None),
        ("user id: zed_9, player id: bob_7", {"bob_7": ("bob_7", "external_id")}, "bob_7"),
        ("zed_9 and bob_7", {"bob_7": ("bob_7", "external_id")}, "bob_7"),
        ("id: I do not know it, bATx.org", {"bATx.org": ("bob_7", "email")}, "bob_7"),
        ("hello erin here", {"erin": ("erin", "external_id")}, None),
        ("Name: Swift Otter\nlevel 7", {"Swift Otter": ("bob_7", "name")}, None),
    ],
)
def test_a_player_opens_only_if_no_surer_id_of_the_text_is_unknown(
    text: str, found: dict[str, tuple[str, str]], player: str | None
) -> None:
    pasted = read_pasted(text.replace("AT", "@"))
    decision = decide(pasted, hits(pasted, **found))
    assert decision.player == player
    assert len(decision.hits) == 1


def test_what_was_not_looked_up_or_not_read_may_be_another_player() -> None:
    pasted = read_pasted("player id: bob_7 lost gold")
    found = hits(pasted, bob_7=("bob_7", "external_id"))
    assert decide(pasted, found).player == "bob_7"
    assert decide(pasted, found, unreadable=1).player is None
    assert decide(pasted._replace(left_out=1), found).player is None


def test_a_row_of_no_player_opens_nobody() -> None:
    pasted = read_pasted(f"audit row {UUID}")
    assert decide(pasted, [TextHit(1, None, "id", "audit", UUID)]).player is None


def test_a_player_is_offered_once_by_the_surest_match() -> None:
    pasted = read_pasted("<alice_42>, alice_42")
    decision = decide(pasted, [TextHit(0, "alice_42", "prefix"), TextHit(1, "alice_42", "external_id")])
    assert [hit.by for hit in decision.hits] == ["external_id"]


def test_the_words_are_those_of_the_contract() -> None:
    assert set(MATCHES) == set(ResolvedBy)
    assert PLAYER == ResolvedKind.PLAYER
    pasted = read_pasted("mail a@x.org, id: zed_9")
    assert matched_words(TextHit(2, "bob_7", "email"), pasted.candidates[2]) == "e-mail a@x.org"
    assert tried_words(pasted) == ("zed_9 (an id)", "a@x.org (an e-mail)")
    assert tried_words(read_pasted("hello erin")) == ("hello (a word)", "erin (a word)")
    assert MOST_CANDIDATES == 20

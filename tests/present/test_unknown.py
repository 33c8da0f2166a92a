"""Missing data is shown as unknown, and unreadable data is reported: tabs, panes, profile, text."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.console.views.foot import foot
from kraty_console.console.views.panes import sections_of
from kraty_console.console.views.profile import profile_lines
from kraty_console.console.views.rows import TableRows
from kraty_console.console.views.tabs import counts
from kraty_console.contract.players import Snapshot
from kraty_console.domain.merging import merge_plan
from kraty_console.domain.scopes import LIST_PANES
from kraty_console.present import attempts, lobbies, text_output
from kraty_console.present.detail import document
from kraty_console.present.merging import plan_json, plan_text
from kraty_console.present.profile import compact_profile, player_document
from kraty_console.present.row_summary import row_summary
from kraty_console.present.rows import pane_count, pane_title, rows
from tests.harness.domain.snapshots import BANNED, NOW, attempt, grant, plain_attempt, published, snapshot

EVENT = "0197eeee-0000-7000-8000-00000000e001"


def profile_text(answer: Snapshot, width: int = 33) -> str:
    return "\n".join("".join(text for text, _ in line) for line in profile_lines(answer, NOW, width, 30))


def document_of(answer: Snapshot) -> dict[str, str]:
    return {each.label: each.value for part in player_document(answer, NOW).sections for each in part.items}


# -- tabs and panes -------------------------------------------------------------------------------------------------


def test_tab_counts_with_missing_data() -> None:
    answer = published(attempts=[plain_attempt()], grants=[grant()], summary={"attemptCount": 69, "grantsPending": 1})
    assert counts(answer) == {
        "attempts": "69",
        "grants": "1",
        "wallet": "?",
        "lobbies": "0",
        "items": "?",
        "audit": "?",
    }
    assert pane_title("wallet", answer) == "3 Wallet ?"
    assert set(counts(snapshot()).values()) == {"0"}


@pytest.mark.parametrize(
    ("pane", "fields", "count"),
    [
        ("attempts", {"attempts": [attempt(), {}, None]}, 3),
        ("attempts", {"summary": {"attemptCount": "many"}, "attempts": [attempt()]}, None),
        ("attempts", {"attempts": "none", "summary": {"attemptCount": 7}}, 7),
        ("attempts", {"attempts": "none", "summary": {"attemptCount": None}}, None),
        ("grants", {"grants": "none", "summary": {"grantsPending": 2, "grantsClaimed": None}}, None),
        ("grants", {"grants": "none", "summary": {"grantsPending": 2, "grantsClaimed": 3}}, 5),
        ("grants", {"grants": [grant(), {}], "summary": {"grantsPending": None, "grantsClaimed": None}}, 2),
        ("wallet", {"wallet": [{}]}, 1),
        ("wallet", {"wallet": 7}, None),
        ("lobbies", {"lobbies": None}, None),
    ],
)
def test_counts_include_unreadable_rows(pane: Any, fields: dict[str, Any], count: int | None) -> None:
    assert pane_count(pane, snapshot(**fields)) == count


def test_an_empty_pane_gives_the_reason() -> None:
    for each in LIST_PANES:
        assert sections_of(each.id, snapshot(), NOW)[0].empty == each.empty
    empties = {each.id: sections_of(each.id, published(), NOW)[0].empty for each in LIST_PANES}
    assert empties["wallet"] == "This backend does not provide balances."
    assert empties["items"] == "This backend does not provide items."
    assert empties["audit"] == "This backend does not provide audit rows."
    assert empties["lobbies"].startswith("No lobbies yet.")
    unreadable = snapshot(attempts=[{}], audit="none")
    assert sections_of("attempts", unreadable, NOW)[0].empty == "1 row could not be read."
    assert sections_of("audit", unreadable, NOW)[0].empty == "The audit rows could not be read."


def test_the_footer_counts_unreadable_rows() -> None:
    answer = snapshot(attempts=[attempt(), {}], summary={"attemptCount": 2})
    table = TableRows(sections_of("attempts", answer, NOW))
    assert foot(table, "attempts", answer, 200, 20) == "1 row could not be read"
    assert foot(table, "grants", answer, 200, 20) == ""
    cut = snapshot(attempts=[attempt(), {}], summary={"attemptCount": 9})
    assert foot(table, "attempts", cut, 200, 20) == "newest 1 of 9 · 1 row could not be read"
    ledger = snapshot(walletLedger=[{}, 7])  # a ledger row without an id is known by its place
    known = foot(TableRows(sections_of("wallet", ledger, NOW)), "wallet", ledger, 200, 20)
    assert known == "1 row could not be read"


# -- the profile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "ban"),
    [
        (snapshot(), "not banned"),
        (published(), "ban status not provided by this backend"),
        (snapshot(player={"ban": True}), "ban status could not be read"),
        (snapshot(player=BANNED), "BANNED 1d ago: speed hack"),
    ],
)
def test_not_banned_is_shown_only_if_known(answer: Snapshot, ban: str) -> None:
    shown = " ".join(profile_text(answer).split())
    assert ban in shown
    assert shown.lower().count("ban") == ban.lower().count("ban")
    narrow = "".join(cell.text for cell in compact_profile(answer, NOW)[1])
    in_short = {"not banned": "", "BANNED 1d ago: speed hack": ban}.get(ban, "ban unknown · ")
    assert narrow.startswith(in_short)
    assert ("ban" in narrow.lower()) == (ban != "not banned")


def test_unknown_totals_are_question_marks() -> None:
    bare = Snapshot.model_validate({"player": {"externalPlayerId": "x"}})
    unreadable = snapshot(summary={"attemptCount": "many", "grantsPending": [], "grantsClaimed": {}}, lobbies=7)
    for answer in (bare, unreadable):
        lines = [line.split() for line in profile_text(answer).split("\n")]
        for name in ("attempts", "grants", "lobbies"):
            assert [name, "?"] in lines


def test_balances_and_context_say_why_they_are_unknown() -> None:
    def shown(answer: Snapshot) -> str:
        return " ".join(profile_text(answer).split())

    bare = shown(Snapshot.model_validate({"player": {"externalPlayerId": "x"}}))
    assert "balances not provided by this backend" in bare
    assert "last context not provided by this backend" in bare
    unreadable = shown(snapshot(wallet=7, player={"lastContextSnapshot": "x"}))
    assert "balances could not be read" in unreadable
    assert "last context could not be read" in unreadable
    assert "no balances" in shown(snapshot())
    some = shown(snapshot(wallet=[{"economyKey": "gold", "balance": 2340}, {"economyKey": "xp"}, 7]))
    assert "gold 2 340 xp — 1 balance could not be read" in some


def test_the_document_lists_missing_data() -> None:
    bare = document_of(Snapshot.model_validate({"player": {"externalPlayerId": "x"}}))
    for label in ("name", "e-mail", "ban", "attempts", "grants pending", "lobbies active"):
        assert bare[label] == "not provided by this backend"
    unreadable = document_of(
        snapshot(player={"email": 7, "ban": 1, "displayIdentity": "x"}, summary={"attemptCount": "x"})
    )
    for label in ("name", "e-mail", "ban", "attempts"):
        assert unreadable[label] == "could not be read"
    whole = document_of(snapshot(player={"email": None}))
    assert whole["e-mail"] == "—"
    assert "ban" not in whole


# -- rows -----------------------------------------------------------------------------------------------------------


def test_a_row_shows_known_grants() -> None:
    known = [
        (published(attempts=[plain_attempt()]), "none", "no grants linked", "no grants are linked to this attempt"),
        (
            published(attempts=[plain_attempt()], grants=[{}]),
            "?",
            "grants not known",
            "its grants may be among those that could not be read",
        ),
        (
            Snapshot.model_validate({"player": {"externalPlayerId": "p"}, "attempts": [plain_attempt()]}),
            "?",
            "grants not known",
            "grants are not provided by this backend",
        ),
    ]
    for answer, cell, wrong, sentence in known:
        row = rows("attempts", answer, NOW)[0]
        assert [each.text for each in row.cells[-2:]] == [cell, wrong]
        found, whole = row_summary(row, answer, NOW), document(row, answer, NOW)
        assert found is not None
        assert whole is not None
        assert sentence in [line.text for line in found.lines]
        assert sentence in "\n".join(whole.plain_lines())


def test_an_event_s_id_is_short_in_tables_and_whole_in_documents() -> None:
    answer = published(attempts=[plain_attempt()], lobbies=[{"id": "l1", "eventId": EVENT}, {"id": "l2"}])
    assert rows("attempts", answer, NOW)[0].cells[1].text == "0197…e001"
    assert [row.cells[1].text for row in rows("lobbies", answer, NOW)] == ["0197…e001", "—"]
    whole = attempts.document(answer.attempts[0], answer, NOW, None)
    assert {each.label: each.value for each in whole.sections[0].items}["event"] == EVENT
    room = lobbies.document(answer.lobbies[0], NOW, None)
    assert {each.label: each.value for each in room.sections[0].items}["event"] == EVENT


def test_unknown_balance_changes_are_not_shown_as_none() -> None:
    for lists, words in (
        ({"walletLedger": []}, "no changes in the list"),
        ({}, "changes not provided by this backend"),
        ({"walletLedger": 7}, "changes could not be read"),
    ):
        answer = published(wallet=[{"economyKey": "gold", "balance": 5}], **lists)
        found = row_summary(rows("balances", answer, NOW)[0], answer, NOW)
        assert found is not None
        assert [line.text for line in found.lines] == [words]


# -- plain text and JSON --------------------------------------------------------------------------------------------


def test_show_names_what_is_missing() -> None:
    text = text_output.player_text(published(attempts=[plain_attempt()]), NOW)
    assert "Not provided by this backend: balances, items and audit rows.\n" in text
    assert "Not provided" not in text_output.player_text(snapshot(), NOW)
    assert "1 attempt could not be read." in text_output.player_text(snapshot(attempts=[attempt(), {}]), NOW)


def test_show_of_a_pane_names_what_is_missing() -> None:
    assert text_output.pane_text("wallet", published(), NOW) == "This backend does not provide balances.\n"
    ledger = [{"ledgerId": "l1", "economyKey": "gold", "delta": 5}]
    half = text_output.pane_text("wallet", published(walletLedger=ledger), NOW)
    assert "Wallet ledger\n" in half
    assert "This backend does not provide balances.\n" in half
    some = text_output.pane_text("attempts", snapshot(attempts=[attempt(), {}]), NOW)
    assert some.startswith("STATUS")
    assert some.endswith("1 attempt could not be read.\n")
    none = text_output.pane_text("attempts", snapshot(attempts=[{}]), NOW)
    assert "No attempts yet" not in none
    assert "could not be read.\n" in none


def test_json_omits_missing_lists() -> None:
    assert text_output.player_json(published(), "wallet") == {}
    assert text_output.player_json(snapshot(), "wallet") == {"wallet": [], "walletLedger": []}
    whole = text_output.player_json(published())
    assert set(whole) == {"player", "attempts", "grants", "lobbies", "summary"}
    assert "email" not in whole["player"]
    assert text_output.unreadable_text(published()) == ""
    assert text_output.unreadable_text(snapshot(attempts=[{}], audit=[7])) == (
        "1 attempt could not be read. 1 audit row could not be read."
    )
    assert text_output.unreadable_text(snapshot(attempts=[{}], audit=[7]), "audit") == "1 audit row could not be read."


def test_a_merge_shows_unknown_amounts() -> None:
    bare = Snapshot.model_validate({"player": {"externalPlayerId": "p"}})
    plan = merge_plan(bare, snapshot(), limit=200)
    known = [line.split()[-3:] for line in plan_text(plan, "p", "q").split("\n") if line.startswith("attempts ")]
    assert known[0] == ["?", "0", "?"]
    assert plan_json(plan, "p", "q")["sums"][0]["from"] is None

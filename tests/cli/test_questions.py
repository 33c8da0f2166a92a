"""`search` and `show`: data on the standard output, messages on the standard error, and exit codes."""

from __future__ import annotations

import asyncio
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from kraty_console.cli.main import run
from kraty_console.cli.options import THEMES
from kraty_console.console.colours import NAMES
from tests.data import load_hostile
from tests.harness.client.scripted_server import Act, answers, cut_at_once, failed, ok, wired

TOKEN = "kst_" + "t" * 43
ME = ok(
    {
        "member": {"id": "m-1", "email": "maria@example.com"},
        "studios": [
            {
                "id": "studio-1",
                "name": "Burrow",
                "games": [{"id": "game-1", "slug": "rabbit-rush", "role": "GAME_ADMIN"}],
            },
            {"id": "studio-2", "name": "Den", "games": [{"id": "game-2", "slug": "fox-hunt", "role": "GAME_VIEWER"}]},
        ],
    }
)
ALICE = {
    "player": {"externalPlayerId": "alice_42", "email": "alice@example.com"},
    "attempts": [{"id": "t-1", "status": "completed", "eventKey": "daily_race", "somethingNew": True}],
    "wallet": [{"economyKey": "gold", "balance": 1240}],
    "walletLedger": [{"ledgerId": "l-1", "economyKey": "gold", "delta": 40, "balance": 1240, "reason": "daily"}],
}
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class RunResult:
    """The exit code and output of a run."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KRATY_TOKEN", TOKEN)
    monkeypatch.setenv("KRATY_GAME", "rabbit-rush")
    for name in ("KRATY_URL", "KRATY_STUDIO", "KRATY_PROFILE", "KRATY_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)


async def run_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> RunResult:
    code = await asyncio.to_thread(run, arguments)
    captured = capsys.readouterr()
    return RunResult(code, captured.out, captured.err)


async def test_search_lists_the_hits(capsys: pytest.CaptureFixture[str]) -> None:
    hits = [{"externalPlayerId": "alice_42", "email": "alice@example.com", "match": "external_id"}]
    async with wired(ME, ok({"players": hits})) as wire:
        result = await run_command(capsys, "search", "alice", "--url", wire.url, "--limit", "3")
    assert result.code == 0
    assert "alice_42" in result.out
    assert result.err == ""
    assert (
        wire.heard[1].target == "/admin/v1/studios/studio-1/games/game-1/players?query=alice&environment=live&limit=3"
    )
    assert wire.heard[1].headers["authorization"] == f"Bearer {TOKEN}"


async def test_search_without_a_hit_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok({"players": []})) as wire:
        result = await run_command(capsys, "--url", wire.url, "search", "nobody\x1b[31m", "--json")
    assert result.code == 3
    assert json.loads(result.out) == {"players": []}
    assert "nobody" in result.err
    assert not CONTROL.search(result.err)


async def test_the_game_is_found_by_name_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--studio", "Den", "--game", "fox-hunt", "--environment", "test")
    async with wired(ME, ok({"players": []}), ME) as wire:
        await run_command(capsys, "--url", wire.url, *where, "search", "alice")
        assert wire.heard[1].target.startswith("/admin/v1/studios/studio-2/games/game-2/players?")
        assert "environment=test" in wire.heard[1].target
        result = await run_command(capsys, "--url", wire.url, "--game", "chess", "search", "alice")
    assert result.code == 3
    assert "game chess" in result.err
    assert "rabbit-rush, fox-hunt" in result.err


async def test_several_games_require_a_choice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRATY_GAME")
    async with wired(ME) as wire:
        result = await run_command(capsys, "show", "alice_42", "--url", wire.url)
    assert (result.code, result.out) == (2, "")
    assert "rabbit-rush (--studio studio-1 --game game-1), fox-hunt" in result.err


async def test_show_prints_everything(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok(ALICE)) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "alice_42")
    assert result.code == 0
    assert result.err == ""
    for words in ("alice_42", "alice@example.com", "daily_race", "gold", "Next step"):
        assert words in result.out


@pytest.mark.parametrize("pane", ["attempts", "grants", "wallet", "lobbies", "items", "audit"])
async def test_show_prints_one_pane(capsys: pytest.CaptureFixture[str], pane: str) -> None:
    async with wired(ME, ok(ALICE)) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "alice_42", "--pane", pane)
    assert result.code == 0
    assert result.out.strip()
    assert ("daily_race" in result.out) == (pane == "attempts")
    assert ("gold" in result.out) == (pane == "wallet")


async def test_show_as_json_is_the_raw_answer(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok(ALICE), ME, ok(ALICE)) as wire:
        complete = json.loads((await run_command(capsys, "--url", wire.url, "show", "alice_42", "--json")).out)
        part = json.loads(
            (await run_command(capsys, "--url", wire.url, "show", "alice_42", "--json", "--pane", "wallet")).out
        )
    assert complete["attempts"][0]["somethingNew"] is True
    assert complete["player"]["externalPlayerId"] == "alice_42"
    assert set(part) == {"wallet", "walletLedger"}
    assert part["wallet"][0]["balance"] == 1240


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (failed(404, "not_found", "Player 'x' not found"), 3, "exactly the id x"),
        (failed(401, "session_invalid"), 4, "session"),
        (failed(403, "forbidden", details={"permission": "player.read"}), 4, "player.read"),
        (failed(400, "validation_failed", "limit: too large"), 1, "too large"),
        (failed(500, "internal_error", "trouble", X_Request_Id="r-77"), 5, "r-77"),
        (failed(429, "rate_limited", Retry_After="60"), 5, "60"),
        (answers(404, b"<html>"), 1, "Kraty"),
        (answers(200, b"<html>"), 1, "Kraty"),
        (cut_at_once, 5, "reached"),
    ],
)
async def test_an_error_is_a_message_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], act: Act, code: int, words: str
) -> None:
    async with wired(ME, act) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "x")
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert TOKEN not in result.err


@pytest.mark.parametrize(
    ("hits", "words"),
    [
        (
            [{"externalPlayerId": "ann 1", "match": "merged", "mergedFrom": "x"}],
            "x was merged into ann 1: kraty-console show 'ann 1'",
        ),
        (
            [{"externalPlayerId": "ann_1", "match": "email", "email": "x"}],
            "x is the e-mail of ann_1: kraty-console show ann_1",
        ),
        (
            [{"externalPlayerId": "xena", "match": "prefix"}],
            "exactly the id x. Look for others: kraty-console search x",
        ),
        ([], "No player of this game has exactly the id x."),
    ],
)
async def test_an_unknown_id_suggests_alternatives(
    capsys: pytest.CaptureFixture[str], hits: list[dict[str, str]], words: str
) -> None:
    async with wired(ME, failed(404, "not_found"), ok({"players": hits})) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "x")
    assert (result.code, result.out) == (3, "")
    assert words in result.err
    assert ("search" in result.err) == ("search" in words)


async def test_an_unreachable_server_ends_with_5(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME) as wire:
        pass
    result = await run_command(capsys, "--url", wire.url, "show", "x")
    assert result.code == 5
    assert "reached" in result.err


USAGE = [
    (("show", "x"), "no backend is named"),
    (("show", "x", "--url", "http://example.com"), "plain http"),
    (("show", "x", "--url", "nonsense"), "not a URL"),
    (("show", "", "--url", "http://127.0.0.1:1"), "empty"),
    (("show",), "Missing argument"),
    (("show", "x", "--pane", "timeline"), "timeline"),
    (("show", "x", "--limit", "0"), "limit"),
    (("show", "x", "--limit", "201"), "limit"),
    (("search", "x", "--nonsense\x1b[31m"), "No such option"),
    (("--profile", "gone", "show", "x"), "no profile"),
    (("show", "x", "--token-stdin", "--url", "http://127.0.0.1:1"), "has no token"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
async def test_usage_ends_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    if "" in arguments:
        async with wired(ME) as wire:
            result = await run_command(capsys, *arguments[:-1], wire.url)
    else:
        result = await run_command(capsys, *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert not CONTROL.search(result.err)


async def test_without_a_token_nothing_is_requested(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRATY_TOKEN")
    async with wired(ME) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "x")
    assert result.code == 2
    assert "KRATY_TOKEN" in result.err
    assert wire.heard == []


async def test_hostile_strings_are_sanitized(capsys: pytest.CaptureFixture[str]) -> None:
    values = [each.value[:500] for each in load_hostile() if each.raw is None and each.value]
    hostile = {
        "player": {"externalPlayerId": "x", "email": values[0], "displayIdentity": {"name": values[1]}},
        "attempts": [{"id": f"t-{n}", "status": value, "eventKey": value} for n, value in enumerate(values)],
        "grants": [{"id": f"g-{n}", "status": value, "kind": value} for n, value in enumerate(values)],
        "wallet": [{"economyKey": value, "balance": 1} for value in values],
        "audit": [{"id": f"a-{n}", "action": value, "reason": value} for n, value in enumerate(values)],
    }
    hits = {"players": [{"externalPlayerId": value, "email": value, "displayName": value} for value in values]}
    async with wired(ME, ok(hostile), ME, ok(hostile), ME, ok(hits), ME, ok(hits)) as wire:
        where = ("--url", wire.url)
        for arguments in (("show", "x"), ("show", "x", "--json"), ("search", "xx"), ("search", "xx", "--json")):
            result = await run_command(capsys, *where, *arguments)
            assert result.code == 0, result.err
            assert not CONTROL.search(result.out), arguments
            if "--json" in arguments:
                assert result.out.isascii()


async def test_an_unreadable_row_does_not_hide_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    alice = {**ALICE, "attempts": [*ALICE["attempts"], {"status": "completed"}]}
    async with wired(ME, ok(alice)) as wire:
        shown = await run_command(capsys, "show", "alice_42", "--pane", "attempts", "--url", wire.url)
    assert shown.code == 0
    assert "daily_race" in shown.out
    assert "1 attempt could not be read." in shown.out
    async with wired(ME, ok(alice)) as wire:
        shown = await run_command(capsys, "show", "alice_42", "--pane", "attempts", "--json", "--url", wire.url)
    assert (shown.code, shown.err) == (0, "1 attempt could not be read.\n")
    assert [each["id"] for each in json.loads(shown.out)["attempts"]] == ["t-1"]


async def test_an_unreadable_hit_is_not_an_unknown_player(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok({"players": [{"email": "a@example.com"}]})) as wire:
        found = await run_command(capsys, "search", "a@example.com", "--url", wire.url)
    assert (found.code, found.err) == (0, "1 match could not be read.\n")


@pytest.mark.parametrize("command", ["search", "show"])
@pytest.mark.parametrize("text", ["", "  "])
async def test_a_blank_query_is_a_usage_error(capsys: pytest.CaptureFixture[str], command: str, text: str) -> None:
    async with wired(ME) as wire:
        result = await run_command(capsys, command, text, "--url", wire.url)
    assert (result.code, result.out, wire.heard) == (2, "", [])
    assert "the text is empty: give a player's id, an e-mail" in result.err


@pytest.mark.parametrize("arguments", [["show", "alice_42"], ["show", "alice_42", "--pane", "wallet"]])
async def test_printed_numbers_are_ungrouped(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    async with wired(ME, ok(ALICE)) as wire:
        result = await run_command(capsys, *arguments, "--url", wire.url)
    assert "1240" in result.out
    assert "\u202f" not in result.out + result.err


async def test_an_incomplete_e_mail_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok({"players": []}), ME, ok({"players": []})) as wire:
        part = await run_command(capsys, "search", "alice@ex", "--url", wire.url)
        other = await run_command(capsys, "search", "alice", "--url", wire.url)
    assert (part.code, other.code) == (3, 3)
    assert "An e-mail has to be complete." in part.err
    assert "e-mail is found" not in other.err


async def test_search_cleans_a_pasted_address(capsys: pytest.CaptureFixture[str]) -> None:
    hits = [{"externalPlayerId": "alice_42", "email": "alice@example.com", "match": "email"}]
    async with wired(ME, ok({"players": []}), ok({"players": hits})) as wire:
        result = await run_command(capsys, "search", "<mailto:alice@example.com>", "--url", wire.url)
    assert result.code == 0
    assert "alice_42" in result.out
    assert "query=%3Cmailto" in wire.heard[1].target
    assert "query=alice%40example.com&" in wire.heard[2].target


async def test_show_finds_an_id_in_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, failed(404, "not_found", "player not found"), ok(ALICE)) as wire:
        result = await run_command(capsys, "show", "\u200b'alice_42'", "--url", wire.url)
    assert result.code == 0
    assert "alice_42" in result.out
    assert wire.heard[-1].target.rpartition("/")[2].startswith("alice_42?")


@pytest.mark.parametrize("command", [["open"], ["demo"], ["config", "show"], []])
async def test_an_unknown_theme_lists_the_known_ones(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    result = await run_command(capsys, *command, "--theme", "pink")
    assert result.code == 2
    assert all(name in result.err for name in NAMES)
    result = await run_command(capsys, *command, "--help")
    assert "--theme [dark|light|ansi|mono]" in result.out
    assert tuple(NAMES) == THEMES


FOUND_ALICE = {"kind": "player", "id": "p-1", "externalPlayerId": "alice_42", "match": "external_id", "q": 1}
FOUND_ROW = {"kind": "grant", "id": "0198c0de-0000-7000-8000-000000000003", "externalPlayerId": "bob_7", "match": "id"}


async def test_search_lists_what_a_text_names(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"Player ID: alice_42\n{FOUND_ROW['id']}"
    found = ok({"matches": [FOUND_ALICE, FOUND_ROW | {"q": 2}], "nearest": []})
    async with wired(ME, found) as wire:
        result = await run_command(capsys, "--url", wire.url, "search", text)
    assert (result.code, result.err) == (0, "")
    assert result.out == "alice_42  id alice_42\nbob_7  grant 0198…0003\n"
    assert wire.heard[1].target.partition("?")[0].endswith("/resolve")


async def test_a_text_is_read_from_the_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Hi,\nPlayer ID: alice_42\n")))
    async with wired(ME, ok({"matches": [FOUND_ALICE]})) as wire:
        result = await run_command(capsys, "--url", wire.url, "search", "-", "--json")
    assert result.code == 0
    assert [(each["externalPlayerId"], each["text"]) for each in json.loads(result.out)["matches"]] == [
        ("alice_42", "alice_42")
    ]


async def test_show_opens_the_one_player_of_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok({"matches": [FOUND_ALICE]}), ok(ALICE)) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "Player ID: alice_42", "--json")
    assert result.code == 0
    assert json.loads(result.out)["player"]["externalPlayerId"] == "alice_42"
    assert "The text names alice_42." in result.err


async def test_show_lists_several_players_of_a_text_and_opens_none(capsys: pytest.CaptureFixture[str]) -> None:
    several = [FOUND_ALICE, FOUND_ALICE | {"id": "p-2", "externalPlayerId": "bob_7", "q": 2}]
    async with wired(ME, ok({"matches": several})) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "alice_42, bob_7")
    assert (result.code, result.out) == (3, "")
    assert "alice_42  id alice_42\nbob_7  id bob_7" in result.err
    assert len(wire.heard) == 2


async def test_a_text_of_nobody_tells_what_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    async with wired(ME, ok({"matches": [], "nearest": ["alice_42"]})) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", "Player ID: alice_43")
    assert (result.code, result.out) == (3, "")
    assert "alice_43 (a player id)" in result.err
    assert "Nearest ids:\n  alice_42" in result.err


async def test_an_id_that_is_no_player_s_may_be_a_row_s(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = failed(404, "not_found", "no such player")
    async with wired(ME, nobody, ok({"matches": [FOUND_ROW]}), ok(ALICE)) as wire:
        result = await run_command(capsys, "--url", wire.url, "show", str(FOUND_ROW["id"]))
    assert result.code == 0
    assert [each.target.rpartition("/")[2].partition("?")[0] for each in wire.heard[1:]] == [
        FOUND_ROW["id"],
        "resolve",
        "bob_7",
    ]

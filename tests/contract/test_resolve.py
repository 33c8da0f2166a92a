"""What a text means: ids of any kind, e-mails, names, links (contract/README.md#resolve)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from kraty_console.backend.lookup import resolve as resolving
from kraty_console.backend.lookup.candidates import candidates
from kraty_console.backend.webhooks.delivery_ids import as_uuid
from kraty_console.contract.resolve import Resolved
from tests.harness.backend.query_plans import counted_trips, recorded
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import reading
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import NEIGHBOUR, TroubledGame
from tests.harness.contract.webhooks import SCENES


def _resolve(world: TroubledGame, text: str, **more: Any) -> Resolved:
    answer = world.get(f"{world.game}/resolve?q={quote(text, safe='')}", **more)
    assert answer.status == 200, answer.raw
    return exactly(Resolved, answer.data)


def _found(world: TroubledGame, text: str) -> list[tuple[str, str | None, str]]:
    return [(each.kind, each.external_player_id, each.match) for each in _resolve(world, text).matches]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alice", [("player", "alice", "external_id"), ("player", "alicia", "name")]),
        (" alice\r\n", [("player", "alice", "external_id")]),
        ("ALICE@STRASSE.EXAMPLE", [("player", "alice", "email")]),
        ("  alice@straße.example ", [("player", "alice", "email")]),
        ("alic", [("player", "alice", "prefix"), ("player", "alicia", "prefix")]),
        ("a", []),
        ("%", []),
        ("a_", []),
        ("nobody", []),
        ("00000000-0000-0000-0000-000000000000", []),
        ("https://portal.example/players/alice", [("player", "alice", "link")]),
        ("https://portal.example/games/x/players/al%69ce?tab=2#top", [("player", "alice", "link")]),
        ("/players/alice", []),
        ("https://portal.example/players/alic", []),
    ],
)
def test_all_that_matches_is_told_with_how_it_matched(
    still: TroubledGame, text: str, found: list[tuple[str, str, str]]
) -> None:
    names_aside = [each for each in _found(still, text) if each[2] != "name"]
    assert names_aside == [each for each in found if each[2] != "name"]


def test_the_beginning_of_a_name_is_marked_as_such(still: TroubledGame) -> None:
    named = [each for each in _resolve(still, "ALIC").matches if each.match == "name"]
    assert [(each.external_player_id, each.display_name) for each in named] == [("alice", "Alice")]


@pytest.mark.parametrize("form", [str, str.upper, lambda text: text.replace("-", ""), lambda text: f" {text}\n"])
def test_the_id_of_a_row_of_any_kind_finds_it_with_its_player(world: TroubledGame, form: Any) -> None:
    snapshot = world.get(world.player("alice")).data
    audit_id = world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "key-0000-0001"})
    open_events.arena(world)
    lobby_id = open_events.form(world)
    for kind, row_id, player in (
        ("player", snapshot["player"]["id"], "alice"),
        ("attempt", world.attempts["stuck"], "alice"),
        ("grant", world.grants["pending"], "alice"),
        ("lobby", lobby_id, "alice"),
        ("audit", audit_id.data["audit"]["id"], "alice"),
    ):
        [match] = _resolve(world, form(row_id)).matches
        assert (match.kind, match.id, match.external_player_id, match.match) == (kind, row_id, player, "id")


def test_a_link_of_the_console_finds_the_audit_row(world: TroubledGame) -> None:
    banned = world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "key-0000-0001"})
    link = banned.data["audit"]
    for url in (link["url"], f"https://kraty.example{link['url']}"):
        [match] = _resolve(world, url).matches
        assert (match.kind, match.id, match.match) == ("audit", link["id"], "link")


def test_a_link_to_a_player_and_a_row_finds_both(world: TroubledGame) -> None:
    url = f"https://p.example/games/{world.tenant.game_id}/players/alice/grants/{world.grants['pending'].upper()}"
    assert _found(world, url) == [("player", "alice", "link"), ("grant", "alice", "link")]


def test_a_delivery_is_found_by_both_forms_of_its_id(world: TroubledGame) -> None:
    delivery_id = SCENES["webhook.replay"](world)["deliveryId"]
    for text in (delivery_id, as_uuid(delivery_id)):
        [match] = _resolve(world, text).matches
        assert (match.kind, match.id, match.match) == ("delivery", delivery_id, "id")


def test_the_id_of_a_merged_player_finds_the_account(world: TroubledGame) -> None:
    old = world.get(world.player("alice")).data["player"]["id"]
    assert world.serve("POST", "/players/alice/merge-into/alicia", {}).status == 200
    account = world.get(world.player("alicia")).data["player"]["id"]
    for text in ("alice", old):
        first = _resolve(world, text).matches[0]
        assert (first.id, first.external_player_id, first.match) == (account, "alicia", "merged")


def test_an_exact_id_comes_before_everything_and_a_player_is_listed_once(world: TroubledGame) -> None:
    world.register("al", email="al")
    matches = _resolve(world, "al").matches
    assert (matches[0].external_player_id, matches[0].match) == ("al", "external_id")
    assert len({each.id for each in matches}) == len(matches)
    assert len(_resolve_limited(world, "al", 1)) == 1


def _resolve_limited(world: TroubledGame, text: str, limit: int) -> list[Any]:
    rows: list[Any] = world.get(f"{world.game}/resolve?q={text}&limit={limit}").data["matches"]
    return rows


def test_nothing_found_tells_ids_like_it_and_chooses_none(still: TroubledGame) -> None:
    found = _resolve(still, "alicxx")
    assert (found.matches, found.nearest) == ([], ["alice", "alicia"])
    assert _resolve(still, "alice").nearest == []
    assert _resolve(still, "zz").nearest == []


def test_rows_of_other_games_and_environments_are_not_there(world: TroubledGame) -> None:
    texts = ("alice", world.attempts["stuck"], world.grants["pending"])
    other = f"/admin/v1/studios/{world.sibling.studio_id}/games/{world.sibling.game_id}/resolve?q="
    for text in texts:
        assert world.get(other + text, role=NEIGHBOUR).data["matches"] == []
        assert world.get(f"{world.game}/resolve?q={text}&environment=test").data["matches"] == []


def test_a_text_is_one_trip_whatever_it_holds(still: TroubledGame) -> None:
    database = still.backend.db
    statements = set()
    for text in ("alice", still.attempts["stuck"], f"https://p.example/players/alice/{still.grants['pending']}", "x"):
        with recorded(database) as sent, counted_trips(database) as trips:
            _resolve(still, text)
        statements.add((len(sent), trips()))
    [(count, made)] = statements
    assert made <= 4
    assert count <= resolving.QUERIES + 3


def test_several_texts_are_one_trip_and_each_match_says_which_it_is_of(still: TroubledGame) -> None:
    texts = ["I am lost", "alice@strasse.example", "alic", "ALICIA", still.grants["pending"].upper(), "alice"]
    query = "&".join(f"q={quote(each)}" for each in texts)
    with recorded(still.backend.db) as sent, counted_trips(still.backend.db) as trips:
        answer = still.get(f"{still.game}/resolve?{query}")
    assert trips() <= 4
    assert len(sent) <= resolving.QUERIES + 3
    found = [
        (each.q, each.kind, each.external_player_id, each.match) for each in exactly(Resolved, answer.data).matches
    ]
    assert [each for each in found if each[3] != "name"] == [
        (1, "player", "alice", "email"),
        (4, "grant", "alice", "id"),
        (5, "player", "alice", "external_id"),
    ]


def test_of_several_texts_names_match_whole(still: TroubledGame) -> None:
    names = {
        each.external_player_id: each.display_name for each in _resolve(still, "alic").matches if each.display_name
    }
    name = str(names["alice"])
    matches = still.get(f"{still.game}/resolve?q=x&q={quote(name.upper())}&q={quote(name[:-1])}").data["matches"]
    assert {(each["q"], each["match"]) for each in matches} == {(1, "name")}
    assert "alice" in [each["externalPlayerId"] for each in matches]


def test_nearest_are_those_of_the_first_word(still: TroubledGame) -> None:
    answer = still.get(f"{still.game}/resolve?q=my%20id%20is%20alicxx&q=alicxx&q=zz")
    assert answer.data == {"matches": [], "nearest": ["alice", "alicia"]}


def test_too_many_texts_are_refused(still: TroubledGame) -> None:
    assert still.get(f"{still.game}/resolve?" + "&".join(["q=x"] * 20)).status == 200
    assert still.get(f"{still.game}/resolve?" + "&".join(["q=x"] * 21)).status == 400
    assert still.get(f"{still.game}/resolve?q=x&limit=1&limit=2").status == 400


def test_what_is_no_text_is_refused_by_name(still: TroubledGame) -> None:
    for query in ("", "?q=", "?q=%FF", "?q=" + "x" * 1025):
        assert still.get(f"{still.game}/resolve{query}").status == 400


async def test_the_client_resolves_with_types(still: TroubledGame) -> None:
    async with reading(still) as client:
        resolved = await client.resolve("alice")
    assert (resolved.matches[0].kind, resolved.matches[0].match) == ("player", "external_id")


@pytest.mark.parametrize(
    "text", ["https://", "https://[", "http://p.example/players/%FF", "/admin/", "https://x/" + "f" * 32]
)
def test_a_broken_link_is_a_text_like_any_other(still: TroubledGame, text: str) -> None:
    assert _resolve(still, text).matches == []


def test_a_link_with_many_ids_keeps_the_last_ones() -> None:
    ids = [f"0198c0de-0000-7000-8000-00000000000{place}" for place in range(6)]
    assert candidates("https://p.example/" + "/".join(ids)).ids == tuple(ids[2:])

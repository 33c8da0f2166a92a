"""Looking up what a text names: in one request, or with the reads that a backend has; an error is never "nobody"."""

from __future__ import annotations

import pytest

from kraty_console.client.capabilities import Support
from kraty_console.console.text_search import MOST_REQUESTS, ONLY_IDS, ONLY_PLAYERS, FoundInText, search_text
from kraty_console.contract.errors import BadAnswer, KratyError
from kraty_console.contract.operations import Operation
from kraty_console.domain.pasted_text import read_pasted
from tests.client.conftest import MakeClient
from tests.harness.client.scripted_server import Act, answers, failed, ok, wired

TEXT = "From: a@x.org\nPlayer ID: alice_42"
NO_ROUTE = failed(404, "no_route", "no such route")
NOBODY = failed(404, "not_found", "no such player")
HEALTH = answers(200, {"ok": True})


async def find(client_of: MakeClient, text: str, *acts: Act) -> tuple[FoundInText, list[str]]:
    """What a text leads to, and the requests that were made."""
    async with wired(*acts) as wire:
        found = await search_text(client_of(wire.url), read_pasted(text))
    return found, [each.target for each in wire.heard]


async def test_all_candidates_are_one_request(client_of: MakeClient) -> None:
    match = {"kind": "player", "id": "p-1", "externalPlayerId": "alice_42", "match": "external_id", "q": 1}
    found, (target,) = await find(client_of, TEXT, ok({"matches": [match], "nearest": []}))
    assert found.decision.player == "alice_42"
    assert target.endswith(
        "/resolve?q=From%3A%20a%40x.org%0APlayer%20ID%3A%20alice_42&q=alice_42&q=a%40x.org&environment=live&limit=200"
    )


async def test_the_beginning_of_another_candidate_is_no_match(client_of: MakeClient) -> None:
    match = {"kind": "player", "id": "p-1", "externalPlayerId": "alice_420", "match": "prefix", "q": 1}
    found, _ = await find(client_of, TEXT, ok({"matches": [match], "nearest": ["alice_420"]}))
    assert (found.decision.hits, found.nearest) == ((), ("alice_420",))


@pytest.mark.parametrize("strange", [{"id": 7}, "?", {"id": "x", "externalPlayerId": "bob_7", "match": "id", "q": 99}])
async def test_a_match_that_cannot_be_read_leaves_the_choice_to_a_person(
    client_of: MakeClient, strange: object
) -> None:
    match = {"kind": "player", "id": "p-1", "externalPlayerId": "alice_42", "match": "email", "q": 2}
    found, _ = await find(client_of, TEXT, ok({"matches": [match, strange]}))
    assert (found.decision.player, found.unreadable) == (None, 1)


@pytest.mark.parametrize("act", [failed(403, "forbidden"), answers(200, b"<html>"), ok({}), ok({"matches": 7})])
async def test_an_answer_that_says_nothing_is_not_nobody(client_of: MakeClient, act: Act) -> None:
    with pytest.raises(KratyError):
        await find(client_of, TEXT, act)
    with pytest.raises(BadAnswer):
        await find(client_of, TEXT, ok({"nearest": []}))


async def test_without_resolve_players_are_searched_for(client_of: MakeClient) -> None:
    async with wired(
        NO_ROUTE, HEALTH, ok({"players": [{"externalPlayerId": "alice_42", "match": "external_id"}]})
    ) as wire:
        found = await search_text(client_of(wire.url), read_pasted(TEXT))
    assert (found.decision.player, found.not_searched, found.nearest) == ("alice_42", ONLY_PLAYERS, None)
    assert len([each for each in wire.heard if "/players?" in each.target]) == 3


async def test_without_search_players_are_found_by_exact_id(client_of: MakeClient) -> None:
    async with wired(NO_ROUTE, HEALTH, NOBODY) as wire:
        client = client_of(wire.url)
        client.capabilities.learn(Operation.SEARCH, Support.MISSING)
        ids = " ".join(f"p_{number}" for number in range(40))
        found = await search_text(client, read_pasted(ids))
    looked_up = [each for each in wire.heard if "/players/" in each.target]
    assert (found.decision.hits, found.not_searched) == ((), ONLY_IDS)
    assert len(looked_up) == MOST_REQUESTS
    assert found.not_looked_up == 40 - MOST_REQUESTS + 1


async def test_a_text_that_nothing_can_be_sent_of_asks_nothing(client_of: MakeClient) -> None:
    found, heard = await find(client_of, "\0" * 3, ok({}))
    assert (found.decision.hits, heard) == ((), [])

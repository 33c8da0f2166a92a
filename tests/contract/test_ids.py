"""An id of any kind reaches exactly its player, on every route that has one (client/README.md#paths)."""

from __future__ import annotations

import pytest

from tests.data import load_hostile
from tests.harness.contract.served_backend import Backend, segment
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

TRICKY = [
    ".",
    "..",
    "../..",
    "a/b",
    "a%2Fb",
    "a%252Fb",
    "%",
    "%zz",
    "x/merge-into/y",
    "merge-into",
    "grants",
    "wallet",
    "alice/",
    "/alice",
    "//",
    "alice?limit=1",
    "alice#top",
    "alice;v=1",
    "a b",
    "a+b",
    " ",
    "\\",
    "admin/v1/me",
    "Ünïcödé",
    "日本語",
    "👩‍👩‍👧",
    "e\u0301",
    "\u00e9",
    "a\nb",
    "\r\nX-Injected: 1",
    "\u202egnp",
    "null",
    "0",
    "__proto__",
    "'; DROP TABLE players; --",
    "x" * 512,
]
IDS = [*TRICKY, *(each.value for each in load_hostile() if each.can_be_text and 0 < len(each.value) <= 512)]
STORABLE = list(dict.fromkeys(name for name in IDS if "\0" not in name))

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 1}


@pytest.fixture(scope="module")
def crowd(backend: Backend) -> TroubledGame:
    """A game in which every such player is, each made through the wire."""
    world = make_troubled_game(backend)
    for index, name in enumerate(STORABLE):
        path = f"/players/{segment(name)}/grants"
        made = world.serve("POST", path, {"entries": [GOLD], "idempotencyKey": f"k{index}"})
        assert made.status == 201, (name, made.raw)
    return world


def test_a_look_up_and_a_search_find_exactly_that_player(crowd: TroubledGame) -> None:
    seen = set()
    for name in STORABLE:
        answer = crowd.serve("GET", f"/players/{segment(name)}?limit=1")
        assert answer.status == 200, name
        player = answer.data["player"]
        assert player["externalPlayerId"] == name
        seen.add(player["id"])
        [hit] = crowd.get(f"{crowd.game}/players?limit=1&query={segment(name)}").data["players"]
        assert (hit["externalPlayerId"], hit["match"]) == (name, "external_id")
    assert len(seen) == len(STORABLE)


def test_a_change_reaches_exactly_that_player(crowd: TroubledGame) -> None:
    for index, name in enumerate(TRICKY):
        body = {"amount": index + 1, "reason": "goodwill", "idempotencyKey": f"credit-{index:04}"}
        assert crowd.post(f"{crowd.player(name)}/wallet/gold/credit", body).data["balance"] == index + 1
        ban = crowd.post(f"{crowd.player(name)}/ban", {"reason": "cheating", "idempotencyKey": f"ban-{index:04}"})
        assert ban.data["externalPlayerId"] == name
    for index, name in enumerate(TRICKY):
        answer = crowd.get(f"{crowd.player(name)}?limit=3").data
        assert answer["player"]["externalPlayerId"] == name
        assert [each["balance"] for each in answer["wallet"]] == [index + 1]
        assert [row["action"] for row in answer["audit"]] == ["player.ban", "wallet.credit", "grant.create"]


def test_the_log_is_searched_by_such_an_id_as_well(crowd: TroubledGame) -> None:
    for name in TRICKY[:12]:
        rows = crowd.audit_rows(player=name)
        assert {row["player"]["externalPlayerId"] for row in rows} == {name}


def test_economy_keys_are_one_segment_too(still: TroubledGame) -> None:
    for key in ("gold/credit", "..", "a/b", "%2F", "gold?x=1"):
        body = {"amount": 1, "reason": "goodwill", "idempotencyKey": "key-0000-0001"}
        answer = still.post(f"{still.player('alice')}/wallet/{segment(key)}/credit", body)
        assert (answer.status, answer.error["message"]) == (404, f"Currency '{key}' not found")


@pytest.mark.parametrize("name", ["a\0b", "\0", "x" * 513, "x" * 30_000], ids=["NUL inside", "NUL", "513", "30,000"])
def test_an_invalid_id_is_refused_and_creates_no_player(still: TroubledGame, name: str) -> None:
    before = still.backend.counts()
    body = {"entries": [GOLD], "idempotencyKey": "k"}
    for answer in (
        still.get(still.player(name)),
        still.serve("GET", f"/players/{segment(name)}"),
        still.serve("POST", f"/players/{segment(name)}/grants", body),
    ):
        assert (answer.status, answer.fields) == (400, ["externalPlayerId"])
    by_hand = {**body, "idempotencyKey": "key-0000-0001", "externalPlayerId": name, "reason": "make-good"}
    assert still.post(f"{still.game}/grants", by_hand).fields == ["externalPlayerId"]
    assert still.backend.counts() == before


def test_an_oversized_path_is_refused_before_it_is_read(still: TroubledGame) -> None:
    assert still.get(still.player("x" * (1 << 20))).status == 431
    assert still.get("/admin/v1/me").status == 200


def test_an_id_that_is_not_utf_8_is_refused(still: TroubledGame) -> None:
    raw = [each.raw for each in load_hostile() if each.raw is not None]
    assert raw
    for name in (*raw, b"\xff", b"\xed\xa0\x80", b"\xc0\xaf"):
        before = still.backend.counts()
        answer = still.serve("POST", f"/players/{segment(name)}/grants", {"entries": [GOLD], "idempotencyKey": "k"})
        assert (answer.status, answer.fields) == (400, ["externalPlayerId"])
        assert still.get(f"{still.game}/players/{segment(name)}").status == 400
        assert still.backend.counts() == before


def test_a_path_that_was_not_encoded_is_another_path(still: TroubledGame) -> None:
    for path in ("/players/a/b", "/players//grants", "/players/", "/players/alice/", "/players/x/merge-into/y"):
        assert still.serve("GET", path).status in (404, 405), path
    assert still.backend.call("GET", "/admin/v1/../v1/health").status == 404
    assert still.backend.call("GET", "/admin%2Fv1%2Fhealth").status == 404

"""What a game asks before it knows its player: ping, the time, the catalog (contract/SDK.md#time-and-catalog)."""

from __future__ import annotations

import pytest

from kraty_console.contract.holdings import GameCatalog, Pong, ServerTime
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import NOW
from tests.harness.contract.troubled_game import TroubledGame


def test_ping_returns_the_key_without_an_envelope(still: TroubledGame) -> None:
    answer = still.play("GET", "/ping")
    told = exactly(Pong, answer.json)
    assert (answer.status, told.ok, told.api_key.permission_set) == (200, True, "client_sdk")
    assert told.api_key.prefix == still.keys["client_sdk"][:8]


@pytest.mark.parametrize(
    ("query", "zone", "offset", "local"),
    [
        ("", "UTC", 0, "2026-05-28T20:26:40"),
        ("?timezone=UTC", "UTC", 0, "2026-05-28T20:26:40"),
        ("?timezone=Europe%2FLisbon", "Europe/Lisbon", 60, "2026-05-28T21:26:40"),
        ("?timezone=Asia/Kathmandu", "Asia/Kathmandu", 345, "2026-05-29T02:11:40"),
        ("?timezone=America/St_Johns", "America/St_Johns", -150, "2026-05-28T17:56:40"),
    ],
)
def test_the_time_is_returned_on_request(still: TroubledGame, query: str, zone: str, offset: int, local: str) -> None:
    told = exactly(ServerTime, still.play("GET", f"/time{query}").data)
    assert (told.epoch_ms, told.iso) == (NOW, "2026-05-28T20:26:40.000Z")
    assert (told.timezone, told.offset_minutes, told.local) == (zone, offset, local)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "x" * 1000])
def test_a_zone_that_is_none_is_refused(still: TroubledGame, zone: str) -> None:
    answer = still.play("GET", f"/time?timezone={zone}")
    assert (answer.status, answer.fields) == (400, ["timezone"])


def test_the_catalog_shows_what_there_is_to_have_and_not_how_it_is_won(still: TroubledGame) -> None:
    answer = still.play("GET", "/catalog")
    told = exactly(GameCatalog, answer.data)
    assert {item.key for item in told.items} == {"sword", "box"}
    assert [currency.key for currency in told.currencies] == ["gold"]
    tag = {"If-None-Match": answer.headers["etag"]}
    token = still.keys["client_sdk"]
    assert still.backend.call("GET", "/sdk/v1/catalog", token=token, headers=tag).status == 304

"""The hot calls of the support staff beside look-up and changes, to be looked at in a world with a crowd in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.lookup.faults import FaultPosition
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.fault_kinds import FaultKind
from tests.bench.crowd import Crowd
from tests.harness.backend.hot_calls import Full
from tests.harness.contract.served_backend import Answered, segment
from tests.harness.contract.troubled_game import TroubledGame

NOTES: Final = 500
"""How many of the veteran."""


def fill_notes(world: TroubledGame, crowd: Crowd) -> None:
    """A note on everybody of the crowd, and many on the last one, the veteran."""
    column = tables.players.c

    async def work(tx: Transaction) -> None:
        everybody = await tx.all(
            sa.select(column.player_id, column.external_player_id).where(column.game_id == crowd.game_id)
        )
        ids = {row["external_player_id"]: row["player_id"] for row in everybody}
        written = [*ids.values(), *[ids[crowd.external_id(crowd.players)]] * NOTES]
        same = {"studio_id": crowd.studio_id, "game_id": crowd.game_id, "author_kind": "member", "text": "a note"}
        rows = (
            {**same, "player_id": each, "note_id": world.backend.new_id(), "created_at": crowd.now_ms - place}
            for place, each in enumerate(written)
        )
        await tx.insert_many(tables.player_notes, rows)

    world.backend.run(work)


def fill_seats(world: TroubledGame, crowd: Crowd) -> None:
    """Seats of most of the crowd in lobbies of ten: with few rows, walking through them is the best plan.

    The others are merged; their seats would need lobbies.
    """
    column = tables.players.c

    async def work(tx: Transaction) -> None:
        later = (column.game_id == crowd.game_id, column.external_player_id > crowd.external_id(400))
        everybody = await tx.all(sa.select(column.player_id).where(*later))
        same = {"studio_id": crowd.studio_id, "game_id": crowd.game_id, "joined_at": crowd.now_ms - 10**9}
        for begin in range(0, len(everybody), 10):
            lobbies = [world.backend.new_id() for _ in range(4)]
            seats = (
                {**same, "player_id": row["player_id"], "lobby_id": each}
                for row in everybody[begin : begin + 10]
                for each in lobbies
            )
            await tx.insert_many(tables.lobby_members, seats)

    world.backend.run(work)


def _page_after_a_page(full: Full, path: str) -> Answered:
    first = full.world.get(path)
    assert first.data["nextCursor"], "one page holds it all"
    return full.world.get(f"{path}&cursor={first.data['nextCursor']}")


def _veteran(full: Full, more: str) -> str:
    return full.world.player(full.crowd.external_id(full.crowd.players)) + more


def _last_page(full: Full, name: str) -> Answered:
    """The last page of the veteran's list: what follows, newest first, on a position near the oldest row."""
    path = _veteran(full, f"/{name}?limit=100")
    oldest = full.world.get(f"{path}&order=oldest")
    last = full.world.get(f"{path}&cursor={oldest.data['nextCursor']}")
    assert last.data["rows"] == oldest.data["rows"][-2::-1]
    assert last.data["nextCursor"] is None
    return last


def _faults(full: Full, kind: FaultKind, more: str = "") -> Answered:
    """A page of faults in the middle of the list."""
    row = PagePosition(full.crowd.now_ms - 10**9, full.crowd.attempt_id(1300, 0))
    cursor = FaultPosition(kind, row).encoded()
    return full.world.get(f"{full.world.game}/faults?kind={kind}&cursor={cursor}&limit=100{more}")


LISTS: Final = ("attempts", "grants", "wallet-ledger", "item-ledger", "audit")
"""Those of which the veteran has a great many rows."""

TEXTS: Mapping[str, Callable[[Full], str]] = {
    "an id": lambda full: full.crowd.external_id(77),
    "an e-mail": lambda full: full.crowd.email(78).upper(),
    "a prefix": lambda full: "player_00",
    "nobody": lambda full: "player_00x",
    "an attempt": lambda full: full.crowd.attempt_id(1300, 0),
    "a link": lambda full: f"https://p.example/players/{full.crowd.external_id(9)}/grants/{full.crowd.grant_id(9, 1)}",
}


def _resolving(text: Callable[[Full], str]) -> Callable[[Full], Answered]:
    return lambda full: full.world.get(f"{full.world.game}/resolve?q={segment(text(full))}")


def _correct(full: Full) -> Answered:
    first = full.world.get(f"{full.world.log}?ticket=T-40&gameId={full.crowd.game_id}&limit=1").data["rows"][0]["id"]
    body = {"ticket": "T-41", "reason": "typed wrongly", "idempotencyKey": "plan-correction"}
    return full.world.post(f"{full.world.game}/audit-log/{first}/correct-ticket", body)


def resolve_all(full: Full) -> Answered:
    """Resolve all texts at once."""
    texts = [text(full) for text in TEXTS.values()]
    return full.world.get(f"{full.world.game}/resolve?" + "&".join(f"q={segment(each)}" for each in texts))


CALLS: Mapping[str, Callable[[Full], Answered]] = {
    **{f"resolve {name}": _resolving(text) for name, text in TEXTS.items()},
    **{f"last {name} of a veteran": partial(_last_page, name=name) for name in LISTS},
    **{f"faults: {kind}": partial(_faults, kind=kind) for kind in FaultKind},
    "faults of an event since a day": partial(
        _faults, kind=FaultKind.GRANT_PENDING, more="&eventKey=race&since=2025-12-01T00:00:00Z"
    ),
    "lobbies": lambda full: full.world.get(_veteran(full, "/lobbies?order=oldest")),
    "notes of a veteran": lambda full: _page_after_a_page(full, _veteran(full, "/notes?limit=100")),
    "correction": _correct,
    "note": lambda full: full.world.post(_veteran(full, "/notes"), {"text": "hello", "idempotencyKey": "plan-note"}),
}

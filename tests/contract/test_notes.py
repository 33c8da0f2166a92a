"""Notes of the support staff on a player (contract/README.md#notes)."""

from __future__ import annotations

import pytest

from kraty_console.contract.errors import NotFound
from kraty_console.contract.notes import NotePage
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import GAME_DEBUGGER, GAME_VIEWER
from tests.harness.contract.console_writer import call, reading
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame


def _write(
    world: TroubledGame, text: object, key: str = "key-0000-0001", player: str = "alice", **more: str
) -> Answered:
    return world.post(f"{world.player(player)}/notes", {"text": text, "idempotencyKey": key}, **more)


def test_a_colleague_reads_who_wrote_what_and_when(world: TroubledGame) -> None:
    written = _write(world, " first line\nsecond line ", role=GAME_DEBUGGER).data["note"]
    [note] = exactly(NotePage, world.get(f"{world.player('alice')}/notes", role=GAME_VIEWER).data).rows
    assert note.raw() == written
    assert note.text == " first line\nsecond line "
    assert note.author is not None
    assert (note.author.kind, note.author.id) == ("member", world.members[GAME_DEBUGGER])
    assert note.created_at is not None
    assert world.get(f"{world.player('alicia')}/notes").data == {"rows": [], "nextCursor": None}


async def test_the_client_pages_through_all_notes_newest_first(world: TroubledGame) -> None:
    ids = []
    for number in range(5):
        if number != 3:  # two notes of one moment have an order, too
            world.backend.clock.ms += 1000
        ids.append(_write(world, f"note {number}", f"key-0000-{number:04}").data["note"]["id"])
    async with reading(world) as client:
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor is not None:
            page = await client.notes("alice", cursor=cursor, limit=2)
            found, cursor, pages = [*found, *(note.id for note in page.rows)], page.next_cursor, pages + 1
        assert (found, pages) == (sorted(ids, reverse=True), 3)
        with pytest.raises(NotFound):
            await client.notes("nobody")


async def test_the_client_writes_a_note_once(world: TroubledGame) -> None:
    change = call(world, Operation.ADD_NOTE)
    async with reading(world, GAME_DEBUGGER) as client:
        first, again = await client.send(change), await client.send(change)
        assert first.raw() == again.raw()
        assert len((await client.notes("alice")).rows) == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001, 7, None, "\0"])
def test_a_text_that_is_no_note_is_refused_by_name(still: TroubledGame, text: object) -> None:
    before = still.backend.counts()
    answer = _write(still, text)
    assert (answer.status, answer.fields) == (400, ["text"])
    assert still.backend.counts() == before


def test_the_longest_note_is_kept_whole(world: TroubledGame) -> None:
    longest = "ß" * 2000
    assert _write(world, longest).data["note"]["text"] == longest


def test_the_log_tells_of_a_note_and_not_what_it_says(world: TroubledGame) -> None:
    answer = _write(world, "lost his job in may").data
    row = world.get(answer["audit"]["url"])
    assert "job" not in row.raw.decode()
    assert row.data["after"] == {"noteId": answer["note"]["id"], "characters": 19}


def test_an_unknown_player_and_a_bad_cursor_are_refused(still: TroubledGame) -> None:
    assert _write(still, "hello", player="nobody").status == 404
    assert still.get(f"{still.player('nobody')}/notes").status == 404
    answer = still.get(f"{still.player('alice')}/notes?cursor=x")
    assert (answer.status, answer.fields) == (400, ["cursor"])


def test_a_merge_takes_the_notes_along_and_who_is_gone_gets_none(world: TroubledGame) -> None:
    note_id = _write(world, "plays on two devices").data["note"]["id"]
    assert world.serve("POST", "/players/alice/merge-into/alicia", {}).status == 200
    assert [note["id"] for note in world.get(f"{world.player('alicia')}/notes").data["rows"]] == [note_id]
    gone = world.serve("POST", "/players/alicia/delete", {}).data["anonymizedExternalId"]
    assert world.get(f"{world.player(gone)}/notes").data["rows"] == []
    refused = _write(world, "hello", "key-0000-0002", player=gone)
    assert (refused.status, refused.error["code"]) == (409, "conflict")

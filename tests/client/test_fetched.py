"""A large answer is parsed like a small one, but in a thread."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from contextlib import nullcontext

import pytest
from pydantic import model_validator

from kraty_console.client.background_parsing import LARGE, fetched_in_thread
from kraty_console.client.replies import HttpReply
from kraty_console.contract.errors import BadAnswer
from kraty_console.contract.wire import Answer


class Told(Answer):
    """The answer, and the thread that parsed it."""

    name: str
    read_by: int = 0

    @model_validator(mode="after")
    def _note(self) -> Told:
        object.__setattr__(self, "read_by", threading.get_ident())
        return self


class Collecting(Answer):
    """Whether garbage was looked for while this was made."""

    name: str
    collected: bool = True

    @model_validator(mode="after")
    def _note(self) -> Collecting:
        object.__setattr__(self, "collected", gc.isenabled())
        return self


def reply(size: int, **data: object) -> HttpReply:
    content = json.dumps({"data": {**data, "padding": "x" * size}}).encode()
    return HttpReply(200, {"etag": '"7"'}, content, 12.0)


@pytest.mark.parametrize(("size", "aside"), [(1, False), (LARGE, True)])
def test_a_large_answer_is_parsed_in_a_thread(size: int, aside: bool) -> None:
    answer = asyncio.run(fetched_in_thread(Told, reply(size, name="alice")))
    assert (answer.value.name, answer.etag, answer.elapsed_ms) == ("alice", '"7"', 12.0)
    assert (answer.value.read_by != threading.get_ident()) is aside


@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("named", [{"name": "alice"}, {}])
def test_garbage_collection_is_paused_while_parsing(named: dict[str, str], collects: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        with nullcontext() if named else pytest.raises(BadAnswer):
            assert not asyncio.run(fetched_in_thread(Collecting, reply(LARGE, **named))).value.collected
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("size", [1, LARGE])
def test_an_unexpected_answer_is_refused_whatever_its_size(size: int) -> None:
    with pytest.raises(BadAnswer, match="see: name"):
        asyncio.run(fetched_in_thread(Told, reply(size)))

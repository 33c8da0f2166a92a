"""Closing a database engine leaves no thread behind."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.storage.engine import close_engine, make_engine


async def test_closing_an_engine_ends_its_abandoned_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, may_open = threading.Event(), threading.Event()
    opened: list[threading.Thread] = []

    def open_slowly(*given: Any, **named: Any) -> sqlite3.Connection:
        opened.append(threading.current_thread())
        opening.set()
        may_open.wait()
        return sqlite3.Connection(*given, **named)

    monkeypatch.setattr(sqlite3, "connect", open_slowly)
    engine = make_engine(f"sqlite:///{tmp_path / 'kraty.db'}")
    connecting = asyncio.ensure_future(engine.connect().start())
    await asyncio.to_thread(opening.wait)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting

    closing = asyncio.create_task(close_engine(engine))
    done, _ = await asyncio.wait({closing}, timeout=0.05)
    assert not done, "it waits for the thread"
    may_open.set()
    await closing
    assert [thread for thread in opened if thread.is_alive()] == []

"""How many files a player id passes through from the key press to the request (README.md#architecture)."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import kraty_console
from tests.harness.console.driver import at
from tests.harness.console.stage import DemoStage

PACKAGE = Path(kraty_console.__file__).parent
MOST = 12


async def test_a_player_id_passes_through_few_files_before_it_is_sent(backend: DemoStage) -> None:
    player, files = "grace_hopper", dict[str, None]()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or "client/transport.py" in files or not code.co_filename.startswith(str(PACKAGE)):
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if any(isinstance(frame.f_locals.get(name), str) and player in frame.f_locals[name] for name in names):
            files.setdefault(str(Path(code.co_filename).relative_to(PACKAGE)))

    async with at(backend.app()) as driver:
        await driver.type(player)
        await driver.until(lambda: driver.app.bottom.search.text == player)
        sys.setprofile(note)
        try:
            await driver.press("enter")
            await driver.looks_at(player)
        finally:
            sys.setprofile(None)
    assert "client/transport.py" in files
    assert len(files) <= MOST, list(files)

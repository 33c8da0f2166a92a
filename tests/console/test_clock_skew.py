"""A machine whose clock is hours off: ages and advice follow the server, and a warning is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.clock_skew import tell_skew
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import at
from tests.harness.console.faulty_transport import App
from tests.harness.console.stage import now, stage

HOURS = timedelta(hours=3)
WORDS = "this machine's clock is 3 h behind the server's; times here follow the server's"


def dated(app: App) -> App:
    """The backend sends its time with every answer."""

    async def layer(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        async def with_date(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", format_datetime(now(), usegmt=True).encode())
                message = {**message, "headers": [*message["headers"], date]}
            await send(message)

        await app(scope, receive, with_date)

    return layer


def behind() -> datetime:
    return now() - HOURS


@pytest.mark.parametrize("player", [None, "alice_42"])
async def test_the_console_follows_the_servers_clock_and_says_so_once(
    world: DemoTemplate, tmp_path: Any, player: str | None
) -> None:
    with stage(world, tmp_path, wrap=dated) as backend:
        launch = backend.launch(player=player)
        app = KratyApp(launch, now=behind, clock=lambda: 0.0, environ={"TERM": "xterm-256color"})
        async with at(app) as driver:
            await driver.sees(WORDS)
            assert abs(app.workspace.now() - now()) <= timedelta(seconds=1)
            if player is not None:
                await driver.sees(f"as of {now():%H:%M}")
            await driver.press("f5")
            await driver.rest()
            assert tell_skew(app.workspace) == ""


async def test_a_clock_that_is_right_is_not_mentioned(world: DemoTemplate, tmp_path: Any) -> None:
    with stage(world, tmp_path, wrap=dated) as backend:
        async with at(backend.app(player="alice_42")) as driver:
            await driver.looks_at("alice_42")
            assert "clock" not in driver.text

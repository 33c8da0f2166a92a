"""Pasted ids and addresses: text around them, from a mail or a chat, is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.test_search import look_up
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SIZE, ConsoleDriver, at
from tests.harness.console.stage import DemoStage, stage


@pytest.mark.parametrize(
    "text",
    [
        "<mailto:alice@example.com>",
        "mailto:alice@example.com",
        "mailto:alice_42",
        "<alice_42>",
        "\ufeff«alice_42»",
        '"alice@example.com"',
        "'alice_42'",
        "alice\u200b_42",
        "Al <alice@example.com>",
    ],
)
async def test_text_around_a_pasted_id_or_address_is_ignored(backend: DemoStage, text: str) -> None:
    async with at(backend.app()) as driver:
        await driver.press("slash")
        driver.app.bottom.search.input.value = text
        await driver.press("enter")
        await driver.looks_at("alice_42")


async def test_an_id_in_quotes_is_found_where_nothing_can_search(world: DemoTemplate, tmp_path: Path) -> None:
    with stage(world, tmp_path, only="published") as backend:
        app = backend.app()
        async with app.run_test(size=SIZE) as pilot:
            driver = ConsoleDriver(app, pilot)
            await driver.until(lambda: app.workspace.access is not None)
            await look_up(driver, "«alice_42»")
            await driver.looks_at("alice_42")

"""The terminal changes its size; nothing that the person had is lost (console/README.md#layout)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.user import User
from tests.harness.terminal.audit import assert_clean

pytestmark = pytest.mark.xdist_group("resize")
SIZES = [(80, 24), (100, 30), (60, 18), (120, 36)]


@pytest.fixture(scope="module", params=[True, False], ids=["told in band", "told by signal"])
def person(world: DemoBackend, request: pytest.FixtureRequest) -> Iterator[User]:
    with User(world.console("heavy_user"), env=world.env("resizing"), modern=request.param) as person:
        person.on("heavy_user")
        yield person
        person.quit()
        assert_clean(person.sent)


def test_the_row_under_the_cursor_and_a_draft_survive_every_size(person: User) -> None:
    person.press(*["j"] * 9)
    person.wait_for("10 of")
    for columns, rows in SIZES:
        person.resize(columns, rows)
        person.wait_for(lambda text, width=columns: max(map(len, text.splitlines())) <= width and "10 of" in text)
    person.dialog("C", "Credit")
    person.fill("currency", "gold")
    for columns, rows in SIZES:
        person.resize(columns, rows)
        person.wait_for(lambda text: "gold" in text and "[ Cancel ]" in text)
    person.cancel()


def test_a_terminal_too_small_says_what_it_needs_and_comes_back(person: User) -> None:
    person.resize(30, 9)
    person.wait_for(lambda text: "40" in text and "12" in text)
    person.resize(120, 36)
    person.wait_for(lambda text: "heavy_user" in text and "1 Att" in text)

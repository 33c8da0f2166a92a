"""The console at a real terminal on a Kraty with the published routes only: what works, and the messages for the rest.

What was changed is read back over the server surface, behind the screen's back; what was asked is in the access log.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.harness.e2e.demo_backend import KRATY_CONSOLE, DemoBackend
from tests.harness.e2e.open_console import OpenConsole
from tests.harness.e2e.user import User

pytestmark = pytest.mark.xdist_group("reduced")

UNKNOWN = "role unknown"


@pytest.fixture(scope="module")
def world(serve: Serve) -> DemoBackend:
    """A demo world of its own, on a reduced Kraty."""
    return serve("reduced", lambda _: None, "--only", "published")


@pytest.fixture(scope="module")
def shift(world: DemoBackend) -> Iterator[OpenConsole]:
    shift = OpenConsole(lambda: User(world.console(), env=world.env("reduced"), offered=False), role=UNKNOWN)
    yield shift
    shift.end()


@pytest.fixture(scope="module")
def small(world: DemoBackend) -> Iterator[OpenConsole]:
    size = (80, 24)
    shift = OpenConsole(lambda: User(world.console(), env=world.env("small"), size=size, offered=False), role=UNKNOWN)
    yield shift
    shift.end()


def served(world: DemoBackend, player: str) -> Any:
    """The player as the studio's own backend sees them."""
    token = world.credentials.keys["server_integration"]
    status, found = world.request("GET", f"/server/v1/players/{player}", token=token)
    assert status == 200
    return found


def balances(world: DemoBackend, player: str) -> dict[str, int]:
    return {each["economyKey"]: each["balance"] for each in served(world, player)["wallet"]}


def claims(world: DemoBackend, person: User, player: str) -> None:
    """The pending grant of a player is claimed from the screen, and its currency is really paid."""
    before = balances(world, player)
    (pending,) = [grant for grant in served(world, player)["grants"] if grant["status"] == "pending"]
    person.dialog(".", "Force-claim")
    person.fill("reason", "seen in the receiver's log")
    person.confirm("Force-claim", "Force-claim applied")
    after = served(world, player)
    assert {each["id"]: each["status"] for each in after["grants"]}[pending["id"]] == "claimed"
    paid = {
        each["currencyKey"]: each["amount"] for each in pending["contents"]["entries"] if each["type"] == "currency"
    }
    assert paid
    held = balances(world, player)
    for key, amount in paid.items():
        assert held[key] == before.get(key, 0) + amount
    person.pane("2", "claimed")


def test_bobs_stuck_grant_is_delivered(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("bob_7")
    assert UNKNOWN in person.heading()
    claims(world, person, "bob_7")


def test_erins_stuck_grant_is_delivered_on_a_small_screen(world: DemoBackend, small: OpenConsole) -> None:
    person = small.on("erin")
    claims(world, person, "erin")


@pytest.mark.parametrize("size", ["large", "small"])
def test_alices_failed_roll_is_refused_with_the_reason(
    world: DemoBackend, shift: OpenConsole, small: OpenConsole, size: str
) -> None:
    before = served(world, "alice_42")
    person = (shift if size == "large" else small).on("alice_42")
    person.press("1")
    person.wait_for("No grants are linked")
    person.press("R")
    person.wait_for("this Kraty has no route POST …/retry-reward-roll")
    assert "[ Cancel ]" not in person.text()
    person.press("M")
    person.listens("Manual grant")
    assert "needs grant" not in person.text()
    person.cancel()
    after = served(world, "alice_42")
    assert (after["attempts"], after["grants"]) == (before["attempts"], before["grants"])


def test_unknown_data_is_never_shown_as_zero_or_no(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("alice_42")
    for key in "123456":
        person.press(key)
        person.wait_for(lambda text: "as of" in text)
        text = person.text()
        assert "needs grant" not in text
        assert "needs player" not in text
        assert "not banned" not in text
        assert "Wallet 0" not in text
        assert "Items 0" not in text
        assert "Audit 0" not in text
    person.press("3")
    person.wait_for("This backend does not provide")


def test_the_search_takes_text_at_once(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("bob_7")
    person.press("/")
    person.type("erin")
    person.press("Enter")
    person.on("erin")


def test_an_email_is_explained(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("bob_7")
    person.press("/")
    person.type("alice@example.com")
    person.press("Enter")
    person.wait_for("This backend cannot search by e-mail")


def headless(world: DemoBackend, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The console without a screen."""
    place = ["--url", world.url, "--studio", world.credentials.studio, "--game", world.credentials.game]
    return subprocess.run(  # noqa: PLW1510 (the test looks at it)
        [*KRATY_CONSOLE, *arguments, *place], env=world.env("headless"), capture_output=True, text=True, timeout=60
    )


def test_show_works_without_a_screen(world: DemoBackend) -> None:
    found = headless(world, "show", "bob_7")
    assert found.returncode == 0, found.stderr
    assert "bob_7" in found.stdout
    assert "not banned" not in found.stdout
    told = headless(world, "show", "bob_7", "--json")
    assert json.loads(told.stdout)["player"]["externalPlayerId"] == "bob_7"


def test_search_finds_a_whole_id_and_explains_the_rest(world: DemoBackend) -> None:
    found = headless(world, "search", "bob_7")
    assert (found.returncode, "bob_7" in found.stdout) == (0, True), found.stderr
    part = headless(world, "search", "bob")
    assert part.returncode != 0
    assert "This backend cannot search: type the full player id" in part.stdout + part.stderr
    email = headless(world, "search", "bob@example.com")
    assert "This backend cannot search by e-mail" in email.stdout + email.stderr

"""`kraty-console demo`, as a newcomer starts it: a backend of its own, a ticket solved, and nothing left behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.e2e.demo_backend import DemoBackend, folders
from tests.harness.e2e.demo_terminal import START, Demo, ends_with_all
from tests.harness.terminal import Terminal
from tests.harness.terminal.audit import assert_clean

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def demo(tmp_path: Path, kept_demo: Path) -> Iterator[Demo]:
    with Demo(tmp_path, kept_demo) as demo:
        demo.wait_for("alice_42")
        demo.signed_in()
        yield demo


def test_a_ticket_is_solved_from_id_to_audit_link(demo: Demo) -> None:
    world = demo.world()
    assert world.player("alice_42")["attempts"][0]["grantIds"] == []
    demo.find("alice_42")
    demo.wait_for("roll failed")
    demo.dialog(".", "Retry")
    demo.fill("ticket", "ZD-4821")
    demo.fill("reason", "the table is back")
    demo.confirm("Retry roll", "Retry roll applied")
    demo.pane("2", "pending", "daily_race")
    snapshot = world.player("alice_42")
    (grant,) = snapshot["attempts"][0]["grantIds"]
    assert grant in [each["id"] for each in snapshot["grants"]]
    assert snapshot["audit"][0]["id"] in demo.copied()
    backend = demo.backend()
    demo.quit()
    assert demo.left_as_found() == []
    assert not backend.is_running()
    assert not list(demo.temporary.iterdir())
    assert_clean(demo.sent, copies=1)


def test_a_later_demo_starts_from_the_world_that_the_first_kept(tmp_path: Path) -> None:
    cache = tmp_path / "kept"
    with Demo(tmp_path, cache) as demo:
        demo.signed_in()
    (kept,) = cache.rglob("world-*.db")
    made = kept.stat()
    later = tmp_path / "later"
    later.mkdir()
    with Demo(later, cache, "alice_42") as again:
        again.on("alice_42")
        again.wait_for("roll failed")
        assert again.world().player("alice_42")["attempts"][0]["grantIds"] == []
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)


def test_what_is_typed_while_the_demo_starts_is_kept(tmp_path: Path, kept_demo: Path) -> None:
    with Demo(tmp_path, kept_demo) as demo:
        demo.wait_for("Starting a Kraty backend")
        demo.type("bob_7")
        demo.press("Enter")
        demo.on("bob_7")
        assert "Starting a Kraty backend" not in demo.text()


def test_ctrl_c_while_the_demo_starts_ends_it_and_restores_the_terminal(tmp_path: Path, kept_demo: Path) -> None:
    with Demo(tmp_path, kept_demo) as demo:
        demo.wait_for("Starting a Kraty backend")
        demo.press("C-c")
        assert demo.wait_exit() == 130
        assert demo.left_as_found() == []
        assert not list(demo.temporary.iterdir())


def potions(world: DemoBackend, player: str) -> int:
    held = {each["itemKey"]: each["quantity"] for each in world.player(player)["inventory"]}
    return int(held.get("potion", 0))


def test_a_guest_is_merged_by_the_command_that_the_console_copies(demo: Demo, tmp_path: Path) -> None:
    world = demo.world()
    demo.find("guest_device_abc")
    demo.wait_for("merges them")
    demo.press("m")
    demo.wait_for("into")
    demo.type("auth_user_42")
    demo.press("Enter")
    demo.wait_for(lambda text: "Nothing is changed from here" in text and "TOGETHER" in text and "potion" in text)
    demo.press("c")
    command = demo.wait_for_copy()
    assert "server merge guest_device_abc auth_user_42 --profile demo" in command
    assert world.credentials.keys["server_integration"] not in command
    both = [potions(world, player) for player in ("guest_device_abc", "auth_user_42")]
    assert min(both) > 0
    with Terminal(["sh", "-c", command], env=folders(tmp_path), size=(120, 36), patience=START) as shell:
        shell.wait_for("reason:")
        shell.type("signed in on the same device")
        shell.press("Enter")
        shell.wait_for("guest_device_abc is merged into auth_user_42")
        assert shell.wait_exit() == 0
    merged = world.player("auth_user_42")
    assert potions(world, "auth_user_42") == sum(both)
    assert merged["audit"][0]["reason"] == "signed in on the same device"
    assert merged["audit"][0]["actor"]["kind"] == "api_key"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda demo: demo.signal(signal.SIGHUP), 129),
        (lambda demo: demo.signal(signal.SIGKILL), -9),
    ],
    ids=["SIGHUP", "SIGKILL"],
)
def test_the_backend_stops_with_the_console(demo: Demo, end: Callable[[Demo], None], code: int) -> None:
    ends_with_all(demo, end, code)


def test_a_read_only_role_sees_missing_permissions_and_sigterm_ends_the_console(
    tmp_path: Path, kept_demo: Path
) -> None:
    with Demo(tmp_path, kept_demo, "--role", "GAME_VIEWER", "alice_42") as demo:
        demo.on("alice_42")
        demo.press("R")
        demo.wait_for("needs grant.retry_reward_roll")
        ends_with_all(demo, lambda demo: demo.signal(signal.SIGTERM), 143)

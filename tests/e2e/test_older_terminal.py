"""A terminal without the Kitty keyboard protocol, where an escape may be a key or the beginning of one."""

from __future__ import annotations

from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.user import User


def test_escape_is_recognized_alone_and_before_other_keys(world: DemoBackend) -> None:
    with User(world.console("alice_42"), env=world.env("older"), modern=False) as person:
        person.on("alice_42")
        assert person.emulator.kitty == [0]
        for keys in (("/",), ("/", "a", "Left")):
            person.press(*keys)
            person.wait_for(lambda _: person.focus() != "")
            person.leave_search()
        person.dialog("M", "rant")
        person.press("Esc")
        person.wait_until_gone("[ Cancel ]")
        person.quit()
        assert person.left_as_found() == []

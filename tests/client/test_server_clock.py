"""The server's `Date` corrects ages and advice if this machine's clock is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kraty_console.cli.main import run
from kraty_console.client.key_client import KEYS_KEPT_SECONDS, ServerKeyClient
from kraty_console.client.prefetcher import Prefetcher
from kraty_console.client.replies import HttpReply
from kraty_console.client.server_clock import REMEMBERED, TOLERANCE, ServerClock
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from kraty_console.domain.formatting import skew_words
from tests.client.conftest import MakeClient
from tests.harness.client.scripted_server import Act, answers, wired

NOW = datetime(2026, 6, 11, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """This machine's clock, and a monotonic one."""

    behind: timedelta = timedelta()
    seconds: float = 0.0
    clock: ServerClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ServerClock(self.local, lambda: self.seconds)

    @property
    def true(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def local(self) -> datetime:
        return self.true - self.behind

    def hears(self, off: timedelta = timedelta(), *, took: float = 0.05, **headers: str) -> None:
        """An answer that was made so far from now."""
        made = format_datetime(self.true + off, usegmt=True)
        self.clock.observe(HttpReply(200, {"date": made, **headers}, b'{"data": {}}', took * 1000))


@pytest.mark.parametrize("behind", [3 * HOUR, -3 * HOUR, timedelta(seconds=90), timedelta(days=400)])
def test_the_server_s_time_is_used_from_the_first_answer(behind: timedelta) -> None:
    machine = Machine(behind)
    assert machine.clock.now() == machine.local()
    machine.hears()
    assert abs(machine.clock.now() - machine.true) <= timedelta(seconds=2)
    assert abs(machine.clock.skew - behind) <= timedelta(seconds=2)
    machine.seconds += 5000
    assert abs(machine.clock.now() - machine.true) <= timedelta(seconds=2)


@pytest.mark.parametrize("behind", [timedelta(), timedelta(seconds=4), timedelta(seconds=-4)])
def test_small_differences_are_ignored(behind: timedelta) -> None:
    machine = Machine(behind)
    machine.hears()
    assert machine.clock.skew == timedelta()


def test_a_slow_answer_shows_no_difference() -> None:
    machine = Machine()
    machine.hears(timedelta(seconds=-25), took=30)
    assert machine.clock.skew == timedelta()


def test_a_single_wrong_date_changes_nothing() -> None:
    machine = Machine(3 * HOUR)
    for off in (0, 0, 40, 0, -7, 0):
        machine.hears(off * HOUR)
        assert abs(machine.clock.skew - 3 * HOUR) <= timedelta(seconds=2)


def test_samples_from_before_a_clock_change_are_dropped() -> None:
    machine = Machine(3 * HOUR)
    for _ in range(REMEMBERED):
        machine.hears()
    machine.behind = timedelta()  # it was set to the right time
    machine.hears()
    assert machine.clock.skew == timedelta()


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, {}, b'{"data": {}}'),
        (200, {"date": "yesterday"}, b'{"data": {}}'),
        (200, {"date": "Thu, 11 Jun 2026 25:00:00 GMT"}, b'{"data": {}}'),
        (200, {"date": "Thu, 11 Jun 2026 18:00:00 GMT", "age": "21600"}, b'{"data": {}}'),
        (200, {"date": "Thu, 11 Jun 2026 18:00:00 GMT", "x-cache": "HIT from proxy"}, b'{"data": {}}'),
        (200, {"date": "Thu, 11 Jun 2026 18:00:00 GMT"}, b"<html>log in</html>"),
        (200, {"date": "Thu, 11 Jun 2026 18:00:00 GMT"}, b'{"message": "hello"}'),
        (403, {"date": "Thu, 11 Jun 2026 18:00:00 GMT"}, b'{"data": {}}'),
        (304, {"date": "Thu, 11 Jun 2026 18:00:00 GMT"}, b""),
    ],
)
def test_only_answers_of_the_server_itself_set_the_clock(status: int, headers: dict[str, str], content: bytes) -> None:
    machine = Machine()
    machine.clock.observe(HttpReply(status, headers, content, 1))
    assert machine.clock.skew == timedelta()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10_800, "3 h behind the server's"),
        (10_799.4, "3 h behind the server's"),
        (-10_801, "3 h ahead of the server's"),
        (61, "1 min behind"),
        (5_460, "1 h 31 min behind"),
        (86_400 * 3.5, "3.5 days behind"),
        (86_400 * 400, "400 days behind"),
    ],
)
def test_the_difference_in_words(seconds: float, words: str) -> None:
    assert words in skew_words(seconds)
    assert skew_words(seconds).endswith("; times here follow the server's")


# -- from real answers ---------------------------------------------------------------------------------------------


def told_at(ahead: timedelta, data: object) -> Act:
    """An answer of a server that is so far ahead of this machine."""
    return answers(200, {"data": data}, {"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)})


ME = {
    "member": {"id": "m-1"},
    "studios": [{"id": "studio-1", "games": [{"id": "game-1", "slug": "rush", "role": "GAME_ADMIN"}]}],
}


async def test_a_client_sets_the_clock_with_its_first_answer(client_of: MakeClient) -> None:
    async with wired(told_at(3 * HOUR, ME)) as wire:
        client = client_of(wire.url)
        await client.me()
    assert abs(client._transport.server_clock.skew - 3 * HOUR) < TOLERANCE


async def test_prefetched_answers_set_the_clock() -> None:
    clock = ServerClock()
    async with wired(told_at(3 * HOUR, ME)) as wire:
        asked = Prefetcher(wire.url, {}, on_answer=clock.observe).ask("/admin/v1/me")
        assert await asked.wait(5) is not None
    assert abs(clock.skew - 3 * HOUR) < TOLERANCE


async def test_a_key_is_not_resent_if_it_may_be_older_than_it_seems() -> None:
    client = ServerKeyClient("http://127.0.0.1:1", Credential(Secret("k" * 30)))
    assert await client.keeps_keys(Operation.CREDIT, KEYS_KEPT_SECONDS - 3600)
    machine = Machine(-3 * HOUR)
    machine.hears()
    client._transport.server_clock = machine.clock
    assert not await client.keeps_keys(Operation.CREDIT, KEYS_KEPT_SECONDS - 3600)
    assert await client.keeps_keys(Operation.CREDIT, KEYS_KEPT_SECONDS - 4 * 3600)
    assert await client.keeps_keys(Operation.MANUAL_GRANT, KEYS_KEPT_SECONDS * 10)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KRATY_TOKEN", "t" * 40)
    monkeypatch.setenv("KRATY_SERVER_KEY", "k" * 40)
    return


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("ahead", [3 * HOUR, -3 * HOUR, timedelta()])
async def test_search_and_show_compute_ages_by_the_server_s_clock(
    ahead: timedelta, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = (datetime.now(UTC) + ahead - 2.5 * HOUR).isoformat()
    player = {"externalPlayerId": "alice", "lastSeenAt": seen}
    skewed = {3 * HOUR: "3 h behind", -3 * HOUR: "3 h ahead of"}.get(ahead)
    for arguments, act in (
        (("search", "alice"), told_at(ahead, {"players": [player]})),
        (("show", "alice"), told_at(ahead, {"player": player})),
    ):
        async with wired(told_at(ahead, ME), act) as wire:
            code = await asyncio.to_thread(run, [*arguments, "--url", wire.url])
        said = capsys.readouterr()
        assert code == 0
        assert "2h ago" in said.out
        assert (said.err.count("this machine's clock is"), bool(skewed)) in ((1, True), (0, False))
        assert skewed is None or skewed in said.err


@pytest.mark.usefixtures("places")
async def test_commands_with_a_key_compute_ages_by_the_server_s_clock(capsys: pytest.CaptureFixture[str]) -> None:
    player = {"externalPlayerId": "alice", "lastSeenAt": (datetime.now(UTC) + 0.5 * HOUR).isoformat()}
    async with wired(told_at(3 * HOUR, {"player": player})) as wire:
        assert await asyncio.to_thread(run, ["server", "get", "alice", "--url", wire.url]) == 0
    said = capsys.readouterr()
    assert "2h ago" in said.out
    assert "3 h behind" in said.err

"""Normal play: start, progress, completion, rewards, milestones, boards, lobbies, expiry."""

from __future__ import annotations

import pytest

from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import bans
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.small_game import ALICE, DAY, SmallGame


async def test_reaching_the_target_completes_and_pays(world: SmallGame) -> None:
    attempt = await world.play()
    assert attempt["status"] == "completed"
    assert attempt["roll"]["status"] == "rolled"
    assert len(attempt["grantIds"]) == 2  # a reward and a crate
    made = await world.rows(tables.grants)
    assert {grant["kind"] for grant in made} == {"reward", "crate"}
    assert {grant["source_kind"] for grant in made} == {"event_completion"}
    assert {grant["attempt_id"] for grant in made} == {attempt["id"]}
    assert [row["event_name"] for row in await world.rows(tables.outbox)] == ["grant.created", "grant.created"]


async def test_progress_below_the_target_goes_on(world: SmallGame) -> None:
    attempt = await world.play(score=9)
    assert attempt["status"] == "in_progress"
    assert attempt["score"] == 9
    assert attempt["lastProgressAt"] is not None
    assert attempt["grantIds"] == []


async def test_metrics_are_capped_for_the_score_only(world: SmallGame) -> None:
    attempt = await world.play(score=25)
    assert (attempt["metrics"], attempt["metricsRaw"], attempt["score"]) == ({"wins": 20}, {"wins": 25}, 20)


async def test_increments_add_up(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    answer = await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": 3}, mode="increment")
    assert answer.data["attempt"]["metricsRaw"] == {"wins": 7}


@pytest.mark.parametrize(
    ("metrics", "code"), [({"losses": 1}, Code.INVALID_METRIC), ({"wins": float("nan")}, Code.VALIDATION_FAILED)]
)
async def test_metrics_that_cannot_be(world: SmallGame, metrics: dict[str, float], code: Code) -> None:
    attempt = await world.play(score=None)
    with pytest.raises(RuleError) as refused:
        await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], metrics)
    assert refused.value.code is code


async def test_an_archived_table_fails_the_roll_and_says_so(world: SmallGame) -> None:
    await world.archive()
    attempt = await world.play()
    assert attempt["status"] == "completed"
    assert attempt["roll"]["status"] == "failed"
    assert attempt["roll"]["error"] == 'table "daily_gold" was archived'
    assert attempt["grantIds"] == []


async def test_policy_none_pays_nothing(world: SmallGame) -> None:
    attempt = await world.play("quiet")
    assert (attempt["status"], attempt["roll"]["status"], attempt["rewardPolicy"]) == (
        "completed",
        "not_configured",
        "none",
    )


async def test_milestones_fire_once_per_attempt(world: SmallGame) -> None:
    attempt = await world.play("steps", None)
    fired = []
    for value in (4, 6, 7, 60):
        answer = await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": value})
        fired.append([milestone["key"] for milestone in answer.data["milestonesFired"]])
    assert fired == [[], ["five"], [], ["fifty"]]
    assert answer.data["attempt"]["score"] == 120
    assert answer.data["attempt"]["eventName"] == {"en": "Steps", "pt": "Passos"}


async def test_finish_without_the_target_expires(world: SmallGame) -> None:
    attempt = await world.play(score=3)
    answer = await world.run(attempts.finish, world.engine(), ALICE, attempt["id"])
    assert answer.data["outcome"] == "expired"


async def test_expire_waits_for_the_end_of_the_window(world: SmallGame) -> None:
    attempt = await world.play(score=3)
    with pytest.raises(RuleError):
        await world.run(attempts.expire, world.engine(), ALICE, attempt["id"])
    after = world.later(2 * DAY)
    with pytest.raises(RuleError):
        await after.run(attempts.progress, after.engine(), ALICE, attempt["id"], {"wins": 10})
    answer = await after.run(attempts.expire, after.engine(), ALICE, attempt["id"])
    assert answer.data["attempt"]["status"] == "expired"
    with pytest.raises(RuleError) as closed:
        await after.run(attempts.start, after.engine(), ALICE, "race")
    assert closed.value.code is Code.NO_ACTIVE_WINDOW


async def test_a_banned_player_cannot_play_or_claim(world: SmallGame) -> None:
    attempt = await world.play()
    running = await world.play(score=1)
    await world.run(bans.ban, world.admin(), ALICE)
    for rule, args in (
        (attempts.start, (ALICE, "race")),
        (attempts.progress, (ALICE, running["id"], {"wins": 2})),
        (attempts.finish, (ALICE, running["id"])),
        (grants.claim, (ALICE, attempt["grantIds"][0])),
    ):
        with pytest.raises(RuleError) as refused:
            await world.run(rule, world.engine(), *args)
        assert refused.value.code is Code.PLAYER_BANNED


async def test_starting_twice_with_one_key_starts_once(world: SmallGame) -> None:
    first = await world.run(attempts.start, world.engine(idempotency_key="start-01"), ALICE, "race")
    again = await world.run(attempts.start, world.engine(idempotency_key="start-01"), ALICE, "race")
    assert again.data == first.data
    assert (first.status, again.status, again.replayed) == (201, 200, True)
    assert (await world.player())["attempt_count"] == 1


async def test_the_board_keeps_the_best_attempt(world: SmallGame) -> None:
    await world.play(score=8)
    await world.play(score=5)
    entries = await world.rows(tables.leaderboard_entries)
    assert [entry["score"] for entry in entries] == [8]


async def test_a_lobby_fills_plays_and_closes(world: SmallGame) -> None:
    created = await world.run(lobbies.create, world.engine(), "arena", key="match-1")
    assert created.status == 201
    again = await world.run(lobbies.create, world.engine(), "arena", key="match-1")
    assert (again.status, again.data) == (200, created.data)
    lobby_id = created.data["lobby"]["id"]
    for external_id in (ALICE, "bob_7", ALICE):
        joined = await world.run(lobbies.join, world.engine(), lobby_id, external_id)
    assert joined.data["lobby"]["participantCount"] == 2
    with pytest.raises(RuleError):
        await world.run(lobbies.join, world.engine(), lobby_id, "carol_ng")
    started = await world.run(lobbies.start, world.engine(), lobby_id)
    assert started.data["lobby"]["status"] == "active"
    assert (await world.player())["lobbies_active"] == 1
    attempt = await world.play("arena", 12)
    assert attempt["leaderboardId"] == started.data["lobby"]["leaderboardId"]
    closed = await world.run(lobbies.close, world.engine(), lobby_id)
    assert closed.data["lobby"]["status"] == "closed"
    assert (await world.player())["lobbies_active"] == 0
    names = [row["event_name"] for row in await world.rows(tables.outbox)]
    assert [name for name in names if name.startswith("lobby.")] == ["lobby.created", "lobby.started", "lobby.closed"]


async def test_an_event_without_lobbies_has_none(world: SmallGame) -> None:
    with pytest.raises(RuleError) as refused:
        await world.run(lobbies.create, world.engine(), "race")
    assert refused.value.code is Code.CONFLICT

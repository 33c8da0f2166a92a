"""Fifteen more players with one complaint each, for `kraty-console practice`.

Their rows have ids of their own, so that the ids of all other rows do not depend on them, and what the staff did for
them is older than what the first page of the audit log shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.directory import Studio
from kraty_console.backend.demo.people import DENIZ, MARIA, Person
from kraty_console.backend.demo.stage import DAY, MINUTE, Story
from kraty_console.backend.demo.support import DemoSupport, Json, StudioBackend
from kraty_console.backend.demo.visits import Visit, visit

ROLL_FAILED: Final = Person("mats.lind", "Snowy Moose", "SE", 14, "mats.lind@example.org")
NOT_ROLLED: Final = Person("tess_marlow", "Tidy Finch", "GB", 26, "tess.marlow@example.com", "steam")
TWO_FAULTS: Final = Person("j_almqvist", "Dusty Heron", "FI", 33, "j.almqvist@example.net", "switch")
LATE: Final = Person("renata.k", "Calm Magpie", "IT", 8, "renata.k@example.org", "ios")
SPENT: Final = Person("hugo_marsh", "Bold Gecko", "US", 21, "hugo.marsh@example.com")
UNPAID: Final = Person("lotte.d", "Mellow Toad", "NL", 11, "lotte.d@example.net")
SHORT: Final = Person("samir_b", "Keen Falcon", "KE", 6, "samir.b@example.org")
CUT_OFF: Final = Person("ines_v", "Zesty Robin", "ES", 18, "ines.v@example.com", "ios")
SIBLING: Final = Person("noor_h", "Gentle Koala", "BE", 9, "noor.h@example.net")
RANKED: Final = Person("kirsten.o", "Icy Puffin", "NO", 40, "kirsten.o@example.org", "steam")
GARDENER: Final = Person("teo.ramos", "Happy Tapir", "MX", 15, "teo.ramos@example.com")
UNOPENED: Final = Person("wren_x", "Hidden Wren", "CA", 19, "wren.x@example.net", "switch")
BUYER: Final = Person("marek_z", "Noble Bison", "PL", 24, "marek.z@example.org")
REVOKED: Final = Person("greta_m2", "Eager Newt", "DE", 12, "greta.m2@example.com")
TWICE: Final = Person("pixelpaul", "Cosmic Owl", "GB", 29, "pixelpaul@example.net", "steam")

_LAST_ORDER: Final = 69_100


def stories(scene: Scene, studio: Studio) -> list[Story]:
    """The stories of all of them."""
    stage = scene.stage.with_ids("walk-ins")
    own = replace(
        scene,
        stage=stage,
        desk=DemoSupport(stage, scene.tx, studio, scene.environment),
        shop=StudioBackend(stage, scene.tx, scene.environment, _LAST_ORDER),
        _known={},
    )
    return [story for tell in _TELLERS for story in tell(own)]


def _roll_failed(scene: Scene) -> list[Story]:
    """Finished today's race in the hour in which its table was archived."""
    lost = Visit("daily_race", scene.ago(minutes=67), {"distance": 1506}, collects_after=None)
    return [visit(scene.play(ROLL_FAILED), lost)]


def _not_rolled(scene: Scene) -> list[Story]:
    """Force-completed after a crash; the second step, the roll, was forgotten."""
    play = scene.play(NOT_ROLLED)

    async def forgotten() -> Story:
        yield scene.ago(days=10, hours=5)
        attempt = await play.start("weekly_cup")
        yield scene.ago(days=10, hours=4)
        await play.report(attempt, distance=690)
        yield scene.ago(days=9, hours=1)
        await scene.desk.force_complete(DENIZ, attempt, "crash on the last hill, replay checked", "ZD-4641", 1503)

    return [forgotten()]


def _two_faults(scene: Scene) -> list[Story]:
    """A race whose reward was not collected, and a cup that hangs since the device died."""
    play = scene.play(TWO_FAULTS)

    async def hangs() -> Story:
        yield scene.ago(days=2, hours=6)
        attempt = await play.start("weekly_cup")
        yield scene.ago(days=2, hours=5)
        await play.report(attempt, distance=655)

    won = Visit("daily_race", scene.ago(days=2, hours=8), {"distance": 1571}, collects_after=None)
    return [visit(play, won), hangs()]


def _late(scene: Scene) -> list[Story]:
    """Collected her reward never: it expired while she was away."""
    won = Visit("daily_race", scene.ago(days=18), {"distance": 1520}, collects_after=None)
    return [visit(scene.play(LATE), won)]


def _spent(scene: Scene) -> list[Story]:
    """Got the gold of the race, and spent it an hour later."""
    play = scene.play(SPENT)

    async def shopping() -> Story:
        yield scene.ago(days=3, hours=2)
        await scene.shop.spend(play.name, "gold", 100)

    return [visit(play, Visit("daily_race", scene.ago(days=3, hours=3), {"distance": 1533})), shopping()]


def _unpaid(scene: Scene) -> list[Story]:
    """Finished a practice run, which pays nothing."""
    return [visit(scene.play(UNPAID), Visit("practice_run", scene.ago(days=1, hours=6), {"distance": 802}))]


def _short(scene: Scene) -> list[Story]:
    """Gave up a race in the middle."""
    play = scene.play(SHORT)
    return [
        visit(play, Visit("daily_race", scene.ago(days=4, hours=2), {"distance": 1650})),
        visit(play, Visit("daily_race", scene.ago(days=2, hours=4), {"distance": 870}, gives_up=True)),
    ]


def _cut_off(scene: Scene) -> list[Story]:
    """Was offline at the finish; the window closed before the result arrived."""
    play = scene.play(CUT_OFF)
    closes = scene.calendar.tonight_ms - 3 * DAY

    async def late() -> Story:
        yield closes - 70 * MINUTE
        attempt = await play.start("daily_race")
        yield closes - 20 * MINUTE
        await play.report(attempt, distance=1190)
        yield closes
        await play.expire_attempt(attempt)

    return [late()]


def _sibling(scene: Scene) -> list[Story]:
    """Banned by an automatic rule."""
    play = scene.play(SIBLING)

    async def banned() -> Story:
        yield scene.ago(days=20)
        await scene.desk.ban(MARIA, play.name, "automatic rule: two accounts on one device, to be reviewed", "ZD-4602")

    return [visit(play, Visit("daily_race", scene.ago(days=22), {"distance": 1544})), banned()]


def _ranked(scene: Scene) -> list[Story]:
    """Finished the Moonlight Cup, which pays by rank when its window closes."""
    return [visit(scene.play(RANKED), Visit("moonlight_cup", scene.ago(hours=21), {"distance": 311}))]


def _gardener(scene: Scene) -> list[Story]:
    """Is in the middle of the garden party."""
    play = scene.play(GARDENER)

    async def growing() -> Story:
        yield scene.ago(days=1, hours=1)
        attempt = await play.start("garden_party")
        yield scene.ago(hours=3)
        await play.report(attempt, carrots_grown=97)

    return [growing()]


def _unopened(scene: Scene) -> list[Story]:
    """Bought a box that the game does not open."""
    play = scene.play(UNOPENED)
    box: Json = {"type": "crate", "crateItemKey": "wooden_box", "quantity": 1}

    async def bought() -> Story:
        yield scene.ago(days=7, hours=2)
        await play.register()
        await scene.shop.deliver(play.name, [box], kind="crate")

    return [bought()]


def _buyer(scene: Scene) -> list[Story]:
    """Paid for gems that the studio's backend never ordered."""
    return [visit(scene.play(BUYER), Visit("daily_race", scene.ago(days=8), {"distance": 1588}))]


def _revoked(scene: Scene) -> list[Story]:
    """Entered a contest twice; the second prize was taken back."""
    play = scene.play(REVOKED)
    prize: list[Json] = [{"type": "currency", "currencyKey": "gems", "amount": 150}]

    async def entered_twice() -> Story:
        yield scene.ago(days=8, hours=5)
        await play.register()
        first = await scene.desk.give(MARIA, play.name, prize, "prize of the naming contest", "ZD-4644")
        yield scene.ago(days=8, hours=4)
        await play.collect([first])
        yield scene.ago(days=8, hours=3)
        second = await scene.desk.give(MARIA, play.name, prize, "prize of the naming contest", "ZD-4645")
        yield scene.ago(days=8, hours=2)
        reason = "entered twice under two names, one prize each person"
        await scene.desk.revoke(MARIA, second, reason, "ZD-4645")

    return [entered_twice()]


def _twice(scene: Scene) -> list[Story]:
    """Was given the same make-good twice."""
    play = scene.play(TWICE)
    entries: list[Json] = [{"type": "currency", "currencyKey": "gold", "amount": 800}]

    async def given_twice() -> Story:
        yield scene.ago(days=9, hours=7)
        await play.register()
        yield scene.ago(days=9, hours=6)
        await scene.desk.give(MARIA, play.name, entries, "make-good: lost progress in build 811", "ZD-4639")
        yield scene.ago(days=9, hours=6) + 4 * MINUTE
        await scene.desk.give(MARIA, play.name, entries, "make-good: lost progress in build 811", "ZD-4639")

    return [given_twice()]


_TELLERS: Final[tuple[Callable[[Scene], list[Story]], ...]] = (
    _roll_failed, _not_rolled, _two_faults, _late, _spent, _unpaid, _short, _cut_off, _sibling, _ranked, _gardener,
    _unopened, _buyer, _revoked, _twice,
)  # fmt: skip

"""The players that the tickets are about, and what happened to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.demo.calendar import Calendar
from kraty_console.backend.demo.game_client import DemoClient
from kraty_console.backend.demo.people import MARIA, Person
from kraty_console.backend.demo.stage import DAY, HOUR, MINUTE, SECOND, DemoStage, Story
from kraty_console.backend.demo.support import DemoSupport, StudioBackend
from kraty_console.backend.demo.visits import Visit, visit
from kraty_console.backend.rules.context import ENGINE, LIVE, Context
from kraty_console.backend.storage.transaction import Transaction

ALICE: Final = Person("alice_42", "Swift Otter", "PT", 7, "alice@example.com", "ios")
BOB: Final = Person("bob_7", "Brave Badger", "US", 12, "bob@example.com")
CAROL: Final = Person("carol_ng", "Misty Crane", "CA", 23, "carol.ng@example.org", "ios")
DAVE: Final = Person("dave.k", "Rusty Jackal", "DE", 5, "dave.k@example.net")
ERIN: Final = Person("erin", "Velvet Fox", "GB", 31, "erin@example.com", "steam")
FRANK: Final = Person("frank", "Silent Weasel", "FR", 44, "frank@example.org")
GUEST: Final = Person("guest_device_abc", "Quiet Hare", "BR", 9)
AUTH: Final = Person("auth_user_42", "Nimble Newt", "BR", 1, "rafaela@example.com")
GRACE: Final = Person("grace_hopper", "Clever Puffin", "US", 28, "grace@example.com", "steam")
IVY: Final = Person("ivy", "Lucky Lynx", "NL", 17, "ivy@example.net")
HEAVY: Final = Person("heavy_user", "Rapid Hare", "JP", 79, "heavy@example.com", "switch")

CAST: Final = (ALICE, BOB, CAROL, DAVE, ERIN, FRANK, GUEST, AUTH, GRACE, IVY)


@dataclass(frozen=True, slots=True)
class Scene:
    """The tools of the stories."""

    stage: DemoStage
    tx: Transaction
    calendar: Calendar
    desk: DemoSupport
    shop: StudioBackend
    environment: str = LIVE
    _known: dict[str, DemoClient] = field(default_factory=dict)

    def ago(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> int:
        """The time this long before now."""
        return self.stage.now_ms - days * DAY - hours * HOUR - minutes * MINUTE - seconds * SECOND

    def engine(self) -> Context:
        """The context of the game engine at the current time."""
        return self.stage.context(ENGINE, "engine", self.environment)

    def play(self, person: Person) -> DemoClient:
        """The game client of a player."""
        if person.external_id not in self._known:
            self._known[person.external_id] = DemoClient(self.stage, self.tx, person, self.environment)
        return self._known[person.external_id]


def stories(scene: Scene) -> list[Story]:
    """The stories of the whole cast."""
    stories: list[Story] = []
    for tell in _TELLERS:
        stories += tell(scene)
    return stories


def _races(play: DemoClient, scene: Scene, days_ago: dict[int, int]) -> list[Story]:
    """Daily races that went well: the score of each, by how many days ago it was."""
    return [
        visit(play, Visit("daily_race", scene.ago(days=days, minutes=17), {"distance": score}))
        for days, score in days_ago.items()
    ]


def _alice(scene: Scene) -> list[Story]:
    """Finished today's race while its reward table was archived, and got nothing. The table is back since."""
    play = scene.play(ALICE)

    async def first_seen() -> Story:
        yield scene.ago(days=265, hours=3)
        await play.register()

    async def todays_race() -> Story:
        yield scene.ago(hours=2)
        attempt = await play.start("daily_race")
        yield scene.ago(hours=1)
        assert not await play.report(attempt, distance=1840), "the roll fails"

    async def table_is_away() -> Story:
        yield scene.ago(hours=1, minutes=9)
        await definitions.archive_table(scene.tx, scene.engine(), "daily_gold")
        yield scene.ago(minutes=41)
        await definitions.restore_table(scene.tx, scene.engine(), "daily_gold")

    async def hunt_that_failed() -> Story:
        yield scene.ago(days=9, hours=1)
        attempt = await play.start("spring_hunt")
        yield scene.ago(days=9, minutes=40)
        await play.report(attempt, eggs=95, steps=1700)
        yield scene.ago(days=9, minutes=35)
        await play.finish(attempt)

    async def cup_that_hangs() -> Story:
        yield scene.ago(days=3)
        attempt = await play.start("weekly_cup")
        yield scene.ago(days=2, hours=23, minutes=52)
        await play.report(attempt, distance=320)

    async def garden() -> Story:
        yield scene.ago(days=1, hours=3)
        attempt = await play.start("garden_party")
        yield scene.ago(days=1, hours=2)
        await play.report(attempt, carrots_grown=61)
        yield scene.ago(minutes=4)
        await play.report(attempt, carrots_grown=88)

    async def orders() -> Story:
        yield scene.ago(minutes=8)
        await scene.shop.deliver(play.name, [{"type": "currency", "currencyKey": "gems", "amount": 80}])
        yield scene.ago(minutes=6)
        await scene.shop.deliver(play.name, [{"type": "item", "itemKey": "potion", "quantity": 3}])

    return [
        first_seen(),
        *_races(play, scene, {26: 1560, 12: 1702, 5: 1515, 1: 1790}),
        visit(play, Visit("practice_run", scene.ago(days=22), {"distance": 640})),
        visit(play, Visit("practice_run", scene.ago(days=18), {"distance": 980})),
        visit(play, Visit("spring_hunt", scene.ago(days=15), {"eggs": 134, "steps": 3100})),
        hunt_that_failed(),
        cup_that_hangs(),
        garden(),
        table_is_away(),
        todays_race(),
        orders(),
    ]


def _bob(scene: Scene) -> list[Story]:
    """Finished, rolled, granted; the game never collected the grant."""
    play = scene.play(BOB)
    won = Visit("daily_race", scene.ago(hours=5), {"distance": 1622}, collects_after=None)
    return [*_races(play, scene, {9: 1530, 4: 1588, 2: 1611}), visit(play, won)]


def _carol(scene: Scene) -> list[Story]:
    """The client crashed in the weekly cup three days ago; the attempt is in progress ever since."""
    play = scene.play(CAROL)

    async def crash() -> Story:
        yield scene.ago(days=3, minutes=14)
        attempt = await play.start("weekly_cup")
        yield scene.ago(days=3, minutes=8)
        await play.report(attempt, distance=410)
        yield scene.ago(days=3)
        await play.report(attempt, distance=740)

    return [*_races(play, scene, {20: 1733, 13: 1904, 6: 1650}), crash()]


def _dave(scene: Scene) -> list[Story]:
    """Yesterday's window closed before he was through."""
    play = scene.play(DAVE)
    closes = scene.calendar.tonight_ms - DAY

    async def late() -> Story:
        yield closes - 90 * MINUTE
        attempt = await play.start("daily_race")
        yield closes - 12 * MINUTE
        await play.report(attempt, distance=1310)
        yield closes
        await play.expire_attempt(attempt)

    return [*_races(play, scene, {11: 1502, 3: 1544}), late()]


def _erin(scene: Scene) -> list[Story]:
    """The studio's receiver delivered an order; its ack was lost in a deploy, so the grant still waits."""
    play = scene.play(ERIN)

    async def order() -> Story:
        yield scene.ago(days=8)
        early = await scene.shop.deliver(play.name, [{"type": "currency", "currencyKey": "gems", "amount": 200}])
        yield scene.ago(days=7, hours=23, minutes=59)
        await scene.shop.acknowledge(play.name, early)
        yield scene.ago(days=1, hours=2)
        await scene.shop.deliver(
            play.name,
            [
                {"type": "currency", "currencyKey": "gems", "amount": 1200},
                {"type": "item", "itemKey": "winter_hat", "quantity": 1},
            ],
        )

    return [*_races(play, scene, {19: 1871, 10: 1699, 1: 1950}), order()]


def _frank(scene: Scene) -> list[Story]:
    """Banned a day after a race whose grant he had not collected."""
    play = scene.play(FRANK)
    won = Visit("daily_race", scene.ago(days=2, hours=1), {"distance": 2180}, collects_after=None)

    async def banned() -> Story:
        yield scene.ago(days=1, hours=4)
        await scene.desk.ban(MARIA, play.name, "speed hack reported by 6 players, replays under review", "ZD-4688")

    return [*_races(play, scene, {16: 1899, 8: 2050}), visit(play, won), banned()]


def _guest(scene: Scene) -> list[Story]:
    """A guest with progress, and the account they signed in with, which has next to none."""
    guest, auth = scene.play(GUEST), scene.play(AUTH)

    async def bought() -> Story:
        yield scene.ago(days=4)
        boosts = await scene.shop.deliver(guest.name, [{"type": "item", "itemKey": "potion", "quantity": 2}])
        yield scene.ago(days=4) + 30 * SECOND
        await guest.collect([boosts])

    async def signed_in() -> Story:
        yield scene.ago(hours=3, minutes=20)
        await auth.register()
        welcome = await scene.shop.deliver(auth.name, [{"type": "item", "itemKey": "potion", "quantity": 1}])
        yield scene.ago(hours=3, minutes=19)
        await auth.collect([welcome])

    return [
        *_races(guest, scene, {14: 1541, 10: 1570, 7: 1612, 1: 1660}),
        visit(guest, Visit("spring_hunt", scene.ago(days=12), {"eggs": 125, "steps": 2400})),
        bought(),
        signed_in(),
        visit(auth, Visit("practice_run", scene.ago(hours=3), {"distance": 510})),
    ]


def _grace(scene: Scene) -> list[Story]:
    """Nothing is wrong: everything she finished was paid and collected."""
    play = scene.play(GRACE)
    races = {days: 1500 + 13 * days for days in (28, 25, 22, 19, 17, 14, 11, 9, 6, 4, 3, 2, 1)}

    async def thanked() -> Story:
        yield scene.ago(days=5, hours=2)
        await scene.desk.credit(
            MARIA, play.name, "gems", 100, "found a typo in the spring hunt, with our thanks", "ZD-4655"
        )

    return [
        *_races(play, scene, races),
        visit(play, Visit("weekly_cup", scene.ago(days=2, hours=6), {"distance": 2199}, way_there={"distance": 800})),
        visit(play, Visit("spring_hunt", scene.ago(days=16, hours=2), {"eggs": 240, "steps": 5200})),
        visit(play, Visit("garden_party", scene.ago(days=7, hours=4), {"carrots_grown": 333})),
        thanked(),
        *_busy_weeks(play, scene),
    ]


def _busy_weeks(play: DemoClient, scene: Scene) -> list[Story]:
    """Enough more hunts and races to fill every list of a look-up, so that it weighs what the heaviest player's does.

    Their ids come from a separate generator, so that no other ids depend on how much she plays.
    """
    stage = scene.stage.with_ids("busy weeks")

    async def again(plan: Visit) -> Story:
        yield plan.start_ms
        async for moment in visit(await play.on(stage), plan):
            yield moment

    hunts = [
        Visit("spring_hunt", scene.ago(days=days, hours=hours), {"eggs": 130 + 7 * days, "steps": 300 * days})
        for days in range(7, 22)
        for hours in (5, 9, 13)
    ]
    races = [
        Visit("daily_race", scene.ago(days=days, hours=19), {"distance": 1520 + 9 * days}) for days in range(1, 25, 3)
    ]
    return [again(plan) for plan in (*hunts, *races)]


def _ivy(scene: Scene) -> list[Story]:
    """Two crates that she never opened, and a third that expired unopened."""
    play = scene.play(IVY)

    async def crates() -> Story:
        yield scene.ago(days=9)
        await play.register()
        lost = await scene.shop.deliver(
            play.name,
            [{"type": "crate", "crateItemKey": "spring_basket", "quantity": 1}],
            kind="crate",
            expires_at=scene.ago(days=2),
        )
        yield scene.ago(days=6)
        await scene.shop.deliver(
            play.name, [{"type": "crate", "crateItemKey": "wooden_box", "quantity": 1}], kind="crate"
        )
        yield scene.ago(days=2)
        await play.expire_grant(lost)
        yield scene.ago(days=1, hours=1)
        await scene.desk.give(
            MARIA,
            play.name,
            [{"type": "crate", "crateItemKey": "legendary_box", "quantity": 1}],
            "winner of the burrow drawing contest",
            "ZD-4691",
            kind="crate",
        )

    return [*_races(play, scene, {12: 1520, 6: 1577, 2: 1604}), crates()]


_TELLERS: Final[tuple[Callable[[Scene], list[Story]], ...]] = (
    _alice, _bob, _carol, _dave, _erin, _frank, _guest, _grace, _ivy,
)  # fmt: skip

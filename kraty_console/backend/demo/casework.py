"""Past support cases, which fill the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.people import DENIZ, MARIA, Person
from kraty_console.backend.demo.stage import DAY, HOUR, MINUTE, Story
from kraty_console.backend.demo.visits import Visit, visit

STUCK_IN_THE_CUP: Final = 14
"""How many attempts at the weekly cup had to be completed by hand in the last 7 days: its target may be too high."""

PATIENTS: Final = STUCK_IN_THE_CUP + 12 + 5 + 4 + 12 + 2
"""How many players the cases need."""

BANNED: Final = 2
"""How many of them, the last ones, cannot play afterwards."""

_MISTYPED: Final = 7
"""The credit whose ticket was recorded wrongly, and corrected."""

_STUCK: Final = (
    "client froze on the last hill, see replay",
    "connection lost at the finish line",
    "crash report 0x1f from the device, distance confirmed in the replay",
    "app update closed the race, player was past 1,400",
)
_CREDITS: Final = (
    ("gold", 500, "make-good for the outage of the race servers"),
    ("gems", 50, "charged twice, order refunded in part"),
    ("gold", 250, "prize of the community raffle"),
    ("carrots", 120, "garden was wiped by the bug of build 811"),
    ("gems", 300, "purchase never delivered, receipt checked with the store"),
    ("gold", 1000, "apology after a wrong ban"),
)


def stories(scene: Scene, people: Sequence[Person]) -> list[Story]:
    """The cases of the last weeks, one player each."""
    patients = iter(people)
    return [
        *_stuck_cups(scene, patients),
        *_credits(scene, patients),
        *_lost_claims(scene, patients),
        *_rest(scene, patients),
    ]


def _stuck_cups(scene: Scene, patients: Iterator[Person]) -> Iterator[Story]:
    """Stuck cup attempts that were force-completed, most with a second step for the rewards."""
    rng = scene.stage.rng_for("stuck cups")
    for case in range(STUCK_IN_THE_CUP):
        hung_ms = scene.ago(hours=30 + 9 * case, minutes=rng.randrange(50))
        yield _stuck_cup(scene, next(patients), hung_ms, rng.randrange(900, 1490), case)


async def _stuck_cup(scene: Scene, patient: Person, hung_ms: int, distance: int, case: int) -> Story:
    play = scene.play(patient)
    yield hung_ms - 22 * MINUTE
    attempt = await play.start("weekly_cup")
    yield hung_ms
    await play.collect(await play.report(attempt, distance=distance))
    mended_ms = hung_ms + 6 * HOUR + case * 40 * MINUTE
    yield mended_ms
    who, ticket = (MARIA, DENIZ)[case % 2], scene.desk.ticket()
    await scene.desk.force_complete(who, attempt, _STUCK[case % len(_STUCK)], ticket, 1500 if case % 3 else None)
    yield mended_ms + MINUTE
    won = await scene.desk.retry_roll(who, attempt, "second step after the force-complete", ticket)
    yield mended_ms + 95 * MINUTE
    await play.collect(won)


def _credits(scene: Scene, patients: Iterator[Person]) -> Iterator[Story]:
    for case, (currency, amount, reason) in enumerate(_CREDITS * 2):
        credit = (currency, amount, reason)
        at_ms = scene.ago(days=1 + 2 * case, hours=case % 5)
        yield _credit(scene, next(patients), at_ms, credit, mistyped=case == _MISTYPED)


async def _credit(scene: Scene, patient: Person, at_ms: int, credit: tuple[str, int, str], *, mistyped: bool) -> Story:
    yield at_ms
    await scene.play(patient).register()
    ticket = scene.desk.ticket()
    audit_id = await scene.desk.credit(MARIA, patient.external_id, *credit, ticket)
    if mistyped:
        yield at_ms + HOUR
        await scene.desk.correct_ticket(MARIA, audit_id, "two digits of the ticket changed places", f"{ticket[:-1]}0")


def _lost_claims(scene: Scene, patients: Iterator[Person]) -> Iterator[Story]:
    """Grants with a lost acknowledgement, force-claimed after a check of the receiver's log."""
    for case in range(5):
        yield _lost_claim(scene, next(patients), scene.ago(days=3 + 5 * case, hours=2), case)


async def _lost_claim(scene: Scene, patient: Person, bought_ms: int, case: int) -> Story:
    play = scene.play(patient)
    yield bought_ms
    await play.register()
    gems = [{"type": "currency", "currencyKey": "gems", "amount": 100 * (case + 1)}]
    order = await scene.shop.deliver(play.name, gems)
    yield bought_ms + DAY
    reason = "receiver's log shows the delivery, its ack was lost"
    await scene.desk.force_claim((DENIZ, MARIA)[case % 2], order, reason, scene.desk.ticket())


def _rest(scene: Scene, patients: Iterator[Person]) -> Iterator[Story]:
    """Manual grants, purchases in the shop, a ban that stays and one that was a mistake."""
    for case in range(4):
        yield _make_good(scene, next(patients), scene.ago(days=2 + 6 * case, minutes=25), case)
    for case in range(12):
        yield _shopping(scene, next(patients), scene.ago(days=1 + 2 * case, hours=4), case)
    yield _banned(scene, next(patients), scene.ago(days=11), mistaken=False)
    yield _banned(scene, next(patients), scene.ago(days=6), mistaken=True)


async def _make_good(scene: Scene, patient: Person, at_ms: int, case: int) -> Story:
    play = scene.play(patient)
    yield at_ms
    await play.register()
    entries = [
        {"type": "currency", "currencyKey": "gold", "amount": 500},
        {"type": "item", "itemKey": "potion", "quantity": 2 + case},
    ]
    grant = await scene.desk.give(
        MARIA, play.name, entries, "make-good: lost progress in build 811", scene.desk.ticket()
    )
    yield at_ms + 50 * MINUTE
    await play.collect([grant])


async def _banned(scene: Scene, patient: Person, at_ms: int, *, mistaken: bool) -> Story:
    yield at_ms
    await scene.play(patient).register()
    ticket = scene.desk.ticket()
    await scene.desk.ban(MARIA, patient.external_id, "three accounts on one device, gold sold for money", ticket)
    yield at_ms + 26 * HOUR
    if not mistaken:
        await scene.desk.note(DENIZ, patient.external_id, "Second appeal refused, do not lift before March.", ticket)
        return
    later = scene.desk.ticket()
    await scene.desk.unban(MARIA, patient.external_id, "siblings sharing a tablet", later)
    text = "Two siblings play on one tablet: their accounts share a device and are no fraud."
    await scene.desk.note(MARIA, patient.external_id, text, later)


async def _shopping(scene: Scene, patient: Person, at_ms: int, case: int) -> Story:
    play = scene.play(patient)
    race = Visit("daily_race", at_ms - 2 * HOUR, {"distance": 1510 + case})
    async for moment in visit(play, race):
        yield moment
    yield at_ms
    await scene.shop.spend(play.name, "gold", 100)

"""The targets: what the console costs, divided by what the same costs a bare Textual application in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.bench.headless import REQUEST, SEARCH, SHOW
from tests.bench.lookup import LARGE, SMALL, Lookups
from tests.bench.measures import Key, Start, middle
from tests.bench.report import Budget, Line, Section, Value
from tests.bench.slow import Pressed

RATIO = "ratio"
SAME_KEY, DIALOG, FIRST_DIALOG, SLOWEST_KEY = 1.0, 0.1, 1.3, 2.0
PAINTED, KEY_AT_LAUNCH, LOOKUP, HEADLESS = 1.0, 1.1, 4.0, 1.3

Keys = Mapping[str, Sequence[Mapping[str, Sequence[Key]]]]
"""By program: of each run the keys by group."""


def ratio(value: Value, floor: Value) -> Value:
    """A value divided by its floor; None where either is unknown."""
    return value / floor if value is not None and floor else None


def targets_section(lines: Sequence[Line]) -> Section:
    """All targets under one heading."""
    return Section("targets, as ratios within this run", lines)


def target(what: str, value: Value, most: float) -> Line:
    """One target."""
    return Line(what, "×", {RATIO: value}, [Budget(RATIO, most)])


def key_targets(
    groups: Sequence[str],
    of_group: Callable[[Mapping[str, Sequence[Key]], str], Sequence[Key]],
    console: Sequence[Mapping[str, Sequence[Key]]],
    table: Sequence[Mapping[str, Sequence[Key]]],
) -> list[Line]:
    """CPU of each kind of key ÷ that of the same key on a bare table."""

    def cpu(runs: Sequence[Mapping[str, Sequence[Key]]], group: str) -> Value:
        return middle([key.cpu_ms for run in runs for key in of_group(run, group)])

    return [
        target(f"{group}: CPU ÷ that on a bare table", ratio(cpu(console, group), cpu(table, group)), SAME_KEY)
        for group in groups
    ]


def dialog_targets(
    groups: Sequence[str],
    of_group: Callable[[Mapping[str, Sequence[Key]], str], Sequence[Key]],
    runs: Sequence[Mapping[str, Sequence[Key]]],
    textual: Sequence[Start],
) -> list[Line]:
    """The last byte of what opens ÷ bare Textual's first text, and the first dialog of a session ÷ the later ones."""
    first_text = middle([start.first_text_ms for start in textual])
    lines = [
        target(
            f"{group}: last byte ÷ first text of bare Textual",
            ratio(middle([key.last_ms for run in runs for key in of_group(run, group)]), first_text),
            DIALOG,
        )
        for group in groups
    ]
    dialogs = [of_group(run, groups[0]) for run in runs]
    first = middle([keys[0].last_ms for keys in dialogs if keys])
    later = middle([key.last_ms for keys in dialogs for key in keys[1:]])
    return [*lines, target("the first dialog of a session ÷ later ones, last byte", ratio(first, later), FIRST_DIALOG)]


def loading_targets(pressed: Mapping[str, Sequence[Pressed]]) -> list[Line]:
    """The dearest key while long lists arrive ÷ a usual one."""
    return [
        target(
            f"{name} while 200 rows arrive: the dearest key ÷ a usual one",
            ratio(max((key.cpu_ms for key in keys), default=None), middle([key.cpu_ms for key in keys])),
            SLOWEST_KEY,
        )
        for name, keys in pressed.items()
    ]


def start_targets(
    console: Sequence[Start], textual: Sequence[Start], alive: Sequence[Value], textual_alive: Sequence[Value]
) -> list[Line]:
    """The console without a player ÷ bare Textual."""
    painted = ratio(middle([each.ready_ms for each in console]), middle([each.ready_ms for each in textual]))
    return [
        target("empty console: painted ÷ bare Textual", painted, PAINTED),
        target(
            "empty console: a key typed at launch is answered ÷ bare Textual",
            ratio(middle(alive), middle(textual_alive)),
            KEY_AT_LAUNCH,
        ),
    ]


def other_targets(lookups: Lookups, headless: Mapping[str, Value]) -> list[Line]:
    """Look-ups ÷ their bare SQL, and commands without a screen ÷ one request."""
    within = lookups.within
    return [
        *(
            target(f"look-up of {player}: CPU ÷ its SQL alone", within.cpu_ms[player] / within.raw_ms[player], LOOKUP)
            for player in (SMALL, LARGE)
        ),
        *(
            target(f"{name}: CPU ÷ an interpreter and one request", ratio(headless[name], headless[REQUEST]), HEADLESS)
            for name in (SEARCH, SHOW)
        ),
    ]

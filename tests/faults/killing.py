"""Killing a server many times while it is busy, and looking at what is left."""

from __future__ import annotations

import random
import time

from kraty_console.backend.http.rate_limit import Rate
from tests.faults.load import CALLERS, Load, check, player
from tests.faults.victim import Victim
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import make_troubled_game

MOST_BETWEEN = 25
"""Changes that are answered between two kills, at most."""


def kill_and_check(url: str, kills: int, seed: int) -> Load:
    """Kill the server on a database so often, at moments that the seed picks; then nothing may be lost or doubled."""
    chance = random.Random(seed)
    with Backend(url, Rate(0)).running() as backend:
        backend.clock.ms = time.time_ns() // 1_000_000  # what is killed goes by the real clock
        world = make_troubled_game(backend)
        for number in range(CALLERS):
            world.register(player(number))
    with Victim(url) as victim, Load(world, victim.port) as load:
        for _ in range(kills):
            load.wait_for(chance.randrange(1, MOST_BETWEEN))
            victim.kill()
        load.wait_for(MOST_BETWEEN)
        load.stop()
    assert not load.wrong, load.wrong[0]
    with Backend(url, Rate(0)).running() as backend:
        backend.run(lambda tx: check(tx, load))
    return load

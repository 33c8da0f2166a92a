"""PostgreSQL killed and started again under a busy backend: it is reported, and then everything continues."""

from __future__ import annotations

import time

from kraty_console.backend.http.rate_limit import Rate
from tests.faults.load import CALLERS, Load, check, player
from tests.faults.victim import Victim
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import make_troubled_game
from tests.harness.databases import postgresql_server

CRASHES = 1
CHANGES = 20


def test_a_backend_outlives_its_database() -> None:
    """Nothing answered is lost; once the database is back, at most what was under way is turned away."""
    with postgresql_server() as server:
        url = server.empty()  # with the durability that the server comes with
        with Backend(url, Rate(0)).running() as backend:
            backend.clock.ms = time.time_ns() // 1_000_000
            world = make_troubled_game(backend)
            for number in range(CALLERS):
                world.register(player(number))
        with Victim(url) as one, Load(world, one.port, may_be_away=True) as load:
            for _ in range(CRASHES):
                load.wait_for(CHANGES)
                server.crash()
                load.wait_for(1)
                before = load.turned_away
                load.wait_for(CHANGES)
                assert load.turned_away - before <= CALLERS
            load.stop()
        assert not load.wrong, load.wrong[0]
        assert load.unknown == 0, "the backend itself was never away"
        with Backend(url, Rate(0)).running() as backend:
            backend.run(lambda tx: check(tx, load))

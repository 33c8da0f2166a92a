"""A newly loaded demo world has no due work, so every ticket stays as described."""

from __future__ import annotations

from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.backend.storage.database import Database
from tests.backend.demo.conftest import NOW

SWEEPS = (
    sweeps.expire_attempts,
    sweeps.expire_grants,
    sweeps.start_lobbies,
    sweeps.make_windows,
    sweeps.open_windows,
    sweeps.end_lobbies,
    sweeps.close_windows,
    sweeps.freeze_rankings,
    sweeps.pay_awards,
    sweeps.forget_erased,
)


async def test_nothing_is_due_in_a_world_just_loaded(database: Database) -> None:
    sweeper = Sweeper(database, lambda: NOW, IdSource(lambda: NOW, lambda _bits: 0))
    assert [await sweep(sweeper) for sweep in SWEEPS] == [0] * len(SWEEPS)

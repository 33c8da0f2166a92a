"""The backend and the game that calls are made against: those of the contract's tests, on both databases."""

from __future__ import annotations

import pytest

from tests.contract.conftest import backend, database_url, module_world, world
from tests.harness.compat.call_stage import CallStage, make_stage
from tests.harness.contract.troubled_game import TroubledGame

__all__ = ["backend", "database_url", "module_world", "world"]


@pytest.fixture(scope="module")
def stage(module_world: TroubledGame) -> CallStage:
    """A game with one of everything; every call has players of its own in it."""
    return make_stage(module_world)

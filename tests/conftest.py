"""What holds for every test: compiled files are kept, garbage is collected rarely, signals have their defaults."""

from __future__ import annotations

import gc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.cli import program_runs
from tests.harness.databases import PostgresqlServer, postgresql_server
from tests.harness.e2e.demo_backend import keep_demo
from tests.harness.run_once import once_per_run

# A test starts many processes of Python; each would compile the whole package again where compiled files are not kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A suite started by `nohup` ignores hang-ups, and so would every program that a test starts.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The key that secrets are sealed with: without it, backends on PostgreSQL would make one in the user's data folder.
os.environ["KRATY_BACKEND_SECRET"] = "the secret of the tests, of no use elsewhere"


# httpcore imports sniffio with each request; where there is none, each attempt searches the whole path.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None

# Nothing that is imported or collected becomes garbage.
gc.disable()


def pytest_collection_finish() -> None:
    """Everything imported stays until the end; what tests leave behind is looked for now and then."""
    if providers := sys.modules.get("hypothesis.internal.conjecture.providers"):
        # Hypothesis reads the sources of all that is imported, for constants to try: what it draws would depend on what
        # else a process tests, and it takes more than a second.
        providers.is_local_module_file = lambda _path: False
    gc.freeze()  # without a collection before: it would take a second, and find nothing worth one
    gc.enable()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests run on SQLite and PostgreSQL; those that no database decides (`no_database`) run on SQLite alone."""
    left = [item for item in items if item.get_closest_marker("no_database") and _is_on_postgresql(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        known = set(left)
        items[:] = [item for item in items if item not in known]


def _is_on_postgresql(item: pytest.Item) -> bool:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return "postgresql" in (params.get("databases"), params.get("database_url"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """One PostgreSQL server for all tests of a process."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def kept_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for caches in which a demo world is kept: what starts with one starts in a fraction of the time."""
    return once_per_run(tmp_path_factory, "kept-demo", keep_demo)


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[program_runs.ForkServer]:
    """Runs the program in forks of one process, for tests of what short runs print and return."""
    with program_runs.fork_server(tmp_path_factory.mktemp("fork-server")) as server:
        yield server

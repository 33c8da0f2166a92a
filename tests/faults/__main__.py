"""`python -m tests.faults`: kill a busy server many times, on both databases; nothing may be lost or doubled."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.killing import kill_and_check
from tests.harness.databases import SqliteFiles, postgresql_server


def main(argv: Sequence[str] | None = None) -> int:
    """Kill a number of times, half on each database; a line for each, or a traceback."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="in all (200)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="for the moments of the kills")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the servers end with this
    each = max(1, arguments.kills // 2)
    with TemporaryDirectory(prefix="kraty-soak-") as folder:
        _report("SQLite", SqliteFiles(Path(folder)).fresh(), each, arguments.seed)
    with postgresql_server() as server:
        _report("PostgreSQL", server.fresh(), each, arguments.seed)
    return 0


def _report(name: str, url: str, kills: int, seed: int) -> None:
    print(f"{name}: killing {kills} times (--seed {seed})", file=sys.stderr)
    load = kill_and_check(url, kills, seed)
    print(
        f"{name}: {kills} kills, {load.answered.total():,} changes answered, {load.unknown} sent again;"
        " none lost, none twice; effects = ledger = audit = outbox"
    )


if __name__ == "__main__":
    raise SystemExit(main())

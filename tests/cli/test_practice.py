"""`practice` without a screen: the list of its tickets, and what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kraty_console.practice.tickets import TICKETS, tickets_for
from tests.harness.cli.program_runs import ForkServer, RunResult, run_of


def run_all(fork_server: ForkServer, folder: Path, *options: tuple[str, ...]) -> list[RunResult]:
    """`practice` with each of these options."""
    return fork_server.run_all([run_of("practice", *each) for each in options], folder, dict(os.environ))


def test_the_tickets_are_listed_without_telling_what_is_right(fork_server: ForkServer, tmp_path: Path) -> None:
    as_json = ("--list", "--json", "--role", "GAME_VIEWER")
    table, data = run_all(fork_server, tmp_path, ("--list",), as_json)
    assert (table.code, table.err) == (data.code, data.err) == (0, "")
    assert [line.split()[0] for line in table.out.splitlines()] == ["TICKET", *(each.number for each in TICKETS)]
    assert not any(each.solution[:20] in table.out for each in TICKETS)
    expected = [{"ticket": each.number, "text": each.text} for each in tickets_for("GAME_VIEWER")]
    assert json.loads(data.out) == expected


def test_a_number_or_a_role_that_is_none_is_a_usage_error(fork_server: ForkServer, tmp_path: Path) -> None:
    refused = (("--tickets", "0"), ("--seed", "-1"), ("--role", "OWNER"))
    for options, result in zip(refused, run_all(fork_server, tmp_path, *refused), strict=True):
        assert (result.code, result.out) == (2, "")
        assert options[0] in result.err

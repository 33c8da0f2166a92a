"""One practice session: tickets are dealt, the console is open, and the backend is asked what was done."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from kraty_console.cli.demo_console import demo_backend, demo_launch, is_plain
from kraty_console.cli.embedded import StartFailed
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.launching import report_unusable_terminal, run_launch
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.client.admin import KratyClient
from kraty_console.config.inbox import InboxTicket, TicketInbox
from kraty_console.contract.permissions import GAME_VIEWER
from kraty_console.contract.secret import Credential
from kraty_console.practice.evaluation import PlayerStates, evaluate
from kraty_console.practice.report import list_json, list_text, report_json, report_text
from kraty_console.practice.tickets import deal, tickets_for
from kraty_console.practice.witness import read_log, read_players

if TYPE_CHECKING:
    from kraty_console.cli.embedded import EmbeddedBackend
    from kraty_console.cli.options import Options

T = TypeVar("T")

_SEEDS: Final = 100_000
"""Seeds that are chosen at random are short, to be typed again."""


def print_list(role: str, *, as_json: bool) -> int:
    """Print the tickets that a role can solve, and return the exit code."""
    tickets = tickets_for(role)
    if as_json:
        emit_json(list_json(tickets))
    else:
        emit(list_text(tickets))
    return Exit.FOUND


def practise(options: Options, count: int, role: str, seed: int | None, *, as_json: bool) -> int:
    """Deal tickets, open the console, print the report, and return the exit code."""
    if (code := report_unusable_terminal()) is not None:
        return code
    is_plain(options)  # a wrong value is told before anything starts
    chosen = secrets.randbelow(_SEEDS) if seed is None else seed
    tickets = deal(count, role, chosen)
    inbox = TicketInbox([InboxTicket(each.number, each.text) for each in tickets])
    try:
        with demo_backend() as backend:
            begun = datetime.now(UTC)
            players = [each.player for each in tickets]
            before = _ask(backend, lambda client: read_players(client, players))
            code = run_launch(demo_launch(backend, options, role, ticket=tickets[0].number, inbox=inbox))
            if code:
                return code
            after = _ask(backend, lambda client: read_players(client, players))
            log = _ask(backend, lambda client: read_log(client, begun))
    except StartFailed as error:
        print_message(str(error))
        return Exit.FAILED
    states = {player: PlayerStates(before[player], after[player]) for player in players}
    result = evaluate(tickets, inbox.states, inbox.keys, states, log)
    if as_json:
        emit_json(report_json(result, role=role, seed=chosen))
    else:
        again = f"kraty-console practice --tickets {count} --seed {chosen} --role {role}"
        emit(report_text(result, again))
    return Exit.FOUND if result.is_perfect else Exit.SOMETHING_WRONG


def _ask(backend: EmbeddedBackend, question: Callable[[KratyClient], Awaitable[T]]) -> T:
    """Ask the backend in a session that can only read, whatever became of the person's own."""

    async def ask() -> T:
        client = KratyClient(
            backend.url,
            Credential(backend.sessions[GAME_VIEWER]),
            studio_id=backend.studio,
            game_id=backend.game,
            environment="live",
        )
        try:
            return await question(client)
        finally:
            await client.close()

    return asyncio.run(ask())

"""`kraty-console server ping`, `get`, `merge`, `export`, `delete`, `ban` and `unban`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options, answer_json_option
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.server_session import (
    ServerTarget,
    change_options,
    explained_options,
    keyed_options,
    player_argument,
    print_result,
    required_reason,
    run_change,
    run_query,
)
from kraty_console.client.server_clock import WORTH_TELLING
from kraty_console.contract.errors import Refused
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.contract.server import ERASED, NEVER_EXISTED
from kraty_console.domain.formatting import skew_words
from kraty_console.domain.merging import merge_plan, same_player
from kraty_console.present import merging, text_output
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.server import ServerClient
    from kraty_console.client.server_clock import ServerClock
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.merging import MergePlan


@click.command()
@answer_json_option
@keyed_options
@click.pass_obj
def ping(before: Options, /, as_json: bool, **flags: Any) -> int:  # noqa: ANN401
    """Show the facts of the key."""
    pong = run_query(ServerTarget.of(before, flags), lambda client: client.ping())
    key = pong.api_key
    if as_json:
        emit_json(pong.raw())
    else:
        emit(safe(f"{key.prefix} is a {key.permission_set} key of the game {key.game_id}, {key.environment}"))
    return Exit.FOUND


@click.command()
@player_argument("player")
@answer_json_option
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of rows of each list.",
)
@keyed_options
@click.pass_obj
def get(before: Options, /, player: str, as_json: bool, limit: int, **flags: Any) -> int:  # noqa: ANN401
    """Show PLAYER, by the exact id."""

    async def query(client: ServerClient) -> tuple[Snapshot, ServerClock]:
        return await client.players.get(player, limit=limit), client.server_clock

    snapshot, clock = run_query(ServerTarget.of(before, flags), query)
    if abs(clock.skew) >= WORTH_TELLING:
        print_message(skew_words(clock.skew.total_seconds()))
    if as_json:
        emit_json(text_output.player_json(snapshot))
    else:
        emit(text_output.player_text(snapshot, clock.now()))
    return Exit.FOUND


@click.command()
@player_argument("guest", "account")
@click.option("--dry-run", is_flag=True, help="Only preview the result.")
@explained_options
@answer_json_option
@change_options
@click.pass_obj
def merge(
    before: Options,
    /,
    guest: str,
    account: str,
    dry_run: bool,
    reason: str | None,
    ticket: str | None,
    as_json: bool,
    idempotency_key: str | None,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Merge GUEST into ACCOUNT: everything moves to ACCOUNT, and GUEST's id becomes free. This cannot be undone."""
    where = ServerTarget.of(before, flags)
    if dry_run:
        plan = run_query(where, lambda client: _plan(client, guest, account))
        if as_json:
            emit_json(merging.plan_json(plan, guest, account))
        else:
            emit(merging.plan_text(plan, guest, account))
        return Exit.FAILED if plan.refusals else Exit.FOUND
    audit_reason = required_reason(reason)
    result = run_change(
        where,
        idempotency_key,
        lambda client, key: client.players.merge(guest, account, reason=audit_reason, ticket=ticket, key=key),
    )
    if as_json:
        emit_json(result.raw())
    else:
        emit(merging.merged_text(result))
    return Exit.FOUND


async def _plan(client: ServerClient, guest: str, account: str) -> MergePlan:
    if (required_reason := same_player(guest, account)) is not None:
        raise Refused(required_reason)
    source, target = await asyncio.gather(*(client.players.get(each, limit=MAX_LIMIT) for each in (guest, account)))
    return merge_plan(source, target, limit=MAX_LIMIT)


@click.command()
@player_argument("player")
@keyed_options
@click.pass_obj
def export(before: Options, /, player: str, **flags: Any) -> int:  # noqa: ANN401
    """Export all data of PLAYER as JSON; each list has at most 1,000 rows."""
    emit_json(run_query(ServerTarget.of(before, flags), lambda client: client.players.export(player)).raw())
    return Exit.FOUND


@click.command()
@player_argument("player")
@click.option(
    "--reason",
    type=click.Choice(["gdpr_erasure", "studio_request", "test"]),
    default="gdpr_erasure",
    show_default=True,
    help="The reason, for the audit log.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@answer_json_option
@change_options
@click.pass_obj
def delete(
    before: Options,
    /,
    player: str,
    reason: Any,  # noqa: ANN401 (one of the choices)
    yes: bool,
    as_json: bool,
    idempotency_key: str | None,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Erase PLAYER: grants, ledgers and scores are kept anonymously. This cannot be undone."""
    if not yes:
        raise click.UsageError("erasing a player cannot be undone: add --yes")
    result = run_change(
        ServerTarget.of(before, flags),
        idempotency_key,
        lambda client, key: client.players.delete(player, reason=reason, key=key),
    )
    if as_json:
        emit_json(result.raw())
    elif result.status == ERASED:
        emit(safe(f"{player} is erased; the anonymous rest is under {result.anonymized_external_id}"))
    elif result.status == NEVER_EXISTED:
        emit(safe(f"No player ever had the id {player}; there was nothing to erase"))
    else:
        emit(safe(f"{player} was already erased; nothing was changed"))
    return Exit.FOUND


@click.command()
@player_argument("player")
@explained_options
@answer_json_option
@change_options
@click.pass_obj
def ban(
    before: Options,
    /,
    player: str,
    reason: str | None,
    ticket: str | None,
    as_json: bool,
    idempotency_key: str | None,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Ban PLAYER; grants and scores are kept. The game receives the reason."""
    audit_reason = required_reason(reason)
    result = run_change(
        ServerTarget.of(before, flags),
        idempotency_key,
        lambda client, key: client.players.ban(player, audit_reason, ticket=ticket, key=key),
    )
    print_result(
        as_json, result.raw(), f"{player} is banned{'' if result.applied else ' already; the reason was updated'}"
    )
    return Exit.FOUND


@click.command()
@player_argument("player")
@explained_options
@answer_json_option
@change_options
@click.pass_obj
def unban(
    before: Options,
    /,
    player: str,
    reason: str | None,
    ticket: str | None,
    as_json: bool,
    idempotency_key: str | None,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Lift PLAYER's ban."""
    audit_reason = required_reason(reason)
    result = run_change(
        ServerTarget.of(before, flags),
        idempotency_key,
        lambda client, key: client.players.unban(player, reason=audit_reason, ticket=ticket, key=key),
    )
    print_result(as_json, result.raw(), f"{player} may play again" if result.applied else f"{player} was not banned")
    return Exit.FOUND

"""`kraty-console search` and `show`: look-ups without the screen, with the console's client and presenters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options, where_options
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.domain.player_resolution import fetch_exact, looks_like_email, resolve

if TYPE_CHECKING:
    from datetime import datetime

    from kraty_console.client.fetched import Fetched
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import SearchHit, Snapshot

T = TypeVar("T")

_PANES = ("attempts", "grants", "wallet", "lobbies", "items", "audit")

_limit = click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of rows of each list.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the backend's answer as JSON, in ASCII.")


@click.command()
@click.argument("query")
@_as_json
@_limit
@where_options
@click.pass_obj
def search(before: Options, /, query: str, as_json: bool, limit: int, **said: Any) -> int:  # noqa: ANN401
    """Find players by id, e-mail, or the beginning of an id."""
    from kraty_console.cli.output import emit, emit_json, say
    from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words

    _refuse_nothing(query)
    hits, now = _asked(before.then(Options(**said)), lambda workspace: _hits(workspace, query, limit))
    if isinstance(hits, str):
        say(hits)
        return Exit.FAILED if looks_like_email(query) else Exit.NOT_FOUND
    if as_json:
        emit_json({"players": [hit.raw() for hit in hits]})
    elif hits:
        from kraty_console.present.text_output import hits_text

        emit(hits_text(hits, now))
    if missing := unreadable_count(hits):
        say(sentence(unreadable_words(missing, "match", "matches")))
    elif not hits:
        whole = " An e-mail has to be complete." if looks_like_email(query) else ""
        say(f"No player of this game has the id or e-mail {query}, or an id starting with it.{whole}")
        return Exit.NOT_FOUND
    return Exit.FOUND


@click.command()
@click.argument("player")
@click.option("--pane", type=click.Choice(_PANES), help="Only this pane.")
@_as_json
@_limit
@where_options
@click.pass_obj
def show(before: Options, /, player: str, pane: Any, as_json: bool, limit: int, **said: Any) -> int:  # noqa: ANN401
    """Show PLAYER, by the exact id: the profile, the next step, and every pane."""
    from kraty_console.cli.output import emit, emit_json, say

    _refuse_nothing(player)

    async def look(workspace: Workspace) -> Fetched[Snapshot] | str | None:
        from kraty_console.contract.errors import KratyError

        found = await _exactly(workspace, player, limit)
        if found is None:
            with suppress(KratyError):  # it is still certain that there is no such player
                return _elsewhere(player, await workspace.search(player))
        return found

    fetched, now = _asked(before.then(Options(**said)), look)
    if fetched is None or isinstance(fetched, str):
        say(fetched or f"No player of this game has exactly the id {player}.")
        return Exit.NOT_FOUND
    from kraty_console.present import text_output

    if (found := fetched.value.player.external_player_id) and found != player:
        from kraty_console.domain.player_text import cleaned_id_note

        say(cleaned_id_note(player, found))
    if as_json:
        emit_json(text_output.player_json(fetched.value, pane))
        if words := text_output.unreadable_text(fetched.value, pane):
            say(words)
    elif pane is not None:
        emit(text_output.pane_text(pane, fetched.value, now))
    else:
        emit(text_output.player_text(fetched.value, now))
    return Exit.FOUND


def _refuse_nothing(text: str) -> None:
    """Refuse a text without visible characters."""
    from kraty_console.domain.player_text import candidates

    if not candidates(text):
        raise click.UsageError("the text is empty: give a player's id, an e-mail, or for search the beginning of an id")


async def _exactly(workspace: Workspace, text: str, limit: int) -> Fetched[Snapshot] | None:
    """The player with the given id, as typed or cleaned of surrounding marks."""
    return await fetch_exact(text, lambda player: workspace.snapshot(player, limit))


async def _hits(workspace: Workspace, query: str, limit: int) -> Sequence[SearchHit] | str:
    """The hits; on a backend without search, the player with exactly this id, or what to do instead."""
    from kraty_console.contract.errors import OperationMissing
    from kraty_console.domain.missing_operations import no_search

    try:
        return await workspace.search(query, limit)
    except OperationMissing:
        pass
    found = await _exactly(workspace, query, 1)
    if found is None:
        instead = no_search(workspace.facts.portal(), by_email=looks_like_email(query))
        return f"No player of this game has exactly the id {query}.\n{instead}"
    from kraty_console.contract.players import SearchHit

    player = found.value.player
    return [
        SearchHit(external_player_id=player.external_player_id, last_seen_at=player.last_seen_at, match="external_id")
    ]


def _elsewhere(text: str, hits: Sequence[SearchHit]) -> str:
    """What to search for instead of an unknown id."""
    resolved = resolve(text, hits)
    if resolved is not None and resolved.by in ("merged", "email"):
        player, how = resolved.external_player_id, "was merged into" if resolved.by == "merged" else "is the e-mail of"
        return f"{text} {how} {player}: kraty-console show {quote(player)}"
    words = f"No player of this game has exactly the id {text}."
    return f"{words} Look for others: kraty-console search {quote(text)}" if hits else words


def _asked(options: Options, question: Callable[[Workspace], Awaitable[T]]) -> tuple[T, datetime]:
    """Sign in, select the game, run the query and close; returns the answer and the server's time."""
    import asyncio

    from kraty_console.cli.output import say
    from kraty_console.cli.session import workspace_of
    from kraty_console.console.clock_skew import tell_skew

    async def ask() -> tuple[T, datetime]:
        from kraty_console.client.game_ref import only_game

        workspace = workspace_of(options)
        try:
            await workspace.sign_in()
            if workspace.choices:
                only_game(workspace.choices)
            answer = await question(workspace)
            if words := tell_skew(workspace):
                say(words)
            return answer, workspace.now()
        finally:
            await workspace.close()

    return asyncio.run(ask())

"""Looks players up without the screen, with the console's client and presenters."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.session import workspace_of
from kraty_console.client.fetched import Fetched
from kraty_console.client.game_ref import only_game
from kraty_console.console.clock_skew import tell_skew
from kraty_console.console.text_search import FoundInText, search_text
from kraty_console.contract.errors import KratyError, OperationMissing
from kraty_console.contract.players import SearchHit, Snapshot
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.finding import TextHit, matched_words, tried_words
from kraty_console.domain.formatting import counted
from kraty_console.domain.missing_operations import no_search
from kraty_console.domain.pasted_candidates import LONGEST_READ, CandidateKind, PastedText
from kraty_console.domain.pasted_text import read_pasted
from kraty_console.domain.player_resolution import fetch_exact, looks_like_email, resolve
from kraty_console.domain.player_text import candidates, cleaned_id_note
from kraty_console.domain.scopes import PaneId
from kraty_console.present.safe import safe
from kraty_console.present.text_output import hits_text, pane_text, player_json, player_text, unreadable_text

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace

T = TypeVar("T")

_ROW_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|(?i:evt_[0-9a-z]{26})")
"""Ids of rows, which may also be ids of players."""


def text_of(argument: str, options: Options) -> str:
    """The argument, or for `-` standard input up to what is read of a text."""
    if argument != "-":
        return argument
    if options.token_stdin:
        raise click.UsageError("the standard input cannot hold both the token and the text")
    data = sys.stdin.buffer.read(8 * LONGEST_READ)
    return data.decode("utf-8", "replace").strip()


def search_players(options: Options, query: str, limit: int, *, as_json: bool) -> int:
    """Print the players that match the query, and return the exit code."""
    _refuse_blank(query)
    pasted = read_pasted(query)
    if _names_more(pasted):
        return _search_text(options, pasted, as_json=as_json)
    hits, now = run_query(options, lambda workspace: _hits(workspace, query, limit))
    if isinstance(hits, str):
        print_message(hits)
        return Exit.FAILED if looks_like_email(query) else Exit.NOT_FOUND
    if as_json:
        emit_json({"players": [hit.raw() for hit in hits]})
    elif hits:
        emit(hits_text(hits, now))
    if missing := unreadable_count(hits):
        print_message(sentence(unreadable_words(missing, "match", "matches")))
    elif not hits:
        if _ROW_ID.fullmatch(query.strip()):
            return _search_text(options, pasted, as_json=as_json)
        hint = " An e-mail has to be complete." if looks_like_email(query) else ""
        print_message(f"No player of this game has the id or e-mail {query}, or an id starting with it.{hint}")
        return Exit.NOT_FOUND
    return Exit.FOUND


def player_query(player: str, limit: int) -> Callable[[Workspace], Awaitable[Fetched[Snapshot] | str | None]]:
    """The look-up of the player that a text names, as all commands do it; for `run_query` or within another query.

    Its result is the player, each list cut at `limit` rows, or else what to do instead, in words (`player_or_message`).

    Raises:
        click.UsageError: the text has no visible characters.
    """
    _refuse_blank(player)
    pasted = read_pasted(player)

    async def query(workspace: Workspace) -> Fetched[Snapshot] | str | None:
        if _names_more(pasted):
            return await _player_of_text(workspace, pasted, limit)
        result = await _player_with_id(workspace, player, limit)
        if result is None and _ROW_ID.fullmatch(player.strip()):
            return await _player_of_text(workspace, pasted, limit)
        if result is None:
            with suppress(KratyError):  # it is still certain that there is no such player
                return _suggestion(player, await workspace.search(player))
        return result

    return query


def player_or_message(player: str, fetched: Fetched[Snapshot] | str | None) -> Snapshot | None:
    """The player that `player_query` found; else None, and the message is printed. An id that differs is told."""
    if fetched is None or isinstance(fetched, str):
        print_message(fetched or f"No player of this game has exactly the id {player}.")
        return None
    snapshot = fetched.value
    if (actual_id := snapshot.player.external_player_id) and actual_id != player:
        words = cleaned_id_note(player, actual_id) if actual_id in candidates(player) else ""
        print_message(words or f"The text names {actual_id}.")
    return snapshot


def show_player(options: Options, player: str, pane: PaneId | None, limit: int, *, as_json: bool) -> int:
    """Print the player with this id, or one pane, and return the exit code."""
    fetched, now = run_query(options, player_query(player, limit))
    snapshot = player_or_message(player, fetched)
    if snapshot is None:
        return Exit.NOT_FOUND
    if as_json:
        emit_json(player_json(snapshot, pane))
        if words := unreadable_text(snapshot, pane):
            print_message(words)
    elif pane is not None:
        emit(pane_text(pane, snapshot, now))
    else:
        emit(player_text(snapshot, now))
    return Exit.FOUND


def _refuse_blank(text: str) -> None:
    """Refuse a text without visible characters."""
    if not candidates(text):
        raise click.UsageError("the text is empty: give a player's id, an e-mail, or for search the beginning of an id")


def _names_more(pasted: PastedText) -> bool:
    """Whether more than the text itself may be meant, with or without marks around it."""
    own = (CandidateKind.TYPED, CandidateKind.CLEANED, CandidateKind.WORD)
    return any(each.kind not in own for each in pasted.candidates)


def _search_text(options: Options, pasted: PastedText, *, as_json: bool) -> int:
    """Print the players and rows that a text names, and return the exit code."""
    found, _ = run_query(options, lambda workspace: _found_in(workspace, pasted))
    if as_json:
        emit_json(
            {"matches": [_match_json(pasted, hit) for hit in found.decision.hits], "nearest": found.nearest or []}
        )
    elif found.decision.hits:
        emit("\n".join(_match_line(pasted, hit) for hit in found.decision.hits))
    for words in _shortcomings(found):
        print_message(words)
    if found.decision.hits or found.unreadable:
        return Exit.FOUND
    print_message(_nobody(found))
    return Exit.NOT_FOUND


async def _player_of_text(workspace: Workspace, pasted: PastedText, limit: int) -> Fetched[Snapshot] | str | None:
    """The one player that a text names; else what it may name, in words."""
    found = await _found_in(workspace, pasted)
    if found.decision.player is not None:
        return await workspace.snapshot(found.decision.player, limit)
    hits = found.decision.hits
    lines = [_match_line(pasted, hit) for hit in hits]
    head = "The text may mean one of these; show takes the id:" if hits else _nobody(found)
    return "\n".join([head, *lines, *_shortcomings(found)])


async def _found_in(workspace: Workspace, pasted: PastedText) -> FoundInText:
    return await search_text(await workspace.game_client(), pasted)


def _match_line(pasted: PastedText, hit: TextHit) -> str:
    matched = safe(matched_words(hit, pasted.candidates[hit.place]), limit=120)
    name = f"  {safe(hit.name, limit=60)}" if hit.name else ""
    return f"{safe(hit.player, limit=200)}  {matched}{name}"


def _match_json(pasted: PastedText, hit: TextHit) -> dict[str, str | None]:
    return {
        "kind": hit.kind,
        "id": hit.row_id or None,
        "externalPlayerId": hit.player,
        "displayName": hit.name,
        "match": hit.by,
        "text": pasted.candidates[hit.place].text,
    }


def _nobody(found: FoundInText) -> str:
    tried = "".join(f"\n  {safe(each, limit=160)}" for each in tried_words(found.pasted))
    nearest = "".join(f"\n  {safe(each, limit=200)}" for each in found.nearest or ())
    words = "Nothing in this text names a player of this game."
    words += f" Looked up:{tried}" if tried else ""
    return words + (f"\nNearest ids:{nearest}" if nearest else "")


def _shortcomings(found: FoundInText) -> list[str]:
    """What was not looked up or not read, as sentences."""
    words = [found.not_searched] if found.not_searched else []
    if found.unreadable:
        words.append(unreadable_words(found.unreadable, "match", "matches"))
    if found.not_looked_up:
        words.append(f"{counted(found.not_looked_up, 'part')} of the text not looked up")
    return list(map(sentence, words))


async def _player_with_id(workspace: Workspace, text: str, limit: int) -> Fetched[Snapshot] | None:
    """The player with the given id, as typed or cleaned of surrounding marks."""
    return await fetch_exact(text, lambda player: workspace.snapshot(player, limit))


async def _hits(workspace: Workspace, query: str, limit: int) -> Sequence[SearchHit] | str:
    """The hits; on a backend without search, the player with exactly this id, or what to do instead."""
    try:
        return await workspace.search(query, limit)
    except OperationMissing:
        pass
    fetched = await _player_with_id(workspace, query, 1)
    if fetched is None:
        instead = no_search(workspace.facts.portal(), by_email=looks_like_email(query))
        return f"No player of this game has exactly the id {query}.\n{instead}"
    player = fetched.value.player
    return [
        SearchHit(external_player_id=player.external_player_id, last_seen_at=player.last_seen_at, match="external_id")
    ]


def _suggestion(text: str, hits: Sequence[SearchHit]) -> str:
    """What to search for instead of an unknown id."""
    resolved = resolve(text, hits)
    if resolved is not None and resolved.by in ("merged", "email"):
        player = resolved.external_player_id
        relation = "was merged into" if resolved.by == "merged" else "is the e-mail of"
        return f"{text} {relation} {player}: kraty-console show {quote(player)}"
    words = f"No player of this game has exactly the id {text}."
    return f"{words} Look for others: kraty-console search {quote(text)}" if hits else words


def run_query(options: Options, query: Callable[[Workspace], Awaitable[T]]) -> tuple[T, datetime]:
    """Sign in, select the game, run the query and close; returns the result and the server's time.

    Raises:
        KratyError, ConfigError, click.UsageError: as signing in and the query do.
    """

    async def run() -> tuple[T, datetime]:
        workspace = workspace_of(options)
        try:
            await workspace.sign_in()
            if workspace.choices:
                only_game(workspace.choices)
            result = await query(workspace)
            if words := tell_skew(workspace):
                print_message(words)
            return result, workspace.now()
        finally:
            await workspace.close()

    return asyncio.run(run())

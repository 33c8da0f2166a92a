"""Lines and notes about the player, attempt or grant of a dialog."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.domain.cautions import paid_under
from kraty_console.domain.fields import Effect
from kraty_console.domain.formatting import grouped, since, span
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.labels import event_words, short, status_words
from kraty_console.domain.timestamps import is_past

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Grant, Snapshot


def player_line(snapshot: Snapshot) -> str:
    """`alice_42 · Swift Otter`."""
    player = snapshot.player
    name = player.display_identity.name if player.display_identity is not None else None
    return f"{player.external_player_id} · {name}" if name else player.external_player_id


def attempt_lines(attempt: Attempt, snapshot: Snapshot, now: datetime) -> tuple[str, ...]:
    """The player, the attempt and its state."""
    if attempt.status == "in_progress":
        state = "in progress" if attempt.started_at is None else f"in progress for {span(attempt.started_at, now)}"
    else:
        when = attempt.completed_at or (attempt.ends_at if attempt.status == "expired" else None)
        state = status_words(attempt.status) + (f" {since(when, now)}" if when is not None else "")
    target = f" of {grouped(attempt.target)}" if attempt.target is not None else ""
    return (
        f"{snapshot.player.external_player_id} · {event_words(attempt)} · attempt {short(attempt.id)}",
        f"{state}, score {grouped(attempt.score)}{target}",
    )


def grant_lines(grant: Grant, snapshot: Snapshot, now: datetime) -> tuple[str, ...]:
    """The player, the grant, its contents and its state."""
    born = grant.created_at or grant.rolled_at
    state = status_words(grant.status) + (f", granted {since(born, now)}" if born is not None else "")
    if grant.expires_at is not None and grant.status not in ("claimed", "revoked"):
        state += f", {'expired' if is_past(grant.expires_at, now) else 'expires'} {since(grant.expires_at, now)}"
    return (
        f"{snapshot.player.external_player_id} · grant {short(grant.id)}",
        contents_words(grant.contents, grant.kind),
        state,
    )


def ban_note(snapshot: Snapshot, words: str) -> tuple[Effect, ...]:
    """A note if the player is banned."""
    ban = snapshot.player.ban
    if ban is None:
        return ()
    why = f' ("{ban.reason}")' if ban.reason else ""
    return (Effect("note", f"the player is banned{why}: {words}", note=True),)


def paid_note(snapshot: Snapshot, ticket: str, now: datetime) -> tuple[Effect, ...]:
    """A note if something was paid by hand under the same ticket."""
    words = paid_under(snapshot, ticket, now)
    return (Effect("note", f"paid under this ticket already: {words}", note=True),) if words else ()

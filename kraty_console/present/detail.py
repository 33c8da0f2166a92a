"""The readable document of every kind of row: exact times, whole ids, linked rows, contents in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from kraty_console.present.attempts import SEVERITY_TONE, STATUS_TONE
from kraty_console.present.audit import actor_words
from kraty_console.present.difference import differences
from kraty_console.present.document import Document, Item, Section, item, scalar, section, shown
from kraty_console.present.grants import source_words
from kraty_console.present.lobbies import seats
from kraty_console.present.numbers import change, number, short_id
from kraty_console.present.safe import SafeText, looks_odd, safe
from kraty_console.present.table import Row
from kraty_console.present.times import exact
from kraty_console.support import find
from kraty_console.support.contents import contents_words
from kraty_console.support.diagnosis import Diagnosis, attempt_faults, grant_faults
from kraty_console.support.links import Links
from kraty_console.support.words import event_words, localized, status_words

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, ItemHolding, LedgerRow, Lobby, Snapshot, WalletHolding

__all__ = ["Document", "Item", "Section", "audit_document", "document", "player_document"]


def document(row: Row, snapshot: Snapshot, now: datetime, local: tzinfo | None = None) -> Document | None:
    """The whole of the row's model; None when it is no longer in the snapshot."""
    if row.scope == "attempt" and (attempt := find.attempt(snapshot, row.id)) is not None:
        return _attempt(attempt, snapshot, now, local)
    if row.scope == "grant" and (grant := find.grant(snapshot, row.id)) is not None:
        return _grant(grant, snapshot, now, local)
    if row.scope == "lobby" and (lobby := find.lobby(snapshot, row.id)) is not None:
        return _lobby(lobby, now, local)
    if row.scope == "wallet" and (balance := find.balance(snapshot, row.id)) is not None:
        return _holding("balance of", balance.economy_key, balance.balance, balance, now, local)
    if row.scope == "item" and (held := find.item(snapshot, row.id)) is not None:
        return _holding("item", held.item_key, held.quantity, held, now, local)
    if row.scope == "ledger" and (entry := find.ledger(snapshot, row.id)) is not None:
        return _ledger(entry, snapshot, now, local)
    if row.scope == "audit" and (audited := find.audit(snapshot, row.id)) is not None:
        return audit_document(audited, now, local)
    if row.scope == "player":
        return player_document(snapshot, now, local)
    return None


def _faults(faults: tuple[Diagnosis, ...]) -> Section | None:
    told = [
        shown(
            "wrong" if each.severity == "wrong" else "note", safe(each.advice, limit=2000), SEVERITY_TONE[each.severity]
        )
        for each in faults
        if each.severity != "fine"
    ]
    return section("What is wrong", told) if told else None


def _mapping(title: str, values: Mapping[str, Any] | None) -> Section | None:
    if not values:
        return None
    return section(title, (Item(safe(name, limit=80), scalar(value)) for name, value in list(values.items())[:100]))


def _known(sections: Iterator[Section | None]) -> tuple[Section, ...]:
    return tuple(each for each in sections if each is not None and each.items)


def _attempt(attempt: Attempt, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    links = Links(snapshot)
    linked = links.of_attempt(attempt)
    roll = attempt.roll

    def sections() -> Iterator[Section | None]:
        yield section(
            "",
            (
                item("status", status_words(attempt.status) or None, STATUS_TONE.get(attempt.status, "plain")),
                shown("score", number(attempt.score)),
                shown("target", number(attempt.target)) if attempt.target is not None else None,
                item("event", event_words(attempt)),
                item("event name", localized(attempt.event_name)) if localized(attempt.event_name) else None,
                item("rewards", attempt.reward_policy) if attempt.reward_policy else None,
            ),
        )
        yield _faults(attempt_faults(attempt, snapshot, now, links))
        yield section(
            "Times",
            (
                shown("started", exact(attempt.started_at, now, local)),
                shown("last progress", exact(attempt.last_progress_at, now, local))
                if attempt.last_progress_at
                else None,
                shown("completed", exact(attempt.completed_at, now, local)),
                shown("ends", exact(attempt.ends_at, now, local)) if attempt.ends_at else None,
                shown("window ends", exact(attempt.window_ends_at, now, local)) if attempt.window_ends_at else None,
            ),
        )
        if roll is not None:
            yield section(
                "Reward roll",
                (
                    item(
                        "status", status_words(roll.status or "") or None, "bad" if roll.status == "failed" else "plain"
                    ),
                    item("error", roll.error, "bad") if roll.error else None,
                    shown("at", exact(roll.at, now, local)) if roll.at else None,
                ),
            )
        yield section(
            "Grants",
            [
                *(
                    Item(
                        short_id(grant.id),
                        safe(f"{status_words(grant.status)}: {contents_words(grant.contents, grant.kind)}"),
                        STATUS_TONE.get(grant.status, "plain"),
                    )
                    for grant in linked.grants
                ),
                *(
                    Item(short_id(grant_id), SafeText("not in the list"), "dim")
                    for grant_id in linked.ids
                    if links.grant(grant_id) is None
                ),
            ]
            or [
                shown(
                    "none", SafeText("no grants are linked to this attempt" if linked.certain else "not known"), "dim"
                )
            ],
        )
        yield _mapping("Metrics", attempt.metrics)
        if attempt.metrics_raw != attempt.metrics:
            yield _mapping("Metrics before capping", attempt.metrics_raw)
        yield section(
            "Ids",
            (
                item("attempt", attempt.id),
                item("event", attempt.event_id) if attempt.event_id else None,
                item("window", attempt.event_window_id) if attempt.event_window_id else None,
                item("leaderboard", attempt.leaderboard_id) if attempt.leaderboard_id else None,
                item("player", attempt.player_id) if attempt.player_id else None,
            ),
        )

    title = SafeText(f"{safe(event_words(attempt), limit=80)} · attempt {short_id(attempt.id)}")
    return Document(title, _known(sections()), attempt.raw())


def _grant(grant: Grant, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    links = Links(snapshot)
    attempt = links.attempt_of(grant)
    parent = links.grant(grant.parent_grant_id)

    def sections() -> Iterator[Section | None]:
        yield section(
            "",
            (
                item("status", status_words(grant.status) or None, STATUS_TONE.get(grant.status, "plain")),
                item("contents", contents_words(grant.contents, grant.kind)),
                item("kind", grant.kind),
                item("from", source_words(grant, links)),
            ),
        )
        yield _faults(grant_faults(grant, snapshot, now))
        yield section(
            "Times",
            (
                shown("created", exact(grant.created_at, now, local)),
                shown("rolled", exact(grant.rolled_at, now, local)) if grant.rolled_at else None,
                shown("claimed", exact(grant.claimed_at, now, local)),
                shown("expires", exact(grant.expires_at, now, local)),
            ),
        )
        yield section(
            "Linked",
            (
                item("attempt", f"{event_words(attempt)}, {status_words(attempt.status)}") if attempt else None,
                item("crate", contents_words(parent.contents, parent.kind)) if parent else None,
                *(
                    item("came out", f"{contents_words(child.contents, child.kind)}, {status_words(child.status)}")
                    for child in links.children_of(grant)
                ),
            ),
        )
        yield section(
            "Ids",
            (
                item("grant", grant.id),
                item("attempt", links.attempt_id_of(grant)) if links.attempt_id_of(grant) else None,
                item("source", grant.source_kind) if grant.source_kind else None,
                item("source ref", grant.source_ref_id) if grant.source_ref_id else None,
                item("crate", grant.parent_grant_id) if grant.parent_grant_id else None,
            ),
        )

    title = SafeText(f"{safe(contents_words(grant.contents, grant.kind), limit=80)} · grant {short_id(grant.id)}")
    return Document(title, _known(sections()), grant.raw())


def _lobby(lobby: Lobby, now: datetime, local: tzinfo | None) -> Document:
    sections = (
        section(
            "",
            (
                item("status", lobby.status or None, STATUS_TONE.get(lobby.status, "plain")),
                item("event", lobby.event_key or lobby.event_id),
                shown("seats", seats(lobby)),
                item("mode", lobby.mode),
            ),
        ),
        section(
            "Times",
            (
                shown("created", exact(lobby.created_at, now, local)) if lobby.created_at else None,
                shown("fill by", exact(lobby.fill_by, now, local)),
                shown("started", exact(lobby.started_at, now, local)),
                shown("ends", exact(lobby.ends_at, now, local)),
            ),
        ),
        section(
            "Ids",
            (
                item("lobby", lobby.id),
                item("event", lobby.event_id) if lobby.event_id else None,
                item("window", lobby.event_window_id) if lobby.event_window_id else None,
                item("leaderboard", lobby.leaderboard_id) if lobby.leaderboard_id else None,
            ),
        ),
    )
    return Document(SafeText(f"lobby {short_id(lobby.id)}"), sections, lobby.raw())


def _holding(
    what: str,
    key: str,
    count: int | float | None,
    holding: WalletHolding | ItemHolding,
    now: datetime,
    local: tzinfo | None,
) -> Document:
    sections = (
        section(
            "",
            (
                item("key", key),
                shown("has", number(count)),
                shown("since", exact(holding.created_at, now, local)),
                shown("changed", exact(holding.updated_at, now, local)),
            ),
        ),
        _mapping("Metadata", holding.metadata),
    )
    return Document(SafeText(f"{what} {safe(key, limit=80)}"), _known(iter(sections)), holding.raw())


def _ledger(entry: LedgerRow, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    links = Links(snapshot)
    source_grant = links.grant(entry.source_ref_id)
    source_attempt = links.attempt(entry.source_ref_id)
    key = entry.economy_key or entry.item_key
    sections = (
        section(
            "",
            (
                item("of", key),
                shown("change", change(entry.delta)),
                shown("after", number(entry.balance if entry.balance is not None else entry.quantity)),
                item("reason", entry.reason),
                item("by", entry.origin),
                shown("when", exact(entry.occurred_at, now, local)),
            ),
        ),
        section(
            "Linked",
            (
                item("grant", contents_words(source_grant.contents, source_grant.kind)) if source_grant else None,
                item("attempt", event_words(source_attempt)) if source_attempt else None,
            ),
        ),
        section(
            "Ids",
            (
                item("ledger row", entry.ledger_id) if entry.ledger_id else None,
                item("source ref", entry.source_ref_id) if entry.source_ref_id else None,
            ),
        ),
    )
    title = SafeText(f"{safe(key, limit=80)} {change(entry.delta)}")
    return Document(title, _known(iter(sections)), entry.raw())


def audit_document(entry: AuditRow, now: datetime, local: tzinfo | None = None) -> Document:
    """An audit row: who, what, why, and what it altered."""
    target = entry.target
    metadata = {name: value for name, value in (entry.metadata or {}).items() if name != "reason"}

    def sections() -> Iterator[Section | None]:
        yield section(
            "",
            (
                item("action", entry.action or None, "accent"),
                item("outcome", entry.outcome or None, "bad" if entry.outcome == "denied" else "plain"),
                shown("when", exact(entry.occurred_at, now, local)),
                shown("by", actor_words(entry.actor) or safe(None)),
                item("player", entry.player.external_player_id) if entry.player else None,
                item("target", f"{target.kind} {target.id or ''}".strip()) if target else None,
                item("reason", entry.reason),
                item("ticket", entry.ticket),
            ),
        )
        if entry.before is not None or entry.after is not None:
            found = differences(entry.before, entry.after)
            yield section("Changes", found or (shown("none", SafeText("before and after are the same"), "dim"),))
        yield _mapping("Metadata", metadata)
        yield section(
            "Ids",
            (
                item("audit row", entry.id),
                item("request", entry.request_id) if entry.request_id else None,
                item("key", entry.idempotency_key) if entry.idempotency_key else None,
                item("actor", entry.actor.id) if entry.actor and entry.actor.id else None,
                item("environment", entry.environment) if entry.environment else None,
            ),
        )

    title = SafeText(f"{safe(entry.action or 'audit row', limit=80)} · {short_id(entry.id)}")
    return Document(title, _known(sections()), entry.raw())


def player_document(snapshot: Snapshot, now: datetime, local: tzinfo | None = None) -> Document:
    """Everything that is known of the player apart from the lists."""
    player, summary = snapshot.player, snapshot.summary
    odd = looks_odd(player.external_player_id)

    def sections() -> Iterator[Section | None]:
        yield section(
            "",
            (
                item("external id", player.external_player_id),
                shown("take care", SafeText(f"this id {odd}"), "warn") if odd else None,
                item("name", player.display_identity.name) if player.display_identity else None,
                item("e-mail", player.email),
                item("environment", player.environment) if player.environment else None,
                item("merged into", player.merged_into, "warn") if player.merged_into else None,
            ),
        )
        if player.ban is not None:
            yield section(
                "Ban",
                (
                    shown("since", exact(player.ban.banned_at, now, local), "bad"),
                    item("reason", player.ban.reason),
                ),
            )
        yield section(
            "Times",
            (
                shown("first seen", exact(player.first_seen_at or player.created_at, now, local)),
                shown("last seen", exact(player.last_seen_at, now, local)),
            ),
        )
        yield section(
            "Totals",
            (
                shown("attempts", number(summary.attempt_count)),
                shown("completed", number(summary.attempts_completed)),
                shown("expired", number(summary.attempts_expired)),
                shown("grants pending", number(summary.grants_pending)),
                shown("grants claimed", number(summary.grants_claimed)),
                shown("lobbies active", number(summary.lobbies_active)),
            ),
        )
        yield _mapping("Last context", player.last_context_snapshot)
        yield section(
            "Ids",
            (
                item("player", player.id),
                item("studio", player.studio_id) if player.studio_id else None,
                item("game", player.game_id) if player.game_id else None,
            ),
        )

    raw = {"player": player.raw(), "summary": summary.raw()}
    return Document(safe(player.external_player_id, limit=80), _known(sections()), raw)

"""Redact every trace of an erased player from the rows that stay.

Traces are searched in every column that can hold free text; they are listed here, and a test checks that every column
of every table is classified. Of the player's own rows only those with traces are rewritten. The rows of a game that may
mention any player (`SHARED`) are scanned once from the player's first contact on, in slices so that no statement takes
long.

An id may also be a common word: `gold` may be a player's. A short id counts only as a complete value, and identifies a
row's player only in a field for ids; fields that name things of the game are not searched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules import idempotency
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.tables import OutboxRecord, PlayerAliasRecord, PlayerRecord, WebhookEndpointRecord
from kraty_console.backend.storage.tables.record import OwnedByGame, OwnedByPlayer, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName

OWN: Final[Mapping[RecordTable[OwnedByPlayer], Sequence[str]]] = {
    tables.grants: ("contents", "source_ref_id", "metadata"),
    tables.wallets: ("metadata",),
    tables.wallet_ledger: ("reason", "source_ref_id"),
    tables.inventory: ("metadata",),
    tables.item_ledger: ("reason", "source_ref_id", "metadata"),
    tables.purchases: ("transaction_id", "receipt", "metadata"),
}
"""The free-text columns of tables whose rows belong to a player."""

SINCE: Final[Mapping[RecordTable[OwnedByGame], str]] = {
    tables.idempotency: "created_at",
    tables.outbox: "occurred_at",
    tables.webhook_attempts: "started_at",
    tables.lobbies: "created_at",
    tables.player_notes: "created_at",
}
"""The time columns of tables whose rows belong to a game."""

SHARED: Final[Mapping[RecordTable[OwnedByGame], Sequence[str]]] = {
    tables.idempotency: ("operation", "key", "answer"),
    tables.outbox: ("payload",),
    tables.webhook_attempts: ("error", "answer"),
    tables.lobbies: ("key", "metadata"),
    tables.player_notes: ("text", "ticket"),
}
"""The columns that may mention any player."""

PERSONAL: Final = frozenset(
    {"email", "displayIdentity", "syntheticIdentity", "displayName", "name", "avatar", "country", "friendCode"}
    | {"metadata", "lastContextSnapshot", "lastActiveAt", "presence", "banReason", "text"}
)
"""Personal fields of a JSON object about the player."""

_PLAYER_ID_FIELDS: Final = re.compile(r"(?:player_?|external)ids?$", re.IGNORECASE)
"""The fields whose values are ids of players."""

_GAME_FIELDS: Final = frozenset(
    {"currencyKey", "itemKey", "crateItemKey", "economyKey", "eventKey", "resourceKey", "key", "type", "kind"}
    | {"sourceKind", "status", "mode", "origin", "environment", "outcome", "direction", "store", "currency"}
)
"""The fields whose values are keys of the catalog, or words of the contract."""

GONE: Final = "erased"
"""The replacement of a name or e-mail in a text."""

FORGOTTEN: Final = "forgotten"
"""The state of a `player.deleted` event whose player id is removed."""

_MIN_ID_LENGTH: Final = 6
"""Length in characters from which an id is not matched by chance within a text."""
_MIN_NAME_LENGTH: Final = 3
_BATCH: Final = 500
_SLICE: Final = 2_000
"""Rows of a game that one statement scans."""
_EARLIER_MS: Final = 24 * 60 * 60 * 1000
"""How long before first contact a player may be mentioned: by a pushed lobby, or another clock."""

Json = Any


@dataclass(frozen=True)
class Traces:
    """The identifying texts of a player, and their replacement."""

    ids: frozenset[str]
    """The id, and the ids of guests who were merged into the player."""
    replacement: str
    player_ids: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    since: int = 0
    """The player cannot be mentioned before this time (milliseconds)."""
    _text: re.Pattern[str] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the pattern that finds the traces in texts."""
        words = [each for each in self.ids if len(each) >= _MIN_ID_LENGTH]
        words += [*self.emails, *(each for each in self.names if len(each) >= _MIN_NAME_LENGTH)]
        pattern = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
        object.__setattr__(
            self, "_text", re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if pattern else None
        )

    def needles(self) -> Iterator[tuple[str, bool]]:
        """Each word to search, and whether only as a complete value."""
        for each in sorted(self.ids):
            yield each, len(each) < _MIN_ID_LENGTH
        for each in sorted({*self.emails, *self.player_ids}):
            yield each, False
        for each in sorted(self.names):
            yield each, len(each) < _MIN_NAME_LENGTH

    def identifies(self, value: Json, under: str = "") -> bool:
        """Whether a JSON value (of this field) or a text identifies this player."""
        if isinstance(value, str):
            if under in _GAME_FIELDS:
                return False
            if value in self.player_ids or value.casefold() in self.emails:
                return True
            if value in self.ids and _PLAYER_ID_FIELDS.search(under):
                return True
            words = self._text.findall(value) if self._text is not None else []
            return any(word not in self.names for word in words)
        if isinstance(value, Mapping):
            return any(self.identifies(name) or self.identifies(each, name) for name, each in value.items())
        return isinstance(value, list) and any(self.identifies(each, under) for each in value)

    def redacted(self, value: Json, under: str = "") -> Json:
        """The value (of this field) without traces of the player."""
        if isinstance(value, str):
            return value if under in _GAME_FIELDS else self._cleaned(value)
        if isinstance(value, list):
            return [self.redacted(each, under) for each in value]
        if not isinstance(value, Mapping):
            return value
        names_player = any(
            isinstance(each, str) and (each in self.player_ids or (each in self.ids and _PLAYER_ID_FIELDS.search(name)))
            for name, each in value.items()
        )
        return {
            self.redacted(name): None if names_player and name in PERSONAL else self.redacted(each, name)
            for name, each in value.items()
        }

    def _cleaned(self, text: str) -> str:
        if text in self.ids:
            return self.replacement
        if text in self.names or text.casefold() in self.emails:
            return GONE
        if self._text is None:
            return text
        return self._text.sub(lambda match: self.replacement if match.group() in self.ids else GONE, text)


def find_traces(player: PlayerRecord, aliases: Iterable[str], merged_ids: Iterable[str], replacement: str) -> Traces:
    """The traces of a player (with their data from before the erasure)."""
    identity = player.display_identity or {}
    names = {identity.get("name"), identity.get("avatar"), player.name_folded, player.friend_code}
    emails = {player.email, player.email_folded}
    pooled = (player.anonymized_identity or {}).get("name")
    return Traces(
        ids=frozenset({player.external_player_id, *aliases}),
        replacement=replacement,
        player_ids=frozenset({player.player_id, *merged_ids}),
        emails=frozenset(each.casefold() for each in emails if each),
        names=frozenset(each for each in names if each and each.casefold() != str(pooled).casefold()),
        since=min(player.first_seen_at, player.created_at),
    )


async def redact(tx: Transaction, ctx: Context, traces: Traces) -> None:
    """Remove the traces from all rows of the game except the audit log."""
    for table, columns in OWN.items():
        if traces.player_ids:
            await tx.forget(table)
            await _rewrite(tx, ctx, table, columns, traces, table.c.player_id.in_(sorted(traces.player_ids)), own=True)
    for shared, columns in SHARED.items():
        await tx.forget(shared)
        last: Sequence[Any] | None = None
        recent = shared.columns[SINCE[shared]] >= traces.since - _EARLIER_MS
        more = True
        while more:
            within, last = await _next_slice(tx, ctx, shared, last)
            await _rewrite(tx, ctx, shared, columns, traces, *within, recent)
            more = last is not None


async def redact_delivered_event(tx: Transaction, ctx: Context, event: OutboxRecord) -> bool:
    """Remove the player id from a `player.deleted` event (locked) after the last delivery; True if it was removed."""
    if event.state == FORGOTTEN:
        return False
    column = tables.outbox.c
    itself = (key == getattr(event, key.name) for key in tables.outbox.primary_key)
    if await tx.scalar(sa.select(column.outbox_id).where(*itself, awaits_delivery())) is not None:
        return False
    payload: Mapping[str, Any] = event.payload
    tx.change(
        event,
        payload={**payload, "externalPlayerId": payload["anonymizedExternalId"]},
        state=FORGOTTEN,
    )
    delivery, attempt = tables.webhook_deliveries.c, tables.webhook_attempts.c
    sent = sa.select(delivery.delivery_id).where(*_deliveries_of(event))
    await tx.execute(
        sa.update(tables.webhook_attempts)
        .where(
            attempt.studio_id == ctx.tenant.studio_id,
            attempt.game_id == ctx.tenant.game_id,
            attempt.delivery_id.in_(sent),
        )
        .values(answer=None)
    )
    return True


def awaits_delivery() -> sa.ColumnElement[bool]:
    """The condition that an event of the outbox still has to reach an endpoint.

    Paused endpoints count, archived ones do not.
    """
    event, endpoint, delivery = tables.outbox.c, tables.webhook_endpoints.c, tables.webhook_deliveries.c
    listening = sa.select(sa.literal(1)).where(
        endpoint.studio_id == event.studio_id,
        endpoint.game_id == event.game_id,
        endpoint.environment == event.environment,
        endpoint.state.in_(("active", "paused")),
    )
    undelivered = sa.select(sa.literal(1)).where(
        delivery.studio_id == event.studio_id,
        delivery.game_id == event.game_id,
        delivery.player_id == event.player_id,  # as in the index, so that it is used
        delivery.outbox_id == event.outbox_id,
        delivery.state == "pending",
    )
    return sa.case(
        (event.state == "pending", listening.correlate(tables.outbox).exists()),
        # Not `exists`: PostgreSQL may evaluate many of these by reading the complete table.
        else_=undelivered.limit(1).correlate(tables.outbox).scalar_subquery().is_not(None),
    )


async def has_subscriber(tx: Transaction, ctx: Context, environment: str) -> bool:
    """Whether an endpoint subscribes to `player.deleted`."""
    column = tables.webhook_endpoints.c
    endpoints = await tx.records(
        WebhookEndpointRecord,
        sa.select(column.events).where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.environment == environment,
            column.state.in_(("active", "paused")),
        ),
    )
    return any(each.events is None or EventName.PLAYER_DELETED.value in each.events for each in endpoints)


def _deliveries_of(event: OutboxRecord) -> tuple[sa.ColumnElement[bool], ...]:
    column = tables.webhook_deliveries.c
    return (
        column.studio_id == event.studio_id,
        column.game_id == event.game_id,
        column.player_id == event.player_id,  # as in the index, so that it is used
        column.outbox_id == event.outbox_id,
    )


async def _next_slice(
    tx: Transaction, ctx: Context, table: RecordTable[OwnedByGame], last: Sequence[Any] | None
) -> tuple[list[sa.ColumnElement[bool]], Sequence[Any] | None]:
    """The next rows of a game by key: a condition for them, and the last of their keys.

    The last key is None at the end.
    """
    keys = [column for column in table.primary_key if column.name not in ("studio_id", "game_id")]
    key = sa.tuple_(*keys)
    in_game = [table.c.studio_id == ctx.tenant.studio_id, table.c.game_id == ctx.tenant.game_id]

    def literal(values: Sequence[Any]) -> sa.Tuple:
        return sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(values, keys, strict=True)))

    within = [] if last is None else [key > literal(last)]
    end = await tx.record(
        table.record, sa.select(*keys).where(*in_game, *within).order_by(*keys).offset(_SLICE - 1).limit(1)
    )
    if end is None:
        return within, None
    end_key = [getattr(end, column.name) for column in keys]
    return [*within, key <= literal(end_key)], end_key


async def _rewrite(
    tx: Transaction,
    ctx: Context,
    table: RecordTable[OwnedByGame],
    columns: Sequence[str],
    traces: Traces,
    *conditions: sa.ColumnElement[bool],
    own: bool = False,
) -> None:
    in_game = (table.c.studio_id == ctx.tenant.studio_id, table.c.game_id == ctx.tenant.game_id)
    mentions = sa.or_(
        *(
            _holds(table.columns[name], needle, whole_value)
            for name in columns
            for needle, whole_value in traces.needles()
        )
    )
    keys = [column.name for column in table.primary_key]
    read = (table.columns[name] for name in dict.fromkeys([*keys, *columns]))
    rows = iter(await tx.records(table.record, sa.select(*read).where(*in_game, *conditions, mentions)))
    while batch := list(islice(rows, _BATCH)):
        changed = [(row.primary_key(), _changes(ctx, row, columns, traces, own=own)) for row in batch]
        await tx.rewrite(table, columns, [(dict(zip(keys, key, strict=True)), new) for key, new in changed if new])


def _holds(column: sa.Column[Any], needle: str, whole_value: bool) -> sa.ColumnElement[bool]:
    """The condition that a column may mention a word; the rows found are then checked in Python."""
    if isinstance(column.type, sa.JSON) or column.name == "answer":
        encoded = json.dumps(needle, ensure_ascii=False)
        text = sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column
        return text.icontains(encoded if whole_value else encoded[1:-1], autoescape=True)
    return column == needle if whole_value else column.icontains(needle, autoescape=True)


def _changes(
    ctx: Context, row: OwnedByGame, columns: Sequence[str], traces: Traces, *, own: bool
) -> dict[str, Any] | None:
    """The new values of a row's columns; None if the row is about another player."""
    table = row.table
    values = {name: _read(table.columns[name], getattr(row, name)) for name in columns}
    if not own and not any(traces.identifies(value) for value in values.values()):
        return None
    new: dict[str, Any] = {}
    for name, value in values.items():
        cleaned = traces.redacted(value)
        if name == "operation":  # which may end with an id
            cleaned = "/".join(traces.redacted(part) for part in value.split("/"))
        if table is tables.idempotency and name == "key" and cleaned != value:
            cleaned = idempotency.erased_key(ctx, value)
        elif table is tables.webhook_attempts and cleaned != value:
            cleaned = None  # the start of a receiver's answer: the text around a name may be personal too
        new[name] = dump_json(cleaned) if table is tables.idempotency and name == "answer" and value else cleaned
    return new


def _read(column: sa.Column[Any], value: Any) -> Json:  # noqa: ANN401 (any column)
    return json.loads(value) if column.table is tables.idempotency and column.name == "answer" and value else value


async def names_of(tx: Transaction, ctx: Context, player: PlayerRecord) -> tuple[list[str], list[str]]:
    """The external ids of guests who were merged into the player, and the internal ids of their rows."""
    alias, merged = tables.player_aliases.c, tables.players.c
    in_game = (alias.studio_id == ctx.tenant.studio_id, alias.game_id == ctx.tenant.game_id)
    aliases = await tx.records(
        PlayerAliasRecord,
        sa.select(alias.external_player_id).where(*in_game, alias.player_id == player.player_id),
    )
    guests = await tx.records(
        PlayerRecord,
        sa.select(merged.player_id).where(
            merged.studio_id == ctx.tenant.studio_id,
            merged.game_id == ctx.tenant.game_id,
            sa.text("merged_into IS NOT NULL"),  # as in the index, so that it is used
            merged.merged_into == player.player_id,
        ),
    )
    return [row.external_player_id for row in aliases], [row.player_id for row in guests]


def traces_of_id(external_id: str, replacement: str) -> Traces:
    """The traces of an id of which nothing else is known."""
    return Traces(ids=frozenset({external_id}), replacement=replacement)

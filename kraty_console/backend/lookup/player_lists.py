"""The lists of a player, page by page (contract/README.md#lists-of-a-player).

Each page is read by the index that the look-up uses, from its position in either order, so the last page costs what the
first does. Rows have the form that they have in a look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import COUNTED_AUDIT_ROW, CountedAuditRow
from kraty_console.backend.economy.serializers import ITEM_ENTRY, WALLET_ENTRY
from kraty_console.backend.events.serializers import AttemptOfEvent
from kraty_console.backend.http.pagination import NumberedPosition, PagePosition
from kraty_console.backend.lobbies.serializers import LOBBY
from kraty_console.backend.lookup.player_rows import (
    ATTEMPTS,
    AUDIT,
    IS_PREPARED_PLAYER,
    LOBBIES,
    SeatInLobby,
    belongs_to_prepared,
    columns_shown,
)
from kraty_console.backend.lookup.snapshot import VERSIONED_ATTEMPT, VERSIONED_GRANT
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import GrantRecord, ItemEntryRecord, PlayerRecord, WalletEntryRecord
from kraty_console.backend.storage.tables.columns import BIGINT, INTEGER, MOMENT, UUID
from kraty_console.backend.storage.tables.record import Record
from kraty_console.backend.storage.wire_forms import WireForm
from kraty_console.contract.operations import PlayerListName
from kraty_console.contract.player_lists import ListOrder

_LIMIT: Final = parameter("limit", INTEGER)
_AFTER_AT: Final = parameter("after_at", MOMENT)
_AFTER_ID: Final = parameter("after_id", UUID)
_AFTER_NUMBER: Final = parameter("after_number", BIGINT)

_BEFORE_ALL: Final = {"after_at": -1, "after_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "after_number": -1}
_AFTER_ALL: Final = {
    "after_at": 2**63 - 1,
    "after_id": "f" * 8 + "-ffff" * 3 + "-" + "f" * 12,
    "after_number": 2**63 - 1,
}
"""Where the first page begins, oldest or newest first."""

_PLAYER: Final = Query(
    PlayerRecord, sa.select(tables.players.c.player_id, tables.players.c.attempt_count).where(*IS_PREPARED_PLAYER)
)


class ListPage(NamedTuple):
    """A page of rows in wire form."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    """None on the last page."""
    total: int | None
    """None if the rows are not counted."""


class PlayerList:
    """One list of a player, in both orders."""

    def __init__(
        self,
        record: type[Record],
        query: sa.Select[Any],
        form: WireForm,
        at: sa.Column[int],
        key: sa.Column[Any],
        total: Callable[[PlayerRecord], int] | None = None,
    ) -> None:
        """
        Args:
            record: What holds a row of the query.
            query: Selects the rows of all players, with the columns that order them.
            form: The form of a row.
            at: The time that the rows are ordered by.
            key: What orders rows of one time: an id, or a number.
            total: The number of rows, if the engine keeps it in the player's row.
        """
        self._form = form
        self._order = (at.name, key.name)
        self._numbered = not isinstance(key.type, sa.Uuid)
        self._total = total
        columns, after = sa.tuple_(at, key), sa.tuple_(_AFTER_AT, _AFTER_NUMBER if self._numbered else _AFTER_ID)
        own = query.where(*belongs_to_prepared(at.table)).limit(_LIMIT)
        newest = Query(record, own.where(columns < after).order_by(at.desc(), key.desc()))
        oldest = Query(record, own.where(columns > after).order_by(at, key))
        by_order: Mapping[ListOrder, Query[Record]] = {"newest": newest, "oldest": oldest}
        self._queries = {order: (listed, Queries(_PLAYER, listed)) for order, listed in by_order.items()}

    async def page(
        self,
        reader: Reader,
        tenant: Tenant,
        environment: str,
        external_id: str,
        *,
        order: ListOrder,
        cursor: str | None,
        limit: int,
    ) -> ListPage | None:
        """The page after a cursor, the first one without; None when there is no player with this external id.

        Raises:
            RuleError: 400 for a cursor that no list of this kind gives.
        """
        query, queries = self._queries[order]
        values = {
            **player_refs.prepared_values(tenant, environment, external_id),
            **(_BEFORE_ALL if order == "oldest" else _AFTER_ALL),
            **self._position(cursor),
            "limit": limit + 1,
        }
        results = await reader.fetch(queries, values)
        player = results.first(_PLAYER)
        if player is None:
            return None
        rows = results[query]
        next_cursor = self._cursor(rows[limit - 1]) if len(rows) > limit else None
        total = None if self._total is None else self._total(player)
        return ListPage([self._form.of(row) for row in rows[:limit]], next_cursor, total)

    def _position(self, cursor: str | None) -> Mapping[str, int | str]:
        if cursor is None:
            return {}
        if self._numbered:
            if (numbered := NumberedPosition.decoded(cursor)) is not None:
                return {"after_at": numbered.at, "after_number": numbered.number}
        elif (position := PagePosition.decoded(cursor)) is not None:
            return {"after_at": position.at, "after_id": position.id}
        raise invalid("cursor", "is not one that this list gave")

    def _cursor(self, row: Record) -> str:
        at, key = (vars(row)[name] for name in self._order)
        return (NumberedPosition(at, key) if self._numbered else PagePosition(at, key)).encoded()


_WALLET, _ITEMS = tables.wallet_ledger, tables.item_ledger

PLAYER_LISTS: Final[Mapping[PlayerListName, PlayerList]] = {
    "attempts": PlayerList(
        AttemptOfEvent,
        ATTEMPTS,
        VERSIONED_ATTEMPT,
        tables.attempts.c.started_at,
        tables.attempts.c.attempt_id,
        total=lambda player: player.attempt_count,
    ),
    "grants": PlayerList(
        GrantRecord,
        sa.select(*columns_shown(tables.grants)),
        VERSIONED_GRANT,
        tables.grants.c.created_at,
        tables.grants.c.grant_id,
    ),
    "wallet_ledger": PlayerList(
        WalletEntryRecord, sa.select(*columns_shown(_WALLET)), WALLET_ENTRY, _WALLET.c.occurred_at, _WALLET.c.position
    ),
    "item_ledger": PlayerList(
        ItemEntryRecord, sa.select(*columns_shown(_ITEMS)), ITEM_ENTRY, _ITEMS.c.occurred_at, _ITEMS.c.position
    ),
    "lobbies": PlayerList(
        SeatInLobby, LOBBIES, LOBBY, tables.lobby_members.c.joined_at, tables.lobby_members.c.lobby_id
    ),
    "audit": PlayerList(CountedAuditRow, AUDIT, COUNTED_AUDIT_ROW, tables.audit.c.occurred_at, tables.audit.c.audit_id),
}
"""The lists by their names in a look-up."""

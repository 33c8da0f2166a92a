"""A game of any number of players, made by set-based SQL on either database: as many rows a second as it can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.served_backend import NOW
from tests.harness.contract.troubled_game import HOUR

ATTEMPTS: Final = 5
GRANTS: Final = 5
"""Of each player: ten of both together."""

STUCK, UNROLLED = 0, 1
"""Which of a player's attempts is in progress, and which completed without a reward; the others were rewarded."""

PENDING: Final = (0, 4)
"""Which of a player's grants nobody has claimed."""

FEW: Final = 4
"""Every so manieth player has the less usual rows, too."""

DAY: Final = 24 * HOUR
_SPREAD: Final = 90 * DAY
"""Over how long the players came."""

_TAGS: Final = {name: number for number, name in enumerate(("player", "attempt", "grant", "ledger", "audit", "outbox"))}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Players of one game, by number; ids and moments follow from the number."""

    studio_id: str
    game_id: str
    event_id: str
    window_id: str
    leaderboard_id: str
    players: int
    now_ms: int = NOW
    """The moment after which nothing has happened."""

    def external_id(self, number: int) -> str:
        """The external id of a player."""
        return f"player_{number:07d}"

    def email(self, number: int) -> str:
        """The e-mail of a player."""
        return f"{self.external_id(number)}@example.org"

    def attempt_id(self, number: int, which: int) -> str:
        """The id of one of a player's attempts."""
        return self._id("attempt", number, which, ATTEMPTS)

    def grant_id(self, number: int, which: int) -> str:
        """The id of one of a player's grants."""
        return self._id("grant", number, which, GRANTS)

    def _id(self, kind: str, number: int, which: int, of_each: int) -> str:
        digits = f"{self._came(number):012x}7{_TAGS[kind]:03x}8{number * of_each + which:015x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _came(self, number: int) -> int:
        return self.now_ms - _SPREAD + number * (_SPREAD // self.players)

    def statements(self, postgresql: bool, first: int, end: int) -> Iterator[tuple[str, str]]:
        """Table and statement, for the players from `first` to before `end`."""
        say = _Sql(postgresql, self)
        if first == 0:
            yield "webhook_endpoints", _endpoint(self, say)
        came = f"{self.now_ms - _SPREAD} + i * {_SPREAD // self.players}"
        for table, columns, of_each in _tables(self, say, came):
            values = ", ".join(map(str, columns.values()))
            source = say.series(first, end, max(1, of_each)) + (f" WHERE i % {FEW} = 0" if of_each == 0 else "")
            head = say.head(first, end)
            yield table, f"INSERT INTO {table} ({', '.join(columns)}) {head} SELECT {values} FROM {source}"

    def veteran(self, postgresql: bool, rows: int) -> Iterator[str]:
        """The statements for one player more, the last one by number, with so many rows of each kind."""
        say = _Sql(postgresql, self)
        came = f"{self.now_ms - _SPREAD} + i * {_SPREAD // self.players}"
        for table, columns, _ in _tables(self, say, came):
            many = 1 if table == "players" else rows
            if table in _HISTORIES:
                values = ", ".join(map(str, columns.values()))
                source = f"{say.rows(many)} CROSS JOIN (SELECT CAST({self.players} AS bigint) AS i) AS s"
                yield f"INSERT INTO {table} ({', '.join(columns)}) {say.rows_head(many)} SELECT {values} FROM {source}"


_HISTORIES: Final = ("players", "attempts", "grants", "wallet_ledger", "item_ledger", "audit")
"""What a player gets more of with time."""


class _Sql:
    """The few words in which the databases differ."""

    def __init__(self, postgresql: bool, crowd: Crowd) -> None:
        self.postgresql = postgresql
        self.crowd = crowd

    def hex(self, number: str, digits: int) -> str:
        """A number in so many hexadecimal digits."""
        if self.postgresql:
            return f"lpad(to_hex(({number})::bigint), {digits}, '0')"
        return f"printf('%0{digits}x', {number})"

    def id(self, kind: str, moment: str, number: str) -> str:
        """A UUIDv7 of that moment."""
        text = f"{self.hex(moment, 12)} || '7{_TAGS[kind]:03x}8' || {self.hex(number, 15)}"
        return f"({text})::uuid" if self.postgresql else f"({text})"

    def stored(self, given: str) -> str:
        """An id as the database keeps it."""
        return f"'{given}'::uuid" if self.postgresql else f"'{given.replace('-', '')}'"

    def json(self, text: str) -> str:
        """Text as a column of JSON takes it."""
        return f"({text})::json" if self.postgresql else text

    def named(self, suffix: str = "") -> str:
        """A player's external id, or what is made of it."""
        return f"'player_' || {self.padded('i', 7)} || '{suffix}'"

    def padded(self, number: str, digits: int) -> str:
        """A number in so many decimal digits."""
        return f"lpad({number}::text, {digits}, '0')" if self.postgresql else f"printf('%0{digits}d', {number})"

    def head(self, first: int, end: int) -> str:
        """The clause before the select."""
        if self.postgresql:
            return ""
        return f"WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {end - 1})"

    def rows_head(self, count: int) -> str:
        """The clause before a select from `rows`."""
        if self.postgresql:
            return ""
        return f"WITH RECURSIVE e(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM e WHERE k < {count - 1})"

    def rows(self, count: int) -> str:
        """So many rows, by their number."""
        return f"generate_series(0, {count - 1}) AS e(k)" if self.postgresql else "e"

    def series(self, first: int, end: int, of_each: int) -> str:
        """The players, each so often."""
        players = f"generate_series({first}::bigint, {end - 1}) AS s(i)" if self.postgresql else "s"
        each = " UNION ALL ".join(f"SELECT {number} AS k" for number in range(of_each))
        return f"{players} CROSS JOIN ({each}) AS e"


Columns = dict[str, object]


def _endpoint(crowd: Crowd, say: _Sql) -> str:
    """An endpoint that was sent to once; it has the id of the event, for it needs one that is known."""
    row: Columns = {
        "studio_id": say.stored(crowd.studio_id),
        "game_id": say.stored(crowd.game_id),
        "endpoint_id": say.stored(crowd.event_id),
        "environment": "'live'",
        "url": "'https://studio.example/hook'",
        "secret": "'none'",
        "state": "'archived'",
        "first_outbox_id": say.stored(crowd.event_id),
        "last_position": 0,
        "created_at": 1,
        "updated_at": 1,
    }
    return f"INSERT INTO webhook_endpoints ({', '.join(row)}) VALUES ({', '.join(map(str, row.values()))})"


def _tables(crowd: Crowd, say: _Sql, came: str) -> list[tuple[str, Columns, int]]:
    """Of each table: its name, its columns with their values, and how many rows a player has; 0 where few have one."""
    tenant: Columns = {"studio_id": say.stored(crowd.studio_id), "game_id": say.stored(crowd.game_id)}
    place: Columns = {**tenant, "player_id": say.id("player", came, "i")}
    event, window, board = map(say.stored, (crowd.event_id, crowd.window_id, crowd.leaderboard_id))
    attempt, started = say.id("attempt", came, f"i * {ATTEMPTS} + k"), f"{came} + k * 60000"
    stuck, pending = f"k = {STUCK}", f"k IN {PENDING}"
    laps = say.json(f"CASE WHEN {stuck} THEN '{{\"laps\":1}}' ELSE '{{\"laps\":3}}' END")
    gold = '{"entries":[{"type":"currency","currencyKey":"gold","amount":50}],"totals":{}}'
    players: Columns = {
        "environment": "'live'",
        "external_player_id": say.named(),
        "email": say.named("@example.org"),
        "email_folded": say.named("@example.org"),
        **dict.fromkeys(("first_seen_at", "last_seen_at", "created_at", "updated_at"), came),
        "attempt_count": ATTEMPTS,
        "attempts_completed": ATTEMPTS - 1,
        "grants_pending": len(PENDING),
        "grants_claimed": GRANTS - len(PENDING),
        "ledger_position": 2,
        **dict.fromkeys(("attempts_expired", "lobbies_active"), 0),
    }
    attempts: Columns = {
        "attempt_id": attempt,
        "environment": "'live'",
        "event_id": event,
        "window_id": window,
        "leaderboard_id": board,
        "status": f"CASE WHEN {stuck} THEN 'in_progress' ELSE 'completed' END",
        "started_at": started,
        "ends_at": crowd.now_ms + DAY,
        "completed_at": f"CASE WHEN {stuck} THEN NULL ELSE {started} + 30000 END",
        "last_progress_at": f"{started} + 30000",
        "metrics": laps,
        "metrics_raw": laps,
        "score": "i % 1000",
        "roll_at": f"CASE WHEN {stuck} THEN NULL ELSE {started} + 30000 END",
        "roll_status": f"CASE WHEN {stuck} THEN 'none' WHEN k = {UNROLLED} THEN 'failed' ELSE 'rolled' END",
    }
    grants: Columns = {
        "grant_id": say.id("grant", came, f"i * {GRANTS} + k"),
        "environment": "'live'",
        "kind": "'reward'",
        "contents": say.json(f"'{gold}'"),
        "source_kind": f"CASE WHEN k > {UNROLLED} THEN 'event_completion' ELSE 'api' END",
        "attempt_id": f"CASE WHEN k > {UNROLLED} THEN {attempt} END",
        "status": f"CASE WHEN {pending} THEN 'pending' ELSE 'claimed' END",
        "rolled_at": started,
        "claimed_at": f"CASE WHEN {pending} THEN NULL ELSE {started} END",
        "created_at": started,
    }
    audit: Columns = {
        "audit_id": say.id("audit", came, "i + k"),
        "environment": "'live'",
        "occurred_at": f"{came} + k",
        "actor_kind": "'member'",
        "actor_id": "'m' || (i % 50)",
        "actor_label": "'member'",
        "action": "CASE WHEN i % 20 = 0 THEN 'player.ban' ELSE 'wallet.credit' END",
        "outcome": "'ok'",
        "target_kind": "'player'",
        "target_id": "'x'",
        "external_player_id": say.named(),
        "reason": "'goodwill'",
        "ticket": "'T-' || (i / 3)",
    }
    outbox: Columns = {
        "outbox_id": say.id("outbox", came, "i"),
        "environment": "'live'",
        "event_name": "'grant.created'",
        "payload": say.json("'{}'"),
        "occurred_at": came,
        "state": "'told'",
    }
    ledger: Columns = {
        "ledger_id": say.id("ledger", came, "i * 2 + k"),
        "economy_key": "'gold'",
        "delta": 50,
        "balance": "50 + 50 * k",
        "origin": "'engine'",
        "occurred_at": f"{came} + k",
        "position": "k + 1",
    }
    wallet: Columns = {"economy_key": "'gold'", "balance": 100, "metadata": say.json("'{}'")}
    item: Columns = {"item_key": "'sword'", "quantity": 1}
    key: Columns = {"operation": "'wallet.credit'", "key": say.named(), "request_hash": "'x'", "created_at": came}
    alias: Columns = {"environment": "'live'", "external_player_id": say.named("_guest"), "created_at": came}
    items: Columns = {**item, "ledger_id": ledger["ledger_id"], "delta": 1, "origin": "'engine'", "position": "k + 3"}
    seat: Columns = {"lobby_id": say.id("outbox", came, "i / 8"), "joined_at": came}
    # Decimal digits are digits of a ULID, too.
    delivery_id = "'evt_0' || " + say.padded("i", 25)
    delivery: Columns = {
        "delivery_id": delivery_id,
        "endpoint_id": event,
        "outbox_id": outbox["outbox_id"],
        "environment": "'live'",
        "event_name": "'grant.created'",
        "stream": say.named(),
        "position": "i",
        "state": "'delivered'",
        "attempt_count": 1,
        "attempts_before": 0,
        "created_at": came,
    }
    tried: Columns = {"delivery_id": delivery_id, "number": 1, "started_at": came, "status": 200}
    entry: Columns = {"leaderboard_id": board, "participant_id": place["player_id"], "kind": "'player'"}
    return [
        ("players", {**place, **players}, 1),
        ("attempts", {**place, **attempts}, ATTEMPTS),
        ("grants", {**place, **grants}, GRANTS),
        ("wallets", {**place, **wallet, "created_at": came, "updated_at": came}, 1),
        ("wallet_ledger", {**place, **ledger}, 2),
        ("leaderboard_entries", {**tenant, **entry, "score": "i % 1000", "reached_at": came}, 1),
        ("inventory", {**place, **item, "metadata": say.json("'{}'"), "created_at": came, "updated_at": came}, 0),
        ("item_ledger", {**place, **items, "occurred_at": f"{came} + k"}, 0),
        ("attempt_rolls", {**place, "attempt_id": attempt, "rolled_at": came}, 0),
        ("grant_deposits", {**place, "grant_id": grants["grant_id"], "deposited_at": came}, 0),
        ("player_aliases", {**place, **alias}, 0),
        ("lobby_members", {**place, **seat}, 0),
        ("idempotency", {**tenant, **key}, 0),
        ("webhook_deliveries", {**place, **delivery}, 1),
        ("webhook_attempts", {**tenant, **tried}, 1),
        ("audit", {**place, **audit}, 1),
        ("outbox", {**place, **outbox}, 1),
    ]


async def load(tx: Transaction, crowd: Crowd, first: int, end: int) -> int:
    """Insert the players from `first` to before `end` and all that is theirs; how many rows that were."""
    return sum([await _insert(tx, words) for _, words in crowd.statements(tx.postgresql, first, end)])


async def load_veteran(tx: Transaction, crowd: Crowd, rows: int) -> int:
    """Insert another player with much history; returns the number of rows."""
    return sum([await _insert(tx, words) for words in crowd.veteran(tx.postgresql, rows)])


async def _insert(tx: Transaction, statement: str) -> int:
    literal = re.sub(r"(?<!:):(?!:)", r"\\:", statement)  # no colon of it names a parameter
    return (await tx.execute(sa.text(literal))).rowcount


async def crowd_of(tx: Transaction, tenant: Tenant, players: int, now_ms: int) -> Crowd:
    """A crowd for the game of a test's world: they play its race."""
    event, window, board = tables.events.c, tables.event_windows.c, tables.leaderboards.c
    race = await tx.scalar(sa.select(event.event_id).where(event.game_id == tenant.game_id, event.key == "race"))
    opened = await tx.scalar(sa.select(window.window_id).where(window.event_id == race))
    where = sa.select(board.leaderboard_id).where(board.window_id == opened, board.scope == "global")
    return Crowd(tenant.studio_id, tenant.game_id, race, opened, await tx.scalar(where), players, now_ms)

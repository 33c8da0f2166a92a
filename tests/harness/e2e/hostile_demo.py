"""The corpus of hostile strings in every text that the demo world shows: planted in its database, beneath all checks.

Each string becomes an event, an attempt with its roll error, a grant with its contents, a balance, ledger rows, an
item, a lobby and an audit row of a *carrier*, a player who holds fifty of them; and a player of its own, with it as
id, e-mail, display name, context and ban reason.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.data import Hostile, load_hostile

PER_CARRIER = 50
"""Rows that the console reads of each list."""
LONGEST_ID = 512
_LONGEST = 20_000
"""Characters that stand in for the longest strings of the corpus, which would only be slow a hundred times over."""
_HARMLESS_TO_SEE = {"json", "sql", "shell", "url"}
"""Classes that are about parsers and routes, not about eyes and terminals."""
_PLAYER, _EVENT = "grace_hopper", "daily_race"

Row = dict[str, object]


@dataclass(frozen=True)
class Planted:
    """Who carries what: the ids of the carriers, and the hostile ids."""

    carriers: tuple[str, ...]
    ids: tuple[str, ...]


def strings() -> list[str]:
    """Every string of the corpus that a text can hold, cut to what a look-up can answer quickly."""
    return [entry.value[:_LONGEST] for entry in load_hostile() if entry.can_be_text]


def planted() -> Planted:
    """What `plant` puts into a database."""
    carriers = tuple(f"carrier_{number}" for number, _ in enumerate(chunked(strings(), PER_CARRIER)))
    return Planted(carriers, tuple(dict.fromkeys(entry.value for entry in load_hostile() if _can_be_an_id(entry))))


def plant(database: Path) -> None:
    """Write the corpus into a demo database that is not being served."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.row_factory = sqlite3.Row
        garden, told = _Garden(connection), planted()
        for carrier, chunk in zip(told.carriers, chunked(strings(), PER_CARRIER), strict=True):
            garden.carrier(carrier, chunk)
        known = {row[0] for row in connection.execute("SELECT external_player_id FROM players")}
        for each in told.ids:
            if each not in known:
                garden.player(each, each)


def _can_be_an_id(entry: Hostile) -> bool:
    return (
        entry.kind not in _HARMLESS_TO_SEE
        and entry.can_be_text
        and 1 <= len(entry.value) <= LONGEST_ID
        and "\0" not in entry.value
    )


class _Garden:
    """Makes rows like the ones that are there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute(
            "SELECT * FROM players WHERE external_player_id = ? AND environment = 'live'", (_PLAYER,)
        )
        self._template: Row = dict(found.fetchone())
        self._place = {name: self._template[name] for name in ("studio_id", "game_id")}
        self._position = 1_000_000

    def player(self, external_id: str, text: str) -> str:
        """A player whose every text is one string; returns the internal id."""
        player_id = uuid4().hex
        self._insert(
            "players",
            self._template
            | {
                "player_id": player_id,
                "external_player_id": external_id,
                "email": f"{text[:64]}@example.com",
                "email_folded": f"{text[:64]}@example.com".casefold(),
                "display_identity": _json({"name": text, "country": text}),
                "last_context": _json({text: text, "nested": {text: [text]}}),
                "banned_at": self._template["last_seen_at"],
                "ban_reason": text,
            },
        )
        return player_id

    def carrier(self, external_id: str, values: Sequence[str]) -> None:
        """A player with a row of every kind for each string."""
        player_id = self.player(external_id, external_id)
        for number, text in enumerate(values):
            self._attempt(player_id, text, number)
            self._holdings(player_id, text, number)
            self._lobby(player_id, text, number)
            self._audit(player_id, external_id, text, number)

    def _attempt(self, player_id: str, text: str, number: int) -> None:
        event, window, attempt = uuid4().hex, uuid4().hex, uuid4().hex
        like = self._like("events", "key = ?", _EVENT)
        if not self._connection.execute("SELECT 1 FROM events WHERE key = ?", (text,)).fetchone():
            self._insert("events", like | {"event_id": event, "key": text, "name": _json({"en": text})})
            within = self._like("event_windows", "event_id = ?", like["event_id"])
            self._insert("event_windows", within | {"window_id": window, "event_id": event})
            status = ("completed", "expired", "in_progress")[number % 3]
            self._insert(
                "attempts",
                self._like("attempts", "event_id = ?", like["event_id"])
                | {
                    "player_id": player_id,
                    "attempt_id": attempt,
                    "event_id": event,
                    "window_id": window,
                    "status": status,
                    "metrics": _json({text: 7}),
                    "roll_status": "failed" if status == "completed" else "none",
                    "roll_error": text,
                },
            )

    def _holdings(self, player_id: str, text: str, number: int) -> None:
        grant = uuid4().hex
        contents = [
            {"type": "item", "itemKey": text, "quantity": 1, "parameters": {text: text}},
            {"type": "currency", "currencyKey": text, "amount": 5},
        ]
        like = self._like("grants", "status = 'claimed'")
        texts = {"contents": _json({"entries": contents}), "metadata": _json({text: text}), "source_ref_id": text}
        status = ("pending", "expired", "claimed")[number % 3]
        told = {"player_id": player_id, "grant_id": grant, "status": status, "source_kind": text, "attempt_id": None}
        self._insert("grants", like | texts | told)
        key = {"economy_key": text, "player_id": player_id, "metadata": _json({text: text})}
        self._insert("wallets", self._like("wallets") | key)
        self._insert("inventory", self._like("inventory") | {"item_key": text, **_without(key, "economy_key")})
        for table, column in (("wallet_ledger", "economy_key"), ("item_ledger", "item_key")):
            self._position += 1
            texts = {column: text, "reason": text, "source_ref_id": text, "origin": text}
            told = {"ledger_id": uuid4().hex, "player_id": player_id, "position": self._position}
            self._insert(table, self._like(table) | texts | told)

    def _lobby(self, player_id: str, text: str, number: int) -> None:
        lobby = uuid4().hex
        self._insert("lobbies", self._like("lobbies") | {"lobby_id": lobby, "key": f"{text}{number}", "mode": text})
        self._insert("lobby_members", self._like("lobby_members") | {"player_id": player_id, "lobby_id": lobby})

    def _audit(self, player_id: str, external_id: str, text: str, number: int) -> None:
        texts = dict.fromkeys(("actor_label", "actor_id", "reason", "ticket", "target_id"), text)
        texts |= {name: _json({text: text}) for name in ("metadata", "before", "after")}
        texts |= {"action": text, "idempotency_key": text, "request_id": text}
        told = {"audit_id": uuid4().hex, "player_id": player_id, "external_player_id": external_id}
        newest = {"occurred_at": self._newest() + number}
        self._insert("audit", self._like("audit", "player_id IS NOT NULL") | texts | told | newest)

    def _newest(self) -> int:
        return int(self._connection.execute("SELECT max(occurred_at) FROM audit").fetchone()[0])

    def _like(self, table: str, where: str = "1", *values: object) -> Row:
        """A row of a table of our game, to be copied."""
        place = "studio_id = :studio_id AND game_id = :game_id"
        query = f"SELECT * FROM {table} WHERE {place} AND {where.replace('?', ':value')} LIMIT 1"
        found = self._connection.execute(query, self._place | {"value": values[0] if values else None}).fetchone()
        assert found, f"the demo world has no row in {table} where {where}"
        return dict(found)

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        self._connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def _without(row: Mapping[str, object], name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def chunked(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The values in pieces of at most `size`."""
    for begin in range(0, len(values), size):
        yield values[begin : begin + size]

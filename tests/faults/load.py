"""Changes without a pause from several callers, each repeated under its key until it is answered; what must be true."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.troubled_game import TroubledGame

CALLERS: Final = 4
AMOUNT: Final = 3
GRANTED: Final = 7
_PATIENCE: Final = 60.0
_PAUSE: Final = 0.02
"""Seconds between two tries at a database that is away: less than it asks for, to see how it bears that."""


def player(caller: int) -> str:
    """Who a caller's changes are about."""
    return f"player_{caller}"


@dataclass
class Load:
    """Callers that credit, grant and claim until they are stopped."""

    world: TroubledGame
    port: int
    answered: Counter[str] = field(default_factory=Counter)
    """By what was done."""
    unknown: int = 0
    """How often a connection was lost under way: whether the change was made was not known, and it was sent again."""
    wrong: list[str] = field(default_factory=list)
    """Answers that should not have been."""
    may_be_away: bool = False
    """Whether the database may be away for a while, so that 503 is a right answer."""
    turned_away: int = 0
    """How often it was."""
    _granted: dict[int, str] = field(default_factory=dict)
    """The latest grant of each caller's player."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(CALLERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End after the round that each caller is in."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def wait_for(self, more: int) -> None:
        """Until so many more changes were answered."""
        wanted = self.answered.total() + more
        with self._changed:
            done = self._changed.wait_for(lambda: self.answered.total() >= wanted or self.wrong, _PATIENCE)
        assert done, "the server answers no more"
        assert not self.wrong, self.wrong[0]

    def _work(self, caller: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)) as connection:
            self._change(caller, connection)

    def _change(self, caller: int, connection: http.client.HTTPConnection) -> None:
        for what, path, body in self._changes(caller):
            answer = self._until_answered(connection, path, body)
            with self._changed:
                self.answered[what] += 1
                self._changed.notify_all()
            if what == "grant":
                self._granted[caller] = answer["grant"]["id"]
            if self._stop.is_set() and what == "claim":
                return

    def _changes(self, caller: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Round and round, each under a key of its own; one round is whole before the end."""
        game, name = self.world.game, player(caller)
        entries = [{"type": "currency", "currencyKey": "gold", "amount": GRANTED}]
        for number in count():
            key = f"{name}-{number:06}"
            yield "credit", f"{game}/players/{name}/wallet/gold/credit", _body(key, amount=AMOUNT)
            yield "grant", f"{game}/grants", _body(key, externalPlayerId=name, entries=entries)
            yield "claim", f"{game}/grants/{self._granted[caller]}/force-claim", _body(key)

    def _until_answered(self, connection: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.world.sessions['GAME_ADMIN']}"}
        while True:
            try:
                connection.request("POST", path, json.dumps(body), headers)
                answer = connection.getresponse()
                told = json.loads(answer.read())
            except (http.client.HTTPException, OSError):
                connection.close()
                self.unknown += 1
                continue
            if answer.status in (200, 201):
                return told["data"]
            if answer.status == 503 and self.may_be_away:
                self.turned_away += 1
                self._stop.wait(_PAUSE)
                continue
            with self._changed:
                self.wrong.append(f"{path}: {answer.status} {told}")
                self._changed.notify_all()
            raise RuntimeError(self.wrong[-1])


def _body(key: str, **more: object) -> dict[str, Any]:
    return {"reason": "faults", "idempotencyKey": key, **more}


async def check(tx: Transaction, load: Load) -> None:
    """That every change which was answered is there, once, with all that belongs to it, and no other."""
    game = load.world.tenant.game_id
    found = {table.name: await tx.all(table.select().where(table.c.game_id == game)) for table in _LOOKED_AT}
    done = load.answered
    rounds = done["credit"]
    assert done["grant"] == done["claim"] == rounds, done

    names = {row["player_id"]: row["external_player_id"] for row in found["players"]}
    ours = {player_id for player_id, name in names.items() if name.startswith("player_")}
    of_ours = {name: [row for row in rows if row.get("player_id") in ours] for name, rows in found.items()}

    sums: Counter[str] = Counter()
    for row in of_ours["wallet_ledger"]:
        sums[row["player_id"]] += row["delta"]
    assert {row["player_id"]: row["balance"] for row in of_ours["wallets"]} == sums
    assert sums.total() == rounds * (AMOUNT + GRANTED)
    assert len(of_ours["wallet_ledger"]) == 2 * rounds
    assert len(of_ours["grants"]) == len(of_ours["grant_deposits"]) == rounds
    assert {row["status"] for row in of_ours["grants"]} == {"claimed"}

    audited = Counter((row["action"], row["idempotency_key"]) for row in of_ours["audit"])
    kept = Counter(row["key"] for row in found["idempotency"] if row["key"].startswith("player_"))
    assert Counter(key for _, key in audited) == kept
    assert set(audited.values()) == {1}
    assert Counter(action for action, _ in audited) == {
        "wallet.credit": rounds,
        "grant.manual_create": rounds,
        "grant.manual_force_claim": rounds,
    }
    told = Counter(row["event_name"] for row in of_ours["outbox"])
    assert (told["grant.created"], told["wallet.changed"]) == (rounds, 2 * rounds)


_LOOKED_AT: Final = (
    *(tables.players, tables.wallets, tables.wallet_ledger, tables.grants, tables.grant_deposits),
    *(tables.audit, tables.outbox, tables.idempotency),
)

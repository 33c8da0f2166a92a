"""A small game with one of each trouble, made by running the rules; every test has its own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from kraty_console.backend.auth.api_keys import CLIENT_SDK, SERVER_INTEGRATION, create_key
from kraty_console.backend.auth.member_sessions import create_session
from kraty_console.backend.auth.tokens import KEY_PREFIX_LENGTH, digest, new_api_key, new_session_token
from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.players import registration
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import ENGINE, Context, Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.session import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER
from tests.harness.contract.served_backend import NOW, Answered, Backend, segment
from tests.harness.row_template import RowTemplate

HOUR = 3_600_000
ROLES = (GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER)

OUTSIDER = "admin of another studio"
NEIGHBOUR = "admin of another game of the studio"

_seeds = count()


@dataclass(frozen=True)
class TroubledGame:
    """The game, who may enter it, and what is wrong in it."""

    backend: Backend
    tenant: Tenant
    other: Tenant
    """A game of another studio."""
    sibling: Tenant
    """Another game of the same studio."""
    sessions: Mapping[str, str]
    """Tokens by role, and those of the outsider and the neighbour."""
    members: Mapping[str, str]
    """Member ids by the same names."""
    keys: Mapping[str, str]
    """By permission set; `other` is the server key of the other studio, `other_client` the client key of it,
    `test_client` the client key of the environment `test`."""
    attempts: Mapping[str, str]
    """`stuck` in progress, `late` expired, `unrolled` completed with a roll that failed, `done` completed and paid."""
    grants: Mapping[str, str]
    """`pending` and `crate`, both alice's."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Of the players that `secret` registered."""

    @property
    def game(self) -> str:
        """The path of the game."""
        return f"/admin/v1/studios/{self.tenant.studio_id}/games/{self.tenant.game_id}"

    @property
    def log(self) -> str:
        """The path of the studio's audit log."""
        return f"/admin/v1/studios/{self.tenant.studio_id}/audit-log"

    def player(self, external_id: str) -> str:
        """The path of a player on the admin surface."""
        return f"{self.game}/players/{segment(external_id)}"

    def call(self, method: str, target: str, body: object = None, *, role: str = GAME_ADMIN, **more: Any) -> Answered:
        """A call of a member."""
        return self.backend.call(method, target, token=self.sessions[role], body=body, **more)

    def get(self, target: str, **more: Any) -> Answered:
        """A look of a member."""
        return self.call("GET", target, **more)

    def post(self, target: str, body: object, **more: Any) -> Answered:
        """A change by a member."""
        return self.call("POST", target, body, **more)

    def serve(self, method: str, target: str, body: object = None, **more: Any) -> Answered:
        """A call of the studio's backend."""
        return self.backend.call(method, "/server/v1" + target, token=self.keys[SERVER_INTEGRATION], body=body, **more)

    def play(self, method: str, target: str, body: object = None, *, who: str | None = None, **more: Any) -> Answered:
        """A call of a game; `who` plays it, with the secret that registering gave them."""
        if who is not None:
            more["headers"] = {"X-Player-Secret": self.secret(who), **more.get("headers", {})}
        return self.backend.call(method, "/sdk/v1" + target, token=self.keys[CLIENT_SDK], body=body, **more)

    def secret(self, external_id: str) -> str:
        """A player's secret, minted when it is first asked for."""

        async def work(tx: Transaction) -> str:
            return str((await registration.register(tx, self.context(), external_id)).data["secret"])

        if external_id not in self.secrets:
            self.secrets[external_id] = self.backend.run(work)
        return self.secrets[external_id]

    def audit_rows(self, **filters: str) -> list[Any]:
        """The rows of the studio's log, newest first."""
        return self.audit_rows_as(GAME_ADMIN, **filters)

    def audit_rows_as(self, role: str, **filters: str) -> list[Any]:
        """The rows of the studio's log that a role sees, newest first."""
        query = "&".join(f"{name}={segment(value)}" for name, value in filters.items())
        return list(self.get(f"{self.log}?limit=200&{query}", role=role).data["rows"])

    def join(self, name: str, tenant: Tenant, role: str) -> None:
        """Give a member a role in one more game."""

        async def work(tx: Transaction) -> None:
            row = {"member_id": self.members[name], "role": role, "created_at": self.backend.clock.ms}
            tx.add(tables.game_roles, {**_ids(tenant), **row})

        self.backend.run(work)

    def register(self, external_id: str, email: str | None = None) -> str:
        """A player who was here once; the answer is the internal id."""

        async def work(tx: Transaction) -> str:
            player = await players.upsert(tx, self.context(), external_id, email=email)
            return str(player.player_id)

        return self.backend.run(work)

    def alias(self, old_id: str, external_id: str) -> None:
        """What a merge leaves of the guest's id."""
        player_id = self.register(external_id)

        async def work(tx: Transaction) -> None:
            row = {"environment": "live", "external_player_id": old_id, "player_id": player_id}
            tx.add(tables.player_aliases, {**_ids(self.tenant), **row, "created_at": self.backend.clock.ms})

        self.backend.run(work)

    def hold(self, external_id: str, key: str, balance: int) -> None:
        """Give a player a balance, without a word of how."""
        player_id = self.register(external_id)

        async def work(tx: Transaction) -> None:
            now = self.backend.clock.ms
            row = {"player_id": player_id, "economy_key": key, "balance": balance, "created_at": now, "updated_at": now}
            tx.add(tables.wallets, {**_ids(self.tenant), **row})

        self.backend.run(work)

    def revoke_keys(self) -> None:
        """End every key of the game."""
        column = tables.api_keys.c
        ended = tables.api_keys.update().where(column.game_id == self.tenant.game_id).values(revoked_at=1)
        self.backend.run(lambda tx: tx.execute(ended))

    def stored_credentials(self) -> str:
        """Everything that the database holds of sessions, keys and players."""

        async def work(tx: Transaction) -> str:
            held = (tables.sessions, tables.api_keys, tables.players, tables.outbox, tables.idempotency)
            return str([await tx.all(table.select()) for table in held])

        return self.backend.run(work)

    def mend_table(self) -> None:
        """Bring back the table whose absence made a roll fail."""
        self.backend.run(lambda tx: catalog.restore_table(tx, self.context(), "loot"))

    def context(self) -> Context:
        """The engine acting in this game now."""
        backend = self.backend
        return Context(self.tenant, "live", ENGINE, "the test", backend.clock.ms, backend.new_id)


def make_troubled_game(backend: Backend) -> TroubledGame:
    """A new world; ids and tokens are its own.

    The rules make the first one of a database's kind. Those that follow at the moment `NOW` are copies of its rows.
    """
    if backend.clock.ms != NOW:
        return backend.run(_Maker(backend).make)
    cast = _CASTS.get(backend.db.postgresql)
    if cast is None:
        maker = _Maker(backend)
        world = backend.run(maker.make)
        _CASTS[backend.db.postgresql] = world, backend.run(maker.mould)
        return world
    return backend.run(lambda tx: _copy(tx, backend, *cast))


_CASTS: dict[bool, tuple[TroubledGame, RowTemplate]] = {}
"""The first world on SQLite and the first on PostgreSQL, and its rows."""


async def _copy(tx: Transaction, backend: Backend, first: TroubledGame, mould: RowTemplate) -> TroubledGame:
    chance = random.Random(f"{backend.database_url}/{next(_seeds)}")
    sessions = {name: new_session_token(chance.randbytes) for name in first.sessions}
    keys = {name: new_api_key(chance.randbytes, key[0]) for name, key in first.keys.items()}
    credentials = _names_of(sessions, keys)
    names = [*(backend.new_id() for _ in mould.names[len(credentials) :]), *credentials]
    await mould.pour(tx, names)
    now = dict(zip(mould.names, names, strict=True))
    return TroubledGame(
        backend,
        *(Tenant(now[was.studio_id], now[was.game_id]) for was in (first.tenant, first.other, first.sibling)),
        sessions,
        {name: now[was] for name, was in first.members.items()},
        keys,
        attempts={name: now[was] for name, was in first.attempts.items()},
        grants={name: now[was] for name, was in first.grants.items()},
    )


def _names_of(sessions: Mapping[str, str], keys: Mapping[str, str]) -> list[str]:
    """What the database holds of credentials."""
    hashes = map(digest, (*sessions.values(), *keys.values()))
    return [*hashes, *(key[:KEY_PREFIX_LENGTH] for key in keys.values())]


class _Maker:
    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.random = random.Random(f"{backend.database_url}/{next(_seeds)}")
        self.now = backend.clock.ms
        self.ids: list[str] = []
        """Every id that was given, in order."""
        self.credentials: list[str] = []
        """What the database holds of them."""

    def new_id(self) -> str:
        self.ids.append(self.backend.new_id())
        return self.ids[-1]

    async def mould(self, tx: Transaction) -> RowTemplate:
        """Of the world that was made."""
        return await RowTemplate.taken(tx, [*self.ids, *self.credentials])

    async def make(self, tx: Transaction) -> TroubledGame:
        self.ids = []  # again, when two got in each other's way
        tenant, other, sibling = self._games(tx)
        sessions: dict[str, str] = {}
        members: dict[str, str] = {}
        places = {**dict.fromkeys(ROLES, tenant), OUTSIDER: other, NEIGHBOUR: sibling}
        for name, where in places.items():
            members[name], sessions[name] = await self._member(tx, where, name)
        keys = {name: await self._key(tx, tenant, name) for name in (SERVER_INTEGRATION, CLIENT_SDK)}
        keys["other"] = await self._key(tx, other, SERVER_INTEGRATION)
        keys["other_client"] = await self._key(tx, other, CLIENT_SDK)
        keys["test_client"] = await self._key(tx, tenant, CLIENT_SDK, "test")
        self.credentials = _names_of(sessions, keys)
        ctx = self._context(tenant)
        await self._define(tx, ctx)
        return TroubledGame(
            self.backend,
            tenant,
            other,
            sibling,
            sessions,
            members,
            keys,
            attempts=await self._play(tx, ctx),
            grants=await self._give(tx, ctx),
        )

    def _games(self, tx: Transaction) -> tuple[Tenant, Tenant, Tenant]:
        ours, theirs = self.new_id(), self.new_id()
        for studio_id, name in ((ours, "Ours"), (theirs, "Theirs")):
            tx.add(tables.studios, {"studio_id": studio_id, "name": name, "created_at": self.now})
        found = tuple(Tenant(studio_id, self.new_id()) for studio_id in (ours, theirs, ours))
        for index, tenant in enumerate(found):
            names = {"slug": f"game-{index}", "name": f"Game {index}"}
            tx.add(tables.games, {**_ids(tenant), **names, "grant_ttl_days": 14, "created_at": self.now})
        return found[0], found[1], found[2]

    async def _member(self, tx: Transaction, tenant: Tenant, name: str) -> tuple[str, str]:
        member_id, token = self.new_id(), new_session_token(self.random.randbytes)
        email = f"{name.replace(' ', '.').lower()}@studio.example"
        tx.add(tables.members, {"member_id": member_id, "email": email, "name": name, "created_at": self.now})
        role = name if name in ROLES else GAME_ADMIN
        tx.add(tables.game_roles, {**_ids(tenant), "member_id": member_id, "role": role, "created_at": self.now})
        await create_session(
            tx,
            member_id=member_id,
            session_id=self.new_id(),
            token=token,
            now_ms=self.now,
            expires_at=self.now + 24 * HOUR,
        )
        return member_id, token

    async def _key(self, tx: Transaction, tenant: Tenant, permission_set: str, environment: str = "live") -> str:
        key = new_api_key(self.random.randbytes, "p" if permission_set == CLIENT_SDK else "s")
        await create_key(
            tx,
            **_ids(tenant),
            key_id=self.new_id(),
            key=key,
            permission_set=permission_set,
            environment=environment,
            now_ms=self.now,
        )
        return key

    def _context(self, tenant: Tenant) -> Context:
        return Context(
            tenant=tenant,
            environment="live",
            actor=ENGINE,
            request_id="the past",
            now_ms=self.now - 2 * HOUR,
            new_id=self.new_id,
        )

    async def _define(self, tx: Transaction, ctx: Context) -> None:
        gold = {"type": "currency", "currencyKey": "gold", "amount": 50}
        await catalog.put_currency(tx, ctx, "gold", name={"en": "Gold"})
        await catalog.put_currency(tx, ctx, "old_coins", name="Old coins")
        await catalog.put_item(tx, ctx, "sword", name="Sword", rarity="rare", tags=["steel"])
        await catalog.put_item(tx, ctx, "box", name="Box", crate_entries=[gold])
        await catalog.put_table(tx, ctx, "loot", name="Loot", weighted_entries=[{"weight": 1, "entry": gold}])
        loot = {"type": "table", "tableKey": "loot", "rolls": 1}
        await catalog.put_bundle(tx, ctx, "prize", name="Prize", entries=[gold, loot])
        for key, policy in (("race", {"type": "fixed_bundle", "bundle": "prize"}), ("training", {"type": "none"})):
            metrics = [{"key": "laps", "target": 3}]
            await catalog.put_event(tx, ctx, key, name=key.title(), metrics=metrics, reward_policy=policy)
            await catalog.put_window(tx, ctx, key, starts_at=ctx.now_ms - HOUR, ends_at=ctx.now_ms + HOUR)
        coins = await catalog.currency(tx, ctx, "old_coins")
        assert coins is not None
        tx.change(coins, archived_at=ctx.now_ms)

    async def _play(self, tx: Transaction, ctx: Context) -> dict[str, str]:
        await players.upsert(
            tx, ctx, "alice", email="Alice@Straße.example", display_name="Alice", context={"country": "PT", "level": 7}
        )
        await players.upsert(tx, ctx, "alicia", email="other@example.org")
        made = {name: await self._attempt(tx, ctx, "alice", laps=1) for name in ("stuck", "late")}
        made["done"] = await self._attempt(tx, ctx, "alice", laps=3)
        await catalog.archive_table(tx, ctx, "loot")
        made["unrolled"] = await self._attempt(tx, ctx, "alice", laps=3)
        made["hopeless"] = await self._attempt(tx, ctx, "alice", laps=3, event="training")
        await attempts.expire(tx, replace(ctx, now_ms=self.now), "alice", made["late"])
        return made

    async def _attempt(self, tx: Transaction, ctx: Context, player: str, *, laps: int, event: str = "race") -> str:
        started = await attempts.start(tx, ctx, player, event)
        attempt_id: str = started.data["attempt"]["id"]
        await attempts.progress(tx, ctx, player, attempt_id, {"laps": laps})
        return attempt_id

    async def _give(self, tx: Transaction, ctx: Context) -> dict[str, str]:
        gold = {"type": "currency", "currencyKey": "gold", "amount": 7}
        sword = {"type": "item", "itemKey": "sword", "quantity": 1}
        box = {"type": "crate", "crateItemKey": "box", "quantity": 1}
        pending = await grants.create(tx, ctx, "alice", [gold, sword])
        crate = await grants.create(tx, ctx, "alice", [box], kind="crate")
        return {"pending": pending.data["grant"]["id"], "crate": crate.data["grant"]["id"]}


def _ids(tenant: Tenant) -> dict[str, str]:
    return {"studio_id": tenant.studio_id, "game_id": tenant.game_id}

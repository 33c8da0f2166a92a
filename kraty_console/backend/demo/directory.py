"""Two studios, their games and members, and the sessions and keys issued for them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.auth.api_keys import CLIENT_SDK, SERVER_INTEGRATION, create_key
from kraty_console.backend.auth.member_sessions import create_session
from kraty_console.backend.auth.tokens import RandomBytes, new_api_key, new_session_token
from kraty_console.backend.demo.people import OLGA, STAFF, StaffMember
from kraty_console.backend.demo.stage import DAY
from kraty_console.backend.rules.context import LIVE, Actor, Tenant
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import game_roles, games, members, studios
from kraty_console.backend.storage.transaction import Transaction

SEED: Final = 42
SESSION_LIFE_MS: Final = 7 * DAY
TEST: Final = "test"

_LOCK: Final = 0x6B64656D6F
"""The advisory lock that loads take turns by."""

_FOUNDED_MS: Final = 1_767_225_600_000
"""1 January 2026: studios and games keep their ids from start to start, so that profiles that name them stay right."""


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio with its one game and its members."""

    name: str
    tenant: Tenant
    slug: str
    title: str
    staff: tuple[tuple[StaffMember, str], ...]
    """Each with the member's id."""

    def actor(self, member: StaffMember) -> Actor:
        """The member as an actor of the audit log."""
        member_id = next(member_id for each, member_id in self.staff if each == member)
        return Actor(kind="member", id=member_id, label=member.name)


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """The credentials of one game: session tokens by role, keys by permission set. Shown once, stored hashed."""

    tenant: Tenant
    sessions: Mapping[str, str] = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """The demo world, and the credentials of this start."""

    studio_id: str
    game_id: str
    sessions: Mapping[str, str] = field(repr=False)
    """Session tokens by role."""
    keys: Mapping[str, str] = field(repr=False)
    """API keys of the live environment by permission set."""
    other_studio: DemoAccess
    loaded_now: bool
    """False when the database held the world already."""

    def credentials(self, base_url: str) -> dict[str, Any]:
        """What `--credentials-out` writes."""
        other = self.other_studio
        return {
            "baseUrl": base_url,
            "studioId": self.studio_id,
            "gameId": self.game_id,
            "sessions": dict(self.sessions),
            "keys": dict(self.keys),
            "otherStudio": {
                "studioId": other.tenant.studio_id,
                "gameId": other.tenant.game_id,
                "session": other.sessions[OLGA.role],
                "server_integration": other.keys[SERVER_INTEGRATION],
            },
        }


def demo_studios(seed: int) -> tuple[Studio, Studio]:
    """The studio of the demo and the other one; the same ids for the same seed."""
    new_id = IdSource(lambda: _FOUNDED_MS, random.Random(f"{seed}:studios").getrandbits)

    def studio(name: str, slug: str, title: str, staff: tuple[StaffMember, ...]) -> Studio:
        return Studio(name, Tenant(new_id(), new_id()), slug, title, tuple((each, new_id()) for each in staff))

    return (
        studio("Bright Burrow", "rabbit-rush", "Rabbit Rush", STAFF),
        studio("Night Owl Games", "owl-express", "Owl Express", (OLGA,)),
    )


async def holds_world(db: Database, seed: int = SEED) -> bool:
    """Whether the database holds the demo world."""
    async with db.read() as tx:
        return await has_game(tx, demo_studios(seed)[0])


async def issue_access(
    db: Database,
    now_ms: int,
    seed: int = SEED,
    random_bytes: RandomBytes = secrets.token_bytes,
    *,
    loaded_now: bool = False,
) -> DemoWorld:
    """Issue sessions and keys for this start, for a database with the demo world."""

    async def work(tx: Transaction) -> DemoWorld:
        demo_studio, second = demo_studios(seed)
        access = await issue_credentials(tx, demo_studio, now_ms, random_bytes)
        other = await issue_credentials(tx, second, now_ms, random_bytes)
        tenant = demo_studio.tenant
        return DemoWorld(tenant.studio_id, tenant.game_id, access.sessions, access.keys, other, loaded_now)

    return await db.run(work)


async def lock_loading(tx: Transaction) -> None:
    """Lock the loading, so that of two backends that start at once only one loads (SQLite has one writer anyway)."""
    if tx.postgresql:
        # However long the other one loads: what a wait for a row may take does not count here.
        for limit in ("lock_timeout", "statement_timeout"):
            await tx.execute(sa.text(f"SET LOCAL {limit} = 0"))
        await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


async def has_game(tx: Transaction, studio: Studio) -> bool:
    """Whether the database holds this studio's game."""
    query = sa.select(games.c.game_id).where(
        games.c.studio_id == studio.tenant.studio_id, games.c.game_id == studio.tenant.game_id
    )
    return await tx.scalar(query) is not None


def create_studio(tx: Transaction, studio: Studio, created_ms: int, seed: int) -> None:
    """Create a studio, its game, its members and their roles.

    The secret of the game is derived from the seed, as its rolls are; it protects no real rewards.
    """
    tenant = {"studio_id": studio.tenant.studio_id, "game_id": studio.tenant.game_id}
    tx.add(studios, {"studio_id": tenant["studio_id"], "name": studio.name, "created_at": created_ms})
    tx.add(
        games,
        {
            **tenant,
            "slug": studio.slug,
            "name": studio.title,
            "grant_ttl_days": 14,
            "roll_secret": f"demo:{seed}:{studio.slug}",
            "created_at": created_ms,
        },
    )
    for member, member_id in studio.staff:
        tx.add(
            members,
            {"member_id": member_id, "email": member.email, "name": member.name, "created_at": created_ms},
        )
        tx.add(game_roles, {**tenant, "member_id": member_id, "role": member.role, "created_at": created_ms})


async def issue_credentials(tx: Transaction, studio: Studio, now_ms: int, random_bytes: RandomBytes) -> DemoAccess:
    """Issue new sessions and live keys for a studio; only hashes of earlier ones are stored.

    The earlier ones stay good until they end or are revoked.
    """
    new_id = IdSource(lambda: now_ms, lambda bits: int.from_bytes(random_bytes((bits + 7) // 8)) >> (-bits % 8))
    tokens: dict[str, str] = {}
    for member, member_id in studio.staff:
        token = tokens[member.role] = new_session_token(random_bytes)
        await create_session(
            tx,
            member_id=member_id,
            session_id=new_id(),
            token=token,
            now_ms=now_ms,
            expires_at=now_ms + SESSION_LIFE_MS,
        )
    keys: dict[str, str] = {}
    for permission_set, first in ((SERVER_INTEGRATION, "s"), (CLIENT_SDK, "p")):
        key = keys[permission_set] = new_api_key(random_bytes, first)
        await create_key(
            tx,
            studio_id=studio.tenant.studio_id,
            game_id=studio.tenant.game_id,
            key_id=new_id(),
            key=key,
            permission_set=permission_set,
            environment=LIVE,
            now_ms=now_ms,
        )
    return DemoAccess(studio.tenant, tokens, keys)

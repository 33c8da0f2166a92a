"""What credentials give, kept for a second, so that the many reads of a busy caller are not each looked up.

Only reads are answered from here, and only valid credentials are kept: a change always looks its caller up, and a new
credential or role counts from the next call on. What is revoked ends with the second, in every process, because each
process asks the database again; in the process that is told of it, it ends at once.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, TypeVar

from kraty_console.backend.auth.api_keys import ApiKey, find_key
from kraty_console.backend.auth.member_sessions import MemberSession, find_session, find_session_in_game
from kraty_console.backend.auth.tokens import digest
from kraty_console.backend.storage.queries import Reader

T = TypeVar("T")

KEPT_SECONDS: Final = 1.0
"""How long a credential or a role that was taken away may still read."""

Key = tuple[str, ...]


class _Kept(Generic[T]):
    """Answers by key, the oldest first."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._answers: OrderedDict[Key, tuple[float, T]] = OrderedDict()
        self._forgotten = 0
        """How often all was forgotten."""

    async def find(self, key: Key, look_up: Callable[[], Awaitable[T]], *, keep: Callable[[T], Any]) -> T:
        """What was kept for a key, else what the look-up gives, which is kept if `keep` says so.

        The second begins before the look-up: what is revoked meanwhile may not be in its answer yet.
        """
        begun, forgotten = self._monotonic(), self._forgotten
        kept = self._answers.get(key)
        if kept is not None and begun - kept[0] < KEPT_SECONDS:
            return kept[1]
        found = await look_up()
        if keep(found) and forgotten == self._forgotten:
            self._answers[key] = (begun, found)
            self._answers.move_to_end(key)
            self._drop_old(begun)
        return found

    def forget(self) -> None:
        """Keep nothing of what was looked up before now."""
        self._answers.clear()
        self._forgotten += 1

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self._answers)

    def _drop_old(self, now: float) -> None:
        answers = self._answers
        while answers and now - next(iter(answers.values()))[0] >= KEPT_SECONDS:
            answers.popitem(last=False)


class KeptCredentials:
    """Sessions, sessions with the role in a game, and API keys; `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sessions: _Kept[MemberSession | None] = _Kept(monotonic)
        self._roles: _Kept[tuple[MemberSession | None, str | None]] = _Kept(monotonic)
        self._keys: _Kept[ApiKey | None] = _Kept(monotonic)

    async def session(self, reader: Reader, token: str, now_ms: int) -> MemberSession | None:
        """As `find_session`."""
        session = await self._sessions.find((digest(token),), lambda: find_session(reader, token, now_ms), keep=bool)
        return None if session is None or session.expires_at <= now_ms else session

    async def session_in_game(
        self, reader: Reader, token: str, now_ms: int, studio_id: str, game_id: str
    ) -> tuple[MemberSession | None, str | None]:
        """As `find_session_in_game`."""
        session, role = await self._roles.find(
            (digest(token), studio_id, game_id),
            lambda: find_session_in_game(reader, token, now_ms, studio_id, game_id),
            keep=all,
        )
        return (None, None) if session is None or session.expires_at <= now_ms else (session, role)

    async def key(self, reader: Reader, key: str) -> ApiKey | None:
        """As `find_key`."""
        return await self._keys.find((digest(key),), lambda: find_key(reader, key), keep=bool)

    def forget(self) -> None:
        """Look every credential up again from now on."""
        for kept in (self._sessions, self._roles, self._keys):
            kept.forget()

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._sessions) + len(self._roles) + len(self._keys)

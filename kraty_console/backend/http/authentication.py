"""Authenticate callers by the headers of their request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from kraty_console.backend.auth.api_keys import ApiKey, find_key
from kraty_console.backend.auth.kept_credentials import KeptCredentials
from kraty_console.backend.auth.member_sessions import MemberSession, find_session, find_session_in_game
from kraty_console.backend.auth.player_secrets import SecretHolder
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.csrf import check_change
from kraty_console.backend.observability.call_events import CallerInfo
from kraty_console.backend.rules.context import Actor, Tenant
from kraty_console.backend.storage.queries import Reader

COOKIE: Final = "kraty_session"


@dataclass(frozen=True, slots=True)
class Caller:
    """A member with a session, or an API key, optionally with a player's secret; neither on public routes."""

    session: MemberSession | None = None
    key: ApiKey | None = None
    player: SecretHolder | None = None

    @property
    def name(self) -> str:
        """The identity of this caller for counting calls."""
        if self.session is not None:
            return f"session:{self.session.session_id}"
        return f"key:{self.the_key.key_id}"

    @property
    def actor(self) -> Actor:
        """The caller as the audit log names it."""
        if self.session is not None:
            return Actor("member", self.session.member_id, self.session.email)
        if self.player is not None:
            return Actor("player", self.player.player_id, self.player.external_player_id)
        return Actor("api_key", self.the_key.key_id, f"api_key:{self.the_key.prefix}")

    @property
    def seen(self) -> CallerInfo:
        """The caller as logs and metrics name them."""
        return CallerInfo("member") if self.session is not None else CallerInfo("api_key", self.the_key.prefix)

    @property
    def the_session(self) -> MemberSession:
        """The session, on the routes that only sessions reach."""
        assert self.session is not None
        return self.session

    @property
    def the_key(self) -> ApiKey:
        """The key, on the routes that only keys reach."""
        assert self.key is not None
        return self.key


NOBODY: Final = Caller()
"""The caller of public routes."""


def bearer_token(headers: Headers) -> str | None:
    """The credential in `Authorization: Bearer …`; None without such a header.

    Raises 401 for any other value of the header.
    """
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, credential = given.partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise api_errors.bad_credential("credential")
    return credential.strip()


def session_token(method: str, headers: Headers, own_origins: frozenset[str]) -> str:
    """The token of a session, as bearer or as cookie; the header wins.

    Raises 401 if there is none, and 403 for a change by cookie that another site's page may have sent.
    """
    token = bearer_token(headers)
    if token is None and (cookies := headers.get("cookie")):
        token = cookie_parser(cookies).get(COOKIE)
        if token:
            check_change(method, headers, own_origins)
    if not token:
        raise api_errors.no_credential()
    return token


async def authenticate_member(reader: Reader, token: str, now_ms: int, kept: KeptCredentials | None = None) -> Caller:
    """The member who calls, also from what is `kept`; raises 401 if the token belongs to no active session."""
    session = await (find_session if kept is None else kept.session)(reader, token, now_ms)
    if session is None:
        raise api_errors.bad_credential("session")
    return Caller(session=session)


async def authenticate_in_game(
    reader: Reader, token: str, now_ms: int, game: Tenant, kept: KeptCredentials | None = None
) -> tuple[Caller, str | None]:
    """The member who calls and their role in a game, None for none; raises 401 as `authenticate_member`."""
    find = find_session_in_game if kept is None else kept.session_in_game
    session, role = await find(reader, token, now_ms, game.studio_id, game.game_id)
    if session is None:
        raise api_errors.bad_credential("session")
    return Caller(session=session), role


def key_in_headers(headers: Headers) -> str:
    """The API key in the headers; raises 401 if there is none."""
    credential = bearer_token(headers)
    if credential is None:
        raise api_errors.no_credential()
    return credential


async def authenticate_key(reader: Reader, credential: str, kept: KeptCredentials | None = None) -> Caller:
    """The API key of the caller, also from what is `kept`; raises 401 if it is unknown or revoked."""
    key = await (find_key if kept is None else kept.key)(reader, credential)
    if key is None:
        raise api_errors.bad_credential("key")
    return Caller(key=key)

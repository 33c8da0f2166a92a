"""Checks the session: member, role, expiry and game."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kraty_console.client.admin import KratyClient
from kraty_console.client.capabilities import Support
from kraty_console.client.game_ref import GameRef, find_games, game_from_profile
from kraty_console.config.profiles import Profile
from kraty_console.contract.errors import KratyError, NotAllowed, OperationMissing, SignInNeeded
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Me
from kraty_console.domain.checkup import CheckArea, CheckState, Finding
from kraty_console.domain.formatting import duration_words
from kraty_console.domain.timestamps import as_utc
from kraty_console.present.errors import error_text

SOON_SECONDS: Final = 3_600.0
"""A session that expires sooner is a warning."""


async def session_findings(client: KratyClient, profile: Profile, now: datetime, findings: list[Finding]) -> bool:
    """Request the session and select the profile's game; returns whether further checks make sense."""
    try:
        me = await client.me()
    except OperationMissing:
        words = "this Kraty does not identify sessions: the role is unknown, the server decides"
        findings.append(Finding(CheckArea.SESSION, "who", CheckState.NOTE, words))
        return _enter(client, profile, None, findings)
    except (SignInNeeded, NotAllowed) as error:
        findings.append(refused(error, uses_key=profile.uses_key))
        return False
    except KratyError as error:
        words = f"the session could not be requested: {error_text(error).text}"
        findings.append(Finding(CheckArea.SESSION, "who", CheckState.PROBLEM, words))
        return False
    client.capabilities.learn(Operation.ME, Support.AVAILABLE)
    findings.append(_who(me, uses_key=profile.uses_key))
    if me.session.expires_at is not None:
        findings.append(_expiry(as_utc(me.session.expires_at), now))
    return _enter(client, profile, me, findings)


def refused(error: SignInNeeded | NotAllowed, *, uses_key: bool) -> Finding:
    """The finding if the backend refuses the credential."""
    what = "server key" if uses_key else "token"
    facts = {"status": error.status, "code": error.code}
    if isinstance(error, SignInNeeded):
        words, advice = f"the {what} has expired or is unknown", f"Give a new {what}."
    else:
        words, advice = f"the backend answers this {what} with 403", "Ask its operators for the permissions."
    return Finding(CheckArea.TOKEN, "accepted", CheckState.PROBLEM, words, advice, facts)


def _who(me: Me, *, uses_key: bool) -> Finding:
    # A key's name is its prefix, a part of the key.
    name = f"the key with the id {me.member.id}" if uses_key else me.member.name or me.member.email or me.member.id
    return Finding(CheckArea.SESSION, "who", CheckState.OK, name, facts={"member": me.member.id})


def _expiry(until: datetime, now: datetime) -> Finding:
    left = (until - now).total_seconds()
    facts = {"expiresAt": until.isoformat()}
    if left < 0:
        words = f"it expired {duration_words(-left)} ago by this machine's clock, but was accepted"
        return Finding(CheckArea.SESSION, "expiry", CheckState.WARNING, words, "Check the clock.", facts)
    words = f"it expires in {duration_words(left)}, on {until:%Y-%m-%d %H:%M} UTC"
    soon = left < SOON_SECONDS
    return Finding(
        CheckArea.SESSION,
        "expiry",
        CheckState.WARNING if soon else CheckState.OK,
        words,
        "Sign in again before longer work." if soon else "",
        facts,
    )


def _enter(client: KratyClient, profile: Profile, me: Me | None, findings: list[Finding]) -> bool:
    try:
        if me is None:
            games = [game_from_profile(profile.studio, profile.game)]
        else:
            games = find_games(me, profile.studio, profile.game, profile.environment)
    except KratyError as error:
        advice = "Correct studio, game and environment in the profile."
        findings.append(Finding(CheckArea.SESSION, "game", CheckState.PROBLEM, error_text(error).text, advice))
        return False
    if len(games) > 1:
        names = ", ".join(each.name for each in games)
        advice = "Set studio and game in the profile: otherwise the console asks each time."
        findings.append(
            Finding(
                CheckArea.SESSION, "games", CheckState.NOTE, f"several match: {names}; the first is checked", advice
            )
        )
    selected = games[0]
    environment = selected.game.only_environment or profile.environment
    client.enter(selected.studio.id, selected.game.id, environment)
    if me is not None:
        findings.append(_role(selected, environment))
    return True


def _role(selected: GameRef, environment: str | None) -> Finding:
    role = selected.game.role or "unknown"
    words = f"role {role} in {selected.name}, {environment or 'live'}"
    facts = {"game": selected.game.id, "studio": selected.studio.id, "role": selected.game.role}
    return Finding(CheckArea.SESSION, "role", CheckState.OK, words, facts=facts)

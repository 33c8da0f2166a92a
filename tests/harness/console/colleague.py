"""Other users of the backend: a colleague who makes changes, and a reader of the results."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from kraty_console.client.admin import KratyClient
from kraty_console.client.transport import Timeouts
from kraty_console.console.app import KratyApp
from tests.harness.console.stage import DemoStage


class Colleague:
    """A member at work on the same backend, through its API."""

    def __init__(self, stage: DemoStage, http: httpx.Client) -> None:
        credentials = stage.world.credentials
        self._http = http
        self._studio = f"/admin/v1/studios/{credentials['studioId']}"
        self._game = f"{self._studio}/games/{credentials['gameId']}"
        self._keys = 0

    def snapshot(self, player: str) -> dict[str, Any]:
        """The player as the backend has it."""
        return self._data(self._http.get(f"{self._game}/players/{quote(player, safe='')}?limit=200"))

    def audit(self, player: str) -> list[dict[str, Any]]:
        """The player's rows of the audit log, newest first."""
        answer = self._http.get(f"{self._studio}/audit-log", params={"player": player, "limit": 200})
        rows: list[dict[str, Any]] = self._data(answer)["rows"]
        return rows

    def balance(self, player: str, economy_key: str) -> int:
        """What the player has of a currency; 0 when none."""
        held = {each["economyKey"]: each["balance"] for each in self.snapshot(player)["wallet"]}
        return int(held.get(economy_key, 0))

    def credit(self, player: str, economy_key: str, amount: int) -> None:
        self._change(f"/players/{quote(player, safe='')}/wallet/{economy_key}/credit", {"amount": amount})

    def grant(self, player: str, economy_key: str, amount: int) -> str:
        """A manual grant; its id."""
        entries = [{"type": "currency", "currencyKey": economy_key, "amount": amount}]
        made = self._change("/grants", {"externalPlayerId": player, "entries": entries})
        return str(made["grant"]["id"])

    def note(self, player: str, text: str) -> None:
        self._keys += 1
        body = {"text": text, "idempotencyKey": f"colleague-{self._keys}"}
        self._data(self._http.post(f"{self._game}/players/{quote(player, safe='')}/notes", json=body))

    def notes(self, player: str) -> list[dict[str, Any]]:
        """The notes on a player, newest first."""
        rows: list[dict[str, Any]] = self._data(self._http.get(f"{self._game}/players/{quote(player, safe='')}/notes"))[
            "rows"
        ]
        return rows

    def force_complete(self, attempt: str, score: float) -> None:
        self._change(f"/attempts/{attempt}/force-complete", {"finalScore": score})

    def retry_roll(self, attempt: str) -> None:
        self._change(f"/attempts/{attempt}/retry-reward-roll", {})

    def force_claim(self, grant: str) -> None:
        self._change(f"/grants/{grant}/force-claim", {})

    def ban(self, player: str) -> None:
        self._change(f"/players/{quote(player, safe='')}/ban", {})

    def _change(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._keys += 1
        sent = {"reason": "a colleague did this", "idempotencyKey": f"colleague-{self._keys}", **body}
        return self._data(self._http.post(self._game + path, json=sent))

    @staticmethod
    def _data(answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code < 300, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


@contextmanager
def colleague(stage: DemoStage, role: str = "GAME_ADMIN") -> Iterator[Colleague]:
    """Somebody else signed in on the same backend."""
    token = stage.world.credentials["sessions"][role]
    session = {"authorization": f"Bearer {token}"}
    # Plain HTTP verifies nothing; reading a hundred certificates for it takes as long as the calls.
    with httpx.Client(base_url=stage.url, headers=session, trust_env=False, verify=False) as http:
        yield Colleague(stage, http)


async def _at_once(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


def impatient(app: KratyApp) -> KratyApp:
    """The console on a client that does not pause between tries."""
    launch = app.workspace.launch
    app.workspace._client = KratyClient(
        launch.profile.url or "",
        launch.credential,
        studio_id=launch.profile.studio,
        game_id=launch.profile.game,
        environment=launch.profile.environment,
        sleep=_at_once,
        clock=lambda: 0.0,
    )
    return app


def waits(app: KratyApp, seconds: float) -> None:
    """From now on the console's client waits so long for an answer."""
    client = app.workspace._client
    assert client is not None
    client._transport._timeouts = Timeouts(whole=seconds)

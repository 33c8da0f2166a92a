"""Commands of a member against a real backend, over HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kraty_console.cli.main import run
from tests.harness.contract.troubled_game import TroubledGame

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What no output may hold."""


@dataclass(frozen=True)
class MemberRun:
    """The exit code and output of a run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as one JSON value."""
        assert self.out.isascii()
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        """The output as one JSON value per line."""
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Member:
    """Runs commands in this process, as a member of a game."""

    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> MemberRun:
        code = run(arguments)
        captured = self.capsys.readouterr()
        assert not CONTROL.search(captured.out + captured.err)
        return MemberRun(code, captured.out, captured.err)


def become_member(monkeypatch: pytest.MonkeyPatch, folder: Path, world: TroubledGame, role: str) -> None:
    """Set the environment of a member with this role, and nothing else of the machine's."""
    for name in ("KRATY_PROFILE", "KRATY_ENVIRONMENT", "KRATY_SERVER_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRATY_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(folder / "state"))
    monkeypatch.setenv("KRATY_URL", f"http://127.0.0.1:{world.backend.port}")
    monkeypatch.setenv("KRATY_STUDIO", world.tenant.studio_id)
    monkeypatch.setenv("KRATY_GAME", world.tenant.game_id)
    monkeypatch.setenv("KRATY_TOKEN", world.sessions[role])

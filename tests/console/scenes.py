"""What the console looks like, scene by scene: each is walked to by keys from the start, on a backend of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kraty_console.backend.demo.tickets import TICKETS
from kraty_console.config.launch import Try
from kraty_console.console.app import KratyApp
from tests.console.drive import SIZE, Hand
from tests.console.settling import settled
from tests.console.stage import Stage

TRIES = tuple(Try(each.player, each.complaint) for each in TICKETS)


@dataclass(frozen=True)
class Scene:
    """One picture."""

    name: str
    player: str | None = None
    keys: tuple[str, ...] = ()
    """Key names; `text:…` types, `DIALOG` waits until a dialog takes keys, `REST` until nothing is asked for."""
    role: str = "GAME_ADMIN"
    size: tuple[int, int] = SIZE
    launch: dict[str, Any] = field(default_factory=dict)

    def app(self, backend: Stage) -> KratyApp:
        """The console at the beginning of the scene."""
        return backend.app(self.role, player=self.player, tries=TRIES, **self.launch)

    async def walk(self, hand: Hand, cues: Mapping[str, Callable[[], object]] = MappingProxyType({})) -> None:
        """Go to where the picture is taken; a key that is a cue calls what stands there instead."""
        await hand.until(lambda: hand.app.desk.me is not None or hand.app.screen is not hand.app.bottom)
        if hand.app.screen is hand.app.bottom:
            await hand.rest()
        for key in self.keys:
            if key in cues:
                cues[key]()
            elif key == "DIALOG":
                await hand.opened()
            elif key == "REST":
                await hand.closed()
                await hand.rest()
            elif key.startswith("text:"):
                await hand.type(key.removeprefix("text:"))
            elif key.startswith("sees:"):
                await hand.sees(key.removeprefix("sees:"))
            else:
                await hand.press(key)
        await settled(hand.app)


REASON = "text:replay shows the finish, see ZD-4821"

PANES = (
    Scene("pane_attempts", "alice_42", ("1",)),
    Scene("pane_grants", "alice_42", ("2",)),
    Scene("pane_wallet", "alice_42", ("3",)),
    Scene("pane_lobbies", "alice_42", ("4",)),
    Scene("pane_items", "alice_42", ("5",)),
    Scene("pane_audit", "alice_42", ("6",)),
)

DIALOGS = (
    Scene("dialog_force_complete", "carol_ng", ("full_stop", "DIALOG")),
    Scene("dialog_retry_roll", "alice_42", ("full_stop", "DIALOG")),
    Scene("dialog_manual_grant", "alice_42", ("M", "DIALOG")),
    Scene("dialog_force_claim", "bob_7", ("full_stop", "DIALOG")),
    Scene("dialog_credit", "alice_42", ("C", "DIALOG")),
    Scene("dialog_ban", "alice_42", ("B", "DIALOG")),
    Scene("dialog_unban", "frank", ("B", "DIALOG")),
)

LOOKS = (
    Scene("start"),
    Scene("keys", "alice_42", ("?", "DIALOG")),
    Scene("palette", "alice_42", (":", "DIALOG")),
    Scene("ticket", "alice_42", ("t", "DIALOG")),
    Scene("filter", "grace_hopper", ("f", "DIALOG", "text:weekly")),
    Scene("recent", "alice_42", ("p", "DIALOG")),
    Scene("document", "alice_42", ("enter", "DIALOG")),
    Scene("document_raw", "alice_42", ("J", "DIALOG")),
    Scene("audit_document", "alice_42", ("6", "enter", "DIALOG")),
)

STATES = (
    Scene("missing", "alice_99", ("sees:No player is called",)),
    Scene("missing_nothing_near", "zzzzzz", ("sees:No player is called",)),
    Scene("suggestions", None, ("text:al", "sees:matches")),
    Scene("banned", "frank"),
    Scene("nothing_wrong", "grace_hopper"),
    Scene("empty_pane", "guest_device_abc", ("4",)),
    Scene("crates", "ivy"),
    Scene("many", "heavy_user", ("3",)),
    Scene("off_for_debugger", "alice_42", ("M",), role="GAME_DEBUGGER"),
    Scene("read_only", "alice_42", launch={"read_only": True}),
    Scene("test_environment", None, launch={"environment": "test"}),
    Scene("invalid_field", "carol_ng", ("F", "DIALOG", "text:x")),
    Scene("rolled", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST")),
    Scene("audit_log", "alice_42", ("l", "sees:ACTION")),
    Scene("journal", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST", "o", "DIALOG")),
    Scene("token", None, ("DIALOG",), launch={"token": "kst_" + "0" * 43}),
    Scene("first_run", None, ("DIALOG",), launch={"token": "", "url": None}),
)

THEMES = tuple(
    Scene(f"theme_{theme}_{name}", "alice_42", keys, launch={"theme": theme})
    for theme in ("light", "ansi", "mono")
    for name, keys in (("panes", ()), ("dialog", ("full_stop", "DIALOG")))
)

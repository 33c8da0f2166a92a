"""What the console looks like, scene by scene: each is walked to by keys from the start, on a backend of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.backend.demo.tickets import TICKETS
from kraty_console.config.inbox import InboxTicket
from kraty_console.config.launch import SampleTicket
from kraty_console.console.app import KratyApp
from kraty_console.contract.session import Member
from kraty_console.practice.tickets import TICKETS as TICKETS_OF_PRACTICE
from tests.harness.console.driver import SIZE, ConsoleDriver
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

HOSTILE_LETTER = "\r\n".join(
    [*(each.external_id for each in HOSTILE_NAMES), *(each.display_name for each in HOSTILE_NAMES), "W" * 300, "end"]
)
"""Text that would control a terminal, in lines without end."""

KEY = "KEY"
"""The role of a scene in which a server key is used."""

INBOX = (
    *(InboxTicket(each.number, each.text) for each in TICKETS_OF_PRACTICE[3:5]),
    InboxTicket("ZD-1", HOSTILE_LETTER),
)

TRIES = tuple(SampleTicket(each.player, each.complaint) for each in TICKETS)


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
    is_waiting: bool = False
    """The picture is of something under way, which never ends; any other is of all that was asked for."""

    def app(self, backend: DemoStage) -> KratyApp:
        """The console at the beginning of the scene."""
        if self.role == KEY:
            key = backend.world.credentials["keys"]["server_integration"]
            more = {"credential": "server_key", "person": "maria", "token": key, **self.launch}
            return backend.app(player=self.player, tries=TRIES, **more)
        if "inbox" in self.launch:
            number = self.launch["inbox"][0].number
            return backend.app(self.role, player=self.player, ticket=number, **self.launch)
        return backend.app(self.role, player=self.player, tries=TRIES, **self.launch)

    async def walk(
        self, driver: ConsoleDriver, cues: Mapping[str, Callable[[], object]] = MappingProxyType({})
    ) -> None:
        """Press the keys of the scene; a cue among them calls its function instead."""
        workspace = driver.app.workspace
        await driver.until(
            lambda: (workspace.me or workspace.access) is not None or driver.app.screen is not driver.app.bottom
        )
        if self.role == KEY and workspace.me is not None:  # each world has another key
            workspace.me = workspace.me.model_copy(update={"member": Member(id="key", name="key s1_demo0")})
        if driver.app.screen is driver.app.bottom:
            await driver.rest()
        for key in self.keys:
            if key in cues:
                cues[key]()
            elif key == "DIALOG":
                await driver.opened()
            elif key == "REST":
                await driver.closed()
                await driver.rest()
            elif key.startswith("text:"):
                await driver.type(key.removeprefix("text:"))
            elif key.startswith("sees:"):
                await driver.sees(key.removeprefix("sees:"))
            else:
                await driver.press(key)
        if not self.is_waiting:
            await driver.rest()
        await wait_until_idle(driver.app)


REASON = "text:replay shows the finish, see ZD-4821"

PANES = (
    Scene("pane_attempts", "alice_42", ("1",)),
    Scene("pane_grants", "alice_42", ("2",)),
    Scene("pane_wallet", "alice_42", ("3",)),
    Scene("pane_lobbies", "alice_42", ("4",)),
    Scene("pane_items", "alice_42", ("5",)),
    Scene("pane_audit", "alice_42", ("6",)),
    Scene("pane_timeline", "alice_42", ("7",)),
)

DIALOGS = (
    Scene("dialog_force_complete", "carol_ng", ("full_stop", "DIALOG")),
    Scene("dialog_retry_roll", "alice_42", ("full_stop", "DIALOG")),
    Scene("dialog_manual_grant", "alice_42", ("M", "DIALOG")),
    Scene("dialog_force_claim", "bob_7", ("full_stop", "DIALOG")),
    Scene("dialog_credit", "alice_42", ("C", "DIALOG")),
    Scene("dialog_ban", "alice_42", ("B", "DIALOG")),
    Scene("dialog_correct_ticket", "frank", ("6", "T", "DIALOG", "text:ZD-4812")),
    Scene("dialog_unban", "frank", ("B", "DIALOG")),
)

LOOKS = (
    Scene("start"),
    Scene("keys", "alice_42", ("?", "DIALOG")),
    Scene("palette", "alice_42", (":", "DIALOG")),
    Scene("ticket", "alice_42", ("t", "DIALOG")),
    Scene("filter", "grace_hopper", ("f", "DIALOG", "text:weekly")),
    Scene("timeline_filter", "alice_42", ("7", "REST", "f", "DIALOG", "text:kind:grant,wallet gold")),
    Scene("timeline_related", "alice_42", ("7", "REST", *"jjjjjjjj", "enter", "DIALOG")),
    Scene("timeline_jump", "alice_42", ("7", "REST", *"jjjjjjj", "enter")),
    Scene("recent", "alice_42", ("p", "DIALOG")),
    Scene("document", "alice_42", ("enter", "DIALOG")),
    Scene("document_raw", "alice_42", ("J", "DIALOG")),
    Scene("audit_document", "alice_42", ("6", "enter", "DIALOG")),
)

LOG = ("escape", "l", "sees:ACTION")

AUDIT_LOG = (
    Scene("audit_filter_completion", None, (*LOG, "f", "DIALOG", "text:actor:maria action:wal", "tab", "tab")),
    Scene("audit_filter_error", None, (*LOG, "f", "DIALOG", "text:outcome:denied since:yesterday")),
    Scene("audit_filtered", None, (*LOG, "f", "DIALOG", "text:actor:maria action:grant.*,player.*", "enter")),
    Scene(
        "audit_difference",
        None,
        (*LOG, "f", "DIALOG", "text:action:grant.manual_force_claim", "enter", "sees:match", "enter", "DIALOG"),
    ),
    Scene("audit_player", None, (*LOG, "f", "DIALOG", "text:player:ivy", "enter", "sees:match", "d", "sees:now at")),
    Scene("audit_export", None, (*LOG, "E", "DIALOG")),
    Scene("audit_exported", None, (*LOG, "E", "DIALOG", "enter", "enter", "enter", "sees:audit rows in")),
)
"""The studio's audit log."""
INBOXES = (
    Scene("inbox_ticket", launch={"inbox": INBOX}),
    Scene("inbox_keys", None, ("escape",), launch={"inbox": INBOX}),
    Scene("inbox_player", "dave.k", launch={"inbox": INBOX}),
    Scene("inbox_read", "dave.k", ("#", "DIALOG"), launch={"inbox": INBOX}),
    Scene("inbox_hostile", launch={"inbox": INBOX[2:]}),
    Scene("inbox_done", None, ("escape", ">"), launch={"inbox": INBOX[:1]}),
)
"""With tickets to solve one after the other."""

STATES = (
    Scene("missing", "alice_99", ("sees:No player is called",)),
    Scene("missing_nothing_near", "zzzzzz", ("sees:No player is called",)),
    Scene("suggestions", None, ("text:al", "sees:matches")),
    Scene("found_one", None, ("text:my player id is bob_7 (Bob)", "sees:▸bob_7 id")),
    Scene("found_several", None, ("text:alice@example.com was beaten by bob_7", "enter", "DIALOG")),
    Scene("found_nobody", None, ("text:Player ID: alice_43, x@y.example", "enter", "sees:Nearest are")),
    Scene("banned", "frank"),
    Scene("nothing_wrong", "grace_hopper"),
    Scene("empty_pane", "guest_device_abc", ("4",)),
    Scene("crates", "ivy"),
    Scene("many", "heavy_user", ("3",)),
    Scene("ledger", "alice_42", ("3", "down", "down", "down", "down", "down")),
    Scene("timeline_many", "heavy_user", ("7", "REST", "G", "REST")),
    Scene("timeline_kind", "heavy_user", ("7", "REST", "f", "DIALOG", "text:kind:item potion", "enter", "REST")),
    Scene("off_for_debugger", "alice_42", ("M",), role="GAME_DEBUGGER"),
    Scene("read_only", "alice_42", launch={"read_only": True}),
    Scene("watched", "alice_42", ("v", "REST")),
    Scene("test_environment", None, launch={"environment": "test"}),
    Scene("invalid_field", "carol_ng", ("F", "DIALOG", "text:x")),
    Scene("rolled", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST")),
    Scene("audit_log", "alice_42", ("l", "sees:ACTION")),
    Scene("deliveries", "erin", ("h", "sees:grant.created")),
    Scene("healthy_row", "alice_42", ("G",)),
    Scene("journal", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST", "o", "DIALOG")),
    Scene("reply", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST", "W", "DIALOG")),
    Scene("token", None, ("DIALOG",), launch={"token": "kst_" + "0" * 43}, is_waiting=True),
    Scene("first_run", None, ("DIALOG",), launch={"token": "", "url": None}),
)

PORTAL = "https://portal.example/games/{gameId}"

REDUCED = (
    Scene("reduced_player", "alice_42", ("REST",)),
    Scene("reduced_wallet", "alice_42", ("REST", "3")),
    Scene("reduced_timeline", "alice_42", ("REST", "7")),
    Scene("reduced_missing_operation", "alice_42", ("REST", "R"), launch={"portal_url": PORTAL}),
    Scene(
        "reduced_email", "alice@example.com", ("sees:cannot search by e-mail", "REST"), launch={"portal_url": PORTAL}
    ),
)
"""On a Kraty that has the published routes alone."""

ACTS = {"server_actions": True}

SERVER_KEY = (
    Scene("key_read_only", "alice_42", role=KEY),
    Scene("key_player", "alice_42", role=KEY, launch=ACTS),
    Scene("key_debit", "alice_42", ("3", "D", "DIALOG"), role=KEY, launch=ACTS),
    Scene("key_ban", "bob_7", ("B", "DIALOG"), role=KEY, launch=ACTS),
    Scene("key_unban", "frank", ("B", "DIALOG"), role=KEY, launch=ACTS),
    Scene(
        "key_merge",
        "guest_device_abc",
        ("U", "DIALOG", "text:bob_7", "enter", "sees:is free again", "DIALOG"),
        role=KEY,
        launch=ACTS,
    ),
)
"""With a server key."""

THEMES = tuple(
    Scene(f"theme_{theme}_{name}", "alice_42", keys, launch={"theme": theme})
    for theme in ("light", "ansi", "mono")
    for name, keys in (("panes", ()), ("dialog", ("full_stop", "DIALOG")))
)

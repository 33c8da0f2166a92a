"""The registry of actions, from which footer, palette, `?`, the key table of the README and the dialogs are made.

Lower-case keys read and upper-case keys change, except `G` and `J`, which only read, as in every pager, `W`, which
shows a text to copy, and `E`, which writes a file. What changes or writes something opens a dialog first.
"""

from __future__ import annotations

from typing import Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.disabled_reasons import (
    audit_player_disabled,
    copy_disabled,
    correct_ticket_disabled,
    force_claim_disabled,
    force_complete_disabled,
    link_disabled,
    list_disabled,
    related_disabled,
    replay_disabled,
    retry_roll_disabled,
    revoke_disabled,
    row_disabled,
    step_disabled,
    worklog_disabled,
)
from kraty_console.domain.inbox_actions import INBOX_ACTIONS
from kraty_console.domain.scopes import PANES

FORCE_COMPLETE: Final = ActionSpec(
    "attempt.force_complete",
    "Force-complete",
    ("F",),
    "on an attempt: force-complete it",
    scope="attempt",
    operation=Operation.FORCE_COMPLETE,
    footer=True,
    footer_title="complete",
    disabled_rule=force_complete_disabled,
)
FORCE_CLAIM: Final = ActionSpec(
    "grant.force_claim",
    "Force-claim",
    ("F",),
    "on a grant: force-claim it, which delivers it now",
    scope="grant",
    operation=Operation.FORCE_CLAIM,
    footer=True,
    footer_title="claim",
    disabled_rule=force_claim_disabled,
)
RETRY_ROLL: Final = ActionSpec(
    "attempt.retry_roll",
    "Retry roll",
    ("R",),
    "on an attempt: retry the reward roll",
    scope="attempt",
    operation=Operation.RETRY_ROLL,
    footer=True,
    footer_title="roll",
    disabled_rule=retry_roll_disabled,
)
REVOKE: Final = ActionSpec(
    "grant.revoke",
    "Revoke",
    ("X",),
    "on a grant: revoke it, so that it cannot be collected",
    scope="grant",
    operation=Operation.REVOKE_GRANT,
    disabled_rule=revoke_disabled,
)
MANUAL_GRANT: Final = ActionSpec(
    "player.grant",
    "Manual grant",
    ("M",),
    "issue a manual grant to this player",
    scope="player",
    operation=Operation.MANUAL_GRANT,
    command="manual-grant",
    footer=True,
    footer_title="grant",
)
CREDIT: Final = ActionSpec(
    "wallet.credit",
    "Credit",
    ("C",),
    "credit a balance",
    scope="player",
    operation=Operation.CREDIT,
    footer=True,
    footer_title="credit",
)
DEBIT: Final = ActionSpec(
    "wallet.debit",
    "Debit",
    ("D",),
    "with a server key: debit a balance",
    scope="player",
    operation=Operation.DEBIT,
    key_only=True,
)
MERGE: Final = ActionSpec(
    "player.merge",
    "Merge",
    ("U",),
    "with a server key: merge this player into another",
    scope="player",
    operation=Operation.MERGE,
    key_only=True,
)
COMPARE: Final = ActionSpec(
    "player.compare",
    "Compare for a merge",
    ("m",),
    "show this player beside another, and the command that merges the two",
    scope="player",
    operation=Operation.PLAYER,
)
BAN: Final = ActionSpec(
    "player.ban",
    "Ban or unban",
    ("B",),
    "ban the player, or lift the ban",
    scope="player",
    operation=Operation.BAN,
)
ADD_NOTE: Final = ActionSpec(
    "player.note",
    "Add note",
    ("N",),
    "write a note on the player, for colleagues",
    scope="player",
    operation=Operation.ADD_NOTE,
)
NOTES: Final = ActionSpec(
    "player.notes",
    "Notes",
    ("i",),
    "read the notes of colleagues on the player",
    scope="player",
    operation=Operation.NOTES,
)
WATCH: Final = ActionSpec(
    "player.watch",
    "Watch",
    ("v",),
    "watch the player: read again every 5 s, changes marked",
    scope="player",
    operation=Operation.PLAYER,
)
PROFILE: Final = ActionSpec(
    "player.profile",
    "Profile",
    ("e",),
    "everything about the player: e-mail, times, totals, last context",
    scope="player",
)
CORRECT_TICKET: Final = ActionSpec(
    "audit.correct",
    "Correct ticket",
    ("T",),
    "on an audit row: say which ticket the change was made for",
    scope="audit",
    operation=Operation.CORRECT_TICKET,
    footer=True,
    footer_title="correct ticket",
    command="correct-ticket",
    disabled_rule=correct_ticket_disabled,
)
REPLAY: Final = ActionSpec(
    "delivery.replay",
    "Replay delivery",
    ("R",),
    "on a webhook delivery: send it again",
    scope="delivery",
    operation=Operation.REPLAY_DELIVERY,
    footer=True,
    footer_title="replay",
    disabled_rule=replay_disabled,
)

MOVES: Final = "move in the list"
"""The help of keys that move the cursor."""

_PANES: Final = "switch panes"

REGISTRY: Final[tuple[ActionSpec, ...]] = (
    FORCE_COMPLETE,
    FORCE_CLAIM,
    REVOKE,
    RETRY_ROLL,
    MANUAL_GRANT,
    CREDIT,
    BAN,
    ADD_NOTE,
    DEBIT,
    MERGE,
    COMPARE,
    NOTES,
    WATCH,
    PROFILE,
    CORRECT_TICKET,
    REPLAY,
    ActionSpec(
        "next.step",
        "Next step",
        (".",),
        "open the next step for this row, or go to the row that needs one",
        scope="player",
        footer=True,
        footer_title="next",
        disabled_rule=step_disabled,
    ),
    ActionSpec(
        "search.focus",
        "Search",
        ("/",),
        "search by id or e-mail, or paste several",
        footer=True,
        footer_title="find",
    ),
    *(
        ActionSpec(
            f"pane.{each.id}",
            f"{each.title} pane",
            (each.key,),
            _PANES,
            scope="player",
            palette=f"show the player's {each.holds}",
        )
        for each in PANES
    ),
    ActionSpec("pane.next", "Next pane", ("tab",), _PANES, scope="player", palette="show the pane to the right"),
    ActionSpec(
        "pane.previous", "Previous pane", ("shift+tab",), _PANES, scope="player", palette="show the pane to the left"
    ),
    ActionSpec("row.down", "Next row", ("j", "down"), MOVES, palette="move down by a row"),
    ActionSpec("row.up", "Previous row", ("k", "up"), MOVES, palette="move up by a row"),
    ActionSpec("row.first", "First row", ("g", "home"), MOVES, palette="move to the top of the list"),
    ActionSpec("row.last", "Last row", ("G", "end"), MOVES, palette="move to the end of the list"),
    ActionSpec("row.page_down", "Page down", ("pagedown",), MOVES, palette="move down by a screenful"),
    ActionSpec("row.page_up", "Page up", ("pageup",), MOVES, palette="move up by a screenful"),
    ActionSpec(
        "row.open",
        "Open row",
        ("enter",),
        "open the whole row; in the timeline go to its cause or effect",
        footer_title="open",
        disabled_rule=row_disabled,
    ),
    ActionSpec("view.json", "Raw JSON", ("J",), "the row as raw JSON, and back to words", disabled_rule=row_disabled),
    ActionSpec("view.back", "Back", ("escape",), "back one step; never quits"),
    ActionSpec("pane.sort", "Sort", ("s",), "sort the list by its next column", disabled_rule=list_disabled),
    ActionSpec("pane.filter", "Filter", ("f",), "show only rows that hold some text", disabled_rule=list_disabled),
    ActionSpec("copy.value", "Copy value", ("c",), "copy the value under the cursor", disabled_rule=copy_disabled),
    ActionSpec(
        "copy.audit_link",
        "Copy audit link",
        ("y",),
        "copy the link of the audit row, for the ticket",
        footer=True,
        footer_title="link",
        disabled_rule=link_disabled,
    ),
    ActionSpec(
        "copy.worklog",
        "Copy worklog",
        ("w",),
        "copy what was looked at and done under this ticket, as Markdown",
        disabled_rule=worklog_disabled,
    ),
    ActionSpec(
        "copy.reply",
        "Reply to the player",
        ("W",),
        "show a reply to the player about what was done under this ticket, to copy it",
        disabled_rule=worklog_disabled,
    ),
    ActionSpec("ticket.set", "Ticket", ("t",), "set the ticket for what follows", footer=True, footer_title="ticket"),
    *INBOX_ACTIONS,
    ActionSpec(
        "row.related",
        "Related row",
        ("a",),
        "go to the row that it came from or led to; back returns",
        footer=True,
        footer_title="related",
        disabled_rule=related_disabled,
    ),
    ActionSpec("player.recent", "Recent players", ("p",), "players opened before", footer_title="recent"),
    ActionSpec("journal.open", "Journal", ("o",), "what was sent from here, and what became of it"),
    ActionSpec(
        "audit.open",
        "Studio audit log",
        ("l",),
        "the studio's audit log",
        operation=Operation.AUDIT_LOG,
        footer_title="audit log",
    ),
    ActionSpec(
        "audit.player",
        "Go to its player",
        ("d",),
        "on an audit row: go to its player, at the row that was changed",
        scope="audit",
        disabled_rule=audit_player_disabled,
    ),
    ActionSpec(
        "audit.export",
        "Export audit rows",
        ("E",),
        "export rows of the audit log into a file",
        operation=Operation.AUDIT_LOG,
    ),
    ActionSpec(
        "webhooks.open",
        "Webhook deliveries",
        ("h",),
        "webhook deliveries, of this player or of the game",
        operation=Operation.DELIVERIES,
        footer_title="webhooks",
    ),
    ActionSpec("view.refresh", "Refresh", ("r",), "refresh now"),
    ActionSpec("view.retry", "Try again", ("u",), "after an error: try again"),
    ActionSpec("palette.open", "Command palette", (":", "ctrl+p"), "everything there is, with its key"),
    ActionSpec("help.open", "Keys", ("?",), "every key that works here, now", footer=True, footer_title="keys"),
    ActionSpec("app.back_or_quit", "Back or quit", ("q",), "back; at the top: quit", footer_title="quit"),
    ActionSpec("app.quit", "Quit", ("ctrl+c",), "pressed twice: quit"),
)
"""All actions, in the order of lists."""

BY_ID: Final[dict[str, ActionSpec]] = {each.id: each for each in REGISTRY}

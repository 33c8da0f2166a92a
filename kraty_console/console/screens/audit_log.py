"""The studio's audit log: every change of the game, newest first, loaded page by page as one goes down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.desk import Desk
from kraty_console.console.host import Host
from kraty_console.console.screens.paged_list import Page, PagedList, Wording
from kraty_console.console.views.bars import KeyHint, Notice
from kraty_console.console.views.rows import Section
from kraty_console.present import audit
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.audit import AuditRow

_HINTS = (
    KeyHint("enter", "open"),
    KeyHint("y", "link"),
    KeyHint("c", "copy id"),
    KeyHint("f", "filter"),
    KeyHint("s", "sort"),
    KeyHint("r", "refresh"),
    KeyHint("esc", "back"),
)
_WORDING = Wording(heading="audit log", subject="audit log", row_id="audit row id", loading="Loading the audit log.")


class AuditLogScreen(PagedList["AuditRow"]):
    """Reads only; `esc` or `q` goes back to the player."""

    def __init__(self, desk: Desk, host: Host) -> None:
        super().__init__(desk, host, _WORDING)
        self._do["y"] = self._copy_link

    async def _ask(self, client: KratyClient, cursor: str | None) -> Page[AuditRow]:
        page = await client.audit_log(cursor=cursor)
        return Page(page.rows, page.next_cursor, "Nothing was changed in this game yet.")

    def _section(self, rows: Sequence[AuditRow], now: datetime, empty: str) -> Section:
        shown = tuple(audit.row(each, now, with_player=True) for each in rows)
        return Section("audit", audit.STUDIO_COLUMNS, shown, empty=empty)

    def _hints(self) -> Sequence[KeyHint]:
        return _HINTS

    def _show(self, found: AuditRow) -> None:
        from textual.content import Content

        from kraty_console.console.dialogs.text import Pressed, TextDialog
        from kraty_console.present.detail import audit_document

        shown = audit_document(found, self._desk.now())
        self._host.show(
            TextDialog(
                shown.title,
                Content("\n".join(shown.plain_lines())),
                raw=Content("\n".join(shown.raw_lines)),
                indent=shown.indent,
                copy=self._host.copy,
                press=lambda key: Pressed(self._link_of(found.id)) if key == "y" else None,
                keys="y link",
            )
        )

    def _copy_link(self) -> None:
        if (row := self.table.row) is not None:
            self.keys.tell(Notice(self._link_of(row.id), "good"))

    def _link_of(self, row_id: str) -> str:
        """Copy the link of a row, and say so."""
        url = self._desk.audit_url(row_id)
        return f"audit link {self._host.copy(url)}: {safe(url, limit=120)}"

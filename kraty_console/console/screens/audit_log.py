"""The studio's audit log: every change of the game, newest first, loaded page by page as one goes down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.copy_actions import audit_row_copied
from kraty_console.console.row_document import document_dialog
from kraty_console.console.screens.paged_list import Page, PagedList, Wording
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.context import list_context
from kraty_console.console.views.rows import TableSection
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionContext
from kraty_console.present import audit
from kraty_console.present.detail import audit_document

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.audit import AuditRow

_WORDING = Wording(heading="audit log", subject="audit log", row_id="audit row id", loading="Loading the audit log.")


class AuditLogScreen(PagedList["AuditRow"]):
    """Reads only; `esc` or `q` goes back to the player."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, _WORDING)

    async def _ask(self, client: KratyClient, cursor: str | None) -> Page[AuditRow]:
        page = await client.audit_log(cursor=cursor)
        return Page(page.rows, page.next_cursor, "Nothing was changed in this game yet.")

    def _section(self, rows: Sequence[AuditRow], now: datetime, empty: str) -> TableSection:
        shown = tuple(audit.row(each, now, with_player=True) for each in rows)
        return TableSection("audit", audit.STUDIO_COLUMNS, shown, empty=empty)

    def _context_of(self, row: AuditRow | None) -> ActionContext:
        context = list_context(self.workspace, "audit", row.id if row is not None else None)
        return replace(context, audit_link=row is not None)

    def _show(self, item: AuditRow, *, raw: bool) -> None:
        shown = audit_document(item, self.workspace.now())
        hints = self._hint("copy.audit_link", "link")
        self._open_document(
            item,
            document_dialog(shown, item.id, copy=self.app.copy, hints=hints, raw=raw, indent=shown.indent),
        )

    def _link(self, row: AuditRow) -> Notice:
        return audit_row_copied(self.app.copy, self.workspace, row.id)

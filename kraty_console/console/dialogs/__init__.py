"""All dialogs.

The dialogs that screens open are loaded with their first use, as `dialogs.KeysDialog`: with the widgets they are made
of, they would delay the first screen by about 20 ms.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kraty_console.console.dialogs.action import ActionDialog as ActionDialog
    from kraty_console.console.dialogs.audit_export import AuditExportDialog as AuditExportDialog
    from kraty_console.console.dialogs.audit_filter import AuditFilterDialog as AuditFilterDialog
    from kraty_console.console.dialogs.filter import FilterDialog as FilterDialog
    from kraty_console.console.dialogs.found import FoundDialog as FoundDialog
    from kraty_console.console.dialogs.inbox import InboxTicketDialog as InboxTicketDialog
    from kraty_console.console.dialogs.keys import KeysDialog as KeysDialog
    from kraty_console.console.dialogs.notes import NotesDialog as NotesDialog
    from kraty_console.console.dialogs.palette import PaletteDialog as PaletteDialog
    from kraty_console.console.dialogs.recent import RecentDialog as RecentDialog
    from kraty_console.console.dialogs.related import RelatedDialog as RelatedDialog
    from kraty_console.console.dialogs.reply import ReplyDialog as ReplyDialog
    from kraty_console.console.dialogs.ticket import TicketDialog as TicketDialog

_MODULES: Final = {
    "ActionDialog": "action",
    "AuditExportDialog": "audit_export",
    "AuditFilterDialog": "audit_filter",
    "FilterDialog": "filter",
    "FoundDialog": "found",
    "InboxTicketDialog": "inbox",
    "KeysDialog": "keys",
    "NotesDialog": "notes",
    "PaletteDialog": "palette",
    "RecentDialog": "recent",
    "ReplyDialog": "reply",
    "RelatedDialog": "related",
    "TicketDialog": "ticket",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (a class of one of the modules)
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

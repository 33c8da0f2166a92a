"""Says once that this machine's clock is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.client.server_clock import WORTH_TELLING
from kraty_console.domain.formatting import skew_words

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace


def tell_skew(workspace: Workspace) -> str:
    """The warning that this machine's clock is wrong; empty if it is right, or if it was shown before."""
    clock = workspace.server_clock
    if clock.user_warned or abs(clock.skew) < WORTH_TELLING:
        return ""
    clock.user_warned = True
    return skew_words(clock.skew.total_seconds())

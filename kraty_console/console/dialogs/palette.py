"""`:` and ctrl+p: all actions with their keys, and why some are disabled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from kraty_console.console.dialogs.keys import DisabledReason, reasons_in
from kraty_console.console.dialogs.menu import MenuRow
from kraty_console.console.dialogs.pick import PickDialog, narrowed
from kraty_console.domain.action_choice import actions, is_trivial
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.keymap import key_label
from kraty_console.domain.text_matching import comparable, needle

_TITLE_CELLS = 18


class PaletteDialog(PickDialog):
    """Returns the id of an action that can be done here and now, None if closed.

    The state may have changed by then; the screen that gets the id checks again whether it can be done.
    """

    def __init__(
        self,
        context: ActionContext,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        disabled_reason: DisabledReason | None = None,
    ) -> None:
        """
        Args:
            context: What is in front of the person.
            keys: The keys of each action when they were remapped.
            disabled_reason: Why the screen cannot do an action; by itself what the action says.
        """
        super().__init__("Do anything", self._rows_of(context, keys, disabled_reason), empty="nothing can be done here")

    def renew(
        self,
        context: ActionContext,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        disabled_reason: DisabledReason | None = None,
    ) -> Self:
        """Begin again as if it were a new one with these arguments."""
        self.offer(self._rows_of(context, keys, disabled_reason))
        return self

    def _rows_of(
        self, context: ActionContext, keys: Mapping[str, tuple[str, ...]] | None, disabled_reason: DisabledReason | None
    ) -> list[MenuRow]:
        """What can be done first; else in the registry's order."""
        disabled_reason = disabled_reason or reasons_in(context)
        specs = {spec.id: spec for spec in actions(context) if spec.id != "palette.open"}
        self._reasons = {spec.id: disabled_reason(spec) for spec in specs.values()}
        ordered = sorted(specs.values(), key=lambda spec: (self._reasons[spec.id] is not None, is_trivial(spec)))
        return [self._row(spec, keys) for spec in ordered]

    def _row(self, spec: ActionSpec, keys: Mapping[str, tuple[str, ...]] | None) -> MenuRow:
        labels = " ".join(key_label(key) for key in (keys or {}).get(spec.id, spec.keys))
        return MenuRow(
            spec.id,
            f"{spec.title:<{_TITLE_CELLS}} {spec.palette or spec.help}",
            labels,
            off=self._reasons[spec.id] is not None,
        )

    def narrow(self, query: str) -> list[MenuRow]:
        """By title with letters left out; then by whole words of the help, or by the key itself."""
        wanted = needle(query)
        if not wanted:
            return list(self.rows)
        exact = [row for row in self.rows if query.strip() in row.right.split(" ")]
        titled = narrowed(self.rows, wanted, lambda row: row.left[:_TITLE_CELLS].rstrip())
        helped = [row for row in self.rows if wanted in comparable(row.left[_TITLE_CELLS:])]
        return list(dict.fromkeys([*exact, *titled, *helped]))

    def about(self, row: MenuRow | None) -> str:
        """Why the action under the cursor is off."""
        if row is None:
            return "nothing is called that; type less"
        reason = self._reasons.get(row.id)
        return f"off: {reason}" if reason else " "

    def choose(self, row: MenuRow) -> None:
        """Only an enabled action; the reason of a disabled one is shown below."""
        if not row.off:
            self.dismiss(row.id)

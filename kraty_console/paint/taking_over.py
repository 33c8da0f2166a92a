"""Textual's driver on a terminal on which a picture stands already."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from kraty_console.paint.standing import ALTERNATE_SCREEN, HIDDEN_CURSOR, Standing


def driver_over(standing: Standing) -> type[LinuxDriver]:
    """A driver that does not clear what stands, and at the end restores the terminal as it was before."""

    class TakesOver(LinuxDriver):
        _given = frozenset({ALTERNATE_SCREEN, HIDDEN_CURSOR})

        def write(self, data: str) -> None:
            if data in self._given:
                self._given -= {data}
                return
            super().write(data)

        def start_application_mode(self) -> None:
            first = bool(self._given)
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if first:
                self.attrs_before = list(standing.attributes)
            self._given = frozenset()

    return TakesOver

"""Where trouble begins: a good token, a filled-in dialog, and what the screen says of it."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.views.bars import Notice
from tests.harness.console.dialogs import put
from tests.harness.console.driver import ConsoleDriver
from tests.harness.console.stage import DemoStage

GOOD = "GAME_ADMIN"


def token(backend: DemoStage) -> str:
    good: str = backend.world.credentials["sessions"][GOOD]
    return good


def status(driver: ConsoleDriver) -> LoadStatus:
    return driver.app.bottom.state.status


def notices(driver: ConsoleDriver) -> list[str]:
    """Records all texts of the last line from now on."""
    said: list[str] = []
    footer = driver.app.bottom.keys
    show = footer.tell

    def tell(notice: Notice | None) -> None:
        if notice is not None:
            said.append(notice.text)
        show(notice)

    footer.tell = tell  # type: ignore[method-assign]
    return said


async def open_credit(driver: ConsoleDriver, player: str = "bob_7") -> None:
    """The credit dialog, filled in."""
    await driver.looks_at(player)
    await driver.press("C")
    await driver.opened(ActionDialog)
    await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")

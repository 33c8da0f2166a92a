"""The player to merge another one into: its id is looked up before the dialog closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from kraty_console.console.dialogs.ask import AskDialog
from kraty_console.contract.errors import KratyError
from kraty_console.domain.merging import same_player
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

LONGEST: Final = 512
"""Characters of an external player id (contract: ExternalPlayerId)."""


class MergeTargetDialog(AskDialog["Snapshot | None"]):
    """Returns the player that was named, None if closed."""

    def __init__(self, player: str, look_up: Callable[[str], Awaitable[Snapshot | None]]) -> None:
        """
        Args:
            player: Who is merged.
            look_up: Looks a player up; None where there is no such player.
        """
        super().__init__(
            "Merge into another player",
            label="into",
            words=f"Everything of {safe(player, limit=60)} goes to the player named here. First a preview.",
            placeholder="player id",
            longest=LONGEST,
            hints="enter preview · esc close",
        )
        self._player = player
        self._look_up = look_up
        self._looking = False

    def answered(self, value: str) -> None:
        """Look the player up."""
        target = value.strip()
        why = same_player(self._player, target) if target else "type the id of a player"
        if why is not None:
            self.problem.say(why)
        elif not self._looking:
            self._looking = True
            self.problem.say("looking…")
            self.in_background(partial(self._find, target), group="merge-target", description="look up a player")

    async def _find(self, target: str) -> None:
        try:
            target_player = await self._look_up(target)
        except KratyError as error:
            self.problem.say(error_text(error).text)
            return
        finally:
            self._looking = False
        if target_player is None:
            self.problem.say(f"No player has exactly the id {safe(target, limit=60)}.")
        elif (why := same_player(self._player, target_player.player.external_player_id)) is not None:
            self.problem.say(why)
        else:
            self.dismiss(target_player)

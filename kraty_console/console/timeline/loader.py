"""Loads the timeline page by page, and publishes it in the `PlayerState`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from kraty_console.client.paging import checked
from kraty_console.console.timeline.state import TimelineState
from kraty_console.contract.errors import KratyError, OperationMissing, SignInNeeded
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.present.errors import error_text

if TYPE_CHECKING:
    from kraty_console.console.player_loader import PlayerLoader
    from kraty_console.console.screen_protocols import AskingScreen
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.timeline import TimelinePage, TimelineRow
    from kraty_console.contract.timeline_kinds import TimelineKind

_GROUP: Final = "timeline"

MOST_SEARCHED: Final = 3
"""Pages of `MAX_LIMIT` rows that are read at most from one place to find a row."""


class TimelineLoader:
    """Requests nothing before the pane is looked at; one request at a time."""

    def __init__(self, screen: AskingScreen, workspace: Workspace, player: PlayerLoader) -> None:
        self._screen = screen
        self._workspace = workspace
        self._player = player

    @property
    def _timeline(self) -> TimelineState:
        return self._player.state.timeline or TimelineState()

    def _publish(self, timeline: TimelineState) -> None:
        self._player.state = self._player.state.with_timeline(timeline)

    def look(self, depth: int = 0) -> None:
        """The pane is looked at: load the newest page, or what the cursor may be on again if that is outdated.

        Args:
            depth: How many rows there are down to the cursor.
        """
        timeline = self._player.state.timeline
        if timeline is None:
            self._begin(())
        elif timeline.is_outdated:
            self._start(timeline.loading(), partial(self._renew, timeline.kinds, depth))

    def more(self) -> None:
        """Load the next page, unless one is on its way or there is none."""
        timeline = self._player.state.timeline
        if timeline is not None and not timeline.is_loading and not timeline.is_complete:
            self._start(timeline.loading(), partial(self._more, timeline))

    def narrow(self, kinds: Sequence[TimelineKind]) -> None:
        """Load only these kinds, unless what is loaded holds all of them; the rows stay until the answer."""
        if not self._timeline.covers(kinds):
            self._begin(tuple(kinds))

    def retry(self) -> bool:
        """Request the page again that did not come; False if there is none."""
        timeline = self._player.state.timeline
        if timeline is None or not timeline.trouble:
            return False
        if timeline.rows:
            self.more()
        else:
            self._begin(timeline.kinds)
        return True

    async def find(self, kind: TimelineKind, row_id: str, near: str) -> TimelineRow | None:
        """Look for a row that is not loaded, in pages of its kind.

        First right below a row that is loaded, where causes are, then from the beginning of its page, where its effects
        may be, then from the newest.

        Raises:
            KratyError: As the client does.
        """
        timeline = self._timeline
        above, rows = timeline.page_of(near)
        below = (await self._ask(timeline.kinds, above, min(rows, MAX_LIMIT))).next_cursor
        for start in dict.fromkeys((below, above, None)):
            cursor = start
            for _ in range(MOST_SEARCHED):
                page = await self._ask((kind,), cursor, MAX_LIMIT)
                found = next((each for each in page.rows if each.id == row_id), None)
                if found is not None:
                    return found
                cursor = page.next_cursor
                if cursor is None:
                    break
        return None

    # -- requests ------------------------------------------------------------------------------------------------

    def _begin(self, kinds: tuple[TimelineKind, ...]) -> None:
        self._start(self._timeline.loading(), partial(self._renew, kinds, 0))

    def _start(self, timeline: TimelineState, work: Callable[[], Awaitable[TimelineState]]) -> None:
        self._publish(timeline)
        self._screen.in_background(partial(self._run, work), group=_GROUP, description="timeline")

    async def _run(self, work: Callable[[], Awaitable[TimelineState]]) -> None:
        """Publish what was loaded, or why it was not, if the same player is still on screen."""
        player, was_outdated = self._player.state.player, self._timeline.is_outdated
        trouble = ""
        try:
            timeline = await work()
        except KratyError as error:
            trouble = error_text(error, role=self._workspace.role or None).text
            timeline = self._timeline.failed(trouble, is_complete=isinstance(error, OperationMissing))
        now = self._player.state
        if now.player != player or now.timeline is None:
            return
        self._publish(timeline.outdated() if now.timeline.is_outdated and not was_outdated else timeline)
        if trouble and timeline.rows:
            self._screen.tell(trouble, "bad")
        self._screen.draw()

    async def _more(self, timeline: TimelineState) -> TimelineState:
        return timeline.with_page(await self._ask(timeline.kinds, timeline.cursor, MAX_LIMIT))

    async def _renew(self, kinds: tuple[TimelineKind, ...], depth: int) -> TimelineState:
        """Read the newest `depth` rows again, at least a page; the old ones stay meanwhile."""
        timeline = TimelineState(kinds=kinds)
        while not timeline.is_complete and (not timeline.rows or len(timeline.rows) < depth):
            limit = DEFAULT_LIMIT if depth <= DEFAULT_LIMIT else MAX_LIMIT
            timeline = timeline.with_page(await self._ask(kinds, timeline.cursor, limit))
        return timeline

    async def _ask(self, kinds: Sequence[TimelineKind], cursor: str | None, limit: int) -> TimelinePage:
        client, player = await self._workspace.game_client(), self._player.state.player
        while True:
            try:
                return checked(await client.timeline(player, kinds=kinds, cursor=cursor, limit=limit))
            except SignInNeeded as error:
                if not await self._screen.ask_token(error):
                    raise

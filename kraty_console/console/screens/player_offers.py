"""What a typed or pasted text may lead to: suggestions beside the field, a list to choose from, a row to go to."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from kraty_console.console import dialogs
from kraty_console.console.player_finder import FoundPlayer, SeveralFit, found_player, offered, several_words
from kraty_console.console.screens.player_timers import PlayerTimers
from kraty_console.console.widgets.search import PlayerSuggestion, suggestions
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kraty_console.console.text_search import FoundInText
    from kraty_console.contract.players import SearchHit
    from kraty_console.domain.finding import TextHit


class PlayerOffers(PlayerTimers):
    """Offers what was found; nothing is opened that was not chosen."""

    @abstractmethod
    def open_player(
        self, player: str, *, typed: bool = False, step: int = 0, found: FoundPlayer | None = None, whole: str = ""
    ) -> None:
        """Look a player up."""

    def suggest(self, query: str, hits: Sequence[SearchHit], meant: int | None = None, words: str = "") -> None:
        """Show what was found for what was typed, or why nothing was."""
        self.search.suggest(query, suggestions(hits), meant, words)

    def suggest_found(self, found: FoundInText) -> None:
        """Show what a pasted text names."""
        hits = offered(found)
        player = found.decision.player
        meant = next((place for place, hit in enumerate(hits) if hit.player == player), None) if player else None
        shown = [
            PlayerSuggestion(hit.player or "", safe(hit.player, limit=60), safe(hit.matched, limit=60)) for hit in hits
        ]
        self.search.suggest(found.pasted.text, shown, meant, "nothing in this text is known; enter says what was tried")

    def show_found(self, row: TextHit) -> None:
        """Go to the row that the text named, as far as it is among the rows that were read."""
        name = safe(row.row, limit=80)
        pane, snapshot = row.pane, self.state.snapshot
        if pane is None:
            self.tell(f"found by {name}: h shows the deliveries", "accent")
        elif snapshot is not None and any(each.id == row.row_id for each in getattr(snapshot, pane)):
            self.show_row(pane, row.row_id)
            self.tell(f"now at {name}", "accent")
        else:
            self.tell(f"found by {name}, which is not among the rows that were read", "warn")

    def offer(self, text: str, several: SeveralFit) -> None:
        """What was typed fits several players: one of them is to be chosen."""
        if not self.can_draw:
            return
        if several.found is not None:
            self._offer_found(text, several.found)
            return
        hits = several.hits
        if self.search.text in ("", text):
            self.search.offer(text, suggestions(hits))
        self.tell(several_words(text, len(hits)), "warn")

    def _offer_found(self, text: str, found: FoundInText) -> None:
        """A pasted text names several players or rows, or none surely: one is to be chosen in a list."""
        if self.search.text == "":
            self.search.put(text)

        def chosen(place: str | None) -> None:
            if place is not None:
                hit = found.decision.hits[int(place)]
                self.open_player(hit.player or "", found=found_player(found, hit))

        self.app.push_screen(dialogs.FoundDialog(found), chosen)

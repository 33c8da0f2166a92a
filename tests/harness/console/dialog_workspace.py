"""What an application gives the dialog of all changes, as the tests lay it out."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from kraty_console.client.writer import ChangeOutcome
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.draft import Draft
from kraty_console.console.dialogs.editor import Completer
from kraty_console.console.dialogs.phases import DialogUse, FilledForm, Submit, Then
from kraty_console.domain.grant_entries import templates
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host


class Workspace:
    """What an app gives a dialog: it counts what is sent, and answers what the test has laid out."""

    def __init__(self, action_id: str, *, limit: int | None = None, follow: bool = False) -> None:
        self.action_id = action_id
        self.limit = limit
        self.follow = follow
        self.keys = 0
        self.draft = Draft(self.new_key)
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: list[ChangeOutcome | Awaitable[ChangeOutcome]] = []
        self.found: list[ChangeOutcome] = []
        self.ticket = "ZD-4821"

    def new_key(self) -> str:
        self.keys += 1
        return f"kc_{self.keys}"

    def submit(self, what: str) -> Submit:
        async def send(filled: FilledForm) -> ChangeOutcome:
            self.sent.append((what, self.draft.key, dict(filled.values)))
            answer = self.answers.pop(0)
            return answer if isinstance(answer, ChangeOutcome) else await answer

        return send

    async def resolve(self, performed: ChangeOutcome) -> ChangeOutcome:
        assert performed.state == "unknown"
        return self.found.pop(0)

    def __call__(self) -> ActionDialog:
        use = DialogUse(
            dialog_forms.form(self.action_id, ticket=self.ticket, amount_limit=self.limit),
            self.draft,
            "live",
            submit=self.submit("change"),
            resolve=self.resolve,
            see=dialog_forms.seen,
            then=Then("then_roll", "Retry roll", "rolling", self.submit("roll")) if self.follow else None,
            reasons=("client crashed", "make-good"),
            completer=Completer(dialog_forms.CATALOG, templates(dialog_forms.CATALOG, dialog_forms.SNAPSHOT.grants)),
            role="GAME_DEBUGGER",
        )
        return ActionDialog(use)


def text_of(app: Host) -> str:
    return "\n".join(dialog_forms.screen_lines(app))

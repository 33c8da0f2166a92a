"""The parameters that the console is opened with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kraty_console.config.access import Access
from kraty_console.config.inbox import TicketInbox
from kraty_console.config.profiles import Profile
from kraty_console.contract.secret import Credential, Secret


class SampleTicket(NamedTuple):
    """A sample ticket of the demo world, offered on the first screen."""

    player: str
    """The external id to search for."""
    complaint: str
    """What the ticket says, in the player's words."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The parameters of `run_console`; flags and environment are already merged into the profile."""

    profile: Profile
    token: Secret | None
    """None if there is none yet: the console asks for it."""
    state_dir: Path
    """The folder for the console's state between runs; created with mode 0700 on the first write."""
    crash_dir: Path
    """The folder for crash reports; unlike the state, it outlives the demo."""
    initial_player: str | None = None
    ticket: str | None = None
    tries: tuple[SampleTicket, ...] = ()
    inbox: TicketInbox | None = None
    """Tickets to solve one after the other; None if the console was opened without."""
    access: Access = field(default_factory=Access)
    """The headers and certificate for an access gateway."""
    config_file: Path | None = None
    """The profile file that a command for another shell has to name; None if it is in the default place."""

    @property
    def journal_path(self) -> Path:
        """The journal of intended changes (client/README.md#exactly-once)."""
        return self.state_dir / "journal.sqlite"

    @property
    def credential(self) -> Credential | None:
        """The token and how it is sent."""
        return Credential(self.token, self.profile.credential) if self.token else None

    @property
    def theme(self) -> str | None:
        """The theme from flag, environment or profile."""
        return self.profile.theme

    @property
    def mouse(self) -> bool:
        """Whether the console uses the mouse."""
        return self.profile.mouse

    @property
    def plain_paint(self) -> bool:
        """Whether Textual paints, instead of the painter."""
        return self.profile.plain_paint

    @property
    def read_only(self) -> bool:
        """Whether write actions are disabled; with a server key they are, unless the profile enables them."""
        return self.profile.read_only or (self.profile.uses_key and not self.profile.server_actions)

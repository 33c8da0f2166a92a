"""Everything the console is opened with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kraty_console.config.access import Access
from kraty_console.config.profiles import Profile
from kraty_console.contract.secret import Credential, Secret


class SampleTicket(NamedTuple):
    """A ticket of the demo world, offered on the first screen."""

    player: str
    """The external id to search for."""
    complaint: str
    """What the ticket says, in the player's words."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What `run_console` is given; the profile holds what flags and environment said, too."""

    profile: Profile
    token: Secret | None
    """None when there is none yet: the console asks for it."""
    state_dir: Path
    """What the console remembers between runs; made 0700 when something is written."""
    crash_dir: Path
    """Where a report of a failure goes; it outlives the demo, whose state does not."""
    initial_player: str | None = None
    ticket: str | None = None
    tries: tuple[SampleTicket, ...] = ()
    access: Access = field(default_factory=Access)
    """What a gateway before the backend asks for."""
    config_file: Path | None = None
    """The profile file that a command for another shell has to name; None where it is in its usual place."""

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
        """The theme asked for, by flag, environment or profile."""
        return self.profile.theme

    @property
    def mouse(self) -> bool:
        """Whether the mouse is taken from the terminal."""
        return self.profile.mouse

    @property
    def plain_paint(self) -> bool:
        """Whether painting is left to Textual."""
        return self.profile.plain_paint

    @property
    def read_only(self) -> bool:
        """Whether changing actions are taken away; a server key changes nothing unless the profile says so."""
        return self.profile.read_only or (self.profile.uses_key and not self.profile.server_actions)

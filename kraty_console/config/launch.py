"""Everything the console is opened with."""

from __future__ import annotations

from dataclasses import dataclass

from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Profile
from kraty_console.contract.secret import Credential, Secret


@dataclass(frozen=True, slots=True)
class Try:
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
    paths: Paths
    initial_player: str | None = None
    ticket: str | None = None
    tries: tuple[Try, ...] = ()
    no_color: bool = False
    """NO_COLOR is set, to anything (no-color.org; an empty value does not count)."""

    @property
    def credential(self) -> Credential | None:
        """The token and how it is sent."""
        return Credential(self.token, self.profile.credential) if self.token else None

"""Who sits at the terminal, where the backend cannot know."""

from __future__ import annotations

from kraty_console.config.profiles import Profile


def actor_name(profile: Profile) -> str:
    """The profile's `person`; else the user of the operating system at this machine, `maria@desk-7`."""
    if profile.person:
        return profile.person
    import socket

    return f"{user_name()}@{socket.gethostname().partition('.')[0]}"


def user_name() -> str:
    """The user of the operating system; the number of one that has no name."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no variable, and no entry in the password database
        return f"uid {os.getuid()}"

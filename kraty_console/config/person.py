"""Who sits at the terminal, where the backend cannot know."""

from __future__ import annotations

from kraty_console.config.profiles import Profile


def person_of(profile: Profile) -> str:
    """The profile's `person`; else the user of the operating system at this machine, `maria@desk-7`."""
    if profile.person:
        return profile.person
    import getpass
    import os
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no variable, and no entry in the password database
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname().partition('.')[0]}"

"""The name of the person at the terminal, for backends that see only a key."""

from __future__ import annotations

import getpass
import os
import socket

from kraty_console.config.profiles import Profile


def actor_name(profile: Profile) -> str:
    """The profile's `person`, or else user and host: `maria@desk-7`."""
    if profile.person:
        return profile.person
    return f"{user_name()}@{socket.gethostname().partition('.')[0]}"


def user_name() -> str:
    """The name of the operating system's user, or else the user id."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # neither a variable nor an entry in the password database
        return f"uid {os.getuid()}"

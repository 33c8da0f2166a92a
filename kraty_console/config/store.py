"""Saves a first sign-in: a profile file, and the token in its own file."""

from __future__ import annotations

import json

from kraty_console.config.paths import Paths
from kraty_console.config.profiles import DEFAULT_COOKIE, Profile
from kraty_console.contract.secret import Secret
from kraty_console.private_files import PRIVATE_DIR, private_dir, write_private


def save_sign_in(profile: Profile, token: Secret, paths: Paths) -> str:
    """Write profile and token, both private to their owner, and return a message that says where.

    An existing profile file is never changed: the user wrote it.

    Raises:
        OSError: Nothing could be written; the session continues without.
    """
    if paths.config_file.exists():
        return f"{paths.config_file} exists and was left alone; this sign-in lasts until you quit"
    paths.config_file.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    token_file = paths.token_file(profile.name)
    private_dir(token_file.parent)
    write_private(token_file, token.reveal() + "\n")
    lines = [f"[profiles.{json.dumps(profile.name)}]"]
    settings = {
        "url": profile.url,
        "studio": profile.studio,
        "game": profile.game,
        "environment": profile.environment,
        "credential": profile.credential if profile.credential != "bearer" else None,
        "cookie_name": profile.cookie_name if profile.cookie_name != DEFAULT_COOKIE else None,
        "server_key_file": str(token_file) if profile.uses_key else None,
    }
    lines += [f"{key} = {json.dumps(value)}" for key, value in settings.items() if value]
    write_private(paths.config_file, "\n".join(lines) + "\n")
    return f"saved in {paths.config_file}, the {'key' if profile.uses_key else 'token'} beside it"

"""Where a user's data is kept, which takes a home."""

from __future__ import annotations

from pathlib import Path


class NoFolder(Exception):
    """There is no folder for data, in words."""


def data_folder() -> Path:
    """The folder of this program in the user's data folder; it need not be there yet.

    Raises NoFolder where the user has no home.
    """
    import platformdirs

    try:
        folder = platformdirs.user_data_path("kraty-console", appauthor=False)
    except (KeyError, RuntimeError, OSError):
        folder = Path()
    if not folder.is_absolute():
        raise NoFolder("there is no home folder to keep data in: set HOME or XDG_DATA_HOME")
    return folder

"""Where the style sheets are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import kraty_console

FIRST = ("tokens.tcss", "player.tcss")
"""What the first frame is drawn with; the sheet of the dialogs is read with the first dialog."""

DIALOGS = "dialogs.tcss"


def stylesheets() -> list[Path]:
    """The sheets of the first frame, in the order they are applied.

    Raises:
        FileNotFoundError: When neither place holds them; the installation is then broken.
    """
    return [stylesheet(name) for name in FIRST]


def stylesheet(name: str) -> Path:
    """The path of a sheet.

    Raises:
        FileNotFoundError: As `stylesheets`.
    """
    package = Path(kraty_console.__file__).resolve().parent
    for folder in (package / "styles", package.parent / "styles"):
        if (path := folder / name).is_file():
            return path
    raise FileNotFoundError(f"{name} is missing beside {package}; install kraty-console again")

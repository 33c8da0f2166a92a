"""Where the style sheets are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import kraty_console

SHEETS = ("tokens.tcss", "player.tcss", "dialogs.tcss")


def stylesheets() -> list[Path]:
    """The sheets in the order they are applied.

    Raises:
        FileNotFoundError: When neither place holds them; the installation is then broken.
    """
    package = Path(kraty_console.__file__).resolve().parent
    for folder in (package / "styles", package.parent / "styles"):
        if (folder / SHEETS[0]).is_file():
            return [folder / sheet for sheet in SHEETS]
    raise FileNotFoundError(f"the style sheets are missing beside {package}; install kraty-console again")

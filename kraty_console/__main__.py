"""`python -m kraty_console` and the command `kraty-console`."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from kraty_console.cli.first_frame import show_first_frame


def main() -> NoReturn:
    """Show what can be shown at once, then import and do the rest."""
    show_first_frame(sys.argv[1:], os.environ)
    without_plugins()
    gc.disable()  # nothing that is imported here becomes garbage
    from kraty_console.cli.main import main as run

    gc.enable()
    run()


def without_plugins() -> None:
    """Let pydantic look for no plugins: that means reading what every installed package says of itself.

    The setting spares the reading. What would read is imported all the same, mail and archives along with it; so an
    empty answer stands where pydantic asks. Where another version of it asks elsewhere, only the setting counts.
    """
    from types import ModuleType

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    answer = ModuleType("pydantic.plugin._loader")
    vars(answer)["get_plugins"] = tuple
    sys.modules.setdefault(answer.__name__, answer)


if __name__ == "__main__":
    main()

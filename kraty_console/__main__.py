"""`python -m kraty_console` and the command `kraty-console`."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from kraty_console.cli.streams import leave_streams, take_streams
from kraty_console.console.startup.first_frame import show_first_frame


def main() -> NoReturn:
    """Show what can be shown at once, then import and do the rest."""
    take_streams()
    try:
        code = _run()
    except KeyboardInterrupt:  # while it was loading
        code = 130
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    sys.exit(leave_streams(code))


def _run() -> int:
    show_first_frame(sys.argv[1:], os.environ)
    # Looking for plugins means reading what every installed package says of itself; nothing here has any.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # nothing that is imported here becomes garbage
    from kraty_console.cli.main import run  # the first frame is drawn before click is loaded

    gc.enable()
    try:
        return run()
    finally:
        gc.freeze()  # what is left ends with the process; of a backend, looking through it takes a quarter of a second


if __name__ == "__main__":
    main()

"""`python -m kraty_console` and the command `kraty-console`."""

from __future__ import annotations

import os
import sys

from kraty_console.cli.streams import leave_streams, take_streams
from kraty_console.console.startup.collector import end_collection, pause_collection, resume_collection
from kraty_console.console.startup.first_frame import show_first_frame

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from typing import NoReturn


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
    pause_collection()
    from kraty_console.cli.main import run  # the first frame is drawn before click is loaded

    resume_collection()
    try:
        return run()
    finally:
        end_collection()


if __name__ == "__main__":
    main()

"""Entry point of a supervised process: settings on standard input, an inherited socket."""

from __future__ import annotations

import gc
import os
import socket
import sys


def _line() -> bytes:
    """The first line of the standard input, byte by byte: what follows is for who watches for its end."""
    line = b""
    while (byte := os.read(sys.stdin.fileno(), 1)) and byte != b"\n":
        line += byte
    return line


def main() -> None:
    """Serve until told to stop."""
    gc.disable()  # until it serves
    from kraty_console.backend.observability import logs
    from kraty_console.backend.runtime.serve import serve_alone
    from kraty_console.backend.runtime.settings import Settings
    from kraty_console.backend.runtime.startup import CannotServe

    descriptor, _, told = _line().partition(b" ")
    settings = Settings.from_json(told.decode())
    logs.configure(settings.log_format, calls=settings.log_calls)
    try:
        serve_alone(settings, socket.socket(fileno=int(descriptor)), first=False)
    except CannotServe as refused:
        sys.exit(f"Error: {refused}")
    finally:
        gc.freeze()  # as at the end of every command


if __name__ == "__main__":
    main()

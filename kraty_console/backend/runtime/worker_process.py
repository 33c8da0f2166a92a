"""Entry point of a supervised process: settings on standard input, an inherited socket."""

from __future__ import annotations

import gc
import os
import sys


def _line() -> bytes:
    """The first line of the standard input, byte by byte: the end of the input means that the supervisor ended."""
    line = b""
    while (byte := os.read(sys.stdin.fileno(), 1)) and byte != b"\n":
        line += byte
    return line


def main() -> None:
    """Serve until stopped."""
    gc.disable()  # until it serves
    from kraty_console.backend.runtime.serve import serve_supervised

    try:
        serve_supervised(_line().decode())
    finally:
        gc.freeze()  # as at the end of every command


if __name__ == "__main__":
    main()

"""Writes the report of a crash, without local variables.

Textual prints the locals of every frame, tokens and players' data among them; this module takes its place
(`ReportsCrashes` in `paint/textual_internals.py`).
"""

from __future__ import annotations

import os
import platform
import traceback
from datetime import datetime
from pathlib import Path
from typing import Final

from textual.worker import WorkerFailed

from kraty_console import __version__
from kraty_console.present.safe import safe
from kraty_console.private_files import create_private

EXIT_CODE: Final = 70
"""`EX_SOFTWARE`: an internal error."""


def report(error: BaseException, folder: Path, moment: datetime) -> Path:
    """Write the report, readable by its owner only, and return its path.

    The file holds versions, the kinds of the errors and the source lines they passed; neither the values of variables
    nor the messages of the errors, for both may hold tokens or what players wrote.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"crash-{moment:%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    lines = [
        f"kraty-console {__version__}, Python {platform.python_version()}, {platform.system()}",
        f"{moment.isoformat(timespec='seconds')}",
        "",
    ]
    chain: BaseException | None = error
    reported: set[int] = set()
    while chain is not None and id(chain) not in reported:  # a chain may lead back into itself
        reported.add(id(chain))
        lines.append(f"{type(chain).__module__}.{type(chain).__qualname__}")
        for frame in traceback.extract_tb(chain.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
            if frame.line:
                lines.append(f"    {frame.line}")
        chain = _cause(chain)
        if chain is not None:
            lines.append("caused by")
    text = "\n".join(safe(line, limit=400) for line in lines) + "\n"
    with os.fdopen(create_private(path), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _cause(error: BaseException) -> BaseException | None:
    """The cause of an error; Textual keeps the error of a worker in a separate attribute."""
    if isinstance(error, WorkerFailed):
        return error.error
    return error.__cause__ or error.__context__

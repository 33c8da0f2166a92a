"""A terminal for tests: an emulator that answers what programs ask, a pseudo-terminal to run them in, and an auditor
of every byte they send."""

from __future__ import annotations

from tests.harness.terminal.emulator import Emulator
from tests.harness.terminal.program import Gone, Terminal, TooLate, open_terminal, spawn

__all__ = ["Emulator", "Gone", "Terminal", "TooLate", "open_terminal", "spawn"]

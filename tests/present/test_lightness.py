"""Presenters and the domain import no models, which the first frame does not need."""

from __future__ import annotations

import subprocess
import sys

_IMPORT_ALL = """
import importlib, pkgutil, sys
for root in ("kraty_console.domain", "kraty_console.present"):
    package = importlib.import_module(root)
    for module in pkgutil.walk_packages(package.__path__, root + "."):
        importlib.import_module(module.name)
late = [name for name in ("pydantic", "httpx", "textual", "rich", "asyncio") if name in sys.modules]
sys.exit(f"imported: {late}" if late else 0)
"""


def test_no_models_are_imported() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORT_ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Importing the client changes nothing in the process that imports it."""

from __future__ import annotations

import json
import subprocess
import sys

_COMPARE = """
import asyncio, gc, importlib, json, logging, os, pkgutil, signal, sys, threading, warnings

def state():
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    mine = [each for each in loggers if "kraty" in getattr(each, "name", "") or each is loggers[0]]
    return {
        "logging": [(each.name, each.level, repr(each.handlers)) for each in mine if isinstance(each, logging.Logger)],
        "logging.disable": logging.root.manager.disable,
        "warnings": [repr(each) for each in warnings.filters],
        "gc": (gc.isenabled(), gc.get_threshold(), len(gc.callbacks), gc.get_freeze_count()),
        "environ": dict(os.environ),
        "signals": [repr(signal.getsignal(each)) for each in signal.valid_signals()],
        "event loop policy": repr(type(asyncio.get_event_loop_policy())),
        "hooks": [repr(each) for each in (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.displayhook)],
        "import hooks": [repr(each) for each in (*sys.meta_path, *sys.path_hooks)],
        "threads": threading.active_count(),
        "recursion limit": sys.getrecursionlimit(),
        "switch interval": sys.getswitchinterval(),
        "path": list(sys.path),
    }

class Environment(dict):
    # Notes the variables that modules of this project read.
    read = []

    def _note(self, name):
        frame = sys._getframe(2)
        while frame is not None and frame.f_globals.get("__name__", "") in ("os", "_collections_abc"):
            frame = frame.f_back
        if frame is not None and frame.f_globals.get("__name__", "").startswith("kraty_console"):
            self.read.append(f"{frame.f_globals['__name__']} reads {name!r}")

    def __getitem__(self, name):
        self._note(name)
        return super().__getitem__(name)

before = state()
os.environ._data = Environment(os.environ._data)
package = importlib.import_module("kraty_console.client")
names = [module.name for module in pkgutil.walk_packages(package.__path__, "kraty_console.client.")]
for name in names:
    importlib.import_module(name)
read = list(Environment.read)
after = state()
print(json.dumps({
    "modules": len(names),
    "changed": {name: [before[name], after[name]] for name in before if before[name] != after[name]},
    "read": read,
}, default=repr))
"""


def test_importing_the_client_has_no_side_effects() -> None:
    """Neither the package nor any of its modules changes the process or reads the environment."""
    done = subprocess.run([sys.executable, "-c", _COMPARE], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    seen = json.loads(done.stdout)
    assert seen["modules"] > 30
    assert seen["changed"] == {}
    assert seen["read"] == []

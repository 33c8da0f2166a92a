"""`python importing.py FILE PROGRAM [ARGUMENT…]`: run a program, and write down what each of its imports costs.

PROGRAM is a file, or a package that is run as `python -m` would. A line is written for each module as soon as it is
imported: the moment (the monotonic clock, seconds), its own CPU time without what it imports in turn (nanoseconds of
the thread that imports it), and its name. Nothing is imported for that which the interpreter has not loaded already.
"""

import _frozen_importlib as importing  # type: ignore[import-not-found]
import os
import sys
from _thread import _local
from time import monotonic, thread_time_ns


def watch(file: str) -> None:
    """Write down every import from now on."""
    find_and_load = importing._find_and_load
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    here = _local()

    def watched(name: str, import_: object) -> object:
        if name in sys.modules:
            return find_and_load(name, import_)
        stack = here.__dict__.setdefault("stack", [])
        stack.append(0)
        began = thread_time_ns()
        try:
            return find_and_load(name, import_)
        finally:
            own = thread_time_ns() - began - stack.pop()
            os.write(out, f"{monotonic()} {own} {name}\n".encode())
            if stack:
                stack[-1] += thread_time_ns() - began  # with the writing, which is nobody's

    importing._find_and_load = watched


def run(program: str) -> None:
    """Run a file, or a package."""
    if program.endswith(".py"):
        with open(program, encoding="utf-8") as file:  # noqa: PTH123 (pathlib is not loaded yet)
            exec(compile(file.read(), program, "exec"), {"__name__": "__main__"})
    else:
        __import__(f"{program}.__main__")
        sys.modules[f"{program}.__main__"].main()


if __name__ == "__main__":
    file, program = sys.argv[1:3]
    del sys.argv[1:3]
    watch(file)
    run(program)

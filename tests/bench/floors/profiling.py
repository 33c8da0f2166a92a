"""`python profiling.py FILE PROGRAM [ARGUMENT…]`: run a program, and write down where its CPU time goes.

PROGRAM is a file, or a package that is run as `python -m` would. The interpreter is interrupted every few milliseconds
of CPU time, and a line is written for each time: the moment (the monotonic clock, seconds), the CPU of the main thread
and of the others since the last time (nanoseconds), and the part that the main thread is in: that of the innermost
call that RULES know.
"""

import os
import runpy
import signal
import sys
from time import monotonic, process_time_ns, thread_time_ns
from types import CodeType, FrameType

INTERVAL = 0.001
"""Seconds of CPU between two looks; kernels round it up to their tick."""
OTHER = "other"
RULES = (
    ("terminal write", "textual/drivers/", ()),
    ("terminal write", "kraty_console/paint/driver.py", ("write", "flush")),
    ("our painter", "kraty_console/paint/deferred_paint.py", ("_display", "paint", "update")),
    ("our painter", "kraty_console/paint/painter.py", ()),
    ("our painter", "kraty_console/paint/cells.py", ()),
    ("our painter", "kraty_console/paint/pen.py", ()),
    ("our painter", "kraty_console/paint/cell_style.py", ()),
    ("view functions", "kraty_console/console/views/", ()),
    ("view functions", "kraty_console/present/", ()),
    ("view functions", "kraty_console/console/tone_styles.py", ()),
    ("client", "kraty_console/client/", ()),
    ("client", "httpx/", ()),
    ("client", "pydantic/", ()),
    ("state", "kraty_console/domain/", ()),
    ("state", "kraty_console/console/player_state.py", ()),
    ("state", "kraty_console/console/player_loader.py", ()),
    ("state", "kraty_console/console/player_history.py", ()),
    ("state", "kraty_console/console/workspace.py", ()),
    ("Textual styles", "textual/css/", ()),
    ("Textual styles", "textual/dom.py", ("reset_styles", "notify_style_update", "set_class", "_update_styles")),
    ("Textual layout", "textual/layouts/", ()),
    ("Textual layout", "textual/_arrange.py", ()),
    ("Textual layout", "textual/_compositor.py", ("reflow", "_arrange_root", "add_widget", "get_widgets_for_layout")),
    (
        "Textual layout",
        "textual/widget.py",
        ("get_content_height", "get_content_width", "_get_box_model", "_size_updated"),
    ),
    ("Textual layout", "textual/widget.py", ("_arrange", "arrange", "_layout_children", "get_pseudo_class_state")),
    ("Textual layout", "textual/screen.py", ("_refresh_layout",)),
    ("Textual rendering", "textual/_compositor.py", ()),
    ("Textual rendering", "textual/widget.py", ("render_lines", "render_line", "_render_content", "_render", "render")),
    ("Textual rendering", "textual/_styles_cache.py", ()),
    ("Textual rendering", "kraty_console/console/widgets/", ("render_line", "render_lines", "render")),
    ("bindings", "textual/binding.py", ()),
    ("bindings", "textual/actions.py", ()),
    ("bindings", "textual/app.py", ("_check_bindings", "run_action", "_dispatch_action", "_modal_binding_chain")),
    ("bindings", "textual/screen.py", ("active_bindings", "_binding_chain", "refresh_bindings")),
    ("bindings", "kraty_console/console/ordered_keys.py", ()),
    ("bindings", "kraty_console/console/screens/action_screen.py", ()),
    ("mounting", "textual/app.py", ("_register", "mount", "push_screen", "pop_screen", "_prune", "_prune_node")),
    ("mounting", "textual/widget.py", ("mount", "_compose", "compose", "__init__", "remove", "recompose")),
    ("other code of the console", "kraty_console/", ()),
    ("messages", "textual/message_pump.py", ()),
    ("event loop", "asyncio/", ()),
)
"""Part, the end of the path (or a folder in it), and the functions; no names mean all of them. The first that fits."""
PARTS = tuple(dict.fromkeys((*(part for part, _, _ in RULES), OTHER)))

_known: dict[CodeType, str | None] = {}


def part_of(code: CodeType) -> str | None:
    """The part that a function belongs to; None for one that may belong to any."""
    if code not in _known:
        path = code.co_filename.replace("\\", "/")
        names = (
            part
            for part, where, functions in RULES
            if f"/{where}" in path and (not functions or code.co_name in functions)
        )
        _known[code] = next(names, None)
    return _known[code]


def part_at(frame: FrameType | None) -> str:
    """The part of the innermost call that belongs to one."""
    while frame is not None:
        part = part_of(frame.f_code)
        if part is not None:
            return part
        frame = frame.f_back
    return OTHER


def watch(file: str) -> None:
    """Write down from now on where the time goes."""
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    main, whole = thread_time_ns(), process_time_ns()

    def look(_number: int, frame: FrameType | None) -> None:
        nonlocal main, whole
        main_now, whole_now = thread_time_ns(), process_time_ns()
        own = main_now - main
        os.write(out, f"{monotonic()} {own} {whole_now - whole - own} {part_at(frame)}\n".encode())
        main, whole = thread_time_ns(), process_time_ns()  # without this look

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)


if __name__ == "__main__":
    file, program = sys.argv[1:3]
    del sys.argv[1:3]
    watch(file)
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)

"""What a start imports: CPU time and modules by package, until the program has painted and from then until quiet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measures import middle
from tests.bench.report import Line, Section
from tests.bench.watch import Options, Program, Watched

LAUNCHER = Path(__file__).parent / "floors" / "importing.py"
OURS, STANDARD, OTHERS = "kraty_console", "the standard library", "other packages"
_WITH = {
    "textual": ("textual",),
    "rich": ("rich",),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_inspection"),
    "httpx and below": ("httpx", "httpcore", "h11", "anyio", "sniffio", "idna", "certifi"),
    "click": ("click",),
    "asyncio and below": ("asyncio", "_asyncio", "concurrent", "selectors", "ssl", "_ssl", "socket", "_socket"),
    OURS: (OURS,),
}
"""The packages that are told apart, each with what is imported for it alone."""
_PACKAGES = {name: package for package, names in _WITH.items() for name in names}
PACKAGES = (*_WITH, STANDARD, OTHERS)
_DEAREST = 12


@dataclass(frozen=True)
class Import:
    """One module: its name, and the milliseconds of CPU that it took without what it imports in turn."""

    name: str
    ms: float

    @property
    def package(self) -> str:
        """The package that it counts for."""
        top = self.name.partition(".")[0]
        return _PACKAGES.get(top) or (STANDARD if top in sys.stdlib_module_names else OTHERS)


@dataclass(frozen=True)
class Imports:
    """The imports of one start, until the first text that counts and from then until it was quiet."""

    painted: Sequence[Import]
    later: Sequence[Import]


def measure_imports(program: Program, options: Options) -> Imports:
    """Start a program under a launcher that writes down its imports."""
    with TemporaryDirectory(prefix="kraty-imports-") as folder:
        file = Path(folder) / "imports.txt"
        with Watched(replace(program, argv=launched(program.argv, file)), options) as watched:
            watched.wait_ready()
            ready = watched.ready_at or float("inf")
            told = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    timed = [(float(at), Import(name, int(own) / 1e6)) for at, own, name in told]
    return Imports([each for at, each in timed if at <= ready], [each for at, each in timed if at > ready])


def launched(argv: Sequence[str], file: Path, launcher: Path = LAUNCHER) -> list[str]:
    """`python FILE …` or `python -m PACKAGE …` under a launcher that writes into a file."""
    python, *rest = argv
    return [python, "-P", str(launcher), str(file), *(rest[1:] if rest[0] == "-m" else rest)]


def import_sections(runs: Mapping[str, Sequence[Imports]], dearest_of: str) -> tuple[Sequence[str], list[Section]]:
    """The columns, each start's painted and later, and their lines; last the dearest modules of one of the programs."""
    columns: dict[str, list[Sequence[Import]]] = {}
    for name, imports in runs.items():
        columns[name] = [each.painted for each in imports]
        columns[f"{name}, later"] = [each.later for each in imports]

    def line(
        what: str, unit: str, counts: Callable[[Import], bool], measured: Callable[[Iterable[Import]], float]
    ) -> Line:
        values = {
            name: middle([measured(filter(counts, imports)) for imports in those]) for name, those in columns.items()
        }
        return Line(what, unit, values)

    def ms(imports: Iterable[Import]) -> float:
        return sum(each.ms for each in imports)

    def number(imports: Iterable[Import]) -> float:
        return sum(1 for _ in imports)

    def by_package(unit: str, measured: Callable[[Iterable[Import]], float]) -> list[Line]:
        lines = [line(package, unit, lambda each, of=package: each.package == of, measured) for package in PACKAGES]
        return [*lines, line("all", unit, lambda _: True, measured)]

    dearest = sorted({each.name: each.ms for each in runs[dearest_of][0].painted}.items(), key=lambda item: -item[1])
    modules = [line(name, "ms", lambda each, of=name: each.name == of, ms) for name, _ in islice(dearest, _DEAREST)]
    return tuple(columns), [
        Section("imports, their own CPU", by_package("ms", ms)),
        Section("imports, modules", by_package("", number)),
        Section(f"the dearest modules, {dearest_of}", modules),
    ]

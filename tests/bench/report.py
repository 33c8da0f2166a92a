"""One table of what was measured, with budgets beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = float | None


@dataclass(frozen=True)
class Budget:
    """The upper bound of a column, and the reason."""

    column: str
    most: float
    words: str = ""


@dataclass(frozen=True)
class Line:
    """One measure of every program: what, in which unit, its value by column, and what it may be at most."""

    what: str
    unit: str
    values: Mapping[str, Value]
    budgets: Sequence[Budget] = ()

    def verdict(self) -> str:
        """`ok` or `over` for a measure with budgets, with the budgets; empty for one without."""
        if not self.budgets:
            return ""
        known = [(budget, self.values.get(budget.column)) for budget in self.budgets]
        told = ", ".join(dict.fromkeys(f"≤ {number(budget.most)} {budget.words}".strip() for budget, _ in known))
        over = [budget.column for budget, value in known if value is None or value > budget.most]
        return f"{told}  {'over: ' + ', '.join(over) if over else 'ok'}"

    @property
    def is_over(self) -> bool:
        """Whether a budget is passed, or what it limits was not measured."""
        return any((value := self.values.get(budget.column)) is None or value > budget.most for budget in self.budgets)


@dataclass(frozen=True)
class Section:
    """Lines under a heading."""

    heading: str
    lines: Sequence[Line]


def table(columns: Sequence[str], sections: Sequence[Section]) -> str:
    """The sections as aligned text, numbers to the right."""
    rows: list[tuple[str, ...]] = [("", *columns, "", "budget")]
    for section in sections:
        rows.append((section.heading, *("" for _ in columns), "", ""))
        rows += [
            (f"  {line.what}", *(number(line.values.get(name)) for name in columns), line.unit, line.verdict())
            for line in section.lines
        ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns) + 3)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < column <= len(columns) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def number(value: Value) -> str:
    """A number as a person reads it: at most three digits that matter below a hundred, none behind the point above."""
    if value is None:
        return "·"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"

"""Metrics in the Prometheus text format 0.0.4."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number and what sets it apart from others of its family."""

    value: float
    labels: Labels
    suffix: str = ""
    """`_bucket`, `_sum` or `_count` in a histogram."""


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """Numbers of one name."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    words: str
    samples: Iterable[Sample]


class Histogram:
    """How often values fell under each bound, by labels."""

    def __init__(self, name: str, words: str, label_names: Sequence[str], bounds: Sequence[float]) -> None:
        self._name = name
        self._words = words
        self._label_names = tuple(label_names)
        self._bounds = tuple(bounds)
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one value; the labels in the order of their names."""
        counts = self._counts.get(labels)
        if counts is None:
            counts = self._counts[labels] = [0] * (len(self._bounds) + 1)
            self._sums[labels] = 0.0
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[labels] += value

    def family(self) -> MetricFamily:
        """All of it, cumulative as Prometheus wants it."""
        return MetricFamily(self._name, "histogram", self._words, list(self._samples()))

    def _samples(self) -> Iterator[Sample]:
        for values, counts in sorted(self._counts.items()):
            labels = dict(zip(self._label_names, values, strict=True))
            total = 0
            for bound, count in zip((*map(_number, self._bounds), "+Inf"), counts, strict=True):
                total += count
                yield Sample(total, {**labels, "le": bound}, "_bucket")
            yield Sample(self._sums[values], labels, "_sum")
            yield Sample(total, labels, "_count")


class Counter:
    """How often something happened, by labels."""

    def __init__(self, name: str, words: str, label_names: Sequence[str]) -> None:
        self._name = name
        self._words = words
        self._label_names = tuple(label_names)
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, *labels: str) -> None:
        """Once more; the labels in the order of their names."""
        self._counts[labels] = self._counts.get(labels, 0) + 1

    def family(self) -> MetricFamily:
        """All of it."""
        samples = [
            Sample(count, dict(zip(self._label_names, values, strict=True)))
            for values, count in sorted(self._counts.items())
        ]
        return MetricFamily(self._name, "counter", self._words, samples)


def exposition(families: Iterable[MetricFamily]) -> str:
    """The page that Prometheus fetches."""
    lines: list[str] = []
    for family in families:
        lines.append(f"# HELP {family.name} {_escaped(family.words, quotes=False)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for sample in family.samples:
            named = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
            place = f"{family.name}{sample.suffix}" + (f"{{{named}}}" if named else "")
            lines.append(f"{place} {_number(sample.value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _escaped(text: str, *, quotes: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text

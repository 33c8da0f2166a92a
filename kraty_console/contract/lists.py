"""Answers that are a list themselves; apart from the others, for a console's start needs none."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ConfigDict, RootModel

T = TypeVar("T")


class ListOf(RootModel[list[T]]):
    """The list is its `root`."""

    model_config = ConfigDict(defer_build=True)

"""Answers that are a bare list; in their own module, because the console's start does not need them."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ConfigDict, RootModel

T = TypeVar("T")


class ListOf(RootModel[list[T]]):
    """An answer that is a list; the list is its `root`."""

    model_config = ConfigDict(defer_build=True)

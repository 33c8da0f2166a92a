"""Whole numbers as SDKs write them.

JSON has one kind of number: a typed SDK writes its `double` 5 as `5.0`, and means the same as who writes `5`.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator

from kraty_console.contract import actions


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""Takes `5.0` for 5; anything else is left for the field to judge."""

Amount = Annotated[actions.Amount, WHOLE]
"""A whole number from 1 to 1,000,000,000, however it is written."""

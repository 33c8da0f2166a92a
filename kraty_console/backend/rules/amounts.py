"""Limits of amounts, balances and scores."""

from __future__ import annotations

import math

from kraty_console.backend.rules.errors import conflict, invalid
from kraty_console.contract.wire import MAX_AMOUNT, MAX_BALANCE


def check_amount(value: object, field: str) -> int:
    """The amount, or `validation_failed` naming the field; `true`, `1.0` and `"7"` are not amounts."""
    if type(value) is not int or not 1 <= value <= MAX_AMOUNT:
        raise invalid(field, f"a whole number from 1 to {MAX_AMOUNT}", verb="must be")
    return value


def check_score(value: float, field: str) -> float:
    """The score or metric as a float; `validation_failed` naming the field unless it is from 0 to 2^53-1."""
    try:
        number = float(value)
    except OverflowError:  # an integer that no float can hold
        number = math.inf
    if not 0 <= number <= MAX_BALANCE:  # refuses NaN too
        raise invalid(field, f"a finite number from 0 to {MAX_BALANCE}", verb="must be")
    return number or 0.0  # no negative zero


def add(held: int, delta: int, what: str) -> int:
    """The holding after a change; 409 `conflict` below zero and past 2^53-1."""
    after = held + delta
    if after < 0:
        conflict(f"The player has {held} {what}, {-delta} are needed", held=held, needed=-delta)
    if after > MAX_BALANCE:
        conflict(f"The player has {held} {what}; {delta} more would pass {MAX_BALANCE}", held=held, limit=MAX_BALANCE)
    return after

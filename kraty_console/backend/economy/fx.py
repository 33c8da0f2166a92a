"""Money as stores report it, in US cents: by the rates that a game's settings give (kraty-api 5.12).

`fxRates: {"EUR": 1.08}` in the settings says how many US dollars one unit of a currency is; without a rate a currency
is not known, but for the dollar itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

BASE: Final = "USD"

_WITHOUT_MINOR: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905 (as ISO-4217 lists them)
)
_IN_THOUSANDTHS: Final = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def rate(settings: Mapping[str, Any], currency: str) -> float | None:
    """US dollars for one unit of a currency (ISO-4217); None when no rate is known."""
    if currency == BASE:
        return 1.0
    rates = settings.get("fxRates")
    found = rates.get(currency) if isinstance(rates, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < 1_000_000:
        return None
    return float(found)


def in_cents(amount_minor: int, currency: str, fx_rate: float) -> int:
    """US cents for an amount in the smallest unit of its currency (a cent, a whole yen), halves rounded up."""
    places = 0 if currency in _WITHOUT_MINOR else 3 if currency in _IN_THOUSANDTHS else 2
    dollars = Decimal(amount_minor).scaleb(-places) * Decimal(str(fx_rate))
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))

"""Whether an answer is exactly the shape that the contract names: all of its fields, and no value merely tolerated."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel

from kraty_console.contract.wire import Answer

A = TypeVar("A", bound=Answer)

OPTIONAL = {
    "Player": {"email", "version"},
    **{key: {"version"} for key in ("Attempt", "Grant", "WalletHolding", "Credited", "Banned", "Unbanned")},
    "LedgerRow": {"economyKey", "itemKey", "balance", "quantity", "metadata"},
    "Deposit": {"economyKey", "itemKey", "balance", "quantity", "metadata"},
    "Snapshot": {"walletLedger", "itemLedger", "audit"},
    "Identity": {"avatar", "country"},
    "FriendAsked": {"request", "friend"},
    "RowFailure": {"externalPlayerId"},
    "GiftableResource": {"economyKind", "rarity"},
    **{
        key: {"progression", "giftCooldownUntil"}
        for key in ("NamedPlayer", "Friend", "FriendCode", "Hit", "FriendSuggestion")
    },
    "BoardEntry": {"progression", "player"},
    "EventLeaderboard": {"joined", "progression"},
    "Leaderboard": {"joined"},
    "RewardEntry": {"currencyKey", "itemKey", "crateItemKey", "amount", "quantity", "parameters"},
    "RewardPolicy": {"bundle", "tiers", "pool", "currencyKey"},
}
"""What one surface or kind of row leaves out, by design."""

EXTRA = {
    "Snapshot": {"recentGrants"},
    "CatalogItem": {"iconUrl", "attributes"},
    "CatalogCurrency": {"iconUrl"},
    "ForceClaimed": {"contents"},
}
"""What the published shapes have and the console does not read."""


def exactly(model: type[A], data: Any) -> A:
    """The data as the model; fails where a field is missing, unknown, or of a kind that was only tolerated."""
    parsed = model.model_validate(data)
    _compare(parsed, data, model.__name__)
    return parsed


def _compare(parsed: Any, data: Any, where: str) -> None:
    if isinstance(parsed, BaseModel):
        assert isinstance(data, dict), where
        name = type(parsed).__name__
        declared = type(parsed).model_fields.items()
        fields = {str(field.alias): attribute for attribute, field in declared if not field.exclude}
        missing = fields.keys() - data.keys() - OPTIONAL.get(name, set())
        unknown = data.keys() - fields.keys() - EXTRA.get(name, set())
        assert not missing, f"{where} ({name}) has no {sorted(missing)}"
        assert not unknown, f"{where} ({name}) has {sorted(unknown)}"
        for alias, attribute in fields.items():
            if alias in data:
                _compare(getattr(parsed, attribute), data[alias], f"{where}.{alias}")
        return
    if isinstance(parsed, list):
        assert isinstance(data, list), where
        assert len(parsed) == len(data), where
        for index, (one, raw) in enumerate(zip(parsed, data, strict=True)):
            _compare(one, raw, f"{where}[{index}]")
        return
    if hasattr(parsed, "isoformat"):
        assert isinstance(data, str), where
        assert data.endswith("Z"), f"{where}: {data}"
        assert len(data) == len("2026-01-31T12:00:00.000Z"), f"{where}: {data}"
        return
    assert parsed == data, f"{where}: {parsed!r} is not {json.dumps(data)}"
    assert isinstance(parsed, bool) == isinstance(data, bool), where

"""What can be granted: items, currencies and bundles (contract/GAME.md#catalog)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class CatalogItem(Answer):
    """An item, crates included (`item_type_key` is then `crate`)."""

    key: str
    name: Any = None
    description: Any = None
    item_type_key: str | None = None
    rarity: str | None = None
    tags: list[str] = Field(default_factory=list)


class CatalogCurrency(Answer):
    """A currency, or a progression resource (`kind`)."""

    key: str
    name: Any = None
    description: Any = None
    kind: str | None = None


class CatalogBundle(Answer):
    """A named set of reward entries."""

    key: str
    name: Any = None
    entries: list[dict[str, Any]] = Field(default_factory=list)


class Catalog(Answer):
    """The game's catalog."""

    items: list[CatalogItem] = Field(default_factory=list)
    currencies: list[CatalogCurrency] = Field(default_factory=list)
    bundles: list[CatalogBundle] = Field(default_factory=list)

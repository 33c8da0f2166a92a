"""Player look-up: profile, lists, search hits (contract/README.md#snapshot)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.wire import Answer, empty_dict, empty_list


class Ban(Answer):
    """A ban: its start and its reason."""

    banned_at: datetime | None = None
    reason: str | None = None


class Identity(Answer):
    """The name other players see."""

    name: str | None = None
    avatar: str | None = None
    country: str | None = None


class Player(Answer):
    """A player's profile; only the external id is always present."""

    external_player_id: str
    id: str | None = None
    studio_id: str | None = None
    game_id: str | None = None
    environment: str | None = None
    email: str | None = None
    display_identity: Identity | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_context_snapshot: dict[str, Any] | None = None
    ban: Ban | None = None
    merged_into: str | None = None
    version: int | str | None = None
    """Sent back with a change (contract/README.md#versions); None if the backend has none."""


class Roll(Answer):
    """The result of an attempt's reward roll."""

    status: str | None = None
    """`none`, `rolled`, `failed`, `not_configured`, or an unknown value."""
    error: str | None = None
    at: datetime | None = None


class Attempt(Answer):
    """One attempt of a player at an event (contract/README.md#attempt)."""

    id: str
    event_id: str | None = None
    event_window_id: str | None = None
    leaderboard_id: str | None = None
    player_id: str | None = None
    status: str = ""
    started_at: datetime | None = None
    ends_at: datetime | None = None
    completed_at: datetime | None = None
    score: float | None = None
    metrics: dict[str, Any] = Field(default_factory=empty_dict)
    metrics_raw: dict[str, Any] = Field(default_factory=empty_dict)
    event_key: str | None = None
    event_name: Any = None
    """A string, or a map of language to string (contract/GAME.md#catalog)."""
    target: float | None = None
    window_ends_at: datetime | None = None
    reward_policy: str | None = None
    last_progress_at: datetime | None = None
    grant_ids: list[str] | None = None
    """None if the backend does not send it; grants are then matched by `sourceRefId`."""
    roll: Roll | None = None
    version: int | str | None = None
    """Sent back with a change (contract/README.md#versions); None if the backend has none."""
    event_label: str | None = Field(default=None, exclude=True)
    """A name learned from other rows (`domain.event_names`); never read from or written to the wire."""


class Grant(Answer):
    """A reward given to a player, pending or claimed (contract/README.md#grant)."""

    id: str
    kind: str = "reward"
    contents: dict[str, Any] = Field(default_factory=empty_dict)
    source_kind: str | None = None
    source_ref_id: str | None = None
    parent_grant_id: str | None = None
    attempt_id: str | None = None
    status: str = ""
    rolled_at: datetime | None = None
    claimed_at: datetime | None = None
    expires_at: datetime | None = None
    created_at: datetime | None = None
    version: int | str | None = None
    """Sent back with a change (contract/README.md#versions); None if the backend has none."""


class Lobby(Answer):
    """A group of players in one event (contract/README.md#lobby)."""

    id: str
    event_id: str | None = None
    event_key: str | None = None
    event_window_id: str | None = None
    leaderboard_id: str | None = None
    mode: str | None = None
    status: str = ""
    capacity: int | None = None
    fill_by: datetime | None = None
    participant_count: int | None = None
    bot_slots: int | None = None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    created_at: datetime | None = None
    event_label: str | None = Field(default=None, exclude=True)
    """A name learned from other rows (`domain.event_names`); never read from or written to the wire."""

    @property
    def event_name(self) -> Any:  # noqa: ANN401 (a string, or a map of language to string)
        """The event's name, if the backend sends one."""
        return (self.model_extra or {}).get("eventName")


class Summary(Answer):
    """A player's totals, from the backend; never counted from the lists."""

    attempt_count: int | None = None
    attempts_completed: int | None = None
    attempts_expired: int | None = None
    grants_pending: int | None = None
    grants_claimed: int | None = None
    lobbies_active: int | None = None


class ItemHolding(Answer):
    """A player's quantity of one item."""

    item_key: str
    quantity: int | None = None
    metadata: dict[str, Any] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class WalletHolding(Answer):
    """A player's balance of one economy key."""

    economy_key: str
    balance: int | float | None = None
    metadata: dict[str, Any] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    version: int | str | None = None
    """Sent back with a change (contract/README.md#versions); None if the backend has none."""


class LedgerRow(Answer):
    """One change of a balance or a quantity (contract/README.md#ledger-rows)."""

    ledger_id: str = Field(default="")
    economy_key: str | None = None
    """Only in the wallet ledger."""
    item_key: str | None = None
    """Only in the item ledger."""
    delta: int | float | None = None
    balance: int | float | None = None
    """The balance after the change (wallet ledger)."""
    quantity: int | None = None
    """The quantity after the change (item ledger)."""
    reason: str | None = None
    origin: str | None = None
    """`client`, `server`, `admin` or `engine`."""
    source_ref_id: str | None = None
    occurred_at: datetime | None = None
    metadata: dict[str, Any] | None = None
    """The parameters of the grant entry that gave the items."""


class Snapshot(Answer):
    """The answer of a look-up; each list is newest first and capped by the requested limit."""

    player: Player
    attempts: list[Attempt] = Field(default_factory=empty_list)
    grants: list[Grant] = Field(default_factory=empty_list)
    lobbies: list[Lobby] = Field(default_factory=empty_list)
    summary: Summary = Field(default_factory=Summary)
    inventory: list[ItemHolding] = Field(default_factory=empty_list)
    wallet: list[WalletHolding] = Field(default_factory=empty_list)
    wallet_ledger: list[LedgerRow] = Field(default_factory=empty_list)
    item_ledger: list[LedgerRow] = Field(default_factory=empty_list)
    audit: list[AuditRow] = Field(default_factory=empty_list)
    requested_limit: int = Field(default=DEFAULT_LIMIT, exclude=True)
    """The `limit` that was asked for: a list of this length may be cut. It is not part of the answer."""

    def read_with(self, limit: int) -> Snapshot:
        """The same answer, as that to a look-up with this limit."""
        return self if limit == self.requested_limit else self.model_copy(update={"requested_limit": limit})


class SearchHit(Answer):
    """A search hit, and what matched."""

    external_player_id: str
    email: str | None = None
    display_name: str | None = None
    last_seen_at: datetime | None = None
    match: str = ""
    """`external_id`, `email`, `prefix`, or `merged` if the searched id was merged into this player."""
    merged_from: str | None = None
    """With `merged`: the id that was searched for."""


class SearchResult(Answer):
    """Hits, best first."""

    players: list[SearchHit] = Field(default_factory=empty_list)

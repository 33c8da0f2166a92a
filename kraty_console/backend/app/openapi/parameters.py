"""Schemas of path segments, query parameters and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kraty_console.backend.http.paths import LONGEST_SEGMENT
from kraty_console.backend.http.query_parameters import MAX_KEYS
from kraty_console.backend.http.routing import Route
from kraty_console.backend.leaderboards import queries as board_queries
from kraty_console.backend.leaderboards import segments
from kraty_console.backend.social.friend_handlers import LONGEST_QUERY, MOST_HITS, MOST_SUGGESTIONS
from kraty_console.backend.webhooks.handlers import STATES
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.limits import MAX_LIMIT, MAX_TEXTS
from kraty_console.contract.player_lists import LIST_ORDERS
from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.contract.webhooks import EventName

Schema = Mapping[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 1024}
_UUID: Final[Schema] = {"type": "string", "format": "uuid"}
_TIMESTAMP: Final[Schema] = {"type": "string", "format": "date-time"}
_FLAG: Final[Schema] = {"type": "boolean"}

_NAMES: Final = ("externalPlayerId", "toExternalPlayerId", "friendExternalId", "blockedExternalId")
_KEYS: Final = ("economyKey", "itemKey", "eventKey", "boardKey")

_SEGMENTS: Final[Mapping[str, tuple[str, Schema]]] = {
    **dict.fromkeys(
        _NAMES, ("A player, by the id that the studio gave; any text, percent-encoded as one segment.", {})
    ),
    **dict.fromkeys(_KEYS, ("A key of the game's catalog.", {})),
    "deliveryId": ("A delivery.", {"pattern": "^evt_[0-9A-HJKMNP-TV-Z]{26}$"}),
}
"""Path parameters that are not UUIDs."""


def _integer(maximum: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": maximum}


def _array(items: Schema, **more: object) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, **more}


_PARAMETERS: Final[Mapping[str, tuple[str, Schema]]] = {
    "action": ("Only rows of this action.", _TEXT),
    "actor": ("Only rows of this member or key: the internal id, or the label.", _TEXT),
    "cursor": ("The `nextCursor` of the previous page.", _TEXT),
    "endpoint": ("Only deliveries to this endpoint.", _UUID),
    "environment": ("`live` by default.", _TEXT),
    "eventKey": ("Only faults of this event.", _TEXT),
    "eventName": ("Only deliveries of this event.", {"enum": [str(name) for name in EventName]}),
    "externalId": ("The player whose own entry and segment are used.", _TEXT),
    "force": ("Replace a secret that was registered before.", _FLAG),
    "from": ("Only rows at this time or later.", _TIMESTAMP),
    "gameId": ("Only rows of this game.", _UUID),
    "includeSelf": ("Include the entry of `externalId`.", _FLAG),
    "kind": ("Only faults of this kind.", {"enum": [str(kind) for kind in FaultKind]}),
    "kinds": ("Only rows of these kinds.", _array({"enum": [str(kind) for kind in TimelineKind]})),
    "limit": ("The maximum number of rows.", _integer(MAX_LIMIT)),
    "maxSegments": ("The maximum number of segments.", _integer(100)),
    "order": ("Which rows come first; `newest` by default.", {"enum": list(LIST_ORDERS)}),
    "outcome": ("Only rows with this outcome.", _TEXT),
    "period": ("`current`, or a time within the period.", {"anyOf": [{"const": "current"}, _TIMESTAMP]}),
    "player": ("Only rows about this player: the external id, or the internal one.", _TEXT),
    "progression": (
        "Progression keys whose balances are included with each player.",
        _array({"type": "string", "pattern": "^[^,]+$"}, maxItems=MAX_KEYS),
    ),
    "q": ("What to look for.", {"type": "string", "pattern": "\\S", "maxLength": LONGEST_QUERY}),
    "query": ("An external id or its beginning, or an e-mail address.", _TEXT),
    "scope": ("The segments to include.", {"enum": list(board_queries.SCOPES)}),
    "segment": ("The segment, on a board with segments.", {**_TEXT, "maxLength": segments.LONGEST}),
    "since": ("Only faults that began at this time or later.", _TIMESTAMP),
    "ticket": ("Only rows with this ticket.", _TEXT),
    "timezone": ("A zone of the IANA list.", {**_TEXT, "examples": ["Europe/Lisbon"]}),
    "to": ("Only rows before this time.", _TIMESTAMP),
}

_OVERRIDES: Final[Mapping[tuple[str, str], Schema]] = {
    ("/resolve", "q"): {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": MAX_TEXTS},
    ("/friends/search", "limit"): _integer(MOST_HITS),
    ("/friends/suggestions", "limit"): _integer(MOST_SUGGESTIONS),
    ("/periods", "limit"): _integer(52),
    ("/events", "status"): {"enum": ["active"]},
    ("/gifts", "status"): {"enum": ["all", "pending"]},
    ("/gifts/sent", "status"): {"enum": ["all", "pending"]},
    ("/deliveries", "status"): {"enum": list(STATES)},
}
"""Schemas that differ for one route, by the end of its path and the parameter."""

_IF_MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The version of the row as it was read; if it changed since, the answer is 412 `stale`.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
}

_REQUIRED: Final = ("q", "query")


def parameters(route: Route) -> list[dict[str, Any]]:
    """The path and query parameters of a route, and its headers."""
    result = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)]
    result += [_query_parameter(route.path, name, repeated=name in route.repeatable) for name in route.query]
    return [*result, _IF_MATCH] if route.versioned else result


def _path_parameter(name: str) -> dict[str, Any]:
    description, schema = _SEGMENTS.get(name, ("An internal id.", _UUID))
    schema = (
        schema if "format" in schema else {"type": "string", "minLength": 1, "maxLength": LONGEST_SEGMENT, **schema}
    )
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameter(path: str, name: str, *, repeated: bool) -> dict[str, Any]:
    description, schema = _PARAMETERS.get(name, ("Only these.", {}))
    for (end, other), special in _OVERRIDES.items():
        if other == name and path.endswith(end):
            schema = special
    if not schema:
        raise KeyError(f"{path} reads ?{name}=, which has no schema in {__name__}")
    result: dict[str, Any] = {"name": name, "in": "query", "description": description, "schema": schema}
    if schema.get("type") == "array":
        result |= {"style": "form", "explode": repeated}
    return result | {"required": True} if name in _REQUIRED else result

"""The routes of the admin surface, once (decisions: The admin surface), and how their segments are written.

A segment is percent-encoded whole and goes out as it stands here: an id such as `..`, `a/b` or `x/merge-into/y` reaches
that player or nobody, never another route (trust: Measured on the default stack).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from kraty_console.contract.calls import ActionKind, Call
from kraty_console.contract.errors import Invalid

Query = Mapping[str, str | int | None]


class Route(NamedTuple):
    """A method and a path whose `{names}` are filled with one encoded segment each."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    template: str

    def target(self, segments: Mapping[str, str], query: Query | None = None) -> str:
        """The path and query as they are sent.

        Raises:
            Invalid: a segment or a query value cannot be sent (empty, NUL, or a lone surrogate).
        """
        path = self.template.format_map({name: segment(value, name) for name, value in segments.items()})
        pairs = [f"{name}={_quoted(str(value), name)}" for name, value in (query or {}).items() if value is not None]
        return f"{path}?{'&'.join(pairs)}" if pairs else path


def segment(value: str, name: str = "id") -> str:
    """One path segment, encoded so that nothing on the way takes it apart.

    Raises:
        Invalid: empty, or holding NUL or a lone surrogate; no player has such an id.
    """
    if not value:
        raise Invalid(f"the {name} is empty")
    encoded = _quoted(value, name)
    return encoded.replace(".", "%2E") if value in (".", "..") else encoded


def _quoted(value: str, name: str) -> str:
    if "\0" in value:
        raise Invalid(f"the {name} holds a NUL character, which no id can")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise Invalid(f"the {name} holds half a character (a lone surrogate), which no id can") from error


_STUDIO: Final = "/admin/v1/studios/{studio}"
_GAME: Final = _STUDIO + "/games/{game}"

HEALTH: Final = Route("GET", "/admin/v1/health")
ME: Final = Route("GET", "/admin/v1/me")
END_SESSION: Final = Route("DELETE", "/admin/v1/session")
SEARCH: Final = Route("GET", _GAME + "/players")
SNAPSHOT: Final = Route("GET", _GAME + "/players/{player}")
TIMELINE: Final = Route("GET", _GAME + "/players/{player}/timeline")
CATALOG: Final = Route("GET", _GAME + "/catalog")
DELIVERIES: Final = Route("GET", _GAME + "/webhooks/deliveries")
DELIVERY: Final = Route("GET", _GAME + "/webhooks/deliveries/{delivery}")
AUDIT_LOG: Final = Route("GET", _STUDIO + "/audit-log")
AUDIT_ROW: Final = Route("GET", _STUDIO + "/audit-log/{row}")


def snapshot_target(player: str, studio: str, game: str, environment: str | None, limit: int) -> str:
    """The path and query of a look-up; the same question is always written in the same way.

    Raises:
        Invalid: an id in it cannot be sent.
    """
    return SNAPSHOT.target(
        {"player": player, "studio": studio, "game": game}, {"limit": limit, "environment": environment}
    )


CHANGES: Final[dict[ActionKind, Route]] = {
    ActionKind.FORCE_COMPLETE: Route("POST", _GAME + "/attempts/{target}/force-complete"),
    ActionKind.RETRY_ROLL: Route("POST", _GAME + "/attempts/{target}/retry-reward-roll"),
    ActionKind.MANUAL_GRANT: Route("POST", _GAME + "/grants"),
    ActionKind.FORCE_CLAIM: Route("POST", _GAME + "/grants/{target}/force-claim"),
    ActionKind.CREDIT: Route("POST", _GAME + "/players/{player}/wallet/{economy_key}/credit"),
    ActionKind.BAN: Route("POST", _GAME + "/players/{player}/ban"),
    ActionKind.UNBAN: Route("POST", _GAME + "/players/{player}/unban"),
    ActionKind.REPLAY_DELIVERY: Route("POST", _GAME + "/webhooks/deliveries/{target}/replay"),
}
"""Where each change is posted; `answers` knows what comes back."""


def change_target(call: Call, *, studio: str, game: str, environment: str | None) -> str:
    """The path of a change; players of the same id live in several environments, so it says which is meant.

    Raises:
        Invalid: an id in it cannot be sent, or one that the route names is missing.
    """
    route = CHANGES[call.kind]
    if call.external_player_id or call.kind is not ActionKind.REPLAY_DELIVERY:  # what is replayed may concern nobody
        segment(call.external_player_id, "player's id")  # also where it travels in the body
    ids = {
        "studio": studio,
        "game": game,
        "player": call.external_player_id,
        "target": call.target_id or "",
        "economy_key": call.economy_key or "",
    }
    return route.target(
        {name: value for name, value in ids.items() if f"{{{name}}}" in route.template}, {"environment": environment}
    )

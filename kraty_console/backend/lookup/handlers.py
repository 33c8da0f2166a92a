"""Handlers of the player search, the faults of a game, the snapshot and the timeline."""

from __future__ import annotations

from collections.abc import Collection

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import milliseconds
from kraty_console.backend.lookup import resolve as resolving
from kraty_console.backend.lookup import snapshot as snapshots
from kraty_console.backend.lookup.faults import FaultFilters, FaultPosition, FaultReader
from kraty_console.backend.lookup.search import search_players
from kraty_console.backend.lookup.timeline import timeline_page
from kraty_console.backend.rules.errors import invalid, not_found
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.limits import MAX_TEXTS
from kraty_console.contract.timeline_kinds import TimelineKind


async def search(call: Call) -> HandlerReply:
    """Hits for `?query=`, best first."""
    query = call.query("query")
    if query is None:
        raise invalid("query", "is required")
    limit = call.limit()
    players = await search_players(call.services.db, call.game, call.environment, query, limit)
    return HandlerReply({"players": players})


async def resolve(call: Call) -> HandlerReply:
    """What each `?q=` may mean: ids of any kind, an e-mail, the beginning of an id or a name, a link."""
    texts = call.queries("q", MAX_TEXTS)
    if not texts:
        raise invalid("q", "is required")
    return HandlerReply(await resolving.resolve(call.services.db, call.game, call.environment, texts, call.limit()))


async def faults(call: Call) -> HandlerReply:
    """The faults of all players: counts by kind and event, and pages, most urgent kind first, then newest first."""
    filters = FaultFilters(
        query_parameters.one_of(call, "kind", tuple(FaultKind), None),
        call.query("eventKey"),
        milliseconds(call.query("since"), "since"),
    )
    cursor, limit = call.query("cursor"), call.limit()
    after = None if cursor is None else FaultPosition.decoded(cursor)
    if cursor is not None and after is None:
        raise invalid("cursor", "is not one that this list gave")
    async with call.services.db.read() as tx:
        reader = FaultReader(tx, call.game, call.environment, filters, call.now_ms)
        await reader.prepare()
        counts = await reader.counts() if after is None else None
        rows, next_cursor = await reader.page(after, limit)
    return HandlerReply({"counts": counts, "rows": rows, "nextCursor": next_cursor})


async def snapshot_for_admin(call: Call) -> HandlerReply:
    """The profile and the newest of each list, ledgers and audit rows included; 304 when nothing changed."""
    player, limit = call.text("externalPlayerId"), call.limit()
    snapshot = await snapshots.write(
        call.services.db, call.game, call.environment, player, limit=limit, surface="admin"
    )
    if snapshot is None:
        not_found("Player", player)
    return HandlerReply(snapshot, tagged=True)


async def snapshot_for_server(call: Call) -> HandlerReply:
    """The profile and the newest of each list; what only the portal shows is left out."""
    player, limit = call.text("externalPlayerId"), call.limit()
    snapshot = await snapshots.write(
        call.services.db, call.game, call.environment, player, limit=limit, surface="server"
    )
    if snapshot is None:
        not_found("Player", player)
    return HandlerReply(snapshot, tagged=True)


async def timeline(call: Call) -> HandlerReply:
    """Rows of every kind, or of the kinds named, newest first."""
    player, limit, kinds = call.text("externalPlayerId"), call.limit(), _kinds(call.query("kinds"))
    before = query_parameters.position(call)
    async with call.services.db.read() as tx:
        page = await timeline_page(tx, call.game, call.environment, player, kinds=kinds, before=before, limit=limit)
    if page is None:
        not_found("Player", player)
    rows, following = page
    return HandlerReply({"rows": rows, "nextCursor": following})


def _kinds(body: str | None) -> Collection[TimelineKind]:
    """The kinds named in `?kinds=`, parted by commas; all of them when none is."""
    if body is None:
        return frozenset(TimelineKind)
    named = body.split(",")
    known = {kind.value for kind in TimelineKind}
    if unknown := [name for name in named if name not in known]:
        raise invalid("kinds", f"has {unknown[0]!r:.40}; there are {', '.join(TimelineKind)}")
    return frozenset(map(TimelineKind, named))

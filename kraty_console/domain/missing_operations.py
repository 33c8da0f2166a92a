"""Explains why an operation is missing on this backend or for this credential, and what to do instead."""

from __future__ import annotations


def why_missing(route: str, portal: str) -> str:
    """The reason shown beside a disabled action.

    Args:
        route: Method and path that the backend lacks; empty if the credential is the reason.
        portal: The URL of the portal's page; empty if unknown.
    """
    where = f"the portal ({portal})" if portal else "the portal"
    if route:
        return f"this Kraty has no route {route}; configure it under routes, or use {where}"
    return f"needs a member's session, not a server key; use {where}"


def no_search(portal: str, *, by_email: bool) -> str:
    """What to do on a backend without search, in short lines.

    Args:
        portal: The URL of the portal's page; empty if unknown.
        by_email: Whether the search text looks like an e-mail.
    """
    if not by_email:
        return "This backend cannot search: type the full player id."
    where = f"in the portal:\n{portal}" if portal else "in the portal."
    return (
        "This backend cannot search by e-mail. Ask the player for their id,\n"
        f"or look it up in your own backend or {where}"
    )

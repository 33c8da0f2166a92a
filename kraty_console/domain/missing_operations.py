"""Why an operation cannot be asked for on this backend, or with this credential, and what to do instead."""

from __future__ import annotations


def why_missing(route: str, portal: str) -> str:
    """The reason beside a dimmed action.

    Args:
        route: Method and path that the backend does not have; empty where the credential is the reason.
        portal: The address of the portal's page; empty where it is not known.
    """
    where = f"the portal ({portal})" if portal else "the portal"
    if route:
        return f"this Kraty has no route {route}; configure it under routes, or use {where}"
    return f"needs a member's session, not a server key; use {where}"


def no_search(portal: str, *, by_email: bool) -> str:
    """What to do on a backend that cannot search, in short lines.

    Args:
        portal: As above.
        by_email: What was searched for looks like an e-mail.
    """
    if not by_email:
        return "This backend cannot search: type the whole id, as the studio writes it."
    where = f"in the portal:\n{portal}" if portal else "in the portal."
    return (
        "This backend cannot search by e-mail. Ask the player for their id,\n"
        f"or look it up in your own backend or {where}"
    )

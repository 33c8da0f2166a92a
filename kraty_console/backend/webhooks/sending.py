"""One attempt at a delivery: the signed message that is posted, and its outcome."""

from __future__ import annotations

from typing import Final

from kraty_console import __version__
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.webhooks import endpoint_url
from kraty_console.backend.webhooks.claims import Claimed
from kraty_console.backend.webhooks.posting import Outcome, Poster
from kraty_console.contract.signature import HEADER, sign

_USER_AGENT: Final = f"kraty-webhooks/{__version__}"


async def send(poster: Poster, claimed: Claimed, now_ms: int) -> Outcome:
    """Post a delivery that was taken; where that cannot even be tried, the outcome says why."""
    try:
        target = endpoint_url.read(claimed.url, to_private=poster.to_private)
    except endpoint_url.BadTarget as fault:
        return Outcome(0, error=f"the url {fault}")
    if claimed.secret is None:
        return Outcome(0, error="the secret cannot be read with the configured key, so nothing was sent")
    body = dump_json(claimed.envelope).encode("utf-8")
    headers = {
        "User-Agent": _USER_AGENT,
        "Content-Type": "application/json",
        "Accept": "*/*",
        HEADER: sign(claimed.secret.reveal(), body, now_ms // 1000),
    }
    return await poster.post(target, headers, body)

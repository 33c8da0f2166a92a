"""What a studio's backend asks about a player (kraty-api 3.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kraty_console.backend.http.server_requests import ExplainedRequest
from kraty_console.contract.limits import MAX_REASON


class ServerBan(ExplainedRequest):
    """Keep a player from playing; the reason goes to the audit log and into the webhook."""

    why: Annotated[str, Field(min_length=1, max_length=MAX_REASON, alias="reason")]

    @property
    def reason(self) -> str:
        """Why."""
        return self.why

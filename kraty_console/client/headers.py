"""The common headers of all requests, and the header with the token."""

from __future__ import annotations

from typing import Final

from kraty_console import __version__
from kraty_console.client.connection import SESSION_COOKIE, ConnectionSettings
from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import Credential

USER_AGENT: Final = f"kraty-console/{__version__}"


def plain_headers(connection: ConnectionSettings | None = None) -> dict[str, str]:
    """The headers of every request, including the fixed headers of the connection."""
    fixed = {name: value.reveal() for name, value in connection.headers} if connection is not None else {}
    return {**fixed, "accept": "application/json", "accept-encoding": "gzip", "x-kraty-console": __version__}


def credential_header(credential: Credential, cookie_name: str = SESSION_COOKIE) -> dict[str, str]:
    """The header with the token.

    Raises:
        Invalid: the token contains characters that are not allowed in a header; the message does not show it.
    """
    token = credential.token.reveal()
    if not token or not all("!" <= character <= "~" and character not in ';,"' for character in token):
        raise Invalid("The token is empty or holds characters that no token has: was it pasted whole?")
    if credential.kind == "cookie":
        return {"cookie": f"{cookie_name}={token}"}
    return {"authorization": f"Bearer {token}"}

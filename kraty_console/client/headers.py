"""What every request says of itself, and the one header that holds the token."""

from __future__ import annotations

from typing import Final

from kraty_console import __version__
from kraty_console.client.connection import SESSION_COOKIE, ConnectionSettings
from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import Credential

USER_AGENT: Final = f"kraty-console/{__version__}"


def plain_headers(connection: ConnectionSettings | None = None) -> dict[str, str]:
    """What a request carries whoever asks, with the fixed headers of the connection."""
    fixed = {name: value.reveal() for name, value in connection.headers} if connection is not None else {}
    return {**fixed, "accept": "application/json", "accept-encoding": "gzip", "x-kraty-console": __version__}


def credential_header(credential: Credential, cookie_name: str = SESSION_COOKIE) -> dict[str, str]:
    """The one header that holds the token.

    Raises:
        Invalid: the token holds something that cannot be in a header; the message does not tell what.
    """
    token = credential.token.reveal()
    if not token or not all("!" <= character <= "~" and character not in ';,"' for character in token):
        raise Invalid("The token is empty or holds characters that no token has: was it pasted whole?")
    if credential.kind == "cookie":
        return {"cookie": f"{cookie_name}={token}"}
    return {"authorization": f"Bearer {token}"}

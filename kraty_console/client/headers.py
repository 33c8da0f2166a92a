"""What every request says of itself, and the one header that holds the token."""

from __future__ import annotations

from typing import Final

from kraty_console import __version__
from kraty_console.contract.errors import Invalid
from kraty_console.contract.secret import Credential

SESSION_COOKIE: Final = "kraty_session"

USER_AGENT: Final = f"kraty-console/{__version__}"


def plain_headers() -> dict[str, str]:
    """What a request carries whoever asks."""
    return {"accept": "application/json", "accept-encoding": "gzip", "x-kraty-console": __version__}


def credential_header(credential: Credential) -> dict[str, str]:
    """The one header that holds the token.

    Raises:
        Invalid: the token holds something that cannot be in a header; the message does not tell what.
    """
    token = credential.token.reveal()
    if not token or not all("!" <= character <= "~" and character not in ';,"' for character in token):
        raise Invalid("The token is empty or holds characters that no token has: was it pasted whole?")
    if credential.kind == "cookie":
        return {"cookie": f"{SESSION_COOKIE}={token}"}
    return {"authorization": f"Bearer {token}"}

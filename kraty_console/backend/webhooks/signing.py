"""The secret of an endpoint: what its messages are signed with.

Unlike tokens and keys it is stored as it is, not as a hash: to sign, the backend has to know it. It is told once, when
the endpoint is made, and stands in no other answer, log or repr; whoever can read the database can read it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from kraty_console.contract.secret import Secret


def new_secret(random_bytes: Callable[[int], bytes]) -> Secret:
    """A secret: `whsec_` and 43 characters."""
    return Secret("whsec_" + base64.urlsafe_b64encode(random_bytes(32)).decode("ascii").rstrip("="))

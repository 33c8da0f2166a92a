"""The secret of an endpoint: what its messages are signed with.

Unlike tokens and keys it is not stored as a hash, for to sign the backend has to know it: it is sealed with a key that
is kept elsewhere (`storage.vault`). It is told once, when the endpoint is made, and stands in no other answer, log or
repr.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from kraty_console.contract.secret import Secret


def new_secret(random_bytes: Callable[[int], bytes]) -> Secret:
    """A secret: `whsec_` and 43 characters."""
    return Secret("whsec_" + base64.urlsafe_b64encode(random_bytes(32)).decode("ascii").rstrip("="))

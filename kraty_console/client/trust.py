"""Which certificates are trusted: one context for all connections, for building it reads over a hundred of them."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_building = threading.Lock()


def secure_context() -> ssl.SSLContext:
    """The context of every connection: the authorities in SSL_CERT_FILE or SSL_CERT_DIR, or else certifi's.

    Built by the first that asks, in its thread; whoever asks meanwhile waits for that one.

    Raises:
        OSError: what SSL_CERT_FILE or SSL_CERT_DIR name cannot be read; an ssl.SSLError is one.
    """
    with _building:
        return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _context(file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl

    if file:
        return ssl.create_default_context(cafile=file)
    if folder:
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())

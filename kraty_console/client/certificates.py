"""Which certificates are trusted: one context for all connections, for building it reads over a hundred of them."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

from kraty_console.client.connection import ConnectionSettings
from kraty_console.contract.errors import Invalid

if TYPE_CHECKING:
    import ssl

_building = threading.Lock()


def secure_context(connection: ConnectionSettings | None = None) -> ssl.SSLContext:
    """The context of every connection: the authorities in SSL_CERT_FILE or SSL_CERT_DIR, or else certifi's.

    Built by the first that asks, in its thread; whoever asks meanwhile waits for that one. It shows the client
    certificate of `connection`, where that has one.

    Raises:
        OSError: what SSL_CERT_FILE or SSL_CERT_DIR name cannot be read; an ssl.SSLError is one.
        Invalid: the client certificate or its key cannot be used.
    """
    own = connection if connection is not None and connection.certificate is not None else None
    with _building:
        return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), own)


@cache
def _context(file: str | None, folder: str | None, own: ConnectionSettings | None) -> ssl.SSLContext:
    import ssl

    if file:
        context = ssl.create_default_context(cafile=file)
    elif folder:
        context = ssl.create_default_context(capath=folder)
    else:
        import certifi

        context = ssl.create_default_context(cafile=certifi.where())
    if own is not None:
        _show(context, own)
    return context


def _show(context: ssl.SSLContext, own: ConnectionSettings) -> None:
    """Let the context show a client certificate; a passphrase that is needed and not given is not asked for."""
    assert own.certificate is not None
    passphrase = own.passphrase.reveal() if own.passphrase is not None else ""
    try:
        context.load_cert_chain(own.certificate, own.key, password=lambda: passphrase)
    except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
        why = "wrong passphrase, or no PEM" if not getattr(error, "strerror", None) else error
        where = own.certificate if own.key is None else f"{own.certificate} with {own.key}"
        raise Invalid(f"The client certificate {where} cannot be used ({why}).") from error
